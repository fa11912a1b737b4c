import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Case } from '../cases.ts';
import type { Walk } from '../walk.ts';

/** A row of one of our trees, by the words it begins with. */
const treeRow = (walk: Walk, name: string) =>
  walk.page.locator('.pane-body .monaco-list-row').filter({ hasText: new RegExp(`^${name}`) });

/** What an operator does on a first day: choose a partition, run, answer, look, verify, meet a closed gate. */
export const operator = (walk: Walk): readonly Case[] => {
  const { page } = walk;
  const log = (): Promise<string> => readFile(join(walk.workspace, 'execution-log.rehearsal.md'), 'utf8');
  const today = new Date().toISOString().slice(0, 10);
  return [
    {
      name: 'a partition is chosen in the toolbar',
      async run() {
        await walk.openFile('partition-mail.runbook.md');
        await page.locator('.notebook-editor .code-cell-row').first().waitFor();
        await page
          .getByRole('button', { name: /Select Partition/ })
          .first()
          .click();
        await page.getByText('Alpha001 / PostmarkProd · protected · REHEARSAL').waitFor();
        await walk.screenshot('select-partition');
        await walk.pick('dev');
        await page.getByText('dev · Alpha002 / PostmarkNonProd').first().waitFor();
        await page.locator('.statusbar-item', { hasText: 'dev · REHEARSAL' }).waitFor();
      },
    },
    {
      name: 'all cells run; what only a person knows is asked',
      async run() {
        await page.getByRole('tab', { name: 'Cascade' }).click();
        await page.getByRole('button', { name: 'Run All' }).first().click();
        for (const question of [
          'The DMARC report mailbox is monitored',
          'dev is signed off',
          'The compliance reply is sent',
        ]) {
          await page.getByPlaceholder(question).waitFor({ timeout: 60_000 });
          await walk.screenshot(`ask-${question.split(' ').at(-1)}`);
          await walk.pick('I confirm it');
        }
        await page
          .locator('.statusbar-item', { hasText: 'dev · REHEARSAL' })
          .locator('.codicon-layers')
          .waitFor({ timeout: 60_000 });
        assert.match(
          await log(),
          new RegExp(
            `\\| \`dev\` \\| Alpha002 \\| PostmarkNonProd \\| ✅ ${today} \\| ✅ ${today} \\| ✅ ${today} \\| ${today} \\|`,
          ),
        );
      },
    },
    {
      name: 'the results stand under the cells',
      async run() {
        await page
          .locator('.notebook-editor')
          .first()
          .click({ position: { x: 300, y: 200 } });
        await page.keyboard.press('Control+Home');
        await walk.command('Notebook: Focus First Cell').catch(() => page.keyboard.press('Escape'));
        for (let turn = 0; turn < 12; turn++) {
          await page.mouse.move(800, 500);
          await page.mouse.wheel(0, 500);
          await page.waitForTimeout(150);
          const seen = await walk.waitForOutput(/4 nameservers/, 400).catch(() => undefined);
          if (seen !== undefined) break;
        }
        await walk.waitForOutput(/4 nameservers/);
        await walk.screenshot('results');
      },
    },
    {
      name: 'the tree shows the partition and the gates; a click reveals the line of the log',
      async run() {
        const dev = treeRow(walk, 'dev').first();
        await dev.getByText(`signed off ${today}`).waitFor();
        await treeRow(walk, 'Entry criteria verified').getByText(today).waitFor();
        await treeRow(walk, 'Verification').first().click();
        await page.getByRole('tab', { name: 'execution-log.rehearsal.md' }).first().waitFor();
        await page.locator('.view-line', { hasText: '### Verification (T-O3-dev)' }).first().waitFor();
        await walk.screenshot('log');
      },
    },
    {
      name: 'Verify Partition says the outcome',
      async run() {
        await walk.command('Cascade: Verify Partition');
        await walk.pick('dev');
        await page.getByText('dev is verified.').first().waitFor({ timeout: 60_000 });
        await walk.screenshot('verified');
        assert.match(await log(), / {2}- \d{4}-\d{2}-\d{2} \S+ \S+ ✅ passed — 4 nameservers/);
      },
    },
    {
      name: 'a change on prod is blocked, and it is said what clears it',
      async run() {
        await page.getByRole('tab', { name: 'partition-mail.runbook.md' }).first().click();
        await walk.command('Cascade: Select Partition…');
        await walk.pick('prod');
        await page.locator('.statusbar-item', { hasText: 'prod · REHEARSAL' }).waitFor();
        const cell = page.locator('.code-cell-row', { hasText: 'register' }).first();
        for (let turn = 0; turn < 20 && !(await cell.isVisible()); turn++) {
          await page.mouse.move(800, 500);
          await page.mouse.wheel(0, 400);
          await page.waitForTimeout(150);
        }
        await cell.click();
        await page.keyboard.press('Control+Enter');
        await walk.waitForOutput(/blocked/);
        await walk.waitForOutput(/prod\/Pre-flight is pending/);
        await walk.screenshot('blocked');
      },
    },
    {
      name: 'nothing of ours stands on the console as an error',
      run() {
        assert.deepEqual(walk.consoleErrors, []);
      },
    },
  ];
};

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Case } from '../cases.ts';
import type { Walk } from '../walk.ts';
import { axeFindings, outputRow, scrollTo, selectCell } from './outputs.ts';

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
        await walk.openRunbook();
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
        await scrollTo(walk, /at\sleast\s2/);
        await walk.waitForOutput(/4 nameservers/);
        await walk.screenshot('results');
      },
    },
    {
      name: 'a row of the results runs its check again, by the keyboard too',
      async run() {
        const row = outputRow(await walk.waitForOutput(/4 nameservers/));
        const results = async (): Promise<number> => (await log()).split('4 nameservers').length;
        const before = await results();
        await row.getByRole('button', { name: /Run again/ }).press('Enter');
        for (let wait = 0; (await results()) === before; wait++) {
          assert.ok(wait < 100, 'the log has no new result');
          await page.waitForTimeout(100);
        }
        await row.getByText('passed', { exact: true }).waitFor();
        assert.match(
          await row.getByRole('button', { name: /Run again/ }).evaluate('document.activeElement.tagName'),
          /VSCODE-BUTTON/,
          'the focus stays where it was',
        );
      },
    },
    {
      name: 'what a shell printed is searched in its place, without a letter reaching the notebook',
      async run() {
        await scrollTo(walk, /post-merge/);
        const row = outputRow(await walk.waitForOutput(/^12 \/ 12, exit code 0/));
        const search = row.getByRole('textbox', { name: 'Search in the output' });
        await search.click();
        await page.keyboard.type('ddx b', { delay: 50 });
        await row.getByText('not found').waitFor();
        for (const _ of 'ddx b') await page.keyboard.press('Backspace');
        await page.keyboard.type('pass', { delay: 50 });
        await row.getByText(/^1 of \d+, line/).waitFor();
        await walk.screenshot('search');
        assert.equal(await page.getByRole('button', { name: /Undo Delete/ }).count(), 0);
        await row.getByText(/^12 \/ 12, exit code 0/).waitFor();
      },
    },
    {
      name: 'the transcript opens beside the notebook',
      async run() {
        const row = outputRow(await walk.waitForOutput(/^12 \/ 12, exit code 0/));
        await row.getByRole('button', { name: /Open transcript/ }).click();
        const tab = page.getByRole('tab', { name: /-dev-[\w-]+\.txt/ }).first();
        await tab.waitFor();
        await page
          .locator('.view-line', { hasText: /Target\s+dev/ })
          .first()
          .waitFor();
        await walk.screenshot('transcript');
        await walk.command('View: Close Editor');
        await tab.waitFor({ state: 'detached' });
      },
    },
    {
      name: 'axe finds nothing in the results, in the themes of the editor',
      async run() {
        await scrollTo(walk, /at\sleast\s2/);
        for (const [name, theme] of [
          ['light', 'Light Modern'],
          ['high-contrast', 'Dark High Contrast'],
          ['dark', 'Dark Modern'],
        ] as const) {
          await walk.command('Preferences: Color Theme');
          // The list is longer than what is drawn of it.
          await page.keyboard.type(theme);
          await walk.pick(theme);
          await page.waitForTimeout(500);
          const place = await walk.waitForOutput(/4 nameservers/);
          await walk.screenshot(`results-${name}`);
          assert.deepEqual(await axeFindings(place), [], theme);
        }
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
        // "prod" alone stands in PostmarkNonProd too.
        await walk.pick('protected');
        await page.locator('.statusbar-item', { hasText: 'prod · REHEARSAL' }).waitFor();
        await selectCell(walk, /register/);
        await walk.command('Notebook: Execute Cell');
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
    {
      name: 'no file of VS Code or of the workspace, and nothing in its storage, has a copy of a secret',
      async run() {
        assert.match(await log(), /op read "op:\/\/Arda-DevOAM\/Postmark\/credential"` .*: ✅/);
        assert.deepEqual(await walk.leaks(), []);
      },
    },
  ];
};

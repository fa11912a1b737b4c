import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Case } from '../cases.ts';
import type { Walk } from '../walk.ts';
import { axeFindings, outputRow, selectCell } from './outputs.ts';

/** Postmark never verifies: the operator sees which check failed, what was expected and what to do. */
export const failure = (walk: Walk): readonly Case[] => [
  {
    name: 'a failed check tells expected and got, in the message, the log and the tree',
    async run() {
      const { page } = walk;
      await walk.openRunbook();
      await page.getByRole('tab', { name: 'Cascade' }).click();
      await walk.command('Cascade: Verify Partition');
      await walk.pick('dev');
      await page
        .getByText(/dev is (?:not verified|unknown)/)
        .first()
        .waitFor({ timeout: 60_000 });
      const log = await readFile(join(walk.workspace, 'execution-log.rehearsal.md'), 'utf8');
      assert.match(
        log,
        /❌ \S+ — expected at least 2 nameservers, got NXDOMAIN: dev\.ardamails\.com does not exist/,
      );
      const row = page
        .locator('.pane-body .monaco-list-row')
        .filter({ hasText: /^Verification/ })
        .first();
      await row.getByText(/of 10 failed/).waitFor();
      await walk.screenshot('failed');
    },
  },
  {
    name: 'the cell shows expected against actual, what to do, and who has what',
    async run() {
      const { page } = walk;
      await page.getByRole('tab', { name: 'partition-mail.runbook.md' }).first().click();
      await walk.command('Cascade: Select Partition…');
      await walk.pick('dev');
      await selectCell(walk, /at\sleast\s2/);
      await walk.command('Notebook: Execute Cell');
      const row = outputRow(await walk.waitForOutput(/NXDOMAIN: dev\.ardamails\.com does not exist; /));
      await row.getByText('expected', { exact: true }).waitFor();
      await row.getByText('at least 2 nameservers', { exact: true }).waitFor();
      await row.getByText('to do', { exact: true }).waitFor();
      await row.getByRole('rowheader', { name: 'ardamails.com' }).first().waitFor();
      await row.scrollIntoViewIfNeeded();
      await walk.screenshot('failed-check');
      assert.deepEqual(await axeFindings(row), []);
    },
  },
  {
    name: 'a failed check is understood, its cause mended, and that check alone run again',
    async run() {
      const log = (): Promise<string> => readFile(join(walk.workspace, 'execution-log.rehearsal.md'), 'utf8');
      await walk.world.setFaults(['op-locked']);
      await selectCell(walk, /read\s.*secret/);
      await walk.command('Notebook: Execute Cell');
      const place = await walk.waitForOutput(/locked/i);
      const row = outputRow(place);
      await row.getByText('to do', { exact: true }).waitFor();
      await walk.screenshot('failed-locked');
      const before = (await log()).split('\n').length;
      await walk.world.setFaults([]);
      await row.getByRole('button', { name: /Run again/ }).press('Enter');
      const again = outputRow(await walk.waitForOutput(/resolves, fingerprint/));
      await again.getByText('passed', { exact: true }).waitFor();
      await walk.screenshot('failed-run-again');
      const text = await walk.fileWith(
        'execution-log.rehearsal.md',
        /✅ \d{4}-\d{2}-\d{2} \| \S+ \S+ \S+ passed — resolves, fingerprint \w+; before that: 1Password is locked/,
      );
      assert.ok(text.split('\n').length >= before, 'the first result stays');
      assert.deepEqual(await axeFindings(again), []);
    },
  },
];

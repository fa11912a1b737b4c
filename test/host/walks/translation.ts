import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Case } from '../cases.ts';
import { inOtherLetters } from '../translated.ts';
import type { Walk } from '../walk.ts';

const filled = (text: string, ...values: readonly string[]): string =>
  values.reduce((sum, value, index) => sum.replace(`{${index}}`, value), inOtherLetters(text));

/** The editor speaks another language, and the log does not. */
export const translation = (walk: Walk): readonly Case[] => [
  {
    name: 'commands, questions and messages are in the other language',
    async run() {
      const { page } = walk;
      await walk.openFile('partition-mail.runbook.md');
      const item = (words: string) => page.locator('.statusbar-item', { hasText: words }).waitFor();
      await item(filled('{0} · REHEARSAL', inOtherLetters('Select Partition')));
      // The palette has the English title of a command too.
      await walk.command('Cascade: Verify Partition');
      await page.getByText(inOtherLetters('Cascade: Verify Partition'), { exact: true }).first().waitFor();
      await walk.screenshot('translated-question');
      await walk.pick('dev');
      await page
        .locator('.notification-toast', { hasText: inOtherLetters('Open Log') })
        .getByText(new RegExp(`^dev .*${inOtherLetters('not verified')}`))
        .waitFor({ timeout: 60_000 });
    },
  },
  {
    name: 'the tree is in the other language, and its names are those of the log',
    async run() {
      const { page } = walk;
      await page.getByRole('tab', { name: inOtherLetters('Cascade') }).click();
      const stage = page.locator('.pane-body .monaco-list-row').filter({ hasText: /^stage/ });
      await stage.getByText(filled('next: {0}', 'Pre-flight')).waitFor();
      await page.getByText(inOtherLetters('Gates'), { exact: true }).first().waitFor();
      await walk.screenshot('translated-tree');
    },
  },
  {
    name: 'the log is in its own words',
    async run() {
      const log = await readFile(join(walk.workspace, 'execution-log.rehearsal.md'), 'utf8');
      assert.match(log, /❌ \S+ — expected at least 2 nameservers, got NXDOMAIN/);
      const foreign = new Set(inOtherLetters('abcdefghijklmnopqrstuvwxyz').match(/[^\p{ASCII}]/gu));
      assert.ok(foreign.size > 20);
      assert.deepEqual(
        [...foreign].filter((letter) => log.includes(letter)),
        [],
      );
    },
  },
  {
    name: 'nothing of ours stands on the console as an error',
    run() {
      assert.deepEqual(walk.consoleErrors, []);
    },
  },
];

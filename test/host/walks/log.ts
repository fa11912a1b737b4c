import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { root } from '../../../src/tooling/paths.ts';
import type { Case } from '../cases.ts';
import type { Walk } from '../walk.ts';

const logName = 'execution-log.rehearsal.md';
const today = (): string => new Date().toISOString().slice(0, 10);

/** A log kept by hand in which a gate, a heading and a sign-off say other things than the checks. */
async function contradictory(): Promise<string> {
  const kept = await readFile(join(root, 'test', 'fixtures', 'hand-kept.md'), 'utf8');
  const line = '- `dig +short NS dev.ardamails.com @8.8.8.8` shows two or more: ✅ — 4 nameservers.';
  assert.ok(kept.includes(line));
  return kept
    .replace('- Answer: ⏳ pending', '- Answer: ✅ 2026-05-27 — by mail')
    .replace(
      line,
      `${line}\n  - 2026-05-26 16:20:11 +00:00 ❌ failed — expected at least 2 nameservers, got NXDOMAIN\n  - 2026-05-26 17:02:45 +00:00 ✅ passed — 4 nameservers`,
    );
}

/** Someone keeps a log by hand, and the editor looks over their shoulder. */
export const logWalk = (walk: Walk): readonly Case[] => {
  const { page } = walk;
  const line = (words: string): Locator => page.locator('.view-line', { hasText: words }).first();
  /** Puts the caret behind the words of a line of the file. */
  const caretBehind = async (words: string): Promise<void> => {
    const lines = (await readFile(join(walk.workspace, logName), 'utf8')).split('\n');
    const at = lines.findIndex((each) => each.includes(words));
    assert.ok(at >= 0, words);
    await page.locator('.monaco-editor .view-lines').first().click();
    await page.keyboard.press('Control+g');
    await walk.answer(`:${at + 1}:${(lines[at]?.indexOf(words) ?? 0) + words.length + 1}`);
    // Keys that are pressed while it closes would be lost.
    await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
    await page.locator('.monaco-editor.focused').first().waitFor();
    await line(words).waitFor();
  };
  /** For a picture: what fades in is there. */
  const settled = (): Promise<void> => page.waitForTimeout(400);
  /** Saves, and waits until the file has the words. */
  const saved = async (words: string): Promise<string> => {
    await page.keyboard.press('Control+s');
    return walk.fileWith(logName, words);
  };
  return [
    {
      name: 'a log that contradicts itself is underlined, and the Problems view lists why',
      async run() {
        await writeFile(join(walk.workspace, logName), await contradictory());
        // Found on the disk: the explorer hears of a new file in its own time.
        await page.keyboard.press('Control+p');
        await page.keyboard.type(logName);
        await walk.pick(logName);
        await page.getByRole('tab', { name: logName }).first().waitFor();
        await page.locator('.squiggly-warning').first().waitFor({ timeout: 60_000 });
        await walk.command('Problems: Focus on Problems View');
        await page
          .locator('.markers-panel')
          .getByText(/section says cleared/)
          .first()
          .waitFor();
        await walk.screenshot('log-problems');
        await page.keyboard.press('Control+j');
        await page.locator('.markers-panel').waitFor({ state: 'hidden' });
      },
    },
    {
      name: 'partitions and gates have their commands above them',
      async run() {
        await caretBehind('| T-O4 Postmark Compliance reply sent');
        await page.locator('.codelens-decoration', { hasText: 'Waive…' }).first().waitFor();
        await walk.screenshot('log-lenses');
      },
    },
    {
      name: 'over a squiggle stands what is wrong, over a check what it last saw',
      async run() {
        await caretBehind('### Pre-flight (T-O1-dev)');
        await line('### Pre-flight (T-O1-dev)').hover({ position: { x: 120, y: 8 } });
        await page.locator('.monaco-hover', { hasText: 'has no status' }).first().waitFor();
        await settled();
        await walk.screenshot('log-squiggle');
        await caretBehind('dig +short NS dev.ardamails.com');
        await line('dig +short NS dev').hover({ position: { x: 420, y: 8 } });
        await page.locator('.monaco-hover', { hasText: 'dev · Verification' }).first().waitFor();
        await settled();
        await walk.screenshot('log-hover');
      },
    },
    {
      name: 'a quick fix mends the line and nothing else',
      async run() {
        await caretBehind('### Pre-flight (T-O1-dev)');
        // The editor asks for fixes by itself a moment after the caret came, and drops what a key asked for meanwhile.
        await page.locator('.lightBulbWidget, [class*="codicon-gutter-lightbulb"]').first().waitFor();
        await page.keyboard.press('Control+.');
        const menu = page.locator('.action-widget');
        await menu.getByText('Fix everything that follows from the log').first().waitFor();
        await walk.screenshot('log-quick-fix');
        await menu
          .getByText(/✅ 2026-05-26/)
          .first()
          .click();
        await line('### Pre-flight (T-O1-dev) ✅ 2026-05-26').waitFor();
        assert.equal(
          await saved('(T-O1-dev) ✅'),
          (await contradictory()).replace('(T-O1-dev)', '(T-O1-dev) ✅ 2026-05-26'),
        );
      },
    },
    {
      name: 'behind the colon of a check the statuses are offered, and one replaces what was typed',
      async run() {
        await caretBehind('— by mail');
        await page.keyboard.press('End');
        await page.keyboard.press('Enter');
        await page.keyboard.type('- Seen by the team: ');
        const offers = page.locator('.suggest-widget.visible');
        await offers.getByText(`✅ cleared ${today()}`).first().waitFor();
        await walk.screenshot('log-completion');
        await page.keyboard.type('wa');
        await offers.getByText(`⚠️ waived ${today()}`).first().waitFor();
        await settled();
        await page.keyboard.press('Enter');
        await page.keyboard.type('on holiday');
        await saved(`- Seen by the team: ⚠️ waived ${today()} — on holiday\n`);
      },
    },
    {
      name: 'Record… asks for what is missing and shows the line it wrote',
      async run() {
        await caretBehind('### Verification (T-O3-dev)');
        await walk.command('Cascade: Record…');
        await page.getByPlaceholder('What is to be recorded?').waitFor();
        await settled();
        await walk.screenshot('record');
        await walk.pick('what was not as it should be');
        await page.getByPlaceholder('Which partition?').waitFor();
        await walk.pick('where the caret stands');
        await page.getByPlaceholder('Which phase of dev?').waitFor();
        await settled();
        await walk.screenshot('record-phase');
        await walk.pick('where the caret stands');
        await walk.answer('The console was slow to show the second domain.');
        await line('The console was slow').waitFor();
        await settled();
        await walk.screenshot('recorded');
        assert.match(
          await walk.fileWith(logName, 'The console was slow'),
          /\*\*Observations\*\*:[^#]*- \*\*Anomaly \d{4}-\d{2}-\d{2} [^\n]*The console was slow[^\n]*\n\n\*\*Sign-off\*\*/,
        );
      },
    },
    {
      name: 'the gates can be decided in the tree, a waiver only for a reason',
      async run() {
        await page.getByRole('tab', { name: 'Cascade' }).click();
        const gate = page.locator('.pane-body .monaco-list-row', { hasText: 'Production deploy' }).first();
        await gate.waitFor();
        await gate.hover();
        await gate.getByRole('button', { name: 'Waive Gate…' }).waitFor();
        await walk.screenshot('gates');
        await gate.getByRole('button', { name: 'Waive Gate…' }).click();
        await page.getByText(/Why is it waived\?/).waitFor();
        await settled();
        await walk.screenshot('waive-question');
        await walk.answer('');
        await page.getByText('Write some words, or leave with Escape.').waitFor();
        await walk.screenshot('waive');
        await walk.answer('agreed by phone');
        await line(`⚠️ waived ${today()} — agreed by phone`).waitFor();
        await walk.screenshot('waived');
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

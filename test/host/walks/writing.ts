import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import type { Case } from '../cases.ts';
import type { Walk } from '../walk.ts';
import { scrollTo, selectCell } from './outputs.ts';

/** What the page has of its own. */
interface Page {
  getComputedStyle(element: unknown): { readonly color: string };
}

/** Someone writes the lines of a runbook: colours, what is offered, what a word stands for, another name for one. */
export const writing = (walk: Walk): readonly Case[] => {
  const { page } = walk;
  const settled = (): Promise<void> => page.waitForTimeout(600);
  /** The colour of a word of the cell, as the editor draws it. */
  const colourOf = (place: Locator, words: RegExp): Promise<string> =>
    place
      .locator('.view-line span > span', { hasText: words })
      .first()
      .evaluate((element) => (globalThis as unknown as Page).getComputedStyle(element).color);
  return [
    {
      name: 'the words of a line have the colours of what they are',
      async run() {
        await walk.openRunbook();
        await walk.command('Cascade: Select Partition…');
        await walk.pick('dev');
        const place = await selectCell(walk, /at\sleast\s2/);
        await settled();
        const colours = await Promise.all(
          [/^NS$/, /^\$\{domain\}$/, /^at\sleast$/, /^2$/, /^v=spf1$/].map((words) => colourOf(place, words)),
        );
        assert.equal(new Set(colours).size, colours.length, colours.join(' '));
        await walk.screenshot('colours');
      },
    },
    {
      name: 'a new line offers its forms, and "${" the names with their values',
      async run() {
        await page.keyboard.press('Control+End');
        await page.keyboard.press('Enter');
        await page.keyboard.type('d');
        const offers = page.locator('.suggest-widget.visible .monaco-list-row');
        await offers.filter({ hasText: 'dkim SELECTOR' }).waitFor();
        await settled();
        await walk.screenshot('offers-forms');
        await page.keyboard.type('marc ');
        await offers.filter({ hasText: 'dev.ardamails.com' }).waitFor();
        await page.keyboard.type('${');
        await offers.filter({ hasText: 'dev.ardamails.com' }).waitFor();
        await page.keyboard.type('do');
        await settled();
        await walk.screenshot('offers-names');
        await page.keyboard.press('Enter');
        await page.locator('.view-line', { hasText: /dmarc\s\$\{domain\}$/ }).waitFor();
      },
    },
    {
      name: 'a slip is underlined, and mended by a quick fix',
      async run() {
        await page.keyboard.press('Enter');
        await page.keyboard.type('delegaton x');
        await page.locator('.squiggly-error').first().waitFor();
        await page.keyboard.press('Home');
        // The editor asks for fixes by itself a moment after the caret came, and drops what a key asked for meanwhile.
        const fix = page.getByText('Change to "delegation"').first();
        for (let press = 0; !(await fix.isVisible()); press++) {
          assert.ok(press < 10, 'no key shows the fix');
          await page.keyboard.press('Control+.');
          await fix.waitFor({ timeout: 3000 }).catch(() => undefined);
        }
        await settled();
        await walk.screenshot('quick-fix');
        await page.keyboard.press('Enter');
        await page.locator('.view-line', { hasText: /delegation\sx/ }).waitFor();
      },
    },
    {
      name: 'a hover tells what a name stands for, and what a line passes on',
      async run() {
        const hover = page.locator('.monaco-hover:visible');
        const place = page.locator('.code-cell-row:visible', { hasText: /at\sleast\s2/ }).first();
        await page.keyboard.press('Control+Home');
        await place
          .locator('.view-line span > span', { hasText: /^\$\{domain\}$/ })
          .first()
          .hover();
        await hover.getByText('stage.ardamails.com').waitFor();
        await settled();
        await walk.screenshot('hover-name');
        await page.mouse.move(5, 5);
        await hover.first().waitFor({ state: 'hidden' });
        await place.locator('.view-line span > span', { hasText: /^NS$/ }).first().hover();
        await hover.getByText('at least so many records').waitFor();
        await settled();
        await walk.screenshot('hover-line');
      },
    },
    {
      name: 'a name is renamed in all cells and in the front matter, or it is said why not',
      async run() {
        await page.mouse.move(5, 5);
        const place = page.locator('.code-cell-row:visible', { hasText: /at\sleast\s2/ }).first();
        const at = async (words: RegExp): Promise<void> => {
          await place.locator('.view-line span > span', { hasText: words }).first().click();
          await page.keyboard.press('F2');
        };
        await at(/^\$\{context\.dkimSelector\}$/);
        await page.getByText('which register writes and the stack reads').first().waitFor();
        await settled();
        await walk.screenshot('rename-refused');
        await page.keyboard.press('Escape');
        await at(/^\$\{domain\}$/);
        const input = page.locator('.rename-box input');
        await input.waitFor();
        await input.fill('mailDomain');
        await settled();
        await walk.screenshot('rename');
        await page.keyboard.press('Enter');
        await place.getByText('${mailDomain}').first().waitFor();
        await walk.command('File: Save');
        const renamed = await walk.fileWith('partition-mail.runbook.md', '  mailDomain: ${partition}', 5000);
        assert.ok(!renamed.includes('${domain}'));
      },
    },
    {
      name: 'Run Phase asks which one where the selected cell stands in none, and runs its cells',
      async run() {
        await page.keyboard.press('Escape');
        await walk.command('File: Save');
        await walk.command('Notebook: Focus First Cell');
        await walk.command('Cascade: Run Phase');
        const row = page.locator('.quick-input-widget .monaco-list-row', { hasText: 'Pre-flight' });
        await row.getByText('3 cells').waitFor();
        await settled();
        await walk.screenshot('run-phase');
        await row.click();
        await scrollTo(walk, /as\stoken/);
        await walk.waitForOutput(/resolves, fingerprint/);
        await settled();
        await walk.screenshot('phase-run');
      },
    },
    {
      name: 'the fences of the runbook have the same colours in a plain text editor',
      async run() {
        await page.keyboard.press('Escape');
        await walk.command('File: Save');
        await walk.command('View: Reopen Editor With...');
        await walk.pick('Text Editor');
        await page.locator('.monaco-editor .view-line', { hasText: 'partition-mail' }).first().waitFor();
        await page.keyboard.press('Control+g');
        await walk.answer(':90');
        await settled();
        await walk.screenshot('colours-markdown');
        const line = page.locator('.view-line', { hasText: /^NS/ }).first();
        await line.waitFor();
        const colours = await Promise.all(
          [/^NS$/, /^\$\{mailDomain\}$/].map((words) => colourOf(page.locator('.view-lines').first(), words)),
        );
        assert.equal(new Set(colours).size, 2, colours.join(' '));
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

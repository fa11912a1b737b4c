import assert from 'node:assert/strict';
import type { Case } from '../cases.ts';
import type { Walk } from '../walk.ts';

const sentence = 'Seen by hand while the run went on: nothing is lost, not a word of this line.';

/** A person types into the log while a run writes into it. */
export const twoHands = (walk: Walk): readonly Case[] => {
  const { page } = walk;
  const name = 'execution-log.rehearsal.md';
  return [
    {
      name: 'what is typed into the log while a run writes, and every result, are there at the end',
      async run() {
        await walk.openRunbook();
        await walk.command('Cascade: Start Run…');
        await page.getByRole('tab', { name }).first().waitFor();
        await walk.command('Cascade: Verify Partition');
        await walk.pick('dev');
        await page.getByText('Verify dev').first().waitFor();
        await page.getByRole('tab', { name }).first().click();
        // The end of the first heading line: the caret stays where it was put, whatever is written elsewhere.
        await page
          .locator('.view-line', { hasText: /^#\spartition-mail/ })
          .first()
          .click();
        await page.keyboard.press('End');
        await page.keyboard.press('Enter');
        await page.keyboard.type(sentence, { delay: 60 });
        await walk.screenshot('two-hands');
        await page
          .getByText(/dev is (?:not verified|unknown)/)
          .first()
          .waitFor({ timeout: 60_000 });
        await page.keyboard.press('Control+s');
        const text = await walk.fileWith(name, sentence);
        assert.equal(text.split('\n')[1], sentence);
        const section = /### Verification \(T-O3-dev\)[\s\S]*?\n(?=\*\*Sign-off)/.exec(text)?.[0] ?? '';
        const results = section.split('\n').filter((line) => /^- .*: (?:❌|✅|🟡) /.test(line));
        // The five questions to the DNS run side by side; what comes behind a failure is not run.
        assert.equal(results.length, 5, section);
        await page
          .locator('.notification-toast', { hasText: 'Failed to save' })
          .waitFor({ state: 'detached' });
      },
    },
    {
      name: 'nothing of ours stands on the console as an error',
      run() {
        // That an edit is refused which a key was quicker than, the editor prints; it is made anew.
        const refused = /has changed in the meantime/;
        assert.deepEqual(
          walk.consoleErrors.filter((words) => !refused.test(words)),
          [],
        );
      },
    },
  ];
};

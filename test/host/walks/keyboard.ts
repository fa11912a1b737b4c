import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import type { Case } from '../cases.ts';
import type { Walk } from '../walk.ts';
import { axeIn } from './outputs.ts';

const questions = [
  'The DMARC report mailbox is monitored',
  'The compliance reply is sent',
  'The production deploy proceeds',
];

/** A whole rehearsal, from the first start to the last sign-off, and the board of it: no mouse, only keys. */
export const keyboard = (walk: Walk): readonly Case[] => {
  const { page } = walk;
  const { keyboard: keys } = page;
  const log = (): Promise<string> => readFile(join(walk.workspace, 'execution-log.rehearsal.md'), 'utf8');
  const today = new Date().toISOString().slice(0, 10);
  const quickInput = page.locator('.quick-input-widget:not([style*="display: none"])');
  const field = quickInput.locator('input').first();

  /** Types into the list that is open, goes down to the entry with these words, and takes it. */
  const type = async (words: string): Promise<void> => {
    await field.waitFor();
    await keys.type(words);
    await quickInput.locator('.monaco-list-row', { hasText: words }).first().waitFor();
    const focused = quickInput.locator('.monaco-list-row.focused', { hasText: words });
    for (let press = 0; !(await focused.isVisible()); press++) {
      assert.ok(press < 20, `no key leads to ${words}`);
      await keys.press('ArrowDown');
      await page.waitForTimeout(50);
    }
    await keys.press('Enter');
  };
  const command = async (title: string): Promise<void> => {
    await keys.press('F1');
    await type(title);
  };
  /** Opens a file by its name. A list that is opened before the editor has the focus would be closed by it. */
  const open = async (name: string): Promise<void> => {
    await keys.press('Control+p');
    await type(name);
    await page.getByRole('tab', { name, selected: true }).first().waitFor();
    await page.locator('.part.editor :focus, .notebookOverlay :focus').first().waitFor({ state: 'attached' });
  };
  const running = page.locator('.statusbar-item .codicon-sync.codicon-modifier-spin');
  /** Where the run is: `dev 3 of 10 · REHEARSAL` */
  const progress = page.locator('.statusbar-item', { hasText: /\d+ of \d+ · REHEARSAL/ });
  /** Answers with yes whatever is asked, and types the name that a protected partition wants, until the run has ended. */
  const answerAll = async (partition: string): Promise<readonly string[]> => {
    const asked: string[] = [];
    for (let quiet = 0; quiet < 6; ) {
      await page.waitForTimeout(250);
      if (await quickInput.isVisible()) {
        quiet = 0;
        const question = (await field.getAttribute('placeholder')) ?? '';
        asked.push(question);
        if (question.startsWith('Type ')) await keys.type(partition);
        else {
          // The default is no.
          await keys.press('ArrowDown');
          await quickInput.locator('.monaco-list-row.focused', { hasText: 'Yes' }).waitFor();
        }
        await keys.press('Enter');
        await quickInput
          .getByPlaceholder(question)
          .waitFor({ state: 'detached', timeout: 5000 })
          .catch(() => undefined);
      } else quiet = (await running.isVisible()) ? 0 : quiet + 1;
    }
    return asked;
  };
  /** The page of the board, wherever its frames nest. */
  const board = async (): Promise<Frame> => {
    for (let attempt = 0; attempt < 150; attempt++) {
      for (const frame of page.frames()) {
        const found = await frame
          .locator('main.board')
          .isVisible()
          .catch(() => false);
        if (found) return frame;
      }
      await page.waitForTimeout(100);
    }
    throw new Error('no board came into sight');
  };

  return [
    {
      name: 'the runbook is opened by its name, and the board says how to begin',
      async run() {
        await open('partition-mail.runbook.md');
        await page
          .getByRole('button', { name: /Select Partition/ })
          .first()
          .waitFor();
        await command('Cascade: Open Board');
        await (await board()).getByText('The runbook partition-mail has no log yet').waitFor();
        await walk.screenshot('board-empty');
        await open('partition-mail.runbook.md');
      },
    },
    ...['dev', 'stage', 'demo', 'prod'].map((partition) => ({
      name: `${partition}: selected, run, asked, signed off`,
      async run() {
        await command('Cascade: Select Partition…');
        await quickInput.getByPlaceholder('Choose a partition').waitFor();
        await type(partition);
        await page.locator('.statusbar-item', { hasText: `${partition} · REHEARSAL` }).waitFor();
        await command('Notebook: Run All');
        await running.waitFor();
        await progress.waitFor();
        const asked = await answerAll(partition);
        assert.ok(asked.includes(`${partition} is signed off`), asked.join('\n'));
        const row = new RegExp(`^\\| \`${partition}\` \\|.*$`, 'm').exec(await log())?.[0] ?? '';
        assert.equal(row.split(`✅ ${today}`).length - 1, 3, row);
        assert.ok(row.endsWith(`| ${today} |`), row);
        if (partition === 'dev')
          for (const question of questions.slice(0, 2)) assert.ok(asked.includes(question));
        if (partition === 'prod') assert.ok(asked.some((question) => question.startsWith('Type prod')));
      },
    })),
    {
      name: 'the board shows the whole of it, and Enter on a cell leads to the log',
      async run() {
        await command('Cascade: Open Board');
        const drawn = await board();
        await drawn.getByRole('button', { name: `prod, Sign-off: cleared ${today}` }).waitFor();
        await drawn.getByText('Nothing waits for a person').waitFor();
        await walk.screenshot('board');
        await command('View: Focus Active Editor Group');
        const wanted = 'dev, Deploy: cleared';
        for (let press = 0; ; press++) {
          assert.ok(press < 60, 'Tab does not reach the cell');
          await keys.press('Tab');
          const focused = await drawn.evaluate('document.activeElement?.textContent ?? ""');
          if (String(focused).startsWith(wanted)) break;
        }
        await keys.press('Enter');
        await page.locator('.view-line', { hasText: '### Deploy (T-O5-dev)' }).first().waitFor();
        await walk.screenshot('board-reveal');
      },
    },
    {
      name: 'axe finds nothing in the board, in the themes of the editor',
      async run() {
        await command('Cascade: Open Board');
        for (const [name, theme] of [
          ['light', 'Light Modern'],
          ['high-contrast', 'Dark High Contrast'],
          ['dark', 'Dark Modern'],
        ] as const) {
          await command('Preferences: Color Theme');
          await quickInput.getByPlaceholder(/Color Theme/).waitFor();
          await type(theme);
          await page.waitForTimeout(500);
          await walk.screenshot(`board-${name}-editor`);
          assert.deepEqual(await axeIn((await board()).locator('body'), 'main'), [], theme);
        }
      },
    },
    {
      name: 'the board is exported for the change record, under the name that is typed',
      async run() {
        // Hidden behind another editor, its page is not there: it is drawn anew.
        await open('verification.md');
        await command('Cascade: Export Board…');
        // A name is proposed, letter by letter; before that the dialog does not have the keys.
        const proposed = async (): Promise<boolean> => /board-[\d-]+\.svg$/.test(await field.inputValue());
        for (let wait = 0; !(await quickInput.isVisible()) || !(await proposed()); wait++) {
          assert.ok(wait < 100, 'no name is proposed');
          await page.waitForTimeout(100);
        }
        await quickInput.locator('input:focus').waitFor();
        await keys.press('Control+a');
        await keys.type(join(walk.workspace, 'record.svg'));
        // The dialog looks at the disk after each letter, and drops an Enter that comes meanwhile: then it stays open.
        for (let press = 0; await quickInput.isVisible(); press++) {
          assert.ok(press < 10, 'no Enter closes the dialog');
          await keys.press('Enter');
          await quickInput.waitFor({ state: 'hidden', timeout: 3000 }).catch(() => undefined);
        }
        await page.getByText('The board was written to record.svg').first().waitFor();
        const svg = await readFile(join(walk.workspace, 'record.svg'), 'utf8');
        assert.match(svg, /^<svg [\s\S]*REHEARSAL[\s\S]*Nothing waits for a person[\s\S]*>prod</);
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

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cascade } from '../../cli/command.ts';
import type { Case } from '../cases.ts';
import type { Walk, Window } from '../walk.ts';
import { runCell, scrollTo } from './outputs.ts';

const name = 'execution-log.rehearsal.md';

/** Two operators on one folder, each in a window of their own. */
export const twoWindows = (walk: Walk): readonly Case[] => {
  const { workspace, world } = walk;
  let other: Window | undefined;
  const second = async (): Promise<Window> => {
    other ??= await walk.anotherWindow();
    return other;
  };
  const verify = async (window: Window, partition: string): Promise<void> => {
    await window.command('Cascade: Verify Partition');
    await window.pick(partition);
    await window.page
      .getByText(new RegExp(`${partition} is (?:not verified|unknown)`))
      .first()
      .waitFor({ timeout: 60_000 });
  };
  return [
    {
      name: 'both verify at once, each another partition: the log has all results, and both windows show them',
      async run() {
        for (const words of [
          ['--gate', 'entry-criteria', '--answers', 'yes'],
          ['dev', 'Pre-flight'],
        ]) {
          const { code, stdout, stderr } = await cascade(['run', ...words], {
            cwd: workspace,
            env: world.env,
          });
          assert.equal(code, 0, stdout + stderr);
        }
        const windows = [walk, await second()];
        for (const window of windows) await window.openFile('partition-mail.runbook.md');
        // One has the log open as well: what it writes goes through its editor.
        await walk.openFile(name);
        await Promise.all([verify(walk, 'dev'), verify(await second(), 'stage')]);
        const text = await walk.fileWith(name, '## § stage');
        for (const partition of ['dev', 'stage']) {
          const section =
            new RegExp(`### Verification \\(T-O\\d-${partition}\\)[\\s\\S]*?\\n(?=\\*\\*Sign-off)`).exec(
              text,
            )?.[0] ?? '';
          const results = section.split('\n').filter((line) => /^- .*: (?:❌|✅|🟡) /u.test(line));
          assert.equal(results.length, 5, section);
        }
        for (const { page } of windows) {
          await page.getByRole('tab', { name: 'Cascade' }).click();
          const rows = page.locator('.pane-body .monaco-list-row').filter({ hasText: /^Verification/ });
          for (const row of [0, 1])
            await rows
              .nth(row)
              .getByText(/of 10 failed/)
              .waitFor();
        }
      },
    },
    {
      name: 'a partition that one of them deploys is not touched by the other, who is told by whom',
      async run() {
        const there = await second();
        for (const { page } of [walk, there])
          await page.getByRole('tab', { name: 'Explorer' }).first().click();
        await scrollTo(there, /amm\.sh/);
        await runCell(walk, 'dev', /register/);
        await walk.waitForOutput(/registered/);
        await runCell(walk, 'dev', /amm\.sh/);
        await walk.fileWith(name, 'dev` exits 0: 🟡 started');
        await runCell(there, 'dev', /amm\.sh/);
        await there.waitForOutput(/dev is being changed: dev · Deploy, process \d+ on /);
        await there.page.locator('.cell-status-left', { hasText: 'running' }).first().waitFor();
        await there.page.getByRole('button', { name: 'No Problems' }).waitFor();
        await there.screenshot('two-windows');
        await there.page.getByRole('tab', { name: 'Cascade' }).click();
        await there.page
          .locator('.pane-body .monaco-list-row')
          .filter({ hasText: /^Deploy/ })
          .first()
          .getByText(/running|passed/)
          .waitFor();
        await walk.waitForOutput(/^exit code 0$/, 120_000);
        await walk.waitForOutput(/ of \d+ resources · Alpha002-dev-Email · CREATE_COMPLETE/);
        await walk.screenshot('two-windows-deployed');
        await walk.fileWith(name, /amm\.sh --profile \S+ \S+ dev` exits 0: ✅/u);
        const { stacks } = JSON.parse(await readFile(join(workspace, '.rehearsal', 'state.json'), 'utf8'));
        assert.equal(stacks.length, 1);
      },
    },
    {
      name: 'nothing of ours stands on the console as an error',
      run: () => assert.deepEqual(walk.consoleErrors, []),
    },
  ];
};

import assert from 'node:assert/strict';
import type { Case } from '../cases.ts';
import type { Walk } from '../walk.ts';

/** The runbook as it is met first; each step builds on the ones before. */
export const firstLook = (walk: Walk): readonly Case[] => [
  {
    name: 'the explorer opens the runbook as a notebook',
    async run() {
      await walk.openFile('partition-mail.runbook.md');
      await walk.waitForOutput('Takes mail for one partition');
      await walk.page.getByText('Select Partition…').first().waitFor();
      await walk.screenshot('runbook');
    },
  },
  {
    name: 'nothing of ours stands on the console as an error',
    run() {
      assert.deepEqual(walk.consoleErrors, []);
    },
  },
];

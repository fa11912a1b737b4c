import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import type { Case } from '../cases.ts';
import type { Walk } from '../walk.ts';

/** A folder that nobody vouched for: reading works, running does not. */
export const untrusted = (walk: Walk): readonly Case[] => [
  {
    name: 'the runbook can be read, Verify says why it does not run, and nothing is written',
    async run() {
      const { page } = walk;
      const before = await readdir(walk.workspace);
      await walk.openRunbook();
      await walk.command('Cascade: Verify Partition');
      await walk.pick('dev');
      await page
        .getByText('This workspace is not trusted: reading works, running does not.')
        .first()
        .waitFor();
      await walk.screenshot('untrusted');
      assert.deepEqual(await readdir(walk.workspace), before);
    },
  },
];

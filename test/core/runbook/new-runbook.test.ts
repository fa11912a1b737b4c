import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newRunbook } from '../../../src/core/runbook/new-runbook.ts';
import { parseRunbook } from '../../../src/core/runbook/runbook.ts';

test('a new runbook has no problem, and a cell for each of its headings', () => {
  const runbook = parseRunbook(newRunbook('partition-mail'));
  assert.deepEqual(runbook.problems, []);
  assert.equal(runbook.name, 'partition-mail');
  assert.equal(runbook.steps.length, 5);
});

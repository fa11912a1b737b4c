import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sectionOf, sections } from '../../../src/core/help/sections.ts';
import { readOverview } from '../../../src/core/log/overview.ts';
import { greetingText } from '../../host/cases/greeting-text.ts';
import { runbook } from './greeting.ts';

test('a section is what its cells are run for, with what the log says of it on the partition', () => {
  const read = readOverview(greetingText, runbook);
  assert.ok(read.kind === 'overview');
  assert.deepEqual(sections(runbook, read.overview, 'dev'), [
    { title: 'Deploy', steps: [0], status: 'cleared' },
    { title: 'Verification', steps: [1, 2], status: 'cleared' },
    { title: 'We go', steps: [3], status: 'pending' },
  ]);
  assert.equal(sections(runbook, read.overview, 'prod')[0]?.status, 'pending');
  assert.equal(sections(runbook, read.overview, 'nowhere')[0]?.status, undefined);
});

test('a step leads to its section', () => {
  assert.equal(sectionOf(runbook, 2)?.title, 'Verification');
  assert.equal(sectionOf(runbook, 9), undefined);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asking } from '../../../src/core/gates/may-run.ts';
import { attention } from '../../../src/core/help/attention.ts';
import { newLog } from '../../../src/core/log/create.ts';
import { readRecord } from '../../../src/core/log/model.ts';
import { overviewOf } from '../../../src/core/log/overview.ts';
import { readLog } from '../../../src/core/log/read.ts';
import { sample } from '../fixture.ts';

const runbook = sample();
const at = { date: '2026-11-24', time: '2026-11-24 10:00:00 +00:00' };
const fresh = newLog(runbook, { operator: 'Op', at, worktree: '.', rehearsal: false });

function waits(text: string): readonly string[] {
  const record = readRecord(readLog(text), runbook);
  const read = overviewOf(record, runbook);
  assert.ok(read.kind === 'overview');
  return attention(runbook, asking(runbook, record, at), read.overview, new Set());
}

const row = (text: string, partition: string, ...cells: readonly string[]): string =>
  text.replace(
    new RegExp(`^(\\| \`${partition}\` \\|[^|]*\\|[^|]*\\|).*$`, 'm'),
    `$1 ${cells.join(' | ')} |`,
  );

test('a fresh log waits for runs, not for people', () => assert.deepEqual(waits(fresh), []));

test('a gate that holds back what could begin is told once, whomever it holds back', () => {
  const text = ['dev', 'prod']
    .reduce((each, name) => row(each, name, '✅ 2026-11-24', '⏳', '⏳', '—'), fresh)
    .replaceAll(/(read "op:.*): ⏳ pending/g, '$1: ✅ 2026-11-24');
  assert.deepEqual(waits(text), ['prod waits: the gate "Entry criteria verified" is pending.']);
});

test('failures, changes without a result and sign-offs that are due', () => {
  const done = '✅ 2026-11-24';
  assert.deepEqual(waits(row(fresh, 'dev', done, done, '❌ 2026-11-24', '—')), [
    'dev · Verification failed.',
  ]);
  // A verification may fail before its deploy was tried.
  assert.deepEqual(waits(row(fresh, 'dev', '⏳', '⏳', '❌ 2026-11-24', '—')), [
    'dev · Verification failed.',
  ]);
  assert.deepEqual(waits(row(fresh, 'dev', done, done, done, '—')), ['dev waits to be signed off.']);
  assert.deepEqual(waits(row(fresh, 'dev', done, done, done, '2026-11-24')), []);
  const begun = fresh.replace(/(deploy\.sh dev`.*): ⏳ pending/, '$1: 🟡 started 2026-11-24 09:00:00 +00:00');
  assert.deepEqual(waits(row(begun, 'dev', done, '⏳', '⏳', '—')), [
    'dev · Deploy: a change was started and has no result.',
    'dev waits: the gate "Entry criteria verified" is pending.',
  ]);
});

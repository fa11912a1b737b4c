/** What a cell shows of a run, played through the real engine with ports in memory. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer } from '../../src/core/ports.ts';
import type { CheckRow } from '../../src/core/run/cell-report.ts';
import { run } from '../../src/core/run/engine.ts';
import type { RunEvent } from '../../src/core/run/events.ts';
import { recorded } from '../../src/core/run/record.ts';
import { CellProgress, stackRow } from '../../src/vscode/cell-progress.ts';
import { reportMarkdown } from '../../src/vscode/report-markdown.ts';
import { phase } from '../core/fixture.ts';
import { cascadeOf, sh } from '../core/run/cascade-of.ts';

const identity = { id: 'one', partition: 'dev', rehearsal: false };
const dig = '```dig\nTXT x.com has v=1\nTXT y.com has v=1\n```\n\n';

async function play(
  cell: CellProgress,
  { cascade, runbook }: ReturnType<typeof cascadeOf>,
  checks?: readonly string[],
): Promise<readonly RunEvent[]> {
  const target = phase(runbook, 'dev', 'Pre-flight');
  const signal = new AbortController().signal;
  const events: RunEvent[] = [];
  const options = checks === undefined ? { signal } : { signal, checks };
  for await (const event of recorded(cascade, run(cascade, target, options), signal)) {
    events.push(event);
    if (event.kind === 'run-started') cell.expect(event.target, event.checks);
    else cell.take(event);
  }
  return events;
}

const states = (rows: readonly CheckRow[]): readonly string[] => rows.map(({ state }) => state);

test('a row a check: expected, actual, who has what, and whether it may run again', async () => {
  const made = cascadeOf(`## Pre-flight\n\n${dig}`);
  made.world.dns.set('TXT x.com', { code: 'noerror', values: ['v=1 \u202Edesrever'] });
  made.world.dns.set('TXT y.com', { code: 'noerror', values: ['v=2'] });
  const cell = new CellProgress(identity);
  await play(cell, made);
  const [x, y] = cell.report.rows;
  assert.deepEqual(states(cell.report.rows), ['passed', 'failed']);
  assert.equal(x?.detail, 'v=1 <U+202E>desrever', 'nothing turns the words');
  assert.equal(y?.expected, 'a TXT record with v=1');
  assert.match(y?.actual ?? '', /^v=2/);
  assert.ok(y?.next);
  assert.equal(y?.again, true);
});

test('one check runs again by itself, the others stay; a change is never picked', async () => {
  const made = cascadeOf(`## Pre-flight\n\n${dig}${sh('./deploy.sh', '')}`);
  made.world.dns.set('TXT x.com', { code: 'noerror', values: ['v=1'] });
  made.world.dns.set('TXT y.com', { code: 'noerror', values: ['v=2'] });
  const before = new CellProgress(identity);
  await play(before, made);
  assert.deepEqual(states(before.report.rows), ['passed', 'failed', 'not-run']);
  made.world.dns.set('TXT y.com', { code: 'noerror', values: ['v=1'] });
  const [x, y, change] = before.report.rows;
  assert.equal(change?.again, false);
  const after = new CellProgress({ ...identity, id: 'two' }, before);
  const events = await play(after, made, [y?.key ?? '']);
  assert.equal(events.filter(({ kind }) => kind === 'check-finished').length, 1);
  assert.deepEqual(states(after.report.rows), ['passed', 'passed', 'not-run']);
  assert.deepEqual(after.report.rows[0], x);
  const none = await play(new CellProgress(identity), made, [change?.key ?? '']);
  assert.deepEqual(
    none.map(({ kind }) => kind),
    ['run-started', 'run-finished'],
  );
});

test('a check keeps what it printed, in its colours, and where all of it is', async () => {
  const made = cascadeOf(`## Pre-flight\n\n${sh('./a.sh')}${sh('./quiet.sh')}`);
  made.world.shell = async (text, _, output) => {
    if (text.includes('a.sh')) output('\u001B[32m``` green\u001B[0m\n');
    return answer({ exitCode: 0 });
  };
  const cell = new CellProgress(identity);
  await play(cell, made);
  const [loud, quiet] = cell.report.rows;
  assert.equal(loud?.output, '\u001B[32m``` green\u001B[0m\n');
  assert.equal(loud?.transcript, true);
  assert.match(cell.transcript(loud?.key ?? '') ?? '', /\.evidence\/.*\.txt$/);
  assert.equal(quiet?.output, undefined);
  assert.equal(quiet?.transcript, false, 'a file that has nothing more is not offered');
  assert.match(reportMarkdown(cell.report), /\n\n````text\n``` green\n````$/);
});

test('a stack tells its newest events, and keeps what failed first', () => {
  const resource = (logicalId: string, status: string) => ({ logicalId, type: 'AWS::IAM::Role', status });
  const stack = { name: 'S', status: 'CREATE_IN_PROGRESS' };
  const first = { stack, resources: [resource('A', 'CREATE_IN_PROGRESS')] };
  const shown = stackRow(first, undefined, []);
  const failed = resource('B', 'CREATE_FAILED');
  const second = stackRow(
    { stack, resources: [resource('A', 'CREATE_COMPLETE'), failed], firstFailure: failed },
    first,
    shown.events,
  );
  assert.deepEqual(
    second.events.map(({ resource: id, status }) => `${id} ${status}`),
    ['B CREATE_FAILED', 'A CREATE_COMPLETE', 'A CREATE_IN_PROGRESS'],
  );
  assert.equal(second.failure?.resource, 'B');
  assert.deepEqual([second.done, second.all], [1, 2]);
});

/** The machine's clock is moved back between runs: what was written stays, what comes is written, lint says so. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lint } from '../../../src/core/lint/lint.ts';
import { readRecord } from '../../../src/core/log/model.ts';
import { overviewOf } from '../../../src/core/log/overview.ts';
import { readLog } from '../../../src/core/log/read.ts';
import { answer } from '../../../src/core/ports.ts';
import { run } from '../../../src/core/run/engine.ts';
import { recorded } from '../../../src/core/run/record.ts';
import type { Runbook } from '../../../src/core/runbook/runbook.ts';
import { phase } from '../fixture.ts';
import { cascadeOf, sh } from './cascade-of.ts';

const moments = [
  '2026-11-24T10:00:00Z',
  '2026-11-24T08:00:00Z',
  '2026-11-22T23:59:59Z',
  '2026-11-24T09:00:00Z',
  '1970-01-01T00:00:00Z',
  '2026-11-24T11:00:00Z',
];

const historyOf = (text: string): string[] =>
  text.split('\n').filter((line) => /^ {2}- (?:\d{4}-|🟡 started)/u.test(line));

test('results with earlier times are added, all of them, and the last one written is the one that counts', async () => {
  const { world, play, log, runbook } = cascadeOf(`## Pre-flight\n\n${sh('./a.sh')}`);
  let before: readonly string[] = [];
  for (const [index, moment] of moments.entries()) {
    world.now = new Date(moment);
    const exitCode = index % 2;
    world.shell = async () => answer({ exitCode });
    assert.equal(await play(), exitCode === 0 ? 'passed' : 'failed');
    const text = log.text ?? '';
    const history = historyOf(text);
    assert.deepEqual(history.slice(0, before.length), before, 'nothing that was there has changed');
    assert.equal(history.length, Math.max(0, index), 'one line for each result behind the first');
    if (index > 0) assert.ok(history.at(-1)?.includes(moment.slice(0, 10)), history.at(-1));
    before = history;
    const { overview } = readable(text, runbook);
    const status = overview.partitions[0]?.phases[0];
    assert.equal(status?.status, exitCode === 0 ? 'cleared' : 'failed');
    assert.equal(status?.date, moment.slice(0, 10));
  }
  const text = log.text ?? '';
  assert.equal(text.match(/attempt[^*\n]*\*\* failed/gi)?.length, 3, 'each failed attempt is noted');
  assert.equal(text.match(/attempt[^*\n]*\*\* passed/gi)?.length, 2, 'and each that passed after one');
  const findings = lint(text, runbook, '2026-11-24').filter(({ code }) => code === 'dates');
  const back = findings.filter(({ message }) => message.includes('goes back in time here'));
  assert.deepEqual(
    back.map(({ message }) => /here: (\S+ \S+)/.exec(message)?.[1]),
    ['2026-11-22 23:59:59', '1970-01-01 00:00:00'],
  );
});

test('a clock that ran ahead: what it left is said to be in the future', async () => {
  const { world, play, log, runbook } = cascadeOf(`## Pre-flight\n\n${sh('./a.sh')}`);
  for (const moment of ['2027-03-01T10:00:00Z', '2027-03-01T11:00:00Z', '2026-11-24T10:00:00Z']) {
    world.now = new Date(moment);
    await play();
  }
  const messages = lint(log.text ?? '', runbook, '2026-11-24').map(({ message }) => message);
  assert.ok(messages.includes('2027-03-01 is in the future: today is 2026-11-24.'), messages.join('\n'));
  assert.match(log.text ?? '', /exits 0: ✅ 2026-11-24/, 'the status is that of the last run');
});

test('a change that began in what is now the future is looked at, and not repeated', async () => {
  const { world, log, runbook, cascade } = cascadeOf(`## Deploy\n\n${sh('./deploy.sh', '')}`);
  const started = '🟡 started 2026-11-24 10:00:00 +00:00';
  const deploy = phase(runbook, 'dev', 'Deploy');
  log.text = (log.text ?? '')
    .replace('- `./deploy.sh` exits 0: ⏳ pending', `- \`./deploy.sh\` exits 0: ${started}`)
    .replace('| Entry criteria verified | ⏳ |', '| Entry criteria verified | ⚠️ waived — no need |');
  assert.ok(log.text.includes(started), log.text);
  world.now = new Date('2026-11-24T08:00:00Z');
  world.shell = async () => assert.fail('it is not run again');
  world.answers = () => ({ yes: false, by: 'Op' });
  const { signal } = new AbortController();
  const outcomes: string[] = [];
  for (const purpose of ['run', 'look'] as const)
    for await (const event of recorded(cascade, run(cascade, deploy, { signal, purpose })))
      if (event.kind === 'run-finished') outcomes.push(event.outcome);
  assert.deepEqual(outcomes, ['blocked', 'unknown']);
  assert.match(
    log.text,
    /\*\*Attempt 2026-11-24 10:00:00 \+00:00\*\* was cut off at .*Looked at 2026-11-24 08:00:00 \+00:00/,
  );
  readable(log.text, runbook);
});

function readable(text: string, runbook: Runbook) {
  const read = overviewOf(readRecord(readLog(text), runbook), runbook);
  assert.ok(read.kind !== 'unreadable', JSON.stringify(read));
  assert.ok(!lint(text, runbook, '2026-11-24').some(({ code }) => code === 'unreadable'));
  return read;
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asking } from '../../../src/core/gates/may-run.ts';
import { type Board, boardOf } from '../../../src/core/help/board.ts';
import { newLog } from '../../../src/core/log/create.ts';
import { readRecord } from '../../../src/core/log/model.ts';
import { overviewOf } from '../../../src/core/log/overview.ts';
import { readLog } from '../../../src/core/log/read.ts';
import { parseRunbook } from '../../../src/core/runbook/runbook.ts';
import { sample } from '../fixture.ts';

const runbook = sample();
const at = { date: '2026-11-24', time: '2026-11-24 10:00:00 +00:00' };
const fresh = newLog(runbook, { operator: 'Op', at, worktree: '.', rehearsal: false });

function board(text: string, running: readonly string[] = [], by = runbook): Board {
  const record = readRecord(readLog(text), by);
  const read = overviewOf(record, by);
  assert.ok(read.kind === 'overview');
  const { overview } = read;
  const named = { log: 'execution-log.md', rehearsal: false };
  return boardOf({
    runbook: by,
    record,
    overview,
    asked: asking(by, record, at),
    now: at,
    running: new Set(running),
    ...named,
  });
}

const row = (text: string, partition: string, ...cells: readonly string[]): string =>
  text.replace(
    new RegExp(`^(\\| \`${partition}\` \\|[^|]*\\|[^|]*\\|).*$`, 'm'),
    `$1 ${cells.join(' | ')} |`,
  );
const done = '✅ 2026-11-24';
const cellOf = ({ rows, phases }: Board, partition: string, phase: string) => {
  const cell = rows.find((each) => each.partition === partition)?.cells[phases.indexOf(phase)];
  assert.ok(cell !== undefined, `${partition}/${phase}`);
  return cell;
};

test('a fresh log: everything is pending, and the first phase of each partition is next', () => {
  const { rows, phases, days } = board(fresh);
  assert.deepEqual(phases, [...runbook.phases.map((phase) => phase.title), 'Sign-off']);
  assert.deepEqual(
    rows.map((each) => each.partition),
    runbook.partitions.map((partition) => partition.name),
  );
  for (const { cells } of rows) {
    assert.deepEqual([...new Set(cells.map((cell) => cell.status))], ['pending']);
    assert.deepEqual(
      cells.map((cell) => cell.next),
      cells.map((_, index) => index === 0),
    );
  }
  assert.deepEqual(days, []);
});

test('a gate is a door before what it blocks, and what is next tells why it waits', () => {
  const text = row(fresh, 'prod', done, '⏳ pending', '⏳ pending', '—');
  const drawn = board(text);
  const doors = (partition: string, phase: string): readonly (string | undefined)[] =>
    cellOf(drawn, partition, phase).doors.map((index) => drawn.gates[index]?.title);
  assert.deepEqual(doors('dev', 'Deploy'), ['Entry criteria verified']);
  assert.deepEqual(doors('dev', 'Verification'), []);
  assert.ok(doors('prod', 'Deploy').includes('Production confirmed'));
  const next = cellOf(drawn, 'prod', 'Deploy');
  assert.equal(next.next, true);
  assert.ok(
    next.waits.some((words) => /^The gate "Entry criteria verified" is pending\. To go on, /.test(words)),
  );
  assert.deepEqual(cellOf(drawn, 'prod', 'Verification').waits, []);
});

test('a waived door is open, a cleared one that lacks what it requires is not', () => {
  const gate = (title: string, status: string) => (text: string) =>
    text.replace(new RegExp(`^\\| ${title} \\|.*$`, 'm'), `| ${title} | ${status} | 2026-11-24 |`);
  const waived = gate('Entry criteria verified', '⚠️ waived 2026-11-24 — looked at by hand')(fresh);
  const opened = gate('Production confirmed', done)(waived);
  const { gates } = board(opened);
  const open = Object.fromEntries(gates.map((each) => [each.title, each.open]));
  assert.equal(open['Entry criteria verified'], true);
  assert.equal(open['Production confirmed'], false);
  const closed = gates.find((each) => each.title === 'Production confirmed');
  assert.match(closed?.why.join(' ') ?? '', /requires dev\/Verification cleared, and it is pending/);
});

test('a change without a result is started, and running while somebody is at it', () => {
  const begun = fresh.replace(/(deploy\.sh dev`.*): ⏳ pending/, '$1: 🟡 started 2026-11-24 09:00:00 +00:00');
  const text = row(begun, 'dev', done, '⏳ pending', '⏳ pending', '—');
  assert.equal(cellOf(board(text), 'dev', 'Deploy').status, 'started');
  assert.ok(board(text).waits.some((words) => words.includes('no result')));
  assert.equal(cellOf(board(text, ['dev']), 'dev', 'Deploy').status, 'running');
  assert.ok(!board(text, ['dev']).waits.some((words) => words.includes('no result')));
});

test('the days have each attempt in its lane, the newest day first', () => {
  const told = fresh.replace(
    /(### Deploy \(T-O7-prod\)[\s\S]*?deploy\.sh prod.*\n)/,
    '$1\n**Notes / anomalies**:\n\n- **First attempt (2026-11-22 16:08 PDT)** failed: the name is taken\n- **Second attempt 2026-11-24 09:10:00 +00:00** passed: 3 of 3 checks\n- **A note on the first attempt**: it left the domain\n',
  );
  assert.notEqual(told, fresh);
  const text = row(told, 'prod', '✅ 2026-11-22', done, '❌ 2026-11-24 1 of 10 failed', '—');
  const { days } = board(text);
  assert.deepEqual(
    days.map(({ date, lanes }) => [
      date,
      lanes.map(({ name, moments }) => [
        name,
        moments.map(({ what, status, time }) => `${what} ${status} ${time ?? ''}`.trim()),
      ]),
    ]),
    [
      ['2026-11-24', [['prod', ['Deploy, attempt 2 cleared 09:10:00 +00:00', 'Verification failed']]]],
      ['2026-11-22', [['prod', ['Pre-flight cleared', 'Deploy, attempt 1 failed 16:08 PDT']]]],
    ],
  );
});

test('what it shows of a thing leads to its place in the log', () => {
  const text = row(fresh, 'dev', done, '❌ 2026-11-24', '⏳ pending', '—');
  const drawn = board(text);
  const { span } = cellOf(drawn, 'dev', 'Deploy');
  assert.match(text.slice(span.start, span.end), /Deploy \(.*dev/);
  const [gate] = drawn.gates;
  assert.ok(gate !== undefined && text.slice(gate.span.start, gate.span.end).includes(gate.title));
});

test('of many days the newest thirty are drawn, and the others are counted', () => {
  const gates = Array.from({ length: 40 }, (_, index) => {
    const date = new Date(Date.UTC(2026, 8, 1 + index)).toISOString().slice(0, 10);
    return `| Gate ${index} | ✅ ${date} | ${date} |`;
  });
  const { days, earlierDays } = board(fresh.replace(/(\| Gate \|.*\n\|.*\n)/, `$1${gates.join('\n')}\n`));
  assert.equal(days.length, 30);
  assert.equal(earlierDays, 10);
  assert.ok((days[0]?.date ?? '') > (days[29]?.date ?? ''));
});

test('of what a gate of many partitions waits for the first reasons are told, and the others counted', () => {
  const many = parseRunbook(
    sample().text.replace('requires: [dev/Verification]', 'requires: ["*/Pre-flight", "*/Verification"]'),
  );
  const log = newLog(many, { operator: 'Op', at, worktree: '.', rehearsal: false });
  const gate = board(log, [], many).gates.find((each) => each.title === 'Production confirmed');
  assert.equal(gate?.why.length, 4);
  assert.equal(gate?.why.at(-1), 'And 1 more.');
});

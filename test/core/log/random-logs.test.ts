/** Logs as people keep them, made at random: what was put in is read, and what is written leaves the rest alone. */
import assert from 'node:assert/strict';
import { env } from 'node:process';
import { test } from 'node:test';
import fc from 'fast-check';
import { attemptsOf, recordPassedAttempt } from '../../../src/core/log/attempts.ts';
import { applyEdits, harmless, harmlessCell, type Stamp, thenAlso } from '../../../src/core/log/edits.ts';
import { gateTable, type LogEntry, partitionSection, signOffField } from '../../../src/core/log/find.ts';
import { type CascadeRecord, type CheckRecord, readRecord } from '../../../src/core/log/model.ts';
import { ensurePlace, type Place, sectionOf } from '../../../src/core/log/place.ts';
import { readLog } from '../../../src/core/log/read.ts';
import { type Entry, recordCheck, recordNote } from '../../../src/core/log/record.ts';
import {
  recordAndSettle,
  recordSignOff,
  type SignOff,
  settle,
  statusesOf,
  total,
} from '../../../src/core/log/settle.ts';
import type { LogStatus } from '../../../src/core/log/status.ts';
import type { TextEdit } from '../../../src/core/ports.ts';
import { placedChecks, placeOf, type Target } from '../../../src/core/run/places.ts';
import { positionAt, splitLines } from '../../../src/core/text.ts';
import { type Known, randomLog, runbook } from './grammar.ts';

/** Random logs of each test; more of them on request. */
const runs = Number(env['RANDOM_LOGS'] ?? 250);

/** Every status that a record holds, in the order of the log. */
function statuses({ partitions, gates }: CascadeRecord): Known[] {
  const found: Known[] = [];
  const take = (of: string, status: LogStatus | undefined): void => {
    if (status === undefined) return;
    const { kind, started, date, span } = status;
    found.push({ of, kind, started, date, start: span.start, end: span.end });
  };
  const takeChecks = (of: string, checks: readonly CheckRecord[]): void => {
    for (const check of checks) {
      take(`${of} check`, check.status);
      for (const line of check.history) take(`${of} history`, line.status);
    }
  };
  for (const { partition, phases, signOff } of partitions) {
    take(`${partition} sign-off`, signOff.field?.status);
    take(`${partition}/Sign-off date summary`, signOff.cell?.status);
    for (const { phase, cell, sections } of phases) {
      take(`${partition}/${phase.column} summary`, cell?.status);
      for (const { heading, checks } of sections) {
        take(`${partition}/${phase.title} heading`, heading.status);
        takeChecks(`${partition}/${phase.title}`, checks);
      }
    }
  }
  for (const gate of gates) {
    take(`gate ${gate.title}`, gate.cell?.status);
    takeChecks(`gate ${gate.title}`, gate.checks);
  }
  return found.toSorted((a, b) => a.start - b.start);
}

test('reading finds the statuses that were put in, where they stand, and nothing else', () => {
  fc.assert(
    fc.property(randomLog, ({ text, known }) => {
      const log = readLog(text);
      const found = statuses(readRecord(log, runbook));
      assert.deepEqual(
        found,
        known.toSorted((a, b) => a.start - b.start),
      );
      const lines = splitLines(text);
      for (const { start } of known) {
        const position = log.lines.positionAt(start);
        const line = lines.findIndex((each) => each.next > start);
        assert.deepEqual(position, { line, column: start - (lines[line]?.start ?? 0) });
        assert.deepEqual(position, positionAt(text, start));
      }
    }),
    { numRuns: runs },
  );
});

/** What a run may tell of: one check, a sign-off, a note, an attempt that passed. */
type Event =
  | {
      readonly kind: 'check';
      readonly target: Exclude<Target, { kind: 'sign-off' }>;
      readonly check: number;
      readonly entry: Entry;
    }
  | { readonly kind: 'sign-off'; readonly partition: string; readonly signed: SignOff }
  | { readonly kind: 'note'; readonly target: Extract<Target, { kind: 'phase' }>; readonly words: string }
  | { readonly kind: 'attempt'; readonly target: Extract<Target, { kind: 'phase' }> };

const nasty: readonly string[] = [
  '4 nameservers (ns-1.example.net, ns-2.example.net)',
  'a | b || c \\| d \\\\| e',
  '`code` and ``more` | `',
  'one\ntwo\r\nthree\rfour\u2028five',
  '\u0000\u001B[31mred\u001B[0m\u0007\u009F\u202E',
  '✅ 2027-01-01 ❌ ⚠️ 🟡 started ⏳ pending',
  '<script>x</script> <!-- <b>',
  '# no heading',
  '- no bullet\n- none',
  '| a |\n|---|\n| b |',
  '```\nno fence',
  '---',
  '  ',
  '',
  '**Sign-off**: ✅',
  '\\',
  '🚀'.repeat(250),
  'word '.repeat(2000),
  '\uD800 half \uDC00',
];

const evidence: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...nasty),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.tuple(fc.constantFrom(...nasty), fc.constantFrom(...nasty)).map((both) => both.join('')),
);

const phases: readonly Extract<Target, { kind: 'phase' }>[] = runbook.partitions.flatMap((partition) =>
  runbook.phases.map((phase) => ({ kind: 'phase', partition, phase }) as const),
);
const targets: readonly Exclude<Target, { kind: 'sign-off' }>[] = [
  ...phases,
  ...runbook.gates.map((gate) => ({ kind: 'gate', gate }) as const),
];

const entry: fc.Arbitrary<Entry> = fc.oneof(
  fc.constant<Entry>({ kind: 'started' }),
  fc.record({
    kind: fc.constant('result'),
    verdict: fc.constantFrom('passed', 'failed', 'unknown', 'interrupted'),
    evidence,
  }),
);

const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('check'),
      target: fc.constantFrom(...targets),
      check: fc.nat({ max: 7 }),
      entry,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('sign-off'),
      partition: fc.constantFrom('dev', 'prod'),
      signed: fc.oneof(
        fc.record({ kind: fc.constantFrom('given', 'refused'), evidence }),
        fc.constant<SignOff>({ kind: 'open', open: 1, all: 2 }),
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('note'), target: fc.constantFrom(...phases), words: evidence }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('attempt'), target: fc.constantFrom(...phases) }),
  },
);

const placed = (target: Target): readonly LogEntry[] =>
  placedChecks(runbook, target, () => ({})).map((each) => each.entry);

const at = (minute: number): Stamp => ({
  date: '2026-11-24',
  time: `2026-11-24 10:0${minute}:11 +00:00`,
});

/** All that one event writes, as one change. */
function written(text: string, told: Event, when: Stamp): readonly TextEdit[] {
  if (told.kind === 'sign-off') {
    const place: Place = { kind: 'sign-off', partition: told.partition };
    return thenAlso(text, ensurePlace(text, place), (now) =>
      recordSignOff(now, told.partition, told.signed, when),
    );
  }
  const place = placeOf(runbook, told.target);
  const made = ensurePlace(text, place);
  if (told.kind === 'note')
    return thenAlso(text, made, (now) => recordNote(now, place, harmless(told.words)));
  const all = placed(told.target);
  if (told.kind === 'attempt')
    return thenAlso(text, made, (now) => recordPassedAttempt(now, place, all.length, when));
  const check = all[told.check % all.length];
  assert.ok(check);
  const recorded = thenAlso(text, made, (now) => recordCheck(now, place, check, all, told.entry, when));
  return thenAlso(text, recorded, (now) => settle(now, place, all, when));
}

/** What gives way to a status: another one, nothing, or the name of a value in a command. */
const givesWay =
  /^(?:[✅🟡❌⚠⏳]\uFE0F?(?: (?:started|pending|waived|unknown))?(?: \d{4}-\d{2}-\d{2}(?: \d{2}:\d{2}:\d{2} [+-]\d{2}:\d{2})?)?(?: \d+ of \d+ (?:open|failed|unknown))?|[—–-]?|\d{4}-\d{2}-\d{2}|`[^`]*\$\{[^`]*`)$/u;

const wordsOf = (text: string): readonly string[] => text.match(/[\p{L}\p{N}]+/gu) ?? [];

/** What was there is there: edits take only what gives way, and nothing new stands between what was one line. */
function keepsAll(before: string, edits: readonly TextEdit[], after: string): void {
  let kept = '';
  let from = 0;
  for (const { offset, length, text } of edits.toSorted((a, b) => a.offset - b.offset)) {
    const gone = before.slice(offset, offset + length);
    assert.match(gone, givesWay, `"${gone}" gave way to "${text}"`);
    kept += `${before.slice(from, offset)} `;
    from = offset + length;
    const starts = offset === 0 || /[\r\n]/.test(before[offset - 1] ?? '');
    const ends = from === before.length || /[\r\n]/.test(before[from] ?? '');
    if (/[\r\n]/.test(text)) {
      assert.ok(starts || ends, `a line is broken by "${text}"`);
      if (!ends) assert.match(text, /[\r\n]$/, 'what is put before a line is lines');
    }
  }
  kept += before.slice(from);
  const now = wordsOf(after);
  let next = 0;
  for (const word of wordsOf(kept)) {
    while (next < now.length && now[next] !== word) next++;
    assert.ok(next < now.length, `"${word}" is gone`);
    next++;
  }
}

const count = (text: string): { headings: number; tables: number } => {
  const { headings, tables } = readLog(text);
  return { headings: headings.length, tables: tables.length };
};

/** What the log has, and what the event lacks in it: headings of its place, and the table of gates. */
function added(text: string, told: Event, after: string): { headings: number; tables: number } {
  const { headings, tables } = count(text);
  const place: Place =
    told.kind === 'sign-off'
      ? { kind: 'sign-off', partition: told.partition }
      : placeOf(runbook, told.target);
  const made = ensurePlace(text, place).flatMap((edit) => edit.text.match(/^#+ /gm) ?? []).length;
  const gates = gateTable(readLog(text)) === undefined && gateTable(readLog(after)) !== undefined ? 1 : 0;
  return { headings: headings + made, tables: tables + gates };
}

/** Statuses without their places; those of the touched things left out. */
const untouched = (text: string, touched: ReadonlySet<string>): readonly string[] =>
  statuses(readRecord(readLog(text), runbook))
    .filter(({ of }) => !touched.has(of))
    .map(({ of, kind, started, date }) => `${of} ${kind} ${started} ${date}`);

/** @param text a section that is made anew there has its pending sign-off */
function touchedBy(told: Event, text: string): ReadonlySet<string> {
  if (told.kind === 'sign-off')
    return new Set([`${told.partition} sign-off`, `${told.partition}/Sign-off date summary`]);
  const { target } = told;
  if (target.kind === 'gate')
    return new Set([
      `gate ${target.gate.title}`,
      `gate ${target.gate.title} check`,
      `gate ${target.gate.title} history`,
    ]);
  const { name } = target.partition;
  const of = `${name}/${target.phase.title}`;
  return new Set([
    `${of} heading`,
    `${of} check`,
    `${of} history`,
    `${name}/${target.phase.column} summary`,
    ...(partitionSection(readLog(text), name) === undefined ? [`${name} sign-off`] : []),
  ]);
}

const kindOf = { passed: 'cleared', failed: 'failed', unknown: 'partial', interrupted: 'partial' } as const;

/** Reading gives back what was written. */
function saysSo(text: string, told: Event): void {
  const log = readLog(text);
  if (told.kind === 'sign-off') {
    const field = signOffField(log, told.partition);
    assert.ok(field?.status !== undefined);
    if (told.signed.kind === 'open') return;
    assert.equal(field.status.kind, told.signed.kind === 'given' ? 'cleared' : 'failed');
    assert.equal(field.status.date, '2026-11-24');
    assert.ok(text.includes(harmless(told.signed.evidence)));
    return;
  }
  const place = placeOf(runbook, told.target);
  if (told.kind === 'note') {
    assert.ok(text.includes(`- ${harmless(told.words)}`));
    return;
  }
  if (told.kind === 'attempt') {
    const section = sectionOf(log, place);
    assert.ok(section);
    const attempts = attemptsOf(log, section);
    assert.ok(attempts.length === 0 || attempts.some(({ number, passed }) => passed && number > 1));
    return;
  }
  const all = placed(told.target);
  const found = statusesOf(log, place, all);
  const mine = found[told.check % all.length];
  if (told.entry.kind === 'started') {
    assert.equal(mine?.started, true);
  } else {
    assert.equal(mine?.kind, kindOf[told.entry.verdict]);
    assert.equal(mine?.started, false);
    assert.ok(
      text.includes(harmless(told.entry.evidence)) || text.includes(harmlessCell(told.entry.evidence)),
    );
  }
  assert.equal(mine?.date, '2026-11-24');
  const sum = total(found);
  const record = readRecord(log, runbook);
  if (sum === undefined || place.kind !== 'phase') return;
  const phase = record.partitions
    .find(({ partition }) => partition === place.partition)
    ?.phases.find((each) => each.phase.title === place.phase);
  assert.equal(phase?.sections.at(-1)?.heading.status?.kind, sum.kind);
  assert.equal(phase?.cell?.status?.kind, sum.kind);
}

test('an event that is written is read back, and nothing else is another than before', () => {
  fc.assert(
    fc.property(randomLog, event, ({ text }, told) => {
      const edits = written(text, told, at(1));
      const after = applyEdits(text, edits);
      keepsAll(text, edits, after);
      saysSo(after, told);
      const touched = touchedBy(told, text);
      assert.deepEqual(untouched(after, touched), untouched(text, touched));
      assert.deepEqual(count(after), added(text, told, after));
    }),
    { numRuns: runs },
  );
});

test('an event that is written again adds one line and changes nothing else', () => {
  fc.assert(
    fc.property(randomLog, event, ({ text }, told) => {
      const once = applyEdits(text, written(text, told, at(1)));
      const second = written(once, told, at(1));
      const twice = applyEdits(once, second);
      keepsAll(once, second, twice);
      for (const { length } of second) assert.equal(length, 0);
      assert.ok(second.length <= 1, JSON.stringify(second));
      const third = written(twice, told, at(1));
      assert.deepEqual(
        third.map((edit) => edit.text),
        second.map((edit) => edit.text),
      );
    }),
    { numRuns: runs },
  );
});

test('a check that is recorded with what follows from it is written as if one came after the other', () => {
  fc.assert(
    fc.property(randomLog, event, ({ text }, told) => {
      if (told.kind !== 'check') return;
      const place = placeOf(runbook, told.target);
      const all = placed(told.target);
      const check = all[told.check % all.length];
      assert.ok(check);
      const made = applyEdits(text, ensurePlace(text, place));
      for (const before of [text, made]) {
        const recorded = applyEdits(before, recordCheck(before, place, check, all, told.entry, at(1)));
        assert.equal(
          applyEdits(before, recordAndSettle(before, place, check, all, told.entry, at(1))),
          applyEdits(recorded, settle(recorded, place, all, at(1))),
        );
      }
    }),
    { numRuns: runs },
  );
});

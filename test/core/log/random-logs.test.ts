/** Logs as people keep them, made at random: what was put in is read, and what is written leaves the rest alone. */
import assert from 'node:assert/strict';
import process from 'node:process';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CascadeRecord, type CheckRecord, readRecord } from '../../../src/core/log/model.ts';
import { readLog } from '../../../src/core/log/read.ts';
import type { LogStatus } from '../../../src/core/log/status.ts';
import { positionAt, splitLines } from '../../../src/core/text.ts';
import { type Known, randomLog, runbook } from './grammar.ts';

const runs = Number(process.env.CASCADE_RUNS ?? 400);

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

/** Which line of the log is which check of the runbook. */
import { assign, checkBullets, checkTable, type LogEntry, rowWords } from '../log/find.ts';
import type { CascadeRecord } from '../log/model.ts';
import type { LogHeading } from '../log/read.ts';
import { codeSpans } from '../log/status.ts';
import { type PlacedCheck, placedChecks, type Target } from '../run/places.ts';
import type { Runbook } from '../runbook/runbook.ts';
import type { Span } from '../text.ts';

/** A check of the runbook, where the log records it. */
export interface KnownCheck {
  readonly placed: PlacedCheck;
  readonly target: Target;
  /** The command as it stands in the log, its backticks included; absent for a question. */
  readonly command?: Span;
}

/** By the offset where the check's words begin, or its row of a table. */
export type KnownChecks = ReadonlyMap<number, KnownCheck>;

export function knownChecks(record: CascadeRecord, runbook: Runbook): KnownChecks {
  const known = new Map<number, KnownCheck>();
  for (const { partition: name, phases } of record.partitions) {
    const partition = runbook.partitions.find((each) => each.name === name);
    if (partition === undefined) continue;
    for (const { phase, sections } of phases)
      for (const { heading } of sections)
        addSection(known, record, runbook, { kind: 'phase', partition, phase }, heading);
  }
  for (const { declared, section } of record.gates) {
    if (declared !== undefined && section !== undefined)
      addSection(known, record, runbook, { kind: 'gate', gate: declared }, section);
  }
  return known;
}

function addSection(
  known: Map<number, KnownCheck>,
  { log }: CascadeRecord,
  runbook: Runbook,
  target: Target,
  section: LogHeading,
): void {
  const placed = placedChecks(runbook, target, () => ({}));
  const entries = placed.map(({ entry }) => entry);
  const byEntry = new Map<LogEntry, PlacedCheck>(placed.map((each) => [each.entry, each]));
  const add = (entry: LogEntry, at: number, words: Span): void => {
    const check = byEntry.get(entry);
    if (check === undefined) return;
    const [code] = codeSpans(log.text.slice(words.start, words.end));
    const command =
      code === undefined || entry.command === undefined
        ? {}
        : { command: { start: words.start + code.start, end: words.start + code.end } };
    known.set(at, { placed: check, target, ...command });
  };
  const table = target.kind === 'gate' ? checkTable(log, section) : undefined;
  if (table === undefined) {
    for (const [entry, { text }] of assign(checkBullets(section.own), (each) => each, entries))
      add(entry, text.start, text);
    return;
  }
  for (const [entry, row] of assign(table.rows, rowWords, entries))
    add(entry, row.line.start, row.cells[0]?.span ?? row.line);
}

/** What a log says of its cascade: partitions, phases, attempts, checks, gates, fixes, each where it stands. */
import { remembered } from '../once.ts';
import type { FrontMatter, GateDeclaration, Phase } from '../runbook/front-matter.ts';
import type { Span } from '../text.ts';
import { tellsOfAttempt } from './attempts.ts';
import {
  bulletsOf,
  cellOf,
  checkTable,
  column,
  gateSection,
  gateTable,
  notesField,
  partitionSections,
  phasesIn,
  rowOf,
  signOffIn,
  statusColumn,
  summaryTable,
  timeOf,
  within,
} from './find.ts';
import { movedSpan, movedStatus } from './moved.ts';
import type {
  ExecutionLog,
  LogBullet,
  LogField,
  LogHeading,
  LogTable,
  LogTableCell,
  LogTableRow,
  Piece,
} from './read.ts';
import { findStatus, type LogStatus } from './status.ts';
import { plain } from './words.ts';

/** The part of a runbook that a log is read by. */
export type Cascaded = Pick<FrontMatter, 'partitions' | 'phases' | 'gates'>;

/** A cell that holds a status, or could. */
export interface StatusCell extends LogTableCell {
  readonly status?: LogStatus;
}

/** A check of a phase or of a gate's section. */
export interface CheckRecord {
  readonly label: string;
  readonly command?: string;
  readonly status?: LogStatus;
  /** What stands behind the status. */
  readonly tail: string;
  readonly span: Span;
  /** The lines below it, oldest first. */
  readonly history: readonly HistoryLine[];
}

export interface HistoryLine {
  /** `2026-11-24 10:02:11 +00:00`; absent for what a person wrote without one. */
  readonly time?: string;
  readonly status?: LogStatus;
  readonly text: string;
  readonly span: Span;
}

/** A phase of a partition as one section records it. */
export interface PhaseSection {
  readonly heading: LogHeading;
  readonly checks: readonly CheckRecord[];
  /** The same checks as they were read, before their places in the log were known. */
  readonly read: ReadChecks;
}

/** Checks with the piece that their offsets count in: of a section that is read again, the same object while its text stays. */
export interface ReadChecks extends Piece {
  readonly checks: readonly CheckRecord[];
}

export interface PhaseRecord {
  readonly phase: Phase;
  readonly cell?: StatusCell;
  /** In the order of the log: the last is the newest. More than one is a contradiction. */
  readonly sections: readonly PhaseSection[];
}

export interface PartitionRecord {
  readonly partition: string;
  readonly row?: LogTableRow;
  /** More than one is a contradiction. */
  readonly sections: readonly LogHeading[];
  readonly phases: readonly PhaseRecord[];
  readonly signOff: { readonly field?: LogField; readonly cell?: StatusCell };
}

export interface GateRecord {
  readonly title: string;
  readonly row?: LogTableRow;
  readonly cell?: StatusCell;
  readonly date?: LogTableCell;
  readonly declared?: GateDeclaration;
  readonly section?: LogHeading;
  readonly checks: readonly CheckRecord[];
  /** What was decided of it, as its section tells: lines that begin with a time, oldest first. */
  readonly decisions: readonly HistoryLine[];
}

export type FixKind = 'script' | 'code';

/** A table of fixes that landed on the way. */
export interface FixTable {
  readonly kind: FixKind;
  readonly heading: LogHeading;
  readonly table?: LogTable;
}

export interface CascadeRecord {
  readonly log: ExecutionLog;
  readonly summary?: LogTable;
  readonly gateTable?: LogTable;
  /** Of the runbook, in its order. */
  readonly partitions: readonly PartitionRecord[];
  /** The rows of the gate table in their order, then the gates that only the runbook knows. */
  readonly gates: readonly GateRecord[];
  readonly fixes: readonly FixTable[];
}

export const signOffColumn = 'sign-off date';

export function readRecord(log: ExecutionLog, runbook: Cascaded): CascadeRecord {
  const summary = summaryTable(log);
  const gates = gateTable(log);
  const phases = runbook.phases.map((phase) => ({
    phase,
    title: plain(phase.title),
    column: summary === undefined ? -1 : column(summary, phase.column),
  }));
  return {
    log,
    ...(summary === undefined ? {} : { summary }),
    ...(gates === undefined ? {} : { gateTable: gates }),
    partitions: runbook.partitions.map(({ name }) => readPartition(log, summary, name, phases)),
    gates: readGates(log, gates, runbook.gates),
    fixes: readFixes(log),
  };
}

/** How the phases of a runbook are found in a log. */
interface PhaseWords {
  readonly phase: Phase;
  /** The words of its title. */
  readonly title: string;
  /** The index of its column in the summary, or -1. */
  readonly column: number;
}

function readPartition(
  log: ExecutionLog,
  summary: LogTable | undefined,
  partition: string,
  phases: readonly PhaseWords[],
): PartitionRecord {
  const row = summary === undefined ? undefined : rowOf(summary, partition);
  const cell = (index: number): { cell?: StatusCell } => {
    const found = row?.cells[index];
    return found === undefined ? {} : { cell: statusCell(found) };
  };
  const sections = partitionSections(log, partition);
  const [section] = sections;
  const field = section === undefined ? undefined : signOffIn(log, section);
  return {
    partition,
    ...(row === undefined ? {} : { row }),
    sections,
    phases: phases.map(({ phase, title, column }) => ({
      phase,
      ...cell(column),
      sections:
        section === undefined ? [] : phasesIn(log, section, title).map((heading) => new ReadPhase(heading)),
    })),
    signOff: {
      ...(field === undefined ? {} : { field }),
      ...bareDate(cell(summary === undefined ? -1 : column(summary, signOffColumn))),
    },
  };
}

/** A sign-off is a bare date; a sign behind it is of what was before. */
function bareDate({ cell }: { cell?: StatusCell }): { cell?: StatusCell } {
  if (cell === undefined || !/^\d{4}-\d{2}-\d{2}/.test(cell.text)) return cell === undefined ? {} : { cell };
  return { cell: { text: cell.text, span: cell.span } };
}

function statusCell({ text, span }: LogTableCell): StatusCell {
  const status = findStatus(text, span.start);
  return status === undefined ? { text, span } : { text, span, status };
}

/** The places of the checks are told when they are asked for, as they are of the few sections that a person looks at. */
class ReadPhase implements PhaseSection {
  readonly heading: LogHeading;
  readonly read: ReadChecks;
  #checks: readonly CheckRecord[] | undefined;

  constructor(heading: LogHeading) {
    this.heading = heading;
    this.read = phaseChecks(heading.piece);
  }

  get checks(): readonly CheckRecord[] {
    this.#checks ??= this.read.checks.map((check) => movedCheck(check, this.heading.pieceStart));
    return this.#checks;
  }
}

const phaseChecks = remembered(({ text, content }: Piece): ReadChecks => {
  const bullets = bulletsOf(content);
  const notes = notesField(content)?.line.start ?? Number.POSITIVE_INFINITY;
  const attempts = bullets.filter((bullet) => tellsOfAttempt(text.slice(bullet.text.start, bullet.text.end)));
  const before = bullets.filter((bullet) => bullet.text.start < notes);
  return { text, content, checks: readChecks(text, withoutPastAttempts(before, attempts)) };
});

const movedCheck = (check: CheckRecord, by: number): CheckRecord => ({
  ...movedStatus(check, by),
  span: movedSpan(check.span, by),
  history: check.history.map((line) => ({ ...movedStatus(line, by), span: movedSpan(line.span, by) })),
});

/** How an attempt ended says nothing any more when another one, or checks, follow it. */
function withoutPastAttempts(
  bullets: readonly LogBullet[],
  attempts: readonly LogBullet[],
): readonly LogBullet[] {
  const last = attempts.at(-1);
  if (last === undefined) return bullets;
  const followed = bullets.some(
    (bullet) => bullet.text.start >= last.end && bullet.depth <= last.depth && bullet.status !== undefined,
  );
  const past = attempts.slice(0, -1);
  let index = 0;
  return bullets.filter((bullet) => {
    if (bullet === last) return !followed;
    while ((past[index]?.end ?? Number.POSITIVE_INFINITY) <= bullet.text.start) index++;
    return bullet.text.start < (past[index]?.text.start ?? Number.POSITIVE_INFINITY);
  });
}

/** Every bullet is a check, but for the lines of history: those begin with a time or with a sign. */
function readChecks(text: string, bullets: readonly LogBullet[]): readonly CheckRecord[] {
  const checks: (CheckRecord & { readonly history: HistoryLine[] })[] = [];
  for (const bullet of bullets) {
    const { start, end } = bullet.text;
    const owner = checks.at(-1);
    const time = timeOf(bullet.label);
    if (bullet.depth === 0 && time !== undefined) continue;
    if (owner !== undefined && bullet.depth > 0) {
      if (time !== undefined || bullet.label === '') {
        owner.history.push(historyLine(bullet, time, text.slice(start, end)));
        continue;
      }
    }
    checks.push({
      label: bullet.label.replace(/[\s:]{1,9}$/, ''),
      ...(bullet.command === undefined ? {} : { command: bullet.command }),
      ...(bullet.status === undefined ? {} : { status: bullet.status }),
      tail: bullet.status === undefined ? '' : text.slice(bullet.status.span.end, end),
      span: bullet.text,
      history: [],
    });
  }
  return checks;
}

function historyLine({ status, text: span }: LogBullet, time: string | undefined, text: string): HistoryLine {
  const line: { -readonly [K in keyof HistoryLine]: HistoryLine[K] } = { text, span };
  if (time !== undefined) line.time = time;
  if (status !== undefined) line.status = status;
  return line;
}

function readGates(
  log: ExecutionLog,
  table: LogTable | undefined,
  declared: readonly GateDeclaration[],
): readonly GateRecord[] {
  const rows = new Map(
    declared.map((gate) => [gate, table === undefined ? undefined : rowOf(table, gate.title)]),
  );
  const byRow = new Map([...rows].map(([gate, row]) => [row, gate]));
  const written = (table?.rows ?? []).map((row) => readGate(log, table, row, byRow.get(row)));
  const unwritten = declared
    .filter((gate) => rows.get(gate) === undefined)
    .map((gate) => readGate(log, table, undefined, gate));
  return [...written, ...unwritten];
}

function readGate(
  log: ExecutionLog,
  table: LogTable | undefined,
  row: LogTableRow | undefined,
  declared: GateDeclaration | undefined,
): GateRecord {
  const cell = table === undefined ? undefined : row?.cells[statusColumn(table)];
  const date = table === undefined || row === undefined ? undefined : cellOf(table, row, 'Date');
  const section = declared?.section === undefined ? undefined : gateSection(log, declared.section);
  return {
    title: row?.cells[0]?.text ?? declared?.title ?? '',
    ...(row === undefined ? {} : { row }),
    ...(cell === undefined ? {} : { cell: statusCell(cell) }),
    ...(date === undefined ? {} : { date }),
    ...(declared === undefined ? {} : { declared }),
    ...(section === undefined ? {} : { section }),
    checks: section === undefined ? [] : sectionChecks(log, section),
    decisions: section === undefined ? [] : decisionsIn(log, section),
  };
}

/** The rows of the section's table of checks, or its bullets. */
function sectionChecks(log: ExecutionLog, section: LogHeading): readonly CheckRecord[] {
  const table = checkTable(log, section);
  if (table === undefined) return readChecks(log.text, bulletsOf(section.own));
  const column = statusColumn(table);
  return table.rows.map((row) => {
    const cell = row.cells[column];
    const { status } = cell === undefined ? { status: undefined } : statusCell(cell);
    const own =
      cell === undefined || status === undefined ? '' : cell.text.slice(status.span.end - cell.span.start);
    const others = row.cells.filter((each, index) => index > 0 && each !== cell).map((each) => each.text);
    return {
      label: row.cells[0]?.text ?? '',
      ...(status === undefined ? {} : { status }),
      tail: [own, ...others].join(' '),
      span: row.line,
      history: [],
    };
  });
}

function decisionsIn(log: ExecutionLog, section: LogHeading): readonly HistoryLine[] {
  return bulletsOf(section.own).flatMap((bullet) => {
    const time = bullet.depth === 0 ? timeOf(bullet.label) : undefined;
    if (time === undefined || bullet.status === undefined) return [];
    return [historyLine(bullet, time, log.text.slice(bullet.text.start, bullet.text.end))];
  });
}

const fixTitles: readonly (readonly [FixKind, RegExp])[] = [
  ['script', /\bscript fixes\b/],
  ['code', /\bcode fixes\b/],
];

export function readFixes(log: ExecutionLog): readonly FixTable[] {
  return log.headings.flatMap((heading) => {
    const kind = fixTitles.find(([, title]) => title.test(heading.key))?.[0];
    if (kind === undefined) return [];
    const [table] = within(log.tables, (each) => each.header.line.start, {
      start: heading.bodyStart,
      end: heading.bodyEnd,
    });
    return [{ kind, heading, ...(table === undefined ? {} : { table }) }];
  });
}

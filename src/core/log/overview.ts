/** What a log says at a glance: the partitions with their phases, and the gates. The tree and `status` show it. */
import type { Runbook } from '../runbook/runbook.ts';
import type { Span } from '../text.ts';
import {
  type CascadeRecord,
  type CheckRecord,
  type GateRecord,
  type PartitionRecord,
  type PhaseSection,
  readRecord,
  type StatusCell,
} from './model.ts';
import { readLog } from './read.ts';
import { type LogStatus, noteBehind, type StatusKind } from './status.ts';
import { plain } from './words.ts';

export interface OverviewStatus {
  readonly status: StatusKind;
  /** A change began and no result was written: nobody knows how it ended. */
  readonly started: boolean;
  readonly date?: string;
  /** What stands behind the status: a reason, evidence. */
  readonly note?: string;
  /** Where it stands in the log. */
  readonly span: Span;
}

export interface CheckOverview extends OverviewStatus {
  readonly label: string;
}

export interface PhaseOverview extends OverviewStatus {
  readonly phase: string;
  readonly checks: readonly CheckOverview[];
}

export interface PartitionOverview {
  readonly partition: string;
  readonly note?: string;
  readonly phases: readonly PhaseOverview[];
  readonly signOff: OverviewStatus;
  readonly span: Span;
}

export interface GateOverview extends OverviewStatus {
  readonly gate: string;
  /** The gate's id where the runbook declares it. */
  readonly id?: string;
}

export interface Overview {
  readonly partitions: readonly PartitionOverview[];
  readonly gates: readonly GateOverview[];
}

export type OverviewResult =
  | { readonly kind: 'overview'; readonly overview: Overview }
  | { readonly kind: 'unreadable'; readonly message: string };

/** Reads the overview of a log by the runbook that it records. */
export const readOverview = (text: string, runbook: Runbook): OverviewResult =>
  overviewOf(readRecord(readLog(text), runbook), runbook);

export function overviewOf(record: CascadeRecord, runbook: Runbook): OverviewResult {
  const { log } = record;
  const marker = log.conflict;
  if (marker !== undefined) {
    const message = `Line ${log.lines.positionAt(marker).line + 1} of the log is a conflict marker that git left. Resolve the conflict and save the log; nothing was changed.`;
    return { kind: 'unreadable', message };
  }
  const missing = whatIsMissing(record, runbook);
  if (missing !== undefined) {
    const message = `${missing} Add it, or name another file under "log:" in the runbook; nothing was changed.`;
    return { kind: 'unreadable', message };
  }
  return {
    kind: 'overview',
    overview: {
      partitions: record.partitions.map((partition) => partitionOverview(partition)),
      gates: record.gates.map((gate) => gateOverview(record, gate)),
    },
  };
}

/** What a log lacks that a cascade cannot be read without. */
export function whatIsMissing({ summary, partitions }: CascadeRecord, runbook: Runbook): string | undefined {
  if (summary === undefined) {
    return 'The log has no summary table: a table whose first column is "Partition", with a column for each phase and "Sign-off date".';
  }
  const columns = runbook.phases
    .map((phase) => phase.column)
    .filter((column) => !summary.columns.includes(plain(column)));
  if (columns.length > 0) return `The summary table of the log has no column "${columns.join('", "')}".`;
  const rows = partitions.filter((each) => each.row === undefined).map((each) => `"${each.partition}"`);
  if (rows.length > 0) return `The summary table of the log has no row for ${rows.join(', ')}.`;
  return undefined;
}

const nowhere: Span = { start: 0, end: 0 };

function partitionOverview({
  partition,
  row,
  sections,
  phases,
  signOff,
}: PartitionRecord): PartitionOverview {
  const [section] = sections;
  const line = row?.line ?? nowhere;
  return {
    partition,
    ...(section === undefined ? {} : noteOf(section.title)),
    phases: phases.map(({ phase, cell, sections: recorded }) => {
      const own = cellStatus(cell, recorded.at(-1)?.heading.line ?? line);
      return new PhaseSummary(phase.title, own, recorded);
    }),
    signOff: signOffStatus(signOff.cell, signOff.field?.line ?? signOff.cell?.span ?? line),
    span: section?.line ?? line,
  };
}

/** A tree shows the checks of the phases that were opened in it; those of the others are not made. */
class PhaseSummary implements PhaseOverview {
  readonly phase: string;
  readonly status: StatusKind;
  readonly started: boolean;
  declare readonly date?: string;
  declare readonly note?: string;
  readonly span: Span;
  readonly #sections: readonly PhaseSection[];

  constructor(phase: string, cell: OverviewStatus, sections: readonly PhaseSection[]) {
    this.phase = phase;
    this.status = cell.status;
    this.started = cell.started || sections.some(({ read }) => read.checks.some(isStarted));
    if (cell.date !== undefined) this.date = cell.date;
    if (cell.note !== undefined) this.note = cell.note;
    this.span = cell.span;
    this.#sections = sections;
  }

  get checks(): readonly CheckOverview[] {
    return this.#sections.flatMap(checkOverviews);
  }
}

const isStarted = ({ status }: CheckRecord): boolean => status?.started === true;

const checkOverviews = ({ checks }: PhaseSection): readonly CheckOverview[] =>
  checks.flatMap(({ status, tail, span, label }) =>
    status === undefined ? [] : [{ ...described(status, noteBehind(tail), span), label }],
  );

/** `Alpha002 / PostmarkNonProd` of `§ dev (Alpha002 / PostmarkNonProd)`. */
function noteOf(title: string): { note?: string } {
  const open = title.lastIndexOf('(');
  const note = title.trimEnd().endsWith(')') && open >= 0 ? title.trimEnd().slice(open + 1, -1) : undefined;
  return note === undefined || note.includes(')') ? {} : { note };
}

/** The sign-off's column holds a bare date when it is given. */
function signOffStatus(cell: StatusCell | undefined, span: Span): OverviewStatus {
  const date = /^\d{4}-\d{2}-\d{2}/.exec(cell?.text ?? '')?.[0];
  if (date !== undefined) return { status: 'cleared', started: false, date, span };
  return cellStatus(cell, span);
}

function cellStatus(cell: StatusCell | undefined, span: Span): OverviewStatus {
  const status = cell?.status;
  if (cell === undefined || status === undefined) return { status: 'pending', started: false, span };
  const tail = cell.text
    .slice(status.span.end - cell.span.start)
    .replace(/^[\s—–-]+/u, '')
    .trim();
  return described(status, [status.count ?? '', tail].filter((part) => part !== '').join(', '), span);
}

function described(status: LogStatus, note: string, span: Span): OverviewStatus {
  return {
    status: status.kind,
    started: status.started,
    ...(status.date === undefined ? {} : { date: status.date }),
    ...(note === '' ? {} : { note }),
    span,
  };
}

function gateOverview({ gateTable }: CascadeRecord, gate: GateRecord): GateOverview {
  const id = gate.declared?.id;
  const named = { gate: gate.title, ...(id === undefined ? {} : { id }) };
  if (gate.row === undefined) {
    const span = gateTable?.header.line ?? nowhere;
    return { ...named, status: 'pending', started: false, note: 'not in the log', span };
  }
  const status = cellStatus(gate.cell, gate.row.line);
  const day = /\d{4}-\d{2}-\d{2}/.exec(gate.date?.text ?? '')?.[0];
  const date = status.date ?? (status.status === 'pending' ? undefined : day);
  return { ...named, ...status, ...(date === undefined ? {} : { date }) };
}

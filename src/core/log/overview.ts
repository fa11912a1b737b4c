/** What a log says at a glance: the partitions with their phases, and the gates. The tree and `status` show it. */
import type { Runbook } from '../runbook/runbook.ts';
import type { Span } from '../text.ts';
import {
  cellOf,
  checkBullets,
  gateTable,
  partitionSection,
  phaseSections,
  rowOf,
  signOffField,
  statusColumn,
  summaryTable,
} from './find.ts';
import { type ExecutionLog, type LogTable, type LogTableRow, readLog } from './read.ts';
import { findStatus, type LogStatus, noteBehind, type StatusKind } from './status.ts';
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
export function readOverview(text: string, runbook: Runbook): OverviewResult {
  const log = readLog(text);
  const table = summaryTable(log);
  if (table === undefined) {
    return unreadable(
      'The log has no summary table: a table whose first column is "Partition", with a column for each phase and "Sign-off date".',
    );
  }
  const missing = runbook.phases.filter(
    (phase) => !table.header.cells.some((cell) => plain(cell.text) === plain(phase.column)),
  );
  if (missing.length > 0) {
    return unreadable(
      `The summary table of the log has no column "${missing.map((phase) => phase.column).join('", "')}".`,
    );
  }
  const rowless = runbook.partitions.filter((partition) => rowOf(table, partition.name) === undefined);
  if (rowless.length > 0) {
    return unreadable(
      `The summary table of the log has no row for ${rowless.map((partition) => `"${partition.name}"`).join(', ')}.`,
    );
  }
  return {
    kind: 'overview',
    overview: {
      partitions: runbook.partitions.flatMap((partition) => {
        const row = rowOf(table, partition.name);
        return row === undefined ? [] : [partitionOverview(log, table, row, runbook, partition.name)];
      }),
      gates: gateOverviews(log, runbook),
    },
  };
}

const unreadable = (message: string): OverviewResult => ({
  kind: 'unreadable',
  message: `${message} Add it, or name another file under "log:" in the runbook; nothing was changed.`,
});

function partitionOverview(
  log: ExecutionLog,
  table: LogTable,
  row: LogTableRow,
  runbook: Runbook,
  partition: string,
): PartitionOverview {
  const section = partitionSection(log, partition);
  return {
    partition,
    ...(section === undefined ? {} : noteOf(section.title)),
    phases: runbook.phases.map((phase) => {
      const cell = cellOf(table, row, phase.column);
      const sections = phaseSections(log, partition, phase.title);
      const at = sections.at(-1);
      const own = overviewStatus(cell?.text ?? '', cell?.span.start ?? row.line.start, at?.line ?? row.line);
      const checks = sections.flatMap((each) =>
        checkBullets(log, each).flatMap((bullet) =>
          bullet.status === undefined
            ? []
            : [
                {
                  ...bulletStatus(log, bullet.status, bullet.text),
                  label: bullet.label.replace(/[\s:]+$/, ''),
                },
              ],
        ),
      );
      const open = checks.some((check) => check.started);
      return { phase: phase.title, ...own, started: own.started || open, checks };
    }),
    signOff: signOffStatus(log, table, row, partition),
    span: section?.line ?? row.line,
  };
}

const noteOf = (title: string): { note?: string } => {
  const note = /\(([^)]*)\)\s*$/.exec(title)?.[1];
  return note === undefined ? {} : { note };
};

/** The sign-off's column holds a bare date when it is given. */
function signOffStatus(
  log: ExecutionLog,
  table: LogTable,
  row: LogTableRow,
  partition: string,
): OverviewStatus {
  const cell = cellOf(table, row, 'Sign-off date');
  const span = signOffField(log, partition)?.line ?? cell?.span ?? row.line;
  const date = /^\d{4}-\d{2}-\d{2}/.exec(cell?.text ?? '')?.[0];
  if (date !== undefined) return { status: 'cleared', started: false, date, span };
  return overviewStatus(cell?.text ?? '', cell?.span.start ?? row.line.start, span);
}

function overviewStatus(text: string, offset: number, span: Span): OverviewStatus {
  const status = findStatus(text, offset);
  if (status === undefined) return { status: 'pending', started: false, span };
  const tail = text
    .slice(status.span.end - offset)
    .replace(/^[\s—–-]+/u, '')
    .trim();
  return described(status, [status.count ?? '', tail].filter((part) => part !== '').join(', '), span);
}

function bulletStatus(log: ExecutionLog, status: LogStatus, text: Span): OverviewStatus {
  const note = noteBehind(log.text.slice(status.span.end, text.end));
  return described(status, note, text);
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

/** The gates of the log's table, and those of the runbook that the table lacks. */
function gateOverviews(log: ExecutionLog, runbook: Runbook): GateOverview[] {
  const table = gateTable(log);
  const declared = new Map(
    runbook.gates.map((gate) => [table === undefined ? undefined : rowOf(table, gate.title), gate]),
  );
  const rows = (table?.rows ?? []).map((row): GateOverview => {
    const cell = table === undefined ? undefined : row.cells[statusColumn(table)];
    const id = declared.get(row)?.id;
    const status = overviewStatus(cell?.text ?? '', cell?.span.start ?? row.line.start, row.line);
    const day =
      table === undefined ? undefined : /\d{4}-\d{2}-\d{2}/.exec(cellOf(table, row, 'Date')?.text ?? '')?.[0];
    const date = status.date ?? (status.status === 'pending' ? undefined : day);
    return {
      gate: row.cells[0]?.text ?? '',
      ...(id === undefined ? {} : { id }),
      ...status,
      ...(date === undefined ? {} : { date }),
    };
  });
  const absent = runbook.gates
    .filter((gate) => table === undefined || rowOf(table, gate.title) === undefined)
    .map((gate): GateOverview => {
      const span = table?.header.line ?? { start: 0, end: 0 };
      return {
        gate: gate.title,
        id: gate.id,
        status: 'pending',
        started: false,
        note: 'not in the log',
        span,
      };
    });
  return [...rows, ...absent];
}

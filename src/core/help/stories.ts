/** What is known of the thing that stands at a place of the log, to be told while reading or writing it. */
import { type Block, whyClosed } from '../gates/may-run.ts';
import type { Stamp } from '../log/edits.ts';
import type { CascadeRecord, CheckRecord, GateRecord, HistoryLine } from '../log/model.ts';
import { type LogStatus, noteBehind } from '../log/status.ts';
import { bare } from '../log/words.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { positionAt, type Span } from '../text.ts';
import type { KnownCheck, KnownChecks } from './known-checks.ts';

export interface CheckStory {
  readonly kind: 'check';
  readonly span: Span;
  /** `dev · Verification`, or the gate. */
  readonly where: string;
  readonly status?: LogStatus;
  /** What stands behind the status: what was seen first, where a latest result stands below. */
  readonly evidence: string;
  /** The newest result below the check. */
  readonly latest?: HistoryLine;
  /** What came before that, the newest first, five at most. */
  readonly history: readonly HistoryLine[];
  /** How many older ones there are. */
  readonly older: number;
  readonly runbook?: {
    /** From 1. */
    readonly line: number;
    /** The line, or the first one of a shell's text. */
    readonly source: string;
    readonly known: KnownCheck;
  };
}

export interface GateStory {
  readonly kind: 'gate';
  readonly span: Span;
  readonly title: string;
  readonly status?: LogStatus;
  /** What stands behind the status. */
  readonly note: string;
  /** The runbook knows it. */
  readonly declared: boolean;
  /** `prod/Deploy` */
  readonly blocks: readonly string[];
  readonly requires: readonly string[];
  /** Why it is closed, and what would open it; empty when it is open. */
  readonly closed: readonly Pick<Block, 'why' | 'clears'>[];
}

const mostHistory = 5;

const holds = (span: Span, offset: number): boolean => offset >= span.start && offset <= span.end;

/** The check or the gate at an offset. */
export function storyAt(
  record: CascadeRecord,
  runbook: Runbook,
  known: KnownChecks,
  offset: number,
  now: Stamp,
): CheckStory | GateStory | undefined {
  for (const { partition, phases } of record.partitions) {
    for (const { phase, sections } of phases) {
      for (const { heading, checks } of sections) {
        if (offset < heading.bodyStart || offset >= heading.bodyEnd) continue;
        const check = checks.find((each) => holds(each.span, offset));
        if (check !== undefined) return checkStory(check, `${partition} · ${phase.title}`, runbook, known);
      }
    }
  }
  for (const gate of record.gates) {
    if (gate.row !== undefined && holds(gate.row.line, offset)) return gateStory(gate, record, runbook, now);
    const check = gate.checks.find((each) => holds(each.span, offset));
    if (check !== undefined) return checkStory(check, bare(gate.title), runbook, known);
  }
  return undefined;
}

function checkStory(check: CheckRecord, where: string, runbook: Runbook, known: KnownChecks): CheckStory {
  const { status, tail, history, span } = check;
  const own = known.get(span.start);
  const latest = latestOf(check);
  const before = history.filter((line) => line !== latest);
  return {
    kind: 'check',
    span,
    where,
    ...(status === undefined ? {} : { status }),
    evidence: noteBehind(tail),
    ...(latest === undefined ? {} : { latest }),
    history: before.slice(-mostHistory).reverse(),
    older: Math.max(0, before.length - mostHistory),
    ...(own === undefined
      ? {}
      : {
          runbook: {
            line: positionAt(runbook.text, own.placed.check.span.start).line + 1,
            source: own.placed.check.source.trim().split('\n')[0] ?? '',
            known: own,
          },
        }),
  };
}

/** The result that the status is of; a status that someone wrote later has its own words. */
function latestOf({ status, history }: CheckRecord): HistoryLine | undefined {
  const newest = history.findLast((line) => line.time !== undefined && line.status !== undefined);
  if (newest?.time === undefined || newest.status?.kind !== status?.kind) return undefined;
  return newest.time.slice(0, 10) >= (status?.date ?? '') ? newest : undefined;
}

function gateStory(gate: GateRecord, record: CascadeRecord, runbook: Runbook, now: Stamp): GateStory {
  const { declared, row, cell } = gate;
  const status = cell?.status;
  const note =
    cell === undefined || status === undefined
      ? ''
      : noteBehind(cell.text.slice(status.span.end - cell.span.start));
  return {
    kind: 'gate',
    span: row?.line ?? { start: 0, end: 0 },
    title: bare(gate.title),
    ...(status === undefined ? {} : { status }),
    note,
    declared: declared !== undefined,
    blocks: declared?.blocks ?? [],
    requires: declared?.requires ?? [],
    closed: declared === undefined ? [] : whyClosed(runbook, record, declared, now),
  };
}

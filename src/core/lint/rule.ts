/** What a rule about a log is, and what it finds. */
import type { CascadeRecord, CheckRecord, PhaseSection, ReadChecks } from '../log/model.ts';
import type { Piece } from '../log/read.ts';
import { isSettled, type LogStatus, type StatusKind } from '../log/status.ts';
import { remembered } from '../once.ts';
import type { TextEdit } from '../ports.ts';
import type { Runbook } from '../runbook/runbook.ts';
import type { Span } from '../text.ts';

export interface LintContext {
  readonly record: CascadeRecord;
  readonly runbook: Runbook;
  /** `2026-11-24`, where the reader is. */
  readonly today: string;
}

/** A change that a person may accept. */
export interface Fix {
  readonly title: string;
  /** Follows from what the log says already, so that it may be made without asking. */
  readonly safe: boolean;
  /** Counted from the text that was checked. */
  edits(): readonly TextEdit[];
}

export interface Found {
  readonly message: string;
  readonly span: Span;
  /** The other sides of the contradiction. */
  readonly related?: readonly { readonly span: Span; readonly message: string }[];
  readonly fixes?: readonly Fix[];
  /** The partition with a change that has no result: while somebody is at it that is no contradiction. */
  readonly unfinished?: string;
}

export type Check = (context: LintContext) => readonly Found[];

export const fix = (title: string, safe: boolean, edits: () => readonly TextEdit[]): Fix => ({
  title,
  safe,
  edits,
});

/** How the checks of a section stand; those without a status are words, not checks. */
export interface Standing {
  readonly kind: StatusKind | 'none';
  readonly all: number;
  readonly done: number;
  /** The youngest date that stands in them. */
  readonly date?: string;
}

export const isDone = (status: LogStatus): boolean => isSettled(status.kind);

/** The checks of a section that are so; where none is, as in most sections, their places are not asked for. */
export const checksThat = (
  section: PhaseSection,
  are: (check: CheckRecord) => boolean,
): readonly CheckRecord[] => (section.read.checks.some(are) ? section.checks.filter(are) : []);

/**
 * What is found in pieces of a log. Each is looked through once while its text stays; in one where something is found,
 * it is found again with the places of now.
 */
export function inPieces<P extends Piece, F>(
  find: (piece: P) => readonly F[],
): (read: P, now: () => P) => readonly F[] {
  const isClean = remembered((read: P) => find(read).length === 0);
  return (read, now) => (isClean(read) ? [] : find(now()));
}

/** The checks of a section with the places of now. */
export const placed = ({ record: { log } }: LintContext, { heading, checks }: PhaseSection): ReadChecks => ({
  text: log.text,
  content: heading.own,
  checks,
});

export const standing = remembered((checks: readonly CheckRecord[]): Standing => {
  let all = 0;
  let done = 0;
  let failed = false;
  let begun = false;
  let date: string | undefined;
  for (const { status } of checks) {
    if (status === undefined) continue;
    all++;
    if (isDone(status)) done++;
    failed ||= status.kind === 'failed';
    begun ||= status.kind === 'partial';
    if (status.date !== undefined) date = later(date, status.date);
  }
  const kind =
    all === 0
      ? 'none'
      : done === all
        ? 'cleared'
        : failed
          ? 'failed'
          : begun || done > 0
            ? 'partial'
            : 'pending';
  return { kind, all, done, ...(date === undefined ? {} : { date }) };
});

export const later = (a: string | undefined, b: string): string => (a === undefined || b > a ? b : a);

/** A piece of the log as people read it, on one line and not too long. */
export function quoted(text: string, most = 60): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= most ? line : `${line.slice(0, most).trimEnd()}…`;
}

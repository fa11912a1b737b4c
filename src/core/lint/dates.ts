/** Dates: none in the future, none before what it comes after. */
import type { CheckRecord, HistoryLine, PartitionRecord, PhaseRecord, ReadChecks } from '../log/model.ts';
import type { LogStatus } from '../log/status.ts';
import { setDate } from '../log/table-edits.ts';
import { remembered } from '../once.ts';
import type { Runbook } from '../runbook/runbook.ts';
import type { Span } from '../text.ts';
import { phasesOf } from './phases.ts';
import { type Check, type Found, fix, inPieces, type LintContext, placed, quoted } from './rule.ts';

export const dates: Check = (context) => [
  ...inTheFuture(context),
  ...outOfOrder(context),
  ...goingBack(context),
  ...gateDates(context),
];

/** Every date of the log that is later than today. */
function inTheFuture(context: LintContext): readonly Found[] {
  const found: Found[] = [];
  // A log may come from where the next day has begun already.
  const latest = dayAfter(context.today);
  const take = (date: string | undefined, span: Span | undefined): void => {
    if (date === undefined || span === undefined || date <= latest || !isDate(date)) return;
    found.push({ message: `${date} is in the future: today is ${context.today}.`, span });
  };
  const status = (each: LogStatus | undefined): void => take(each?.date, each?.span);
  for (const { phase } of phasesOf(context)) {
    status(phase.cell?.status);
    for (const section of phase.sections) {
      status(section.heading.status);
      if ((datesIn(section.read.checks).at(-1) ?? '') <= latest) continue;
      for (const check of section.checks) {
        status(check.status);
        for (const line of check.history) take(line.time?.slice(0, 10), line.span);
      }
    }
  }
  for (const { signOff } of context.record.partitions) {
    status(signOff.field?.status);
    take(/^\d{4}-\d{2}-\d{2}/.exec(signOff.cell?.text ?? '')?.[0], signOff.cell?.span);
  }
  for (const gate of context.record.gates) {
    status(gate.cell?.status);
    for (const check of gate.checks) status(check.status);
  }
  return found;
}

const dayAfter = (date: string): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);

const monthDays = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether `2026-05-26` stands in the calendar. */
export function isDate(text: string): boolean {
  const year = Number(text.slice(0, 4));
  const month = Number(text.slice(5, 7));
  const day = Number(text.slice(8, 10));
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const most = month === 2 && !leap ? 28 : (monthDays[month - 1] ?? 0);
  return day >= 1 && day <= most;
}

interface PhaseDates {
  readonly phase: PhaseRecord;
  readonly first: string;
  readonly last: string;
  readonly span: Span;
}

/** The first and the last of some dates. */
function spread(dates: readonly (string | undefined)[]): { readonly first?: string; readonly last?: string } {
  let first: string | undefined;
  let last: string | undefined;
  for (const date of dates) {
    if (date === undefined) continue;
    if (first === undefined || date < first) first = date;
    if (last === undefined || date > last) last = date;
  }
  return first === undefined || last === undefined ? {} : { first, last };
}

/** The first and the last date of checks. */
const datesIn = remembered((checks: readonly CheckRecord[]): readonly string[] => {
  const { first, last } = spread(
    checks.flatMap(({ status, history }) => [status?.date, ...history.map(({ time }) => time?.slice(0, 10))]),
  );
  return first === undefined || last === undefined ? [] : [first, last];
});

/** When something happened: what is pending did not, whatever date stands behind its sign. */
const happened = (status: LogStatus | undefined): string | undefined =>
  status?.kind === 'pending' ? undefined : status?.date;

/** The first and the last date on which something happened to checks. */
const happenedIn = remembered((checks: readonly CheckRecord[]): readonly string[] => {
  const { first, last } = spread(
    checks.flatMap(({ status, history }) => [
      happened(status),
      ...history.map(({ time }) => time?.slice(0, 10)),
    ]),
  );
  return first === undefined || last === undefined ? [] : [first, last];
});

/** When a phase was recorded: its first and its last date. */
function datesOf(phase: PhaseRecord): PhaseDates | undefined {
  const newest = phase.sections.at(-1);
  const { first, last } = spread([
    happened(phase.cell?.status),
    happened(newest?.heading.status),
    ...(newest === undefined ? [] : happenedIn(newest.read.checks)),
  ]);
  const span = newest?.heading.line ?? phase.cell?.span;
  return first === undefined || last === undefined || span === undefined
    ? undefined
    : { phase, first, last, span };
}

/**
 * A phase is not older than the one before it, nor a sign-off than a change. What only reads may be repeated at any
 * time, so that a reading phase counts only while nothing in it was repeated.
 */
function outOfOrder(context: LintContext): readonly Found[] {
  const changing = changingPhases(context.runbook);
  return context.record.partitions.flatMap((partition) => {
    const phases = partition.phases.flatMap((phase) => datesOf(phase) ?? []);
    const firm = phases.filter(({ phase }) => changing.has(phase.phase.title) || !repeated(phase));
    const found = phases.flatMap((after, index) =>
      firm
        .filter((before) => phases.indexOf(before) < index && after.last < before.first)
        .slice(-1)
        .map((before) => ({
          message: `${after.phase.phase.title} of ${partition.partition} is dated ${after.last}, before its ${before.phase.phase.title} of ${before.first}. Run it again, or mend the date.`,
          span: after.span,
          related: [{ span: before.span, message: before.phase.phase.title }],
        })),
    );
    const changes = phases.filter(({ phase }) => changing.has(phase.phase.title));
    return [...found, ...signedBefore(partition, changes)];
  });
}

const repeated = (phase: PhaseRecord): boolean =>
  phase.sections.some((section) => section.read.checks.some((check) => check.history.length > 0));

/** The titles of the phases that change something. */
const changingPhases = ({ steps }: Runbook): ReadonlySet<string> =>
  new Set(
    steps.flatMap(({ home, checks }) =>
      home.kind === 'phase' && checks.some((check) => check.effect === 'changes') ? [home.phase.title] : [],
    ),
  );

/** @param changes the phases that change something */
function signedBefore(
  { partition, signOff }: PartitionRecord,
  changes: readonly PhaseDates[],
): readonly Found[] {
  const date = signOff.field?.status?.date ?? /^\d{4}-\d{2}-\d{2}/.exec(signOff.cell?.text ?? '')?.[0];
  const span = signOff.field?.line ?? signOff.cell?.span;
  if (date === undefined || span === undefined) return [];
  return changes
    .filter((phase) => date < phase.first)
    .map((phase) => ({
      message: `${partition} was signed off on ${date}, before its ${phase.phase.phase.title} of ${phase.first}. Sign it off again.`,
      span,
      related: [{ span: phase.span, message: phase.phase.phase.title }],
    }));
}

/** The history of a check goes forward. */
function goingBack(context: LintContext): readonly Found[] {
  return phasesOf(context).flatMap(({ phase }) =>
    phase.sections.flatMap((section) => backwardIn(section.read, () => placed(context, section))),
  );
}

/** Whether a time of the log is before another one; those of one offset are compared as they are written. */
function isBefore(a: string, b: string): boolean {
  if (a.endsWith(b.slice(-6))) return a < b;
  const moment = (time: string): number => Date.parse(time.replace(' ', 'T').replace(' ', ''));
  return moment(a) < moment(b);
}

const backwardIn = inPieces(({ checks }: ReadChecks) => checks.flatMap(backward));

function backward(check: CheckRecord): readonly Found[] {
  const found: Found[] = [];
  let before: HistoryLine | undefined;
  for (const line of check.history) {
    if (line.time === undefined) continue;
    if (before?.time !== undefined && isBefore(line.time, before.time)) {
      found.push({
        message: `The history of "${quoted(check.label, 40)}" goes back in time here: ${line.time} stands behind ${before.time}.`,
        span: line.span,
        related: [{ span: before.span, message: 'the line before it' }],
      });
    }
    before = line;
  }
  return found;
}

/** The date behind a gate's sign and the one in its column. */
function gateDates({ record }: LintContext): readonly Found[] {
  return record.gates.flatMap(({ cell, date, row, title }): Found[] => {
    const status = cell?.status;
    if (date === undefined || row === undefined || status?.date === undefined) return [];
    const written = /\d{4}-\d{2}-\d{2}/.exec(date.text)?.[0];
    if (written === status.date) return [];
    const day = status.date;
    const says = written === undefined ? 'is empty' : `says ${written}`;
    return [
      {
        message: `The status of the gate "${quoted(title)}" says ${day}, and its date column ${says}.`,
        span: date.text === '' ? row.line : date.span,
        fixes: [
          fix(`Write ${day} into the column`, written === undefined, () => [setDate(record.log, date, day)]),
        ],
      },
    ];
  });
}

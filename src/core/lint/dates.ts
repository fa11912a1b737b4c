/** Dates: none in the future, none before what it comes after. */
import type { CheckRecord, HistoryLine, PartitionRecord, PhaseRecord } from '../log/model.ts';
import type { LogStatus } from '../log/status.ts';
import { setDate } from '../log/table-edits.ts';
import type { Span } from '../text.ts';
import { phasesOf } from './phases.ts';
import { type Check, type Found, fix, type LintContext, later, quoted } from './rule.ts';

export const dates: Check = (context) => [
  ...inTheFuture(context),
  ...outOfOrder(context),
  ...goingBack(context),
  ...gateDates(context),
];

/** Every status of the log that carries a date. */
function dated(context: LintContext): readonly { readonly date: string; readonly span: Span }[] {
  const found: { date: string; span: Span }[] = [];
  const take = (status: LogStatus | undefined): void => {
    if (status?.date !== undefined) found.push({ date: status.date, span: status.span });
  };
  for (const { phase } of phasesOf(context)) {
    take(phase.cell?.status);
    for (const { heading, checks } of phase.sections) {
      take(heading.status);
      for (const check of checks) {
        take(check.status);
        for (const line of check.history) {
          const date = line.time?.slice(0, 10);
          if (date !== undefined) found.push({ date, span: line.span });
        }
      }
    }
  }
  for (const { signOff } of context.record.partitions) {
    take(signOff.field?.status);
    const date = /^\d{4}-\d{2}-\d{2}/.exec(signOff.cell?.text ?? '')?.[0];
    if (date !== undefined && signOff.cell !== undefined) found.push({ date, span: signOff.cell.span });
  }
  for (const gate of context.record.gates) {
    take(gate.cell?.status);
    for (const check of gate.checks) take(check.status);
  }
  return found;
}

/** A log may come from where the next day has begun already. */
const inTheFuture = (context: LintContext): readonly Found[] =>
  dated(context)
    .filter(({ date }) => date > dayAfter(context.today) && isDate(date))
    .map(({ date, span }) => ({ message: `${date} is in the future: today is ${context.today}.`, span }));

const dayAfter = (date: string): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);

export function isDate(text: string): boolean {
  const time = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text);
}

interface PhaseDates {
  readonly phase: PhaseRecord;
  readonly first: string;
  readonly last: string;
  readonly span: Span;
}

/** When a phase was recorded: its first and its last date. */
function datesOf(phase: PhaseRecord): PhaseDates | undefined {
  const newest = phase.sections.at(-1);
  const all = [
    phase.cell?.status?.date,
    newest?.heading.status?.date,
    ...(newest?.checks.flatMap((check) => [
      check.status?.date,
      ...check.history.map((line) => line.time?.slice(0, 10)),
    ]) ?? []),
  ].filter((date) => date !== undefined);
  const last = all.reduce<string | undefined>(later, undefined);
  const span = newest?.heading.line ?? phase.cell?.span;
  if (last === undefined || span === undefined) return undefined;
  return { phase, first: all.toSorted()[0] ?? last, last, span };
}

/**
 * A phase is not older than the one before it, nor a sign-off than a change. What only reads may be repeated at any
 * time, so that a reading phase counts only while nothing in it was repeated.
 */
function outOfOrder(context: LintContext): readonly Found[] {
  return context.record.partitions.flatMap((partition) => {
    const phases = partition.phases.flatMap((phase) => datesOf(phase) ?? []);
    const firm = phases.filter(({ phase }) => changes(context, phase) || !repeated(phase));
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
    return [...found, ...signedBefore(context, partition, firm)];
  });
}

const repeated = (phase: PhaseRecord): boolean =>
  phase.sections.some((section) => section.checks.some((check) => check.history.length > 0));

const changes = ({ runbook }: LintContext, { phase }: PhaseRecord): boolean =>
  runbook.steps.some(
    ({ home, checks }) =>
      home.kind === 'phase' &&
      home.phase.title === phase.title &&
      checks.some((check) => check.effect === 'changes'),
  );

function signedBefore(
  context: LintContext,
  { partition, signOff }: PartitionRecord,
  phases: readonly PhaseDates[],
): readonly Found[] {
  const date = signOff.field?.status?.date ?? /^\d{4}-\d{2}-\d{2}/.exec(signOff.cell?.text ?? '')?.[0];
  const span = signOff.field?.line ?? signOff.cell?.span;
  if (date === undefined || span === undefined) return [];
  return phases
    .filter((phase) => changes(context, phase.phase) && date < phase.first)
    .map((phase) => ({
      message: `${partition} was signed off on ${date}, before its ${phase.phase.phase.title} of ${phase.first}. Sign it off again.`,
      span,
      related: [{ span: phase.span, message: phase.phase.phase.title }],
    }));
}

/** The history of a check goes forward. */
function goingBack(context: LintContext): readonly Found[] {
  return phasesOf(context).flatMap(({ phase }) =>
    phase.sections.flatMap((section) => section.checks.flatMap((check) => backward(check))),
  );
}

const moment = (line: HistoryLine): number | undefined =>
  line.time === undefined ? undefined : Date.parse(line.time.replace(' ', 'T').replace(' ', ''));

function backward(check: CheckRecord): readonly Found[] {
  const found: Found[] = [];
  let before: { at: number; line: HistoryLine } | undefined;
  for (const line of check.history) {
    const at = moment(line);
    if (at === undefined || Number.isNaN(at)) continue;
    if (before !== undefined && at < before.at) {
      found.push({
        message: `The history of "${quoted(check.label, 40)}" goes back in time here: ${line.time} stands behind ${before.line.time}.`,
        span: line.span,
        related: [{ span: before.line.span, message: 'the line before it' }],
      });
    }
    before = { at, line };
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
        fixes: [fix(`Write ${day} into the column`, written === undefined, () => [setDate(date, day)])],
      },
    ];
  });
}

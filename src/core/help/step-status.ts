/** What the log says of a step on a partition: the status of all its checks in one. */
import { readLog } from '../log/read.ts';
import { statusesOf } from '../log/settle.ts';
import { isSettled, type LogStatus, type StatusKind } from '../log/status.ts';
import { placedChecks, placeOf, type Target } from '../run/places.ts';
import type { Runbook, Step } from '../runbook/runbook.ts';

export interface StepStatus {
  readonly kind: StatusKind;
  /** A change of it began, and no result was written. */
  readonly started: boolean;
  /** The youngest date that stands in its checks. */
  readonly date?: string;
}

/** @returns undefined where nothing of the step was recorded */
export function statusOfStep(
  text: string,
  runbook: Runbook,
  target: Target,
  step: Step,
): StepStatus | undefined {
  const placed = placedChecks(runbook, target, () => ({}));
  const all = statusesOf(
    readLog(text),
    placeOf(runbook, target),
    placed.map((each) => each.entry),
  );
  const own = placed.flatMap((each, index) => (each.step.index === step.index ? [all[index]] : []));
  const known = own.filter((status) => status !== undefined && status.kind !== 'pending') as LogStatus[];
  if (known.length === 0) return undefined;
  const date = known
    .flatMap((status) => status.date ?? [])
    .sort()
    .at(-1);
  const kind = known.some((status) => status.kind === 'failed')
    ? 'failed'
    : known.length < own.length || !known.every((status) => isSettled(status.kind))
      ? 'partial'
      : known.every((status) => status.kind === 'waived')
        ? 'waived'
        : 'cleared';
  return { kind, started: known.some((status) => status.started), ...(date === undefined ? {} : { date }) };
}

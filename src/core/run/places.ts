/** From what is run to where it is recorded: the place in the log and the checks that belong there. */
import { type LogEntry, wildcard } from '../log/find.ts';
import type { Place } from '../log/place.ts';
import type { GateDeclaration, Partition, Phase } from '../runbook/front-matter.ts';
import { type LateValues, lookupFor } from '../runbook/names.ts';
import { signOff } from '../runbook/patterns.ts';
import type { Home, Runbook, Step } from '../runbook/runbook.ts';
import type { BoundCheck, Check } from '../steps/step.ts';

/** What one run is about. */
export type Target =
  | { readonly kind: 'phase'; readonly partition: Partition; readonly phase: Phase }
  | { readonly kind: 'sign-off'; readonly partition: Partition }
  | { readonly kind: 'gate'; readonly gate: GateDeclaration };

export function targetName(target: Target): string {
  switch (target.kind) {
    case 'phase':
      return `${target.partition.name} · ${target.phase.title}`;
    case 'sign-off':
      return `${target.partition.name} · ${signOff}`;
    case 'gate':
      return target.gate.title;
  }
}

/** The target of a step when it is run on a partition. */
export function targetOf(home: Home, partition: Partition): Target {
  switch (home.kind) {
    case 'phase':
      return { kind: 'phase', partition, phase: home.phase };
    case 'sign-off':
      return { kind: 'sign-off', partition };
    case 'gate':
      return { kind: 'gate', gate: home.gate };
  }
}

export const sameTarget = (a: Target, b: Target): boolean => targetKey(a) === targetKey(b);

const targetKey = (target: Target): string =>
  target.kind === 'gate' ? `gate ${target.gate.id}` : targetName(target);

/** The steps of a target, in the order of the runbook. */
export function stepsOf(runbook: Runbook, target: Target): readonly Step[] {
  return runbook.steps.filter((step) => {
    if (step.home.kind !== target.kind) return false;
    if (step.home.kind === 'phase' && target.kind === 'phase')
      return step.home.phase.title === target.phase.title;
    if (step.home.kind === 'gate' && target.kind === 'gate') return step.home.gate.id === target.gate.id;
    return true;
  });
}

/** A check on one partition, or on none in a gate's section. */
export interface PlacedCheck {
  /** Step, line and partition: the same in every run of the runbook. */
  readonly key: string;
  readonly step: Step;
  readonly check: Check;
  readonly partition: Partition | undefined;
  readonly entry: LogEntry;
}

/** `Alpha002 / PostmarkNonProd` */
export function partitionNote(runbook: Runbook, partition: Partition): string | undefined {
  const lookup = lookupFor(runbook, partition);
  const words = [lookup('infrastructure'), lookup('postmark')].filter((word) => word !== undefined);
  return words.length === 0 ? undefined : words.join(' / ');
}

export function taskOf(phase: Phase, partition: Partition): string | undefined {
  const task = typeof phase.task === 'string' ? phase.task : phase.task?.get(partition.name);
  return task === undefined ? undefined : `${task}-${partition.name}`;
}

export function placeOf(runbook: Runbook, target: Target): Place {
  if (target.kind === 'gate') {
    const { title, section = title, fresh } = target.gate;
    return { kind: 'gate', title, section, ...(fresh === undefined ? {} : { timed: true }) };
  }
  const note = partitionNote(runbook, target.partition);
  const noted = note === undefined ? {} : { partitionNote: note };
  if (target.kind === 'sign-off') return { kind: 'sign-off', partition: target.partition.name, ...noted };
  const task = taskOf(target.phase, target.partition);
  return {
    kind: 'phase',
    partition: target.partition.name,
    phase: target.phase.title,
    column: target.phase.column,
    ...(task === undefined ? {} : { task }),
    ...noted,
  };
}

/** All checks of a target; in a gate's section `each` lines once for every partition, the same command once. */
export function placedChecks(
  runbook: Runbook,
  target: Target,
  late: (partition: Partition | undefined) => LateValues,
): readonly PlacedCheck[] {
  const placed: PlacedCheck[] = [];
  const seen = new Set<string>();
  for (const step of stepsOf(runbook, target)) {
    const partitions =
      target.kind !== 'gate' ? [target.partition] : step.each ? runbook.partitions : [undefined];
    for (const [line, check] of step.checks.entries()) {
      for (const partition of partitions) {
        const entry = entryOf(runbook, check, partition, late(partition));
        const words = `${entry.command ?? ''}\n${entry.label}`;
        if (step.each && seen.has(words)) continue;
        seen.add(words);
        placed.push({ key: `${step.index}/${line}/${partition?.name ?? ''}`, step, check, partition, entry });
      }
    }
  }
  return placed;
}

/** How the log knows a check. */
export function entryOf(
  runbook: Runbook,
  check: Check,
  partition: Partition | undefined,
  late: LateValues,
): LogEntry {
  const bound = check.bind(lookupFor(runbook, partition, late));
  return logEntry(bound, check.bind(lookupFor(runbook, partition, { wildcard })));
}

function logEntry(bound: BoundCheck, anyValue: BoundCheck): LogEntry {
  return {
    ...(bound.command === undefined ? {} : { command: bound.command }),
    label: bound.label,
    ...(anyValue.command === undefined ? {} : { pattern: anyValue.command }),
  };
}

/** What a run will do: its checks in order, in groups that may run side by side. */

import type { Partition } from '../runbook/front-matter.ts';
import { contextKey } from '../runbook/names.ts';
import { title } from '../steps/step.ts';
import type { Cascade } from './cascade.ts';
import type { CheckRef } from './events.ts';
import { type PlacedCheck, placedChecks, type Target } from './places.ts';

export interface Planned extends PlacedCheck {
  readonly ref: CheckRef;
}

/** All checks of a target, with what `cdk.context.json` says now. */
export async function placedNow(
  { runbook, ports }: Cascade,
  target: Target,
): Promise<readonly PlacedCheck[]> {
  const contexts = new Map<Partition | undefined, Readonly<Record<string, string>> | undefined>();
  // Of a thousand partitions only those that the target is about.
  const partitions = target.kind === 'gate' ? runbook.partitions : [target.partition];
  for (const partition of partitions) {
    const read = await ports.context.read(contextKey(runbook, partition));
    contexts.set(partition, read.kind === 'answer' ? read.value : undefined);
  }
  return placedChecks(runbook, target, (partition) => ({ context: contexts.get(partition) }));
}

/** A part of a target. */
export interface RunSelection {
  /** Only these steps, by index; all when absent. */
  readonly steps?: readonly number[];
  /** Only these checks, by key; all when absent. A change is never picked out of its order: only what reads. */
  readonly checks?: readonly string[];
}

export async function planRun(
  cascade: Cascade,
  target: Target,
  { steps, checks }: RunSelection = {},
): Promise<readonly Planned[]> {
  const placed = await placedNow(cascade, target);
  return placed
    .filter((each) => steps === undefined || steps.includes(each.step.index))
    .filter((each) => checks === undefined || (checks.includes(each.key) && each.check.effect === 'reads'))
    .map((each, id) => ({ ...each, ref: refOf(each, id) }));
}

export function refOf({ key, step, check, partition, entry }: PlacedCheck, id: number): CheckRef {
  return {
    id,
    key,
    step: step.index,
    language: check.language,
    effect: check.effect,
    ...(partition === undefined ? {} : { partition: partition.name }),
    title: title(entry),
    entry,
  };
}

/** Groups in order: the reading checks of a step side by side; what changes, asks a person or takes the shell, alone. */
export function groupsOf(planned: readonly Planned[]): readonly (readonly Planned[])[] {
  const groups: Planned[][] = [];
  for (const each of planned) {
    const last = groups.at(-1);
    const first = last?.[0];
    if (last === undefined || first === undefined || first.step !== each.step || alone(first) || alone(each))
      groups.push([each]);
    else last.push(each);
  }
  return groups;
}

const alone = ({ check }: Planned): boolean =>
  check.effect === 'changes' || check.language === 'ask' || check.language === 'sh';

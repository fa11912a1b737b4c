/** What a name stands for, on each partition. */
import type { Partition } from '../runbook/front-matter.ts';
import { allNames, contextNames, givenNames, isKnown, lookupFor } from '../runbook/names.ts';
import { meantBy, type Runbook } from '../runbook/runbook.ts';
import type { View } from './line-place.ts';

/**
 * `given` by the product, a `binding` of partitions, a `variable`, a value of the partition's `context` in
 * `cdk.context.json`, a `secret` that a check keeps.
 */
export type NameKind = 'given' | 'binding' | 'variable' | 'context' | 'secret';

export const aboutKind: Readonly<Record<NameKind, string>> = {
  given: 'Given by the product.',
  binding: 'Written down for each partition.',
  variable: 'A variable of the front matter.',
  context: "From the partition's entry in `cdk.context.json`, where `register` writes it.",
  secret: 'A secret that is read in the run; its value never goes into a line.',
};

export interface NameValue {
  /** The partitions that have it, the chosen one first; empty for what belongs to the whole cascade. */
  readonly partitions: readonly string[];
  /** Of a secret the reference it is read from; undefined while there is none. */
  readonly value: string | undefined;
}

export type NameStory =
  | {
      readonly kind: NameKind;
      readonly name: string;
      /** The value as it is declared, where that is one for all. */
      readonly declared?: string;
      /** Equal ones as one, that of the chosen partition first. */
      readonly values: readonly NameValue[];
      /** Partitions that are not told of. */
      readonly more: number;
    }
  | { readonly kind: 'unknown'; readonly name: string; readonly meant?: string };

/** So many partitions are told of. */
export const mostTold = 12;

/** Those that are told of: the chosen one first. */
export function toldOf(
  partitions: readonly (Partition | undefined)[],
  { partition: chosen }: View,
): readonly (Partition | undefined)[] {
  const first = partitions.filter((each) => each?.name === chosen);
  return [...first, ...partitions.filter((each) => each?.name !== chosen)].slice(0, mostTold);
}

export function nameStory(
  runbook: Runbook,
  name: string,
  partitions: readonly (Partition | undefined)[],
  view: View,
): NameStory {
  const kind = kindOf(runbook, name);
  if (kind === undefined) {
    const meant = meantBy(runbook, partitions, name);
    return { kind: 'unknown', name, ...(meant === undefined ? {} : { meant }) };
  }
  const values = new Map<string | undefined, string[]>();
  const told = toldOf(partitions, view);
  for (const partition of told) {
    const value =
      kind === 'secret' ? referenceOf(runbook, name, partition) : valueOn(runbook, name, partition, view);
    values.set(value, [...(values.get(value) ?? []), ...(partition === undefined ? [] : [partition.name])]);
  }
  const declared = kind === 'variable' ? runbook.variables.get(name)?.source : undefined;
  return {
    kind,
    name,
    ...(declared === undefined ? {} : { declared }),
    values: [...values].map(([value, on]) => ({ value, partitions: on })),
    more: partitions.length - told.length,
  };
}

export function valueOn(
  runbook: Runbook,
  name: string,
  partition: Partition | undefined,
  { contexts }: View,
): string | undefined {
  const context = partition === undefined ? undefined : contexts?.get(partition.name);
  return lookupFor(runbook, partition, { context })(name);
}

function kindOf(runbook: Runbook, name: string): NameKind | undefined {
  if (givenNames.some((each) => each === name)) return 'given';
  if (contextNames.some((each) => each === name)) return 'context';
  if (runbook.partitions.some((partition) => partition.bindings.has(name))) return 'binding';
  if (runbook.variables.has(name)) return 'variable';
  return keepers(runbook, name).length > 0 ? 'secret' : undefined;
}

const keepers = (runbook: Runbook, name: string) =>
  runbook.steps.flatMap((step) => step.checks.filter((check) => check.keeps === name));

/** Where a secret is read from: never its value. */
function referenceOf(runbook: Runbook, name: string, partition: Partition | undefined): string | undefined {
  const lookup = lookupFor(runbook, partition);
  return keepers(runbook, name).flatMap((check) => check.secrets(lookup))[0];
}

/** A name that may be written at a place. */
export interface ScopeName {
  readonly name: string;
  readonly kind: NameKind;
  /** The partitions it is known on, where these are not all. */
  readonly only?: readonly string[];
}

/** Secrets that a check keeps are not among them: their value never goes into a line. */
export function namesInScope(
  runbook: Runbook,
  partitions: readonly (Partition | undefined)[],
): readonly ScopeName[] {
  return allNames(runbook).flatMap((name): ScopeName[] => {
    const kind = kindOf(runbook, name);
    const on = partitions.filter((partition) => isKnown(runbook, partition, name));
    if (kind === undefined || on.length === 0) return [];
    const all = on.length === partitions.length;
    return [{ name, kind, ...(all ? {} : { only: on.map((partition) => partition?.name ?? '') }) }];
  });
}

/** What `${name}` stands for on a partition. */
import type { ContextEntry } from '../ports.ts';
import type { FrontMatter, Partition } from './front-matter.ts';
import { fill, type Lookup } from './template.ts';

/** Names the product gives. */
export const givenNames = ['partition', 'resolver'] as const;
/** What `register` writes into `cdk.context.json`; other keys of the entry are names too once they are there. */
export const contextNames = [
  'context.dkimSelector',
  'context.dkimPublicKey',
  'context.returnPathTarget',
] as const;

/** Names that the product itself asks for: where a change goes, the token of a Postmark line, who a partition is. */
export const usedNames = [
  'infrastructure',
  'postmark',
  'profile',
  'account',
  'secret',
  'region',
  'stack',
] as const;

/** Values that come to be during a run. */
export interface LateValues {
  /** The partition's entry in `cdk.context.json`. */
  readonly context?: ContextEntry | undefined;
  /** For every late name without a value, when a text is wanted that stands for any value. */
  readonly wildcard?: string;
}

/** A lookup for one partition, or for what belongs to none. Circular declarations have no value. */
export function lookupFor(
  front: FrontMatter,
  partition: Partition | undefined,
  late: LateValues = {},
): Lookup {
  const open = new Set<string>();
  const lookup: Lookup = (name) => {
    if (name === 'partition') return partition?.name;
    if (name === 'resolver') return front.resolver;
    if (name.startsWith('context.')) return late.wildcard ?? late.context?.[name.slice('context.'.length)];
    const template = partition?.bindings.get(name) ?? front.variables.get(name);
    if (template === undefined || open.has(name)) return undefined;
    open.add(name);
    const filled = fill(template, lookup);
    open.delete(name);
    return filled.missing.length === 0 ? filled.text : undefined;
  };
  return lookup;
}

/** Whether a name stands for something on a partition, or where there is none. */
export function isKnown(front: FrontMatter, partition: Partition | undefined, name: string): boolean {
  if (name === 'partition') return partition !== undefined;
  if (givenNames.some((each) => each === name)) return true;
  if (name.startsWith('context.'))
    return partition !== undefined && contextNames.some((each) => each === name);
  const template = partition?.bindings.get(name) ?? front.variables.get(name);
  if (template === undefined) return false;
  // A variable of partitions has no value where there is no partition.
  return partition !== undefined || lookupFor(front, undefined)(name) !== undefined;
}

/** Every name that may stand for something somewhere. */
export const allNames = (front: FrontMatter): readonly string[] => [
  ...new Set([
    ...givenNames,
    ...front.variables.keys(),
    ...front.partitions.flatMap((partition) => [...partition.bindings.keys()]),
    ...contextNames,
  ]),
];

/** Where `register` keeps what the stack needs of a partition, and the stack finds it. */
export function contextKey(front: FrontMatter, partition: Partition): string {
  const infrastructure = lookupFor(front, partition)('infrastructure') ?? '';
  return `partitionMail:${infrastructure}:${partition.name}`;
}

/** Names and values for a shell: a dot is no part of a name there, so `context.x` is `context_x`. */
export function shellEnvironment(
  front: FrontMatter,
  partition: Partition | undefined,
  late: LateValues,
): Readonly<Record<string, string>> {
  const lookup = lookupFor(front, partition, late);
  const names = [
    ...givenNames,
    ...front.variables.keys(),
    ...(partition?.bindings.keys() ?? []),
    ...Object.keys(late.context ?? {}).map((key) => `context.${key}`),
  ];
  const environment: Record<string, string> = {};
  for (const name of names) {
    const value = lookup(name);
    if (value !== undefined) environment[name.replaceAll('.', '_')] = value;
  }
  return environment;
}

/**
 * Puts together what resolvers and a zone's own servers say of a name, so that what is missing is told from what is
 * published and not yet seen everywhere.
 */
import type { DnsAnswer, Outcome, RecordType, ZoneAnswer } from '../ports.ts';
import {
  type CheckContext,
  type CheckResult,
  failed,
  fromFailure,
  passed,
  type Sighting,
  shortened,
  unknown,
} from './step.ts';

/** What a check wants of the records of a name. */
export interface Expectation {
  readonly label: string;
  readonly expected: string;
  readonly holds: (values: readonly string[]) => boolean;
  readonly evidence: (values: readonly string[]) => string;
  /** Why the values do not hold, where more can be said than what they are. */
  readonly fault?: (values: readonly string[]) => string | undefined;
}

export interface Question {
  readonly type: RecordType;
  readonly name: string;
  readonly wanted: Expectation;
  /** The command that asks the first resolver. */
  readonly command: string;
}

interface Said {
  readonly by: string;
  readonly outcome: Outcome<DnsAnswer>;
}

/** What was found out, and the values that hold. */
export interface Seen {
  readonly result: CheckResult;
  readonly values: readonly string[];
}

/**
 * Asks every resolver of the runbook. The zone's own servers are asked when a resolver does not have what is wanted,
 * and in a verification always and before: a resolver that hears of a name too early remembers it as missing.
 */
export async function lookUp(question: Question, context: CheckContext): Promise<Seen> {
  const { ports, resolvers, signal, thorough } = context;
  const { type, name, wanted } = question;
  const askZone = () => ports.dns.authoritative(context.resolver, type, name, signal);
  let zone: Outcome<ZoneAnswer> | undefined;
  let said: readonly Said[] = [];
  if (thorough) zone = await askZone();
  if (!nowhere(zone, wanted)) {
    said = await Promise.all(
      resolvers.map(async (by) => ({ by, outcome: await ports.dns.query(by, type, name, signal) })),
    );
    if (!said.every(({ outcome }) => holds(outcome, wanted))) zone ??= await askZone();
  }
  let result = judge(question, said, zone);
  if (resolvers.length > 1 || (result.verdict !== 'passed' && zone?.kind === 'answer')) {
    result = { ...result, seenBy: sightings(question, said, zone) };
    context.output(table(question, result.seenBy ?? []), 'stdout');
  }
  const first = said.find(({ outcome }) => holds(outcome, wanted))?.outcome;
  return { result, values: first?.kind === 'answer' ? first.value.values : [] };
}

const holds = (outcome: Outcome<DnsAnswer>, { holds: fits }: Expectation): boolean =>
  outcome.kind === 'answer' && outcome.value.values.length > 0 && fits(outcome.value.values);

/** Whether every server of the zone says that what is wanted is not there. */
function nowhere(zone: Outcome<ZoneAnswer> | undefined, wanted: Expectation): boolean {
  if (zone?.kind !== 'answer' || zone.value.servers.length === 0) return false;
  return zone.value.servers.every(({ outcome }) => outcome.kind === 'answer' && !holds(outcome, wanted));
}

function judge(
  question: Question,
  said: readonly Said[],
  zone: Outcome<ZoneAnswer> | undefined,
): CheckResult {
  const { wanted } = question;
  const servers = zone?.kind === 'answer' ? zone.value.servers : [];
  const published = {
    zone: zone?.kind === 'answer' ? zone.value.zone : '',
    all: servers.length,
    have: servers.filter(({ outcome }) => holds(outcome, wanted)),
    lack: servers.filter(({ outcome }) => outcome.kind === 'answer' && !holds(outcome, wanted)),
  };
  const { have, lack } = published;
  if (have.length > 0 && lack.length > 0) return inPart(question, published);
  const behind = said.filter(({ outcome }) => !holds(outcome, wanted));
  const seen = said.find(({ outcome }) => holds(outcome, wanted));
  if (behind.length === 0 && seen?.outcome.kind === 'answer') {
    return lack.length === 0
      ? passed(wanted.evidence(seen.outcome.value.values))
      : outdated(question, published, seen.by, seen.outcome.value);
  }
  return have.length > 0 ? notPropagated(question, published, behind) : missing(question, published, behind);
}

interface Published {
  readonly zone: string;
  /** How many servers the zone has. */
  readonly all: number;
  readonly have: ZoneAnswer['servers'];
  readonly lack: ZoneAnswer['servers'];
}

function inPart({ command }: Question, { zone, all, have, lack }: Published): CheckResult {
  const without = lack.map(({ name }) => name).join(', ');
  return unknown(
    `published on ${have.length} of ${all} name servers of ${zone}: not on ${without}`,
    `Wait until the name servers of ${zone} agree, then repeat: ${command}`,
  );
}

/** The resolver remembers what is not published any more. */
function outdated(question: Question, { zone, lack }: Published, by: string, value: DnsAnswer): CheckResult {
  return failed(
    question.wanted.expected,
    `the name servers of ${zone} have ${actual(question, lack[0])}; ${by} still gives an old answer${left(value)}`,
    `Look at the zone ${zone}, then repeat: ${question.command}`,
  );
}

function notPropagated(question: Question, { zone, have }: Published, behind: readonly Said[]): CheckResult {
  const told = behind.map(({ by, outcome }) =>
    outcome.kind === 'answer'
      ? `${by} has ${actual(question, { outcome })}${left(outcome.value)}`
      : `${by} gave ${outcome.came}`,
  );
  const where =
    have.length === 1
      ? `the one name server of ${zone} has it`
      : `${have.length} name servers of ${zone} have it`;
  const answered = behind.flatMap(({ outcome }) => (outcome.kind === 'answer' ? [outcome.value] : []));
  const repeat = `then repeat: ${question.command}`;
  if (answered.length === 0) {
    const silent = behind.find(({ outcome }) => outcome.kind === 'failure')?.outcome;
    return unknown(
      `published, not seen by the resolver: ${where}; ${told.join('; ')}`,
      silent?.kind === 'failure' ? silent.next : `Wait a little, ${repeat}`,
    );
  }
  const times = answered.flatMap(({ ttl }) => ttl ?? []);
  return unknown(
    `published, not propagated: ${where}; ${told.join('; ')}`,
    `Wait ${times.length === 0 ? 'for the TTL' : duration(Math.max(...times))}, ${repeat}`,
  );
}

/** No server of the zone is known to have it. */
function missing(question: Question, { zone, all, lack }: Published, behind: readonly Said[]): CheckResult {
  const { name, wanted, command } = question;
  const seen = behind.find(({ outcome }) => outcome.kind === 'answer') ?? lack[0];
  if (seen === undefined) {
    const failure = behind.find(({ outcome }) => outcome.kind === 'failure')?.outcome;
    return failure?.kind === 'failure'
      ? fromFailure(failure)
      : unknown(`nobody was asked for ${name}`, `Name a "resolver" in the runbook, then repeat: ${command}`);
  }
  if (lack.length === 0) {
    const next = `Look at the zone of ${name}; when the record is there, wait for its TTL and repeat: ${command}`;
    return failed(wanted.expected, actual(question, seen), next);
  }
  const where =
    lack.length < all
      ? `missing on ${lack.length} of ${all} name servers of ${zone}, the others gave no answer`
      : all === 1
        ? `the one name server of ${zone} does not have it`
        : `none of the ${all} name servers of ${zone} has it`;
  return failed(
    wanted.expected,
    `${actual(question, seen)}; ${where}`,
    `Publish it in the zone ${zone}: it is missing there; then repeat: ${command}`,
  );
}

/** A DKIM key of 4096 bits is shown whole: where it differs may be at its end. */
const longestValue = 800;

/** What was seen in place of what is wanted. */
function actual(
  { type, name, wanted }: Question,
  said: { readonly outcome: Outcome<DnsAnswer> } | undefined,
): string {
  if (said?.outcome.kind !== 'answer') return said?.outcome.came ?? 'nothing';
  const { code, values, aliases = [] } = said.outcome.value;
  const through = aliases.length === 0 ? name : `${name}, an alias of ${aliases.join(', ')},`;
  if (code === 'nxdomain') return `NXDOMAIN: ${through} does not exist`;
  if (values.length === 0) return `no ${type} record at ${through.replace(/,$/, '')}`;
  const shown = values.map((value) => shortened(value, longestValue)).join(' | ');
  const fault = wanted.fault?.(values);
  return fault === undefined ? shown : `${fault}: ${shown}`;
}

const left = ({ ttl }: DnsAnswer): string => (ttl === undefined ? '' : ` for another ${duration(ttl)}`);

/** `4 min 12 s` */
export function duration(seconds: number): string {
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}

/** Who has what: each resolver, then each server of the zone. */
function sightings(
  question: Question,
  said: readonly Said[],
  zone: Outcome<ZoneAnswer> | undefined,
): readonly Sighting[] {
  const resolvers = said.map(({ by, outcome }) => sighting(question, `@${by}`, outcome));
  if (zone === undefined) return resolvers;
  if (zone.kind === 'failure') return [...resolvers, { by: 'name servers', has: 'unknown', what: zone.came }];
  return [...resolvers, ...zone.value.servers.map(({ name, outcome }) => sighting(question, name, outcome))];
}

function sighting(question: Question, by: string, outcome: Outcome<DnsAnswer>): Sighting {
  if (outcome.kind === 'failure') return { by, has: 'unknown', what: outcome.came };
  const { ttl, values } = outcome.value;
  const left = ttl === undefined ? {} : { left: duration(ttl) };
  return holds(outcome, question.wanted)
    ? { by, has: 'yes', what: values.map((value) => shortened(value, 60)).join(' | '), ...left }
    : { by, has: 'no', what: shortened(actual(question, { outcome }), 90), ...left };
}

const marks = { yes: '✔', no: '✘', unknown: '?' } as const;

/** A line for each of them. */
function table(question: Question, seenBy: readonly Sighting[]): string {
  const width = Math.max(...seenBy.map(({ by }) => by.length));
  const lines = seenBy.map(({ by, has, what, left: time }) => {
    const rest = time === undefined ? '' : `  (${time})`;
    return `  ${marks[has]} ${by.padEnd(width)}  ${what}${rest}`;
  });
  return [`${question.type} ${question.name}`, ...lines, ''].join('\n');
}

/** What a log proves of a phase or of a gate: where it contradicts itself, the stricter reading. */
import type { Stamp } from '../log/edits.ts';
import type { CascadeRecord, CheckRecord, GateRecord, PartitionRecord, PhaseRecord } from '../log/model.ts';
import { isSettled, type LogStatus, noteBehind } from '../log/status.ts';
import { bare, plain } from '../log/words.ts';
import type { GateDeclaration } from '../runbook/front-matter.ts';
import { signOff } from '../runbook/patterns.ts';

export type Proof =
  | {
      readonly kind: 'proven';
      /** When the oldest of what proves it was seen, in milliseconds; a bare date counts from its first moment. */
      readonly since: number | undefined;
    }
  /** A person took it on themselves, with a reason. */
  | { readonly kind: 'waived' }
  | {
      readonly kind: 'open';
      /** To be read behind the name of the phase or of the gate: `is pending`. */
      readonly why: string;
      /** A change began and nobody saw its end. */
      readonly started: boolean;
    };

const open = (why: string, started = false): Proof => ({ kind: 'open', why, started });

/** @param now where the reader is: bare dates are days there */
export function proofOfPhase(
  { partitions }: Pick<CascadeRecord, 'partitions'>,
  partition: string,
  phase: string,
  now: Stamp,
): Proof {
  const record = partitions.find((each) => each.partition === partition);
  if (record === undefined) return open('is not in the log');
  if (phase === signOff) return proofOfSignOff(record, now);
  const found = record.phases.find((each) => each.phase.title === phase);
  return found === undefined ? open('is not in the log') : proofOf(found, now);
}

function proofOf({ cell, sections }: PhaseRecord, now: Stamp): Proof {
  const section = sections.at(-1);
  const checks = section?.checks ?? [];
  const begun = checks.find((check) => check.status?.started === true);
  if (begun !== undefined)
    return open(`has a change that was started and has no result: ${label(begun)}`, true);
  const summary = cell?.status;
  if (cell === undefined || summary === undefined) return open('is pending');
  const note = noteBehind(cell.text.slice(summary.span.end - cell.span.start));
  if (summary.kind === 'waived') return { kind: 'waived' };
  if (summary.kind !== 'cleared') return open(`is ${worded(summary, note)}`, summary.started);
  const heading = section?.heading.status;
  if (heading !== undefined && !isSettled(heading.kind))
    return open(`is cleared in the summary, but its heading says ${heading.kind}`);
  const against = contradiction(checks);
  if (against !== undefined) return open(`is cleared in the summary, but ${against}`);
  return { kind: 'proven', since: oldest([...checks.map(seenAt(now)), dayStart(summary.date, now)]) };
}

function proofOfSignOff({ signOff: { field, cell } }: PartitionRecord, now: Stamp): Proof {
  const date = /^\d{4}-\d{2}-\d{2}/.exec(cell?.text ?? '')?.[0];
  const summary = cell?.status;
  if (date === undefined && summary?.kind !== 'cleared') {
    const note =
      cell?.status === undefined ? '' : noteBehind(cell.text.slice(cell.status.span.end - cell.span.start));
    return open(`is ${summary === undefined ? 'pending' : worded(summary, note)}`);
  }
  const own = field?.status;
  if (own !== undefined && !isSettled(own.kind))
    return open(`has a date in the summary, but its section says ${own.kind}`);
  return { kind: 'proven', since: dayStart(date ?? summary?.date, now) };
}

/** What the row of a gate and its section prove; what the gate requires of others is not looked at. */
export function proofOfGate(
  { gates }: Pick<CascadeRecord, 'gates'>,
  gate: GateDeclaration,
  now: Stamp,
): Proof {
  const record = gates.find((each) => each.declared?.id === gate.id);
  if (record?.row === undefined || record.cell === undefined) return open('is not in the log');
  const { cell, date, decisions } = record;
  const { status } = cell;
  if (status === undefined) return open('is pending');
  const note = noteBehind(cell.text.slice(status.span.end - cell.span.start));
  if (status.kind === 'waived') return note === '' ? open('is waived without a reason') : { kind: 'waived' };
  if (status.kind !== 'cleared') return open(`is ${worded(status, note)}`, status.started);
  const last = decisions.at(-1);
  if (last?.status !== undefined && !isSettled(last.status.kind))
    return open(`is cleared in the table, but the last decision in its section says ${last.status.kind}`);
  const against = againstGate(record);
  if (against !== undefined) return open(`is cleared in the table, but in its section ${against}`);
  const decided = last?.time === undefined ? undefined : Date.parse(isoTime(last.time));
  return { kind: 'proven', since: decided ?? dayStart(status.date ?? day(date?.text), now) };
}

/** The checks that say what the gate's title says, each word of it: they decide, whatever else its section holds. */
export function decisive(gate: GateRecord): readonly CheckRecord[] {
  const id = plain(gate.declared?.section ?? '');
  const wanted = words(plain(gate.title).replace(id, ''));
  if (wanted.length < 2) return [];
  return gate.checks.filter((check) => {
    const has = new Set(words(plain(check.label)));
    return check.status !== undefined && wanted.every((word) => has.has(word));
  });
}

/** What stands against a gate in its section. */
export function againstGate(gate: GateRecord): string | undefined {
  const named = decisive(gate);
  return contradiction(named.length === 0 ? gate.checks : named);
}

const words = (text: string): readonly string[] => text.match(/[\p{L}\d][\p{L}\d-]+/gu) ?? [];

function contradiction(checks: readonly CheckRecord[]): string | undefined {
  const against = checks.filter((check) => check.status !== undefined && !isSettled(check.status.kind));
  const [first] = against;
  if (first?.status === undefined) return undefined;
  const more =
    against.length === 1
      ? ''
      : `, and ${against.length - 1} more ${against.length === 2 ? 'is' : 'are'} open`;
  return `${label(first)} is ${first.status.started ? 'started without a result' : first.status.kind}${more}`;
}

const label = (check: CheckRecord): string => `"${bare(check.command ?? check.label)}"`;

const worded = (status: LogStatus, note: string): string => {
  const words: readonly string[] = [status.count ?? '', note].filter(
    (each) => each !== '' && each !== status.kind,
  );
  const state = status.started ? 'started without a result' : status.kind;
  return words.length === 0 ? state : `${state} (${words.join(', ')})`;
};

/** When a check was seen last: the time of its newest result, else the day of its status. */
const seenAt =
  (now: Stamp) =>
  ({ history, status }: CheckRecord): number | undefined => {
    const time = history.findLast((line) => line.time !== undefined && line.status !== undefined)?.time;
    return time === undefined ? dayStart(status?.date, now) : Date.parse(isoTime(time));
  };

const oldest = (times: readonly (number | undefined)[]): number | undefined => {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
};

const day = (text: string | undefined): string | undefined => /\d{4}-\d{2}-\d{2}/.exec(text ?? '')?.[0];

const dayStart = (date: string | undefined, now: Stamp): number | undefined =>
  date === undefined ? undefined : Date.parse(`${date}T00:00:00${now.time.slice(-6)}`);

/** `2026-11-24 10:02:11 +00:00` as ISO 8601. */
export const isoTime = (time: string): string =>
  `${time.slice(0, 10)}T${time.slice(11, 19)}${time.slice(20)}`;

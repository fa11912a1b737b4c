/** Where a cascade stands, to be drawn: partitions against phases, gates as doors between them, and what happened when. */
import type { Asked, Block } from '../gates/may-run.ts';
import { type Attempt, attemptsOf } from '../log/attempts.ts';
import type { Stamp } from '../log/edits.ts';
import type { CascadeRecord, GateRecord, PartitionRecord, PhaseRecord, PhaseSection } from '../log/model.ts';
import type { GateOverview, Overview, OverviewStatus, PartitionOverview } from '../log/overview.ts';
import { isSettled, type StatusKind } from '../log/status.ts';
import { bare } from '../log/words.ts';
import { partitionNote } from '../run/places.ts';
import type { GateDeclaration } from '../runbook/front-matter.ts';
import { fits, patternWords, signOff } from '../runbook/patterns.ts';
import type { Runbook } from '../runbook/runbook.ts';
import type { Span } from '../text.ts';
import { attention } from './attention.ts';

/** `started` is a change that has no result, `running` one that somebody is at right now. */
export type BoardStatus = StatusKind | 'started' | 'running';

export interface Board {
  /** The runbook's name. */
  readonly title: string;
  readonly rehearsal: boolean;
  /** The name of the log's file. */
  readonly log: string;
  /** When the log was read: `2026-11-24 10:02:11 +00:00` */
  readonly asOf: string;
  /** One sentence for each thing that needs a person. */
  readonly waits: readonly string[];
  /** The titles of the columns; the sign-off is the last. */
  readonly phases: readonly string[];
  readonly rows: readonly BoardRow[];
  readonly gates: readonly BoardGate[];
  /** The newest day first. */
  readonly days: readonly BoardDay[];
  /** How many days before those the log tells of. */
  readonly earlierDays: number;
}

export interface BoardRow {
  readonly partition: string;
  /** `Alpha002 / PostmarkNonProd` */
  readonly note?: string;
  readonly protected: boolean;
  readonly cells: readonly BoardCell[];
  readonly span: Span;
}

export interface BoardCell {
  readonly status: BoardStatus;
  readonly date?: string;
  readonly note?: string;
  /** It is what comes next on its partition. */
  readonly next: boolean;
  /** Why it may not begin, if it is next. */
  readonly waits: readonly string[];
  /** The gates before it, by their place in the list of gates. */
  readonly doors: readonly number[];
  readonly span: Span;
}

export interface BoardGate {
  readonly title: string;
  readonly status: BoardStatus;
  readonly date?: string;
  readonly note?: string;
  /** Whether a change may pass it now. */
  readonly open: boolean;
  /** Why it is closed and what opens it, a sentence each. */
  readonly why: readonly string[];
  /** `prod/Deploy`, `Deploy of every partition`; empty for one that stops nothing. */
  readonly blocks: readonly string[];
  readonly requires: readonly string[];
  readonly span: Span;
}

export interface BoardDay {
  /** `2026-11-24`; empty for what the log gives no date. */
  readonly date: string;
  readonly lanes: readonly BoardLane[];
}

export interface BoardLane {
  /** A partition, or `Gates`. */
  readonly name: string;
  /** In the order of the log. */
  readonly moments: readonly BoardMoment[];
}

export interface BoardMoment {
  /** `Deploy`, `Deploy, attempt 2`, or the title of a gate. */
  readonly what: string;
  readonly status: StatusKind;
  /** `10:02:11 +00:00`, or `16:08` as a person wrote it. */
  readonly time?: string;
  readonly note?: string;
  readonly span: Span;
}

export interface BoardSource {
  readonly runbook: Runbook;
  readonly record: CascadeRecord;
  readonly overview: Overview;
  /** What may run by this log. */
  readonly asked: Asked;
  /** When it was read. */
  readonly now: Stamp;
  /** Partitions that somebody changes right now. */
  readonly running: ReadonlySet<string>;
  readonly rehearsal: boolean;
  /** The name of the log's file. */
  readonly log: string;
}

/** What a call of a team looks at; whoever wants older days opens the log. */
const mostDays = 30;
/** Of a note; the whole stands in the log. */
const mostCharacters = 300;
const mostReasons = 3;

export function boardOf(source: BoardSource): Board {
  const { runbook, record, asked, overview, now, running, rehearsal, log } = source;
  const gates = overview.gates.map((gate, index) => gateOf(asked, gate, record.gates[index]?.declared));
  const declared = record.gates.map((gate) => gate.declared);
  const days = daysOf(record, overview);
  return {
    title: runbook.name,
    rehearsal,
    log,
    asOf: now.time,
    waits: attention(runbook, asked, overview, running),
    phases: [...runbook.phases.map((phase) => phase.title), signOff],
    rows: overview.partitions.map((partition) => rowOf(source, partition, declared)),
    gates,
    days: days.slice(0, mostDays),
    earlierDays: Math.max(0, days.length - mostDays),
  };
}

function rowOf(
  { runbook, asked, running }: BoardSource,
  { partition: name, phases, signOff: last, span, note }: PartitionOverview,
  declared: readonly (GateDeclaration | undefined)[],
): BoardRow {
  const partition = runbook.partitions.find((each) => each.name === name);
  const known = note ?? (partition === undefined ? undefined : partitionNote(runbook, partition));
  const all = [
    ...phases.map((status) => ({ title: status.phase, status: status as OverviewStatus })),
    { title: signOff, status: last },
  ];
  const next = all.findIndex(({ status }) => status.started || !isSettled(status.status));
  const cells = all.map(({ title, status }, index): BoardCell => {
    const phase = runbook.phases.find((each) => each.title === title);
    const target =
      partition === undefined
        ? undefined
        : phase === undefined
          ? ({ kind: 'sign-off', partition } as const)
          : ({ kind: 'phase', partition, phase } as const);
    const isNext = index === next;
    return {
      ...shown(status, running.has(name)),
      next: isNext,
      waits: isNext && target !== undefined ? sentences(asked.blocks(target)) : [],
      doors: declared.flatMap((gate, at) =>
        gate?.blocks.some((pattern) => fits(pattern, name, title)) === true ? [at] : [],
      ),
      span: status.span,
    };
  });
  return {
    partition: name,
    ...(known === undefined ? {} : { note: known }),
    protected: partition?.protected ?? false,
    cells,
    span,
  };
}

/** A gate may require a thousand phases: the first ones tell what to do. */
function sentences(blocks: readonly Block[]): readonly string[] {
  const told = blocks
    .slice(0, mostReasons)
    .map(({ why, clears }) => `${why.slice(0, 1).toUpperCase()}${why.slice(1)}. To go on, ${clears}.`);
  const more = blocks.length - told.length;
  return more === 0 ? told : [...told, `And ${more} more.`];
}

function shown(
  { status, started, date, note }: OverviewStatus,
  running: boolean,
): Pick<BoardCell, 'status' | 'date' | 'note'> {
  return {
    status: started ? (running ? 'running' : 'started') : status,
    ...(date === undefined ? {} : { date }),
    ...(note === undefined ? {} : { note: short(bare(note)) }),
  };
}

const short = (text: string): string =>
  text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters).toWellFormed()}…`;

function gateOf(asked: Asked, gate: GateOverview, declared: GateDeclaration | undefined): BoardGate {
  const closed = declared === undefined ? [] : asked.whyClosed(declared);
  return {
    title: bare(gate.gate),
    ...shown(gate, false),
    open: closed.length === 0,
    why: sentences(closed),
    blocks: declared?.blocks.map(patternWords) ?? [],
    requires: declared?.requires.map(patternWords) ?? [],
    span: gate.span,
  };
}

type Dated = BoardMoment & { readonly date: string };

function daysOf(record: CascadeRecord, overview: Overview): readonly BoardDay[] {
  const lanes = [
    { name: 'Gates', moments: record.gates.flatMap((gate, index) => ofGate(gate, overview.gates[index])) },
    ...record.partitions.map((partition, index) => ({
      name: partition.partition,
      moments: ofPartition(record, partition, overview.partitions[index]),
    })),
  ];
  const days = new Map<string, BoardLane[]>();
  for (const { name, moments } of lanes) {
    for (const [date, those] of Map.groupBy(moments, (moment) => moment.date)) {
      const lane = { name, moments: those.map(({ date: _, ...moment }): BoardMoment => moment) };
      days.set(date, [...(days.get(date) ?? []), lane]);
    }
  }
  return [...days].sort(([a], [b]) => (a < b ? 1 : -1)).map(([date, own]) => ({ date, lanes: own }));
}

function ofPartition(
  record: CascadeRecord,
  { phases }: PartitionRecord,
  overview: PartitionOverview | undefined,
): readonly Dated[] {
  const moments = phases.flatMap((phase, index) => ofPhase(record, phase, overview?.phases[index]));
  const signed = overview?.signOff;
  if (signed?.date === undefined) return moments;
  return [...moments, { what: signOff, status: signed.status, date: signed.date, span: signed.span }];
}

/** Each attempt that the notes tell of, and what the phase came to where no attempt tells that. */
function ofPhase(
  { log }: CascadeRecord,
  { phase, sections }: PhaseRecord,
  overview: OverviewStatus | undefined,
): readonly Dated[] {
  const settled = overview !== undefined && isSettled(overview.status);
  const told = sections.flatMap(({ heading }: PhaseSection) =>
    eachOnce(attemptsOf(log, heading)).map((attempt, index, all): Dated => {
      const date = attempt.date ?? heading.status?.date ?? overview?.date ?? '';
      // People tell how an attempt failed; of the last one the phase tells how it went.
      const passed = attempt.passed || (settled && index > 0 && index === all.length - 1);
      return {
        what: `${phase.title}, attempt ${attempt.number}`,
        status: passed ? 'cleared' : 'failed',
        date,
        ...(attempt.time === undefined ? {} : { time: attempt.time }),
        note: short(bare(attempt.words)),
        span: attempt.span,
      };
    }),
  );
  if (overview?.date === undefined || overview.status === 'pending' || overview.started) return told;
  const last = told.at(-1);
  if (last !== undefined && isSettled(last.status) === settled) return told;
  return [
    ...told,
    {
      what: phase.title,
      status: overview.status,
      date: overview.date,
      ...(overview.note === undefined ? {} : { note: short(bare(overview.note)) }),
      span: overview.span,
    },
  ];
}

/** Each attempt once: what a person notes on one later is no attempt of its own. */
const eachOnce = (attempts: readonly Attempt[]): readonly Attempt[] =>
  attempts.filter(({ number }, index) => attempts.findIndex((each) => each.number === number) === index);

/** What was decided of a gate, and what its row says where no decision tells that. */
function ofGate({ decisions, title }: GateRecord, overview: GateOverview | undefined): readonly Dated[] {
  const what = bare(title);
  const told = decisions.map(({ time = '', status, text, span }): Dated => {
    const [date = '', ...clock] = time.split(' ');
    return {
      what,
      status: status?.kind ?? 'pending',
      date,
      time: clock.join(' '),
      note: short(bare(text)),
      span,
    };
  });
  if (overview?.date === undefined || overview.status === 'pending') return told;
  if (told.at(-1)?.status === overview.status) return told;
  return [
    ...told,
    {
      what,
      status: overview.status,
      date: overview.date,
      ...(overview.note === undefined ? {} : { note: short(bare(overview.note)) }),
      span: overview.span,
    },
  ];
}

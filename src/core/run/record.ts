/** Writes a run into its log on the way: each event goes on only when what it says is written. */

import { recordPassedAttempt } from '../log/attempts.ts';
import { conflictMarker } from '../log/conflict.ts';
import {
  codeSpan,
  composeEdits,
  fitsLine,
  harmless,
  harmlessCell,
  type Stamp,
  stamp,
  thenAlso,
} from '../log/edits.ts';
import type { LogEntry } from '../log/find.ts';
import { ensurePlace, type Place, sectionOf } from '../log/place.ts';
import { readLog } from '../log/read.ts';
import { bulletText, type Entry, recordCheck, recordNote, resultLine } from '../log/record.ts';
import { recordAndSettle, recordSignOff, type SignOff, settle, statusesOf, total } from '../log/settle.ts';
import { unfit } from '../log/unfit.ts';
import { verificationPhase } from '../log/verification.ts';
import { type Failure, failureText, type LogChange, type Outcome, type TextEdit } from '../ports.ts';
import type { Cascade } from './cascade.ts';
import type { CheckRef, RunEvent } from './events.ts';
import { type StartedCheck, startedChecks, startedTime } from './look.ts';
import { type PlacedCheck, placeOf, type Target, targetName } from './places.ts';
import { placedNow } from './plan.ts';
import { compactTime, Transcript } from './transcript.ts';
import { type UnwrittenCheck, unwrittenText } from './unwritten.ts';
import { fillVerification } from './verification.ts';

/** The log could not be written. The run ends; the message tells what is not in the log, and where it is kept. */
export class LogError extends Error {
  override readonly name = 'LogError';

  constructor(failure: Failure, lost: string) {
    super(`${failureText(failure)} ${lost}`);
  }
}

/** @param signal ends the questions about what could not be written; what a run came to is written also behind it. */
export async function* recorded(
  cascade: Cascade,
  events: AsyncIterable<RunEvent>,
  signal = new AbortController().signal,
): AsyncGenerator<RunEvent, void, void> {
  let recorder: Recorder | undefined;
  try {
    for await (const event of events) {
      if (event.kind === 'run-started') {
        const placed = await placedNow(cascade, event.target);
        const begun = event.purpose === 'look' ? await startedChecks(cascade, event.target) : [];
        recorder = new Recorder(cascade, event, { placed, begun: begun[0] }, signal);
      }
      await recorder?.take(event);
      yield recorder?.withTranscript(event) ?? event;
    }
  } finally {
    await recorder?.close();
  }
}

/** What a log that does not take a result is to get by other ways. */
interface Result {
  readonly moment: Date;
  readonly checks: readonly UnwrittenCheck[];
  /** What the run came to, where that is what is to be written. */
  readonly came?: string;
  readonly note?: string;
}

type Change = (text: string) => readonly TextEdit[];

class Recorder {
  readonly #cascade: Cascade;
  readonly #target: Target;
  readonly #place: Place;
  readonly #checks: readonly CheckRef[];
  /** All checks of the place. */
  readonly #placed: readonly PlacedCheck[];
  /** What each check is known by now: names may have got their value on the way. */
  readonly #entries = new Map<string, LogEntry>();
  readonly #results = new Map<string, UnwrittenCheck>();
  /** The change without a result that is looked at. */
  readonly #cut: StartedCheck | undefined;
  readonly #signal: AbortSignal;
  #ran = false;
  /** Changes that began. */
  readonly #begun = new Set<string>();
  /** Whether the phase was cleared before this run: to run it again is no new attempt. */
  #again = false;
  readonly #startedAt: Stamp;
  readonly #transcript: Transcript;

  constructor(
    cascade: Cascade,
    { target, checks, at }: Extract<RunEvent, { kind: 'run-started' }>,
    known: { readonly placed: readonly PlacedCheck[]; readonly begun: StartedCheck | undefined },
    signal: AbortSignal,
  ) {
    this.#signal = signal;
    this.#placed = known.placed;
    this.#cut = known.begun;
    this.#cascade = cascade;
    this.#target = target;
    this.#place = placeOf(cascade.runbook, target);
    this.#checks = checks;
    for (const check of checks) this.#entries.set(check.key, check.entry);
    this.#startedAt = this.#stamp(at);
    this.#transcript = new Transcript(cascade.evidence, {
      runbook: cascade.runbook.name,
      target,
      at,
      time: this.#startedAt.time,
      rehearsal: cascade.rehearsal,
    });
  }

  close(): Promise<void> {
    return this.#transcript.close();
  }

  /** The event with the file that keeps it whole, if there is one. */
  withTranscript(event: RunEvent): RunEvent {
    const transcript = this.#transcript.path;
    if (transcript === undefined || (event.kind !== 'check-output' && event.kind !== 'check-finished'))
      return event;
    return { ...event, transcript };
  }

  async take(event: RunEvent): Promise<void> {
    switch (event.kind) {
      case 'run-started':
        if (event.checks.length > 0) await this.#begin((text) => this.#enter(text));
        return;
      case 'check-started':
        this.#ran = true;
        if (event.check.effect !== 'changes') return;
        this.#begun.add(event.check.key);
        await this.#begin(this.#checked(event.check, { kind: 'started' }, this.#stamp(event.at)));
        return;
      case 'check-finished':
        this.#ran = true;
        await this.#finished(event);
        return;
      case 'run-finished':
        if (this.#ran) await this.#settle(event, this.#stamp(event.at));
        return;
      case 'check-output':
        await this.#transcript.output(this.#redacted(event.check), event.chunk);
        return;
      case 'check-progress':
      case 'check-blocked':
      case 'check-not-run':
        return;
    }
  }

  #enter(text: string): readonly TextEdit[] {
    const section = this.#target.kind === 'phase' ? sectionOf(readLog(text), this.#place) : undefined;
    this.#again = section?.status?.kind === 'cleared';
    return ensurePlace(text, this.#place);
  }

  async #finished(event: Extract<RunEvent, { kind: 'check-finished' }>): Promise<void> {
    this.#entries.set(event.check.key, event.check.entry);
    const verdict = event.interrupted ? 'interrupted' : event.result.verdict;
    const evidence =
      event.duration >= 1000 ? `${event.result.evidence}, ${seconds(event.duration)}` : event.result.evidence;
    const fits = fitsLine(evidence);
    await this.#transcript.finished(event, evidence, !fits);
    const signOff = this.#target.kind === 'sign-off';
    const more = behind(
      fits ? undefined : this.#transcript.link,
      signOff ? undefined : this.#transcript.takeTrouble(),
    );
    const at = this.#stamp(event.at);
    const entry = { kind: 'result', verdict, evidence, more } as const;
    const done = { check: event.check.entry, entry, result: event.result, at };
    this.#results.set(event.check.key, done);
    if (!signOff)
      await this.#keep({ checks: [done], moment: event.at }, this.#checked(event.check, entry, at));
  }

  /** Writes one check, and where it did not pass also what that makes of its phase or gate. */
  #checked(check: CheckRef, entry: Entry, at: Stamp): Change {
    const siblings = this.#siblings();
    const mine = this.#entries.get(check.key) ?? check.entry;
    return (text) => {
      const write = entry.kind === 'result' && entry.verdict === 'passed' ? recordCheck : recordAndSettle;
      return write(text, this.#place, mine, siblings, entry, at);
    };
  }

  async #settle(event: Extract<RunEvent, { kind: 'run-finished' }>, at: Stamp): Promise<void> {
    const result = { moment: event.at, checks: [], came: `${targetName(this.#target)}: ${event.outcome}` };
    if (this.#target.kind === 'sign-off') {
      const partition = this.#target.partition.name;
      const signed = this.#signOff(event);
      const checks = [...this.#results.values()];
      await this.#keep({ ...result, checks }, (text) => recordSignOff(text, partition, signed, at));
      return;
    }
    const note = this.#cut === undefined ? this.#attempt(event) : this.#cutOff(this.#cut, at);
    await this.#keep({ ...result, ...(note === undefined ? {} : { note }) }, (text) => {
      if (note === undefined) return thenAlso(text, this.#passed(text), (after) => this.#settled(after, at));
      return thenAlso(text, this.#settled(text, at), (after) => recordNote(after, this.#place, note));
    });
    if (event.outcome === 'passed') await this.#fillRows(result, at);
  }

  /** Only a verification that ran whole fills the rows that stand for it. */
  async #fillRows(result: Result, at: Stamp): Promise<void> {
    const place = this.#place;
    if (place.kind !== 'phase' || place.phase !== verificationPhase) return;
    if (this.#results.size < this.#placed.length) return;
    const recordIt = await fillVerification(this.#cascade, place, this.#results.size, at);
    await this.#keep(result, recordIt);
  }

  /** Given only when every statement was confirmed in this run; a no is a no. */
  #signOff(event: Extract<RunEvent, { kind: 'run-finished' }>): SignOff {
    const all = this.#placed.length;
    const results = [...this.#results.values()].map(({ result }) => result);
    const refused = results.find((result) => result.verdict === 'failed');
    if (refused !== undefined) return { kind: 'refused', evidence: refused.evidence };
    const passed = results.filter((result) => result.verdict === 'passed');
    if (event.outcome !== 'passed' || passed.length < all)
      return { kind: 'open', open: all - passed.length, all };
    return { kind: 'given', evidence: passed.map((result) => result.evidence).join('; ') };
  }

  /** What was found of an attempt whose end nobody saw. */
  #cutOff({ placed, token }: StartedCheck, at: Stamp): string {
    const { entry } = placed;
    const where = entry.command === undefined ? entry.label : codeSpan(entry.command);
    const seen = this.#results.get(placed.key)?.result.evidence ?? 'not looked at';
    return `**Attempt ${startedTime(token)}** was cut off at ${where}. Looked at ${at.time}: ${harmless(seen)}`;
  }

  #attempt(event: Extract<RunEvent, { kind: 'run-finished' }>): string | undefined {
    if (event.outcome === 'passed' || this.#target.kind !== 'phase') return undefined;
    const words = {
      passed: 'passed',
      failed: 'failed',
      unknown: 'ended unknown',
      blocked: 'was blocked',
      interrupted: 'was interrupted',
    };
    const failing = this.#checks.find((check) => event.reason?.startsWith(`${check.title}: `));
    const reason =
      failing === undefined ? (event.reason ?? '') : (event.reason ?? '').slice(failing.title.length + 2);
    const command = failing?.entry.command;
    const at =
      failing === undefined ? '' : ` at ${command === undefined ? failing.title : codeSpan(command)}`;
    const more = behind(this.#transcript.link, this.#transcript.takeTrouble());
    const changed = this.#changed();
    return [
      `**Attempt ${this.#startedAt.time}** ${words[event.outcome]}${at}: ${harmless(reason)}${changed === '' || /[.…]$/.test(reason) ? '' : '.'}`,
      ...(changed === '' ? [] : [changed]),
      ...(more === '' ? [] : [more]),
    ].join(' ');
  }

  /** What an attempt that did not pass has changed all the same; what its last change did, the reason tells. */
  #changed(): string {
    const changes = this.#checks.filter((check) => check.effect === 'changes');
    if (changes.length > 0 && this.#begun.size === 0) return 'Nothing was changed.';
    const passed = changes.filter(({ key }) => this.#results.get(key)?.result.verdict === 'passed');
    const done = passed.map(({ key, entry }) => bulletText(this.#entries.get(key) ?? entry));
    return done.length === 0 ? '' : `Changed before that: ${done.join('; ')}.`;
  }

  /** The attempt that passed after others had not. */
  #passed(text: string): readonly TextEdit[] {
    const checks = this.#siblings();
    if (this.#target.kind !== 'phase' || this.#again) return [];
    const sum = total(statusesOf(readLog(text), this.#place, checks));
    return sum?.kind === 'cleared'
      ? recordPassedAttempt(text, this.#place, checks.length, this.#startedAt)
      : [];
  }

  #settled(text: string, at: Stamp): readonly TextEdit[] {
    return settle(text, this.#place, this.#siblings(), at);
  }

  /** The title of a check that is not bound yet may hold what was read as a secret since. */
  #redacted(check: CheckRef): CheckRef {
    return { ...check, title: this.#cascade.redactor.redact(check.title) };
  }

  /** All checks of the place, those that this run leaves out among them. */
  #siblings(): readonly LogEntry[] {
    return this.#placed.map((placed) => this.#entries.get(placed.key) ?? placed.entry);
  }

  #stamp(at: Date): Stamp {
    return stamp(at, this.#cascade.ports.clock);
  }

  /** Writes what stands in the log before anything is done; without it nothing is. */
  async #begin(change: Change): Promise<void> {
    const written = await this.#write(this.#guarded(change));
    if (written.kind === 'failure') throw new LogError(written, 'Nothing was begun.');
  }

  /** Writes what was done. What the log does not take is offered again, and kept beside it when that is refused. */
  async #keep(result: Result, change: Change): Promise<void> {
    const { log, ports, runbook, rehearsal } = this.#cascade;
    const guarded = this.#guarded(change);
    for (;;) {
      const written = await this.#write(guarded);
      if (written.kind === 'answer') return;
      const text = unwrittenText({
        ...result,
        log: log.path,
        runbook: runbook.name,
        target: targetName(this.#target),
        rehearsal,
        at: this.#stamp(result.moment),
        failure: written,
      });
      const chosen = this.#signal.aborted
        ? 'leave'
        : await ports.person.unwritten({ failure: written, result: text }, this.#signal);
      if (chosen === 'again') continue;
      const kept = await log.setAside(compactTime(result.moment), text);
      throw new LogError(
        written,
        kept.kind === 'answer'
          ? `What is not in the log is in ${kept.value}: put its lines into the log, then delete it.`
          : `It could not be kept in a file either (${kept.came}). Not in the log: ${notInLog(result)}.`,
      );
    }
  }

  /** Nothing is written into what is no log now, nor what would change nothing: an editor would have it undone. */
  #guarded(change: Change): LogChange {
    return (text) => unfit(text, this.#cascade.log.path) ?? composeEdits(text, change(text), []);
  }

  /** A log that is no log for a moment is met again: another program may be in the middle of writing it. */
  async #write(change: LogChange): Promise<Outcome<string>> {
    const { log, ports } = this.#cascade;
    for (let pause = firstPause; ; pause *= 2) {
      const written = await log.update(change);
      if (written.kind === 'answer' || pause > lastPause || !(await this.#passing())) return written;
      await ports.clock.sleep(pause, never);
    }
  }

  /** Whether the log is missing or not whole, as it is while another program replaces it. */
  async #passing(): Promise<boolean> {
    const { log } = this.#cascade;
    const now = await log.read();
    if (now.kind === 'failure') return false;
    if (now.value === undefined) return true;
    return conflictMarker(now.value) === undefined && unfit(now.value, log.path) !== undefined;
  }
}

const notInLog = ({ checks, came, note }: Result): string =>
  [came, ...checks.map((each) => resultLine(each.check, each.entry, each.at)), note]
    .filter((words) => words !== undefined)
    .join('; ');

/** Milliseconds; together some two seconds. */
const firstPause = 125;
const lastPause = 1000;
/** Stopping a run must not keep its result from being written. */
const never = new AbortController().signal;

/** Where the rest of the evidence is, or why it is nowhere. */
const behind = (link: string | undefined, trouble: string | undefined): string =>
  [link, trouble === undefined ? undefined : harmlessCell(trouble)]
    .flatMap((words) => (words === undefined ? [] : [`(${words})`]))
    .join(' ');

function seconds(milliseconds: number): string {
  const all = Math.round(milliseconds / 1000);
  return all < 60 ? `${all} s` : `${Math.floor(all / 60)} min ${all % 60} s`;
}

/** A cell's report, brought forward by the events of its run. It knows no editor. */
import { fitsLine } from '../core/log/edits.ts';
import { bulletText } from '../core/log/record.ts';
import type { StackProgress, StackResource } from '../core/ports.ts';
import type { CellReport, CheckRow, StackEvent, StackRow } from '../core/run/cell-report.ts';
import type { CheckRef, RunEvent } from '../core/run/events.ts';
import { Excerpt } from '../core/run/excerpt.ts';
import type { Target } from '../core/run/places.ts';
import { resourcesDone, stackCount } from '../core/steps/aws.ts';
import type { CheckResult, Sighting } from '../core/steps/step.ts';
import { plainText, visibleText } from '../core/text.ts';

/** The cell shows this much of what a check prints: more would slow the editor down. */
const shownOutput = { head: 8192, tail: 32_768, headLines: 40, tailLines: 200 };
/** How many changes of its resources a stack shows. */
const shownEvents = 6;

export interface CellIdentity {
  /** Names the report in what the renderer asks. */
  readonly id: string;
  readonly partition: string;
  readonly rehearsal: boolean;
}

/** What is kept of a check beside its row. */
interface Kept {
  readonly output: Excerpt;
  stack: StackProgress | undefined;
}

export class CellProgress {
  readonly #identity: CellIdentity;
  readonly #rows = new Map<string, CheckRow>();
  readonly #kept = new Map<string, Kept>();
  /** By check, from the log's folder. */
  readonly #transcripts = new Map<string, string>();
  #target: Target | undefined;

  /** @param before what the cell shows of checks that this run leaves out */
  constructor(identity: CellIdentity, before?: CellProgress) {
    this.#identity = identity;
    for (const row of before?.report.rows ?? []) {
      this.#rows.set(row.key, row);
      const transcript = before?.transcript(row.key);
      if (transcript !== undefined) this.#transcripts.set(row.key, transcript);
    }
  }

  /** A row for each check, waiting. */
  expect(target: Target, checks: readonly CheckRef[]): void {
    this.#target = target;
    for (const check of checks) {
      this.#transcripts.delete(check.key);
      this.#set(check, { state: 'waiting' });
    }
  }

  take(event: RunEvent): void {
    switch (event.kind) {
      case 'check-started':
        this.#set(event.check, { state: 'running' });
        return;
      case 'check-output': {
        this.#keptOf(event.check).output.add(event.chunk);
        this.#keepTranscript(event);
        return;
      }
      case 'check-progress':
        this.#progress(event);
        return;
      case 'check-finished':
        this.#finished(event);
        return;
      case 'check-blocked':
        this.#set(event.check, {
          state: 'blocked',
          detail: visible(event.blocks.map((block) => block.why).join('; ')),
          next: visible(event.blocks.map((block) => block.clears).join('; ')),
        });
        return;
      case 'check-not-run':
        this.#set(event.check, { state: 'not-run', detail: event.because });
        return;
      case 'run-started':
      case 'run-finished':
        return;
    }
  }

  get report(): CellReport {
    return { ...this.#identity, rows: [...this.#rows.values()].map((row) => this.#withOutput(row)) };
  }

  /** From the log's folder to the transcript of a check. */
  transcript(key: string): string | undefined {
    return this.#transcripts.get(key);
  }

  #progress({ check, progress }: Extract<RunEvent, { kind: 'check-progress' }>): void {
    if (progress.kind === 'note') {
      this.#change(check, { detail: visible(progress.text) });
      return;
    }
    const kept = this.#keptOf(check);
    const before = this.#rows.get(check.key)?.stack?.events ?? [];
    const stack = stackRow(progress.progress, kept.stack, before);
    kept.stack = progress.progress;
    this.#change(check, { detail: visible(stackText(progress.progress)), stack });
  }

  #finished(event: Extract<RunEvent, { kind: 'check-finished' }>): void {
    const { check, result, duration } = event;
    // Only where it has more than the log: else each row of a run would offer the same file.
    if (this.#outputOf(check.key) !== '' || !fitsLine(result.evidence)) this.#keepTranscript(event);
    const stack = this.#rows.get(check.key)?.stack;
    this.#set(check, {
      state: result.verdict,
      ...resultRow(result),
      duration,
      ...(stack === undefined ? {} : { stack }),
    });
  }

  #outputOf(key: string): string {
    const output = this.#kept.get(key)?.output.text ?? '';
    return output.trim() === '' ? '' : output;
  }

  #keepTranscript({ check, transcript }: { readonly check: CheckRef; readonly transcript?: string }): void {
    if (transcript !== undefined) this.#transcripts.set(check.key, transcript);
  }

  #keptOf(check: CheckRef): Kept {
    const kept = this.#kept.get(check.key) ?? { output: new Excerpt(shownOutput), stack: undefined };
    this.#kept.set(check.key, kept);
    return kept;
  }

  /** Of a row that is there, the parts that are given. */
  #change(check: CheckRef, parts: Partial<CheckRow>): void {
    const { state = 'running', detail, stack } = this.#rows.get(check.key) ?? {};
    const same = {
      state,
      ...(detail === undefined ? {} : { detail }),
      ...(stack === undefined ? {} : { stack }),
    };
    this.#set(check, { ...same, ...parts });
  }

  /** What was printed is cut to size when it is to be seen, not at each word. */
  #withOutput(row: CheckRow): CheckRow {
    const output = this.#outputOf(row.key);
    return {
      ...row,
      ...(output === '' ? {} : { output }),
      transcript: this.#transcripts.has(row.key),
    };
  }

  #set(
    check: CheckRef,
    row: Omit<CheckRow, 'key' | 'check' | 'partition' | 'output' | 'again' | 'transcript'>,
  ): void {
    this.#rows.set(check.key, {
      key: check.key,
      check: visible(bulletText(check.entry)),
      ...(check.partition === undefined ? {} : { partition: check.partition }),
      ...row,
      // A sign-off is given whole, or not at all.
      again: check.effect === 'reads' && this.#target?.kind !== 'sign-off',
      transcript: false,
    });
  }
}

const visible = (text: string): string => visibleText(plainText(text));

const resultRow = ({ evidence, expected, actual, next, seenBy }: CheckResult) => ({
  detail: visible(evidence),
  ...(expected === undefined ? {} : { expected: visible(expected) }),
  ...(actual === undefined ? {} : { actual: visible(actual) }),
  ...(next === undefined ? {} : { next: visible(next) }),
  ...(seenBy === undefined ? {} : { seenBy: seenBy.map(visibleSighting) }),
});

const visibleSighting = (sighting: Sighting): Sighting => ({
  ...sighting,
  by: visible(sighting.by),
  what: visible(sighting.what),
});

function stackText(progress: StackProgress): string {
  const failure = progress.firstFailure;
  const because = failure === undefined ? '' : `; ${failure.logicalId}: ${failure.reason ?? failure.status}`;
  return `${progress.stack.status}, ${stackCount(progress)}${because}`;
}

/** @param before what was seen last, and the events that were told then */
export function stackRow(
  progress: StackProgress,
  before: StackProgress | undefined,
  told: readonly StackEvent[],
): StackRow {
  const { stack, resources, firstFailure } = progress;
  const known = new Map(before?.resources.map((each) => [each.logicalId, each.status]));
  const changed = resources.filter(({ logicalId, status }) => known.get(logicalId) !== status);
  return {
    name: visible(stack.name),
    status: stack.status,
    ...(stack.reason === undefined ? {} : { reason: visible(stack.reason) }),
    done: resourcesDone(progress),
    all: resources.length,
    ...(firstFailure === undefined ? {} : { failure: stackEvent(firstFailure) }),
    events: [...changed.map(stackEvent).toReversed(), ...told].slice(0, shownEvents),
  };
}

const stackEvent = ({ logicalId, type, status, reason }: StackResource): StackEvent => ({
  resource: visible(logicalId),
  type: visible(type),
  status,
  ...(reason === undefined ? {} : { reason: visible(reason) }),
});

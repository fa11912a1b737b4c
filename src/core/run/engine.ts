/**
 * Runs the checks of one target in order and tells what happens as a stream of events. Nothing goes on before
 * its event was taken, so a log that writes `started` on the way has it written before the change begins.
 */

import type { Block } from '../gates/may-run.ts';
import { verification } from '../runbook/front-matter.ts';
import { contextKey, lookupFor, shellEnvironment } from '../runbook/names.ts';
import { type CheckContext, type CheckProgress, type CheckResult, title, unknown } from '../steps/step.ts';
import type { Cascade } from './cascade.ts';
import { Channel } from './channel.ts';
import type { RunEvent, RunOutcome, RunPurpose } from './events.ts';
import { Guards } from './guards.ts';
import { planLook } from './look.ts';
import { entryOf, type Target, targetName } from './places.ts';
import { groupsOf, type Planned, planRun, type RunSelection } from './plan.ts';
import type { OutputStream, Piece, Redactor } from './redact.ts';
import { RunSecrets } from './secrets.ts';
import { watchStack } from './watch-stack.ts';

export interface RunOptions extends RunSelection {
  readonly signal: AbortSignal;
  /** Only these steps of the target, by index; all when absent. */
  readonly steps?: readonly number[];
  /**
   * `look` changes nothing: it looks at what changes did that were started and have no result, and at what the
   * reading checks behind them see. `run` when absent.
   */
  readonly purpose?: RunPurpose;
  /** Protected partitions whose names were typed for what a person started, of which this run may be a part. */
  readonly confirmed?: Set<string>;
}

export async function* run(
  cascade: Cascade,
  target: Target,
  options: RunOptions,
): AsyncGenerator<RunEvent, void, void> {
  yield* new Run(cascade, target, options).events();
}

class Run {
  readonly #cascade: Cascade;
  readonly #target: Target;
  readonly #signal: AbortSignal;
  /** Ends what runs when whoever takes the events stops taking them. */
  readonly #abandoned = new AbortController();
  readonly #redactor: Redactor;
  readonly #options: RunOptions;
  #guards: Guards | undefined;
  #secrets: RunSecrets | undefined;
  #sessionTold = false;

  constructor(cascade: Cascade, target: Target, options: RunOptions) {
    this.#cascade = cascade;
    this.#target = target;
    this.#signal = AbortSignal.any([options.signal, this.#abandoned.signal]);
    this.#redactor = cascade.redactor;
    this.#options = options;
  }

  async *events(): AsyncGenerator<RunEvent, void, void> {
    try {
      yield* this.#events();
    } finally {
      // Whoever takes the events has taken the last one: what the run came to is written.
      await this.#guards?.release();
    }
  }

  async *#events(): AsyncGenerator<RunEvent, void, void> {
    const { runbook, ports } = this.#cascade;
    const purpose = this.#options.purpose ?? 'run';
    const target = this.#target;
    const now = (): Date => ports.clock.now();
    const finish = (outcome: RunOutcome, reason?: string): RunEvent => ({
      kind: 'run-finished',
      target,
      outcome,
      ...(reason === undefined ? {} : { reason }),
      at: now(),
    });

    const wrong = runbook.problems.filter((problem) => problem.severity === 'error').length;
    let planned = wrong > 0 ? [] : await this.#plan(purpose);
    const confirmed = this.#options.confirmed ?? new Set();
    const guards = new Guards(this.#cascade, target, planned, { signal: this.#signal, confirmed });
    this.#guards = guards;
    const running = purpose === 'look' ? await takeAll(guards, planned) : undefined;
    // What was still running when it was planned may have got its result before it was ours.
    if (purpose === 'look' && running === undefined) planned = await this.#plan(purpose);
    const references = planned.flatMap(({ check, partition }) =>
      check.secrets(lookupFor(runbook, partition)),
    );
    this.#secrets = new RunSecrets(ports.secrets, references, this.#redactor, this.#signal);
    yield { kind: 'run-started', purpose, target, checks: planned.map((each) => each.ref), at: now() };
    if (wrong > 0) {
      const problems = `${wrong} ${wrong === 1 ? 'problem' : 'problems'}`;
      yield finish('failed', `The runbook has ${problems}. Mend them first; nothing was run.`);
      return;
    }
    if (planned.length === 0) {
      yield purpose === 'look'
        ? finish('passed', `Nothing of ${targetName(target)} was started without a result.`)
        : finish(
            'failed',
            `${targetName(target)} has no cells to run. Put some under its heading in the runbook.`,
          );
      return;
    }
    if (running !== undefined) {
      yield finish('blocked', `${running.why}. To go on: ${running.clears}`);
      return;
    }
    let outcome: RunOutcome = 'passed';
    let reason: string | undefined;
    for (const group of groupsOf(planned)) {
      // A look at one thing does not wait for what another one was.
      if (outcome !== 'passed' && purpose === 'run') {
        for (const { ref } of group) yield { kind: 'check-not-run', check: ref, because: notRun(outcome) };
        continue;
      }
      for await (const event of this.#group(group, guards)) {
        yield event;
        if (event.kind === 'check-blocked') {
          outcome = 'blocked';
          reason = event.blocks.map((block) => block.why).join('; ');
        }
        if (event.kind === 'check-finished' && event.result.verdict !== 'passed' && outcome !== 'failed') {
          outcome = event.interrupted ? 'interrupted' : event.result.verdict;
          reason = `${event.check.title}: ${event.result.evidence}`;
        }
      }
    }
    yield finish(outcome, reason);
  }

  #plan(purpose: RunPurpose): Promise<readonly Planned[]> {
    return purpose === 'look'
      ? planLook(this.#cascade, this.#target)
      : planRun(this.#cascade, this.#target, this.#options);
  }

  /** Checks that may run at the same time; a change is alone in its group. */
  async *#group(group: readonly Planned[], guards: Guards): AsyncGenerator<RunEvent, void, void> {
    const permitted: Planned[] = [];
    for (const planned of group) {
      const refusal = this.#signal.aborted ? undefined : await guards.refusal(planned);
      if (refusal === undefined) permitted.push(planned);
      else yield refusal;
    }
    if (permitted.length < group.length) {
      for (const { ref } of permitted)
        yield { kind: 'check-not-run', check: ref, because: notRun('blocked') };
      return;
    }
    // Taken one by one before anything begins: `started` is written by then.
    for (const { ref } of permitted)
      yield { kind: 'check-started', check: ref, at: this.#cascade.ports.clock.now() };
    const channel = new Channel<RunEvent>();
    const work = Promise.all(permitted.map((planned) => this.#runCheck(planned, channel)));
    const settled = work.then(
      () => channel.close(),
      () => channel.close(),
    );
    let whole = false;
    try {
      yield* channel;
      await work;
      whole = true;
    } finally {
      if (!whole) this.#abandoned.abort(new Error('nobody takes the events of this run any more'));
      await settled;
    }
  }

  async #runCheck(planned: Planned, channel: Channel<RunEvent>): Promise<void> {
    const { ports } = this.#cascade;
    const begun = ports.clock.now();
    const printed = this.#redactor.output();
    let speaking: OutputStream | undefined;
    const emit = (pieces: readonly Piece[]): string => {
      let shown = '';
      for (const { text: chunk, stream } of pieces) {
        channel.push({ kind: 'check-output', check: planned.ref, chunk, stream });
        shown += chunk;
        if (chunk !== '') speaking = stream;
      }
      return shown;
    };
    const output = {
      output: (chunk: string, stream: OutputStream) => emit(printed.push(chunk, stream)),
      outputEnd: () => {
        const last = speaking;
        const pieces = printed.end();
        emit(pieces);
        const joined = (own: boolean): string =>
          pieces.flatMap(({ text, stream }) => ((stream === last) === own ? [text] : [])).join('');
        return { rest: joined(true), earlier: joined(false) };
      },
      outputTaken: () => channel.room(),
    };
    const progress = (each: CheckProgress): void => {
      channel.push({ kind: 'check-progress', check: planned.ref, progress: this.#redactedProgress(each) });
    };
    const ended = new AbortController();
    const watching = watchStack(this.#cascade, planned, progress, ended.signal, this.#signal);
    let check = planned.ref;
    let result: CheckResult;
    let interrupted = false;
    try {
      this.#signal.throwIfAborted();
      const bound = await this.#bind(planned);
      check = { ...planned.ref, title: this.#redactor.redact(title(bound.check)), entry: bound.entry };
      result =
        bound.check.missing.length > 0
          ? unknown(
              `no value for ${bound.check.missing.join(', ')}`,
              'Run the register line of the Deploy phase: it writes them into cdk.context.json.',
            )
          : await bound.check.run({ ...this.#context(planned, bound.context), ...output, progress });
    } catch (error) {
      interrupted = this.#signal.aborted;
      const said = this.#redactor.redact(error instanceof Error ? error.message : String(error));
      const next =
        planned.check.effect === 'changes'
          ? 'Look at what it did (Verify Partition) before you run it again.'
          : 'Run the cell again.';
      // A bug of ours is no answer of the world: what the check did, nobody knows.
      result = interrupted
        ? unknown('interrupted', next)
        : unknown(`Cascade Runbook met an error of its own: ${said}`, `Please report it. ${next}`);
    }
    ended.abort();
    await watching;
    output.outputEnd();
    const at = ports.clock.now();
    channel.push({
      kind: 'check-finished',
      check,
      result: this.#redacted(result),
      interrupted: interrupted || (this.#signal.aborted && result.verdict !== 'passed'),
      at,
      duration: at.getTime() - begun.getTime(),
    });
  }

  /** Names are filled in right before the check: an earlier one may have given them their value. */
  async #bind({ check, partition }: Planned) {
    const { runbook, ports } = this.#cascade;
    const read =
      partition === undefined ? undefined : await ports.context.read(contextKey(runbook, partition));
    const context = read?.kind === 'answer' ? read.value : undefined;
    const late = { context };
    return {
      check: check.bind(lookupFor(runbook, partition, late)),
      entry: entryOf(runbook, check, partition, late),
      context,
    };
  }

  #context(
    { partition }: Planned,
    entry: Record<string, string> | undefined,
  ): Omit<CheckContext, 'output' | 'outputEnd' | 'outputTaken' | 'progress'> {
    const { runbook, ports, worktree } = this.#cascade;
    const late = { context: entry };
    return {
      ports,
      signal: this.#signal,
      lookup: lookupFor(runbook, partition, late),
      contextKey: partition === undefined ? '' : contextKey(runbook, partition),
      resolver: runbook.resolver,
      resolvers: runbook.resolvers,
      thorough: this.#target.kind === 'phase' && this.#target.phase.title === verification,
      worktree,
      partition: partition?.name,
      secret: async (reference) => {
        const read = this.#secrets?.read(reference);
        if (read === undefined) throw new Error('a secret was asked for before the run was planned');
        return read;
      },
      sessionToTell: () => {
        const session = this.#sessionTold ? undefined : ports.secrets.session();
        this.#sessionTold = true;
        return session;
      },
      shell: () => this.#cascade.shell(partition?.name ?? ''),
      environment: () => shellEnvironment(runbook, partition, late),
    };
  }

  #redactedProgress(progress: CheckProgress): CheckProgress {
    if (progress.kind === 'note') return { ...progress, text: this.#redactor.redact(progress.text) };
    const reasoned = <T extends { readonly reason?: string }>(each: T): T =>
      each.reason === undefined ? each : { ...each, reason: this.#redactor.redact(each.reason) };
    const { stack, resources, firstFailure } = progress.progress;
    return {
      kind: 'stack',
      progress: {
        stack: reasoned(stack),
        resources: resources.map(reasoned),
        ...(firstFailure === undefined ? {} : { firstFailure: reasoned(firstFailure) }),
      },
    };
  }

  #redacted(result: CheckResult): CheckResult {
    const redact = (text: string): string => this.#redactor.redact(text);
    return {
      verdict: result.verdict,
      evidence: redact(result.evidence),
      ...(result.expected === undefined ? {} : { expected: redact(result.expected) }),
      ...(result.actual === undefined ? {} : { actual: redact(result.actual) }),
      ...(result.next === undefined ? {} : { next: redact(result.next) }),
      ...(result.seenBy === undefined
        ? {}
        : { seenBy: result.seenBy.map((each) => ({ ...each, what: redact(each.what) })) }),
    };
  }
}

/** Takes the partitions of what is planned; where one of them is somebody else's, there is nothing to find out yet. */
async function takeAll(guards: Guards, planned: readonly Planned[]): Promise<Block | undefined> {
  for (const name of new Set(planned.flatMap(({ partition }) => partition?.name ?? []))) {
    const running = await guards.take(name);
    if (running !== undefined) return running;
  }
  return undefined;
}

const notRun = (outcome: RunOutcome): string =>
  outcome === 'blocked'
    ? 'not run: an earlier step is blocked'
    : outcome === 'interrupted'
      ? 'not run: interrupted'
      : 'not run: an earlier check did not pass';

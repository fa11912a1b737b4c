/**
 * Runs the checks of one target in order and tells what happens as a stream of events. Nothing goes on before
 * its event was taken, so a log that writes `started` on the way has it written before the change begins.
 */
import { type Block, blocks } from '../gates/may-run.ts';
import { readOverview } from '../log/overview.ts';
import type { LogFile, Ports, ShellSession } from '../ports.ts';
import type { Partition } from '../runbook/front-matter.ts';
import { contextKey, lookupFor, shellEnvironment } from '../runbook/names.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { fill } from '../runbook/template.ts';
import { awsTarget, checkIdentity } from '../steps/aws.ts';
import {
  type CheckContext,
  type CheckProgress,
  type CheckResult,
  failed,
  title,
  unknown,
} from '../steps/step.ts';
import { Channel } from './channel.ts';
import type { CheckRef, RunEvent, RunOutcome } from './events.ts';
import { entryOf, type PlacedCheck, placedChecks, type Target, targetName } from './places.ts';
import { Redactor } from './redact.ts';
import { RunSecrets } from './secrets.ts';

/** One runbook with its log and its world. Shells live as long as the cascade does. */
export class Cascade {
  readonly runbook: Runbook;
  readonly log: LogFile;
  readonly ports: Ports;
  /** Absolute path that sh and git cells run in. */
  readonly worktree: string;
  readonly #shells: Map<string, ShellSession>;

  constructor(parts: {
    readonly runbook: Runbook;
    readonly log: LogFile;
    readonly ports: Ports;
    readonly worktree: string;
    /** Shells to go on with, when a runbook was edited in between. */
    readonly shells?: Map<string, ShellSession>;
  }) {
    this.runbook = parts.runbook;
    this.log = parts.log;
    this.ports = parts.ports;
    this.worktree = parts.worktree;
    this.#shells = parts.shells ?? new Map();
  }

  shell(partition: string): ShellSession {
    const open = this.#shells.get(partition) ?? this.ports.shell.open(this.worktree);
    this.#shells.set(partition, open);
    return open;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#shells.values()].map((shell) => shell.close()));
    this.#shells.clear();
  }
}

export interface RunOptions {
  readonly signal: AbortSignal;
  /** Only these steps of the target, by index; all when absent. */
  readonly steps?: readonly number[];
}

export async function* run(
  cascade: Cascade,
  target: Target,
  options: RunOptions,
): AsyncGenerator<RunEvent, void, void> {
  yield* new Run(cascade, target, options).events();
}

interface Planned extends PlacedCheck {
  readonly ref: CheckRef;
}

class Run {
  readonly #cascade: Cascade;
  readonly #target: Target;
  readonly #signal: AbortSignal;
  /** Ends what runs when whoever takes the events stops taking them. */
  readonly #abandoned = new AbortController();
  readonly #redactor = new Redactor();
  readonly #only: readonly number[] | undefined;
  #secrets: RunSecrets | undefined;
  /** Partitions whose account was seen to be the right one in this run. */
  readonly #identified = new Set<string>();
  readonly #confirmed = new Set<string>();

  constructor(cascade: Cascade, target: Target, options: RunOptions) {
    this.#cascade = cascade;
    this.#target = target;
    this.#signal = AbortSignal.any([options.signal, this.#abandoned.signal]);
    this.#only = options.steps;
  }

  async *events(): AsyncGenerator<RunEvent, void, void> {
    const { runbook, ports } = this.#cascade;
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
    const planned = wrong > 0 ? [] : await this.#plan();
    yield { kind: 'run-started', target, checks: planned.map((each) => each.ref), at: now() };
    if (wrong > 0) {
      yield finish(
        'failed',
        `The runbook has ${wrong} ${wrong === 1 ? 'problem' : 'problems'}. Mend them first; nothing was run.`,
      );
      return;
    }
    if (planned.length === 0) {
      yield finish('failed', `${targetName(target)} has no cells to run in the runbook.`);
      return;
    }
    let outcome: RunOutcome = 'passed';
    let reason: string | undefined;
    for (const step of stepGroups(planned)) {
      if (outcome !== 'passed') {
        for (const { ref } of step) yield { kind: 'check-not-run', check: ref, because: notRun(outcome) };
        continue;
      }
      for (const group of inOrder(step)) {
        if (outcome !== 'passed') {
          for (const { ref } of group) yield { kind: 'check-not-run', check: ref, because: notRun(outcome) };
          continue;
        }
        for await (const event of this.#group(group, planned)) {
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
    }
    yield finish(outcome, reason);
  }

  async #plan(): Promise<readonly Planned[]> {
    const { runbook, ports } = this.#cascade;
    const contexts = new Map<Partition | undefined, Record<string, string> | undefined>();
    for (const partition of runbook.partitions) {
      const read = await ports.context.read(contextKey(runbook, partition));
      contexts.set(partition, read.kind === 'answer' ? read.value : undefined);
    }
    const only = this.#only;
    const placed = placedChecks(runbook, this.#target, (partition) => ({
      context: contexts.get(partition),
    })).filter((each) => only === undefined || only.includes(each.step.index));
    const planned = placed.map((each, id): Planned => ({ ...each, ref: refOf(each, id) }));
    const references = planned.flatMap(({ check, partition }) =>
      check.secrets(lookupFor(runbook, partition)),
    );
    this.#secrets = new RunSecrets(ports.secrets, references, this.#redactor, this.#signal);
    return planned;
  }

  /** Checks that may run at the same time; a change is alone in its group. */
  async *#group(group: readonly Planned[], all: readonly Planned[]): AsyncGenerator<RunEvent, void, void> {
    const permitted: Planned[] = [];
    for (const planned of group) {
      const refusal = this.#signal.aborted ? undefined : await this.#refusal(planned);
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
    const work = Promise.all(permitted.map((planned) => this.#runCheck(planned, all, channel)));
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

  /** Why a check may not run now: a closed gate, the wrong account, a name that was not typed. */
  async #refusal(planned: Planned): Promise<RunEvent | undefined> {
    const { check, ref, partition } = planned;
    const decides = check.language === 'ask' && this.#target.kind !== 'phase';
    if (check.effect === 'reads' && !decides) return undefined;
    const closed = await this.#blocks();
    if (closed.length > 0) return { kind: 'check-blocked', check: ref, blocks: closed };
    if (check.effect === 'reads' || partition === undefined) return undefined;
    const account = await this.#wrongAccount(partition);
    if (account !== undefined) {
      const at = this.#cascade.ports.clock.now();
      return { kind: 'check-finished', check: ref, result: account, interrupted: false, at, duration: 0 };
    }
    if (!partition.protected || this.#confirmed.has(partition.name)) return undefined;
    const typed = await this.#cascade.ports.person.typeName(
      { partition: partition.name, facts: this.#facts(partition) },
      this.#signal,
    );
    if (typed === partition.name) {
      this.#confirmed.add(partition.name);
      return undefined;
    }
    const why =
      typed === undefined
        ? `${partition.name} is protected and nobody typed its name`
        : `${partition.name} is protected and "${typed}" was typed`;
    return {
      kind: 'check-blocked',
      check: ref,
      blocks: [
        {
          by: 'protected partition',
          why,
          clears: `type "${partition.name}" when asked; headless: --confirm ${partition.name}`,
        },
      ],
    };
  }

  async #blocks(): Promise<readonly Block[]> {
    const { runbook, log } = this.#cascade;
    const text = await log.read();
    if (text.kind === 'failure')
      return [{ by: 'the log', why: `the log cannot be read: ${text.came}`, clears: text.next }];
    if (text.value === undefined)
      return [{ by: 'the log', why: 'there is no log', clears: 'start a run: Cascade: Start Run…' }];
    const overview = readOverview(text.value, runbook);
    if (overview.kind === 'unreadable')
      return [{ by: 'the log', why: overview.message, clears: 'mend the log' }];
    return blocks(runbook, overview.overview, this.#target);
  }

  /** The account that the profile leads to, asked once a run before the first change. */
  async #wrongAccount(partition: Partition): Promise<CheckResult | undefined> {
    if (this.#identified.has(partition.name)) return undefined;
    const lookup = lookupFor(this.#cascade.runbook, partition);
    const account = lookup('account');
    const aws = awsTarget(lookup);
    if (account === undefined || aws === undefined) {
      return failed(
        'a profile, an account and a region for the partition',
        'not all of them are declared',
        'Declare "profile" and "account" for the partition and "region" under "variables": no change runs without them.',
      );
    }
    const result = checkIdentity(
      await this.#cascade.ports.aws.identity(aws, this.#signal),
      aws.profile,
      account,
    );
    if (result.verdict === 'passed') {
      this.#identified.add(partition.name);
      return undefined;
    }
    return { ...result, evidence: `not started: ${result.evidence}` };
  }

  #facts(partition: Partition): readonly string[] {
    const lookup = lookupFor(this.#cascade.runbook, partition);
    const facts = [
      `${targetName(this.#target)}`,
      `account ${lookup('account') ?? 'unknown'}, as AWS just confirmed it`,
    ];
    const stack = lookup('stack');
    return stack === undefined ? facts : [...facts, `stack ${stack}`];
  }

  async #runCheck(planned: Planned, all: readonly Planned[], channel: Channel<RunEvent>): Promise<void> {
    const { ports } = this.#cascade;
    const begun = ports.clock.now();
    const outputs = { stdout: this.#redactor.stream(), stderr: this.#redactor.stream() };
    const emit = (chunk: string, stream: 'stdout' | 'stderr'): void => {
      if (chunk !== '') channel.push({ kind: 'check-output', check: planned.ref, chunk, stream });
    };
    const progress = (each: CheckProgress): void =>
      channel.push({ kind: 'check-progress', check: planned.ref, progress: each });
    const watch = new AbortController();
    const watching =
      planned.check.effect === 'changes'
        ? this.#watchStack(planned, all, begun, progress, watch.signal)
        : undefined;
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
          : await bound.check.run(
              this.#context(planned, bound.context, progress, (chunk, stream) =>
                emit(outputs[stream].push(chunk), stream),
              ),
            );
    } catch (error) {
      if (!this.#signal.aborted) {
        watch.abort();
        throw error;
      }
      interrupted = true;
      const next =
        planned.check.effect === 'changes'
          ? 'Look at what it did (Verify Partition) before you run it again.'
          : 'Run the cell again.';
      result = unknown('interrupted', next);
    }
    watch.abort();
    await watching;
    emit(outputs.stdout.end(), 'stdout');
    emit(outputs.stderr.end(), 'stderr');
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
    progress: CheckContext['progress'],
    output: CheckContext['output'],
  ): CheckContext {
    const { runbook, ports, worktree } = this.#cascade;
    const late = { context: entry };
    return {
      ports,
      signal: this.#signal,
      lookup: lookupFor(runbook, partition, late),
      contextKey: partition === undefined ? '' : contextKey(runbook, partition),
      resolver: runbook.resolver,
      worktree,
      partition: partition?.name,
      secret: async (reference) => {
        const read = this.#secrets?.read(reference);
        if (read === undefined) throw new Error('a secret was asked for before the run was planned');
        return read;
      },
      shell: () => this.#cascade.shell(partition?.name ?? ''),
      environment: () => shellEnvironment(runbook, partition, late),
      output,
      progress,
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
    };
  }

  /** While a change runs, the stack that the next `aws stack` line asks for is watched. */
  async #watchStack(
    planned: Planned,
    all: readonly Planned[],
    since: Date,
    progress: (progress: CheckProgress) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { runbook, ports } = this.#cascade;
    const next =
      stepsAfter(runbook, planned).find((check) => check.stack !== undefined) ??
      all.find((each) => each.check.stack !== undefined)?.check;
    const lookup = lookupFor(runbook, planned.partition);
    const target = awsTarget(lookup);
    if (planned.check.language !== 'sh' || next?.stack === undefined || target === undefined) return;
    const name = fill(next.stack, lookup).text;
    const both = AbortSignal.any([signal, this.#signal]);
    try {
      for (;;) {
        await ports.clock.sleep(watchInterval, both);
        const seen = await ports.aws.stackProgress(target, name, since, both);
        // What cannot be seen just now is asked again: watching never decides anything.
        if (seen.kind === 'answer' && seen.value !== undefined)
          progress({ kind: 'stack', progress: seen.value });
      }
    } catch (error) {
      if (!both.aborted) throw error;
    }
  }
}

/** CloudFormation throttles an account that polls much faster. */
const watchInterval = 3000;

function stepsAfter(runbook: Runbook, planned: Planned): readonly PlacedCheck['check'][] {
  return runbook.steps.filter((step) => step.index > planned.step.index).flatMap((step) => step.checks);
}

function refOf({ key, step, check, partition, entry }: PlacedCheck, id: number): CheckRef {
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

function stepGroups(planned: readonly Planned[]): readonly (readonly Planned[])[] {
  const groups = new Map<number, Planned[]>();
  for (const each of planned) groups.set(each.step.index, [...(groups.get(each.step.index) ?? []), each]);
  return [...groups.values()];
}

/** Reading checks side by side; what changes, and what a person or the one shell answers, alone. */
function inOrder(step: readonly Planned[]): readonly (readonly Planned[])[] {
  const alone = (each: Planned): boolean =>
    each.check.effect === 'changes' || each.check.language === 'ask' || each.check.language === 'sh';
  const groups: Planned[][] = [];
  for (const each of step) {
    const last = groups.at(-1);
    if (last?.[0] === undefined || alone(each) || alone(last[0])) groups.push([each]);
    else last.push(each);
  }
  return groups;
}

const notRun = (outcome: RunOutcome): string =>
  outcome === 'blocked'
    ? 'not run: an earlier step is blocked'
    : outcome === 'interrupted'
      ? 'not run: interrupted'
      : 'not run: an earlier check did not pass';

/** What every step language makes of its lines: checks that can be bound to values, worded and run. */
import type { Failure, Outcome, Ports, SecretSession, ShellSession, StackProgress } from '../ports.ts';
import type { Lookup, Parsed, Template } from '../runbook/template.ts';
import type { Secret } from '../secret.ts';
import type { Span } from '../text.ts';

export type Verdict = 'passed' | 'failed' | 'unknown';

/** `reads` may be repeated at will; `changes` is guarded by gates, by the account check and by protection. */
export type Effect = 'reads' | 'changes';

export interface CheckResult {
  readonly verdict: Verdict;
  /** One line of what was seen, as the log keeps it. */
  readonly evidence: string;
  readonly expected?: string;
  readonly actual?: string;
  /** What to do now; given whenever the verdict is not `passed`. */
  readonly next?: string;
  /** Who has what, where several servers were asked for one thing. */
  readonly seenBy?: readonly Sighting[];
}

/** What one server answered. */
export interface Sighting {
  /** `@8.8.8.8`, or the name of a server. */
  readonly by: string;
  /** `unknown`: it gave no answer. */
  readonly has: 'yes' | 'no' | 'unknown';
  readonly what: string;
  /** For how long a resolver goes on answering so: `4 min 12 s`. */
  readonly left?: string;
}

export type CheckProgress =
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'stack'; readonly progress: StackProgress };

/** What a check may use while it runs. */
export interface CheckContext {
  readonly ports: Ports;
  readonly signal: AbortSignal;
  readonly lookup: Lookup;
  /** The key of the partition's entry in `cdk.context.json`. */
  readonly contextKey: string;
  readonly resolver: string;
  /** All resolvers of the runbook, `resolver` the first of them. */
  readonly resolvers: readonly string[];
  /** Whether this run proves that a partition works: then more is asked than one answer. */
  readonly thorough: boolean;
  /** Absolute path that sh and git cells run in. */
  readonly worktree: string;
  readonly partition: string | undefined;
  /** Reads a secret; all references of the run are read in one go at the first call. */
  secret(reference: string): Promise<Outcome<Secret>>;
  /** The session that secrets were read in, for the first check of a run that asks: one line tells it for all. */
  sessionToTell(): SecretSession | undefined;
  /** The partition's shell. */
  shell(): ShellSession;
  /** Names and values for the shell, secrets left out. */
  environment(): Readonly<Record<string, string>>;
  /** Shows what a shell printed; answers with it as shown, secrets replaced. What is cut is cut from this. */
  output(chunk: string, stream: 'stdout' | 'stderr'): string;
  /**
   * The rest that was held back because a secret might have begun in it: what goes on where the output ended, and what
   * the other stream had said before that.
   */
  outputEnd(): { readonly rest: string; readonly earlier: string };
  /** Settles when enough of the output has been taken on; whoever prints more before that fills the memory. */
  outputTaken(): Promise<void>;
  progress(progress: CheckProgress): void;
}

/** A check with its names filled in. */
export interface BoundCheck {
  /** The command an operator would type to ask the same; undefined where no one command does. */
  readonly command?: string;
  /** What is expected, to be read after the command or alone. */
  readonly label: string;
  /** Names that have no value yet. */
  readonly missing: readonly string[];
  run(context: CheckContext): Promise<CheckResult>;
  /** Of a change whose end nobody saw: looks at what it left in the world, and changes nothing. */
  look?(context: CheckContext): Promise<CheckResult>;
}

/** A check as it stands in the runbook. */
export interface Check {
  readonly language: string;
  /** The line, or the whole text of an `sh` cell. */
  readonly source: string;
  readonly span: Span;
  readonly effect: Effect;
  readonly uses: readonly { readonly name: string; readonly span: Span }[];
  /** `as NAME` */
  readonly keeps?: string;
  /** The stack this check asks for: a change before it is watched there. */
  readonly stack?: Template;
  /** References to secrets that a run of this check reads. */
  secrets(lookup: Lookup): readonly string[];
  bind(lookup: Lookup): BoundCheck;
}

/** How a line looks and what it is for: messages, completion, hovers, colours and the README have it from here. */
export interface LineForm {
  /**
   * Small words stand as they are, words with capitals for what one writes. What stands in brackets may be left out;
   * with "…" it may be repeated. `TEXT` and `VALUE` are the rest of the line.
   */
  readonly syntax: string;
  readonly effect: Effect;
  /** What it passes on, to be read behind "passes on:". */
  readonly passes: string;
}

export interface StepLanguage {
  readonly id: string;
  readonly forms: readonly LineForm[];
  /** The checks of a cell, or what is wrong with each line. */
  parse(cell: {
    readonly value: string;
    readonly start: number;
    readonly marks: readonly string[];
  }): readonly Parsed<Check>[];
}

/** The one line that names a check everywhere. */
export const title = (check: Pick<BoundCheck, 'command' | 'label'>): string =>
  check.command === undefined ? check.label : `${check.command} ${check.label}`;

export const passed = (evidence: string): CheckResult => ({ verdict: 'passed', evidence });

export const failed = (expected: string, actual: string, next: string): CheckResult => ({
  verdict: 'failed',
  evidence: `expected ${expected}, got ${actual}`,
  expected,
  actual,
  next,
});

export const unknown = (evidence: string, next: string): CheckResult => ({
  verdict: 'unknown',
  evidence,
  next,
});

export const fromFailure = (failure: Failure): CheckResult => ({
  verdict: failure.verdict,
  evidence: failure.came,
  actual: failure.came,
  next: failure.next,
});

/** Long values are shown by their head; the whole is in what was compared, not in what is shown. */
export function shortened(value: string, most = 72): string {
  return value.length <= most ? value : `${value.slice(0, most)}… (${value.length} characters)`;
}

/** What happens in a run, as one stream: the notebook paints it, the command line prints it, the log writes it. */
import type { Block } from '../gates/may-run.ts';
import type { LogEntry } from '../log/find.ts';
import type { CheckProgress, CheckResult, Effect } from '../steps/step.ts';
import type { Target } from './places.ts';

/** A check of a run, as it is shown. */
export interface CheckRef {
  /** Unique in the run. */
  readonly id: number;
  /** The same in every run of the runbook: step, line and partition. */
  readonly key: string;
  /** Index of its step among the runbook's code cells. */
  readonly step: number;
  readonly language: string;
  readonly effect: Effect;
  readonly partition?: string;
  /** The command an operator would type and what is expected, or the words of the check. */
  readonly title: string;
  readonly entry: LogEntry;
}

/** `unknown` also when nobody saw the end: interrupted. */
export type RunOutcome = 'passed' | 'failed' | 'unknown' | 'blocked' | 'interrupted';

/** `look`: what changes did whose end nobody saw. */
export type RunPurpose = 'run' | 'look';

export type RunEvent =
  | {
      readonly kind: 'run-started';
      readonly purpose: RunPurpose;
      readonly target: Target;
      readonly checks: readonly CheckRef[];
      readonly at: Date;
    }
  | { readonly kind: 'check-started'; readonly check: CheckRef; readonly at: Date }
  | {
      readonly kind: 'check-output';
      readonly check: CheckRef;
      readonly chunk: string;
      readonly stream: 'stdout' | 'stderr';
      /** The file that has it whole, from the log's folder; told by what records the run. */
      readonly transcript?: string;
    }
  | { readonly kind: 'check-progress'; readonly check: CheckRef; readonly progress: CheckProgress }
  | {
      readonly kind: 'check-finished';
      readonly check: CheckRef;
      readonly result: CheckResult;
      readonly interrupted: boolean;
      readonly at: Date;
      /** Milliseconds. */
      readonly duration: number;
      readonly transcript?: string;
    }
  | { readonly kind: 'check-blocked'; readonly check: CheckRef; readonly blocks: readonly Block[] }
  | { readonly kind: 'check-not-run'; readonly check: CheckRef; readonly because: string }
  | {
      readonly kind: 'run-finished';
      readonly target: Target;
      readonly outcome: RunOutcome;
      readonly reason?: string;
      readonly at: Date;
    };

/** The exit codes of the command line, and the words of the interface. */
export const outcomeOrder: readonly RunOutcome[] = ['passed', 'blocked', 'unknown', 'interrupted', 'failed'];

/** Of several outcomes the one that counts most. */
export function worst(outcomes: readonly RunOutcome[]): RunOutcome {
  return outcomes.reduce<RunOutcome>(
    (a, b) => (outcomeOrder.indexOf(b) > outcomeOrder.indexOf(a) ? b : a),
    'passed',
  );
}

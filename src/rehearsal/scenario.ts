/** A run that was recorded, told as what the operator did and what the world did, to be played again in a rehearsal. */
import type { RunOutcome } from '../core/run/events.ts';
import type { FaultName } from './faults.ts';

export interface Scenario {
  readonly name: string;
  readonly title: string;
  /** Who is written into the log. */
  readonly operator: string;
  readonly steps: readonly ScenarioStep[];
}

export type ScenarioStep = StartStep | RunStep | GateStep | RecordStep | WorldStep | DeleteStackStep;

/** The log is made, with its kickoff. */
export interface StartStep {
  readonly kind: 'start';
}

export interface RunStep {
  readonly kind: 'run';
  /** `stage/Deploy`, `stage/Sign-off`, or the id of a gate whose section is run. */
  readonly target: string;
  /** How it ended; `passed` when absent. */
  readonly outcome?: RunOutcome;
  /** Words of the reason, where it did not pass. */
  readonly reason?: string;
  /** The statements that the operator confirms; nobody answers another one. */
  readonly confirms?: readonly string[];
  /** The name that the operator types, where the partition is protected. */
  readonly types?: string;
}

/** What `cascade gate` writes. */
export interface GateStep {
  readonly kind: 'gate';
  readonly gate: string;
  readonly decision: 'cleared' | 'partial' | 'failed' | 'waived' | 'reopened';
  readonly reason: string;
}

/** What `cascade record` writes: the words behind it, as they are typed. */
export interface RecordStep {
  readonly kind: 'record';
  readonly words: readonly string[];
}

/** What is wrong in the world from now on, or not any more. */
export interface WorldStep {
  readonly kind: 'world';
  readonly faults: readonly FaultName[];
  readonly because: string;
}

/** The operator deletes a stack that rolled back, so that its name is free. */
export interface DeleteStackStep {
  readonly kind: 'delete-stack';
  readonly stack: string;
}

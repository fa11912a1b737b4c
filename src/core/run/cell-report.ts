/** What a cell shows of its checks, as data: a face makes it, the renderer draws it. */
import type { Sighting, Verdict } from '../steps/step.ts';

export type CheckState = Verdict | 'running' | 'waiting' | 'blocked' | 'not-run';

/** What a cell shows. */
export interface CellReport {
  /** Names this report in a `RendererMessage`. */
  readonly id: string;
  readonly partition: string;
  readonly rehearsal: boolean;
  readonly rows: readonly CheckRow[];
}

/** All texts have every unit in sight: nothing in them steers a terminal or turns the direction of the words. */
export interface CheckRow {
  /** The same in every run of the runbook. */
  readonly key: string;
  /** Markdown: the command as a code span, then what is expected. */
  readonly check: string;
  readonly partition?: string;
  readonly state: CheckState;
  /** What was seen, or how far it is. */
  readonly detail?: string;
  readonly expected?: string;
  readonly actual?: string;
  /** What to do now. */
  readonly next?: string;
  /** Milliseconds. */
  readonly duration?: number;
  /** Who has what, where several servers were asked. */
  readonly seenBy?: readonly Sighting[];
  readonly stack?: StackRow;
  /** The beginning and the end of what it printed, with its colours. */
  readonly output?: string;
  /** Whether it may be run again by itself. */
  readonly again: boolean;
  /** Whether there is a transcript with more than is shown here. */
  readonly transcript: boolean;
}

/** How far a stack is. */
export interface StackRow {
  readonly name: string;
  /** `CREATE_IN_PROGRESS` */
  readonly status: string;
  readonly reason?: string;
  /** How many of its resources stand, of how many that are known. */
  readonly done: number;
  readonly all: number;
  /** The resource that failed first. */
  readonly failure?: StackEvent;
  /** The newest first. */
  readonly events: readonly StackEvent[];
}

export interface StackEvent {
  readonly resource: string;
  /** `AWS::IAM::Role` */
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
}

/** What the renderer asks of the extension: about the check with this key in the report of this id. */
export interface RendererMessage {
  readonly kind: 'run-again' | 'open-transcript';
  readonly report: string;
  readonly check: string;
}

import type { WorldDescription } from '../description.ts';
import type { FaultName } from '../faults.ts';
import type { StackEngine } from '../stack-engine.ts';
import type { Store } from '../state.ts';
import type { Xml } from './xml.ts';

/** What the simulated AWS services work on. */
export interface AwsWorld {
  readonly description: WorldDescription;
  readonly store: Store;
  readonly engine: StackEngine;
  readonly faults: ReadonlySet<FaultName>;
}

export interface Result {
  readonly kind: 'result';
  readonly body: readonly (Xml | undefined)[];
}

/** An error as AWS words it. */
export interface Refusal {
  readonly kind: 'refusal';
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

export const result = (...body: readonly (Xml | undefined)[]): Result => ({ kind: 'result', body });

export const refusal = (status: number, code: string, message: string): Refusal => ({
  kind: 'refusal',
  status,
  code,
  message,
});

/** One action of an awsQuery service, for the account that asks. */
export type QueryAction = (world: AwsWorld, account: string, form: URLSearchParams) => Result | Refusal;

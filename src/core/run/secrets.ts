/** The secrets of one run: read in one go at the first need, held in memory until the run ends. */
import type { Outcome, SecretStore } from '../ports.ts';
import { failure } from '../ports.ts';
import type { Secret } from '../secret.ts';
import type { Redactor } from './redact.ts';

export class RunSecrets {
  readonly #store: SecretStore;
  readonly #wanted: readonly string[];
  readonly #redactor: Redactor;
  readonly #signal: AbortSignal;
  #batch: Promise<ReadonlyMap<string, Outcome<Secret>>> | undefined;

  /** @param wanted every reference that the run may ask for. */
  constructor(store: SecretStore, wanted: readonly string[], redactor: Redactor, signal: AbortSignal) {
    this.#store = store;
    this.#wanted = [...new Set(wanted)].filter((reference) => reference !== '');
    this.#redactor = redactor;
    this.#signal = signal;
  }

  async read(reference: string): Promise<Outcome<Secret>> {
    this.#batch ??= this.#readAll();
    const found = (await this.#batch).get(reference);
    const asked = `op read "${reference}"`;
    return (
      found ??
      failure(
        'unknown',
        asked,
        'the reference is not part of this run',
        'Name it in an op line of the runbook.',
      )
    );
  }

  async #readAll(): Promise<ReadonlyMap<string, Outcome<Secret>>> {
    const outcomes = await this.#store.read(this.#wanted, this.#signal);
    const byReference = new Map<string, Outcome<Secret>>();
    for (const [index, reference] of this.#wanted.entries()) {
      const outcome = outcomes[index];
      if (outcome === undefined) continue;
      if (outcome.kind === 'answer') this.#redactor.add(outcome.value);
      byReference.set(reference, outcome);
    }
    return byReference;
  }
}

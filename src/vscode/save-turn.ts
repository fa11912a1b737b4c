/**
 * How the editor's own saves of a file take turns with the programs that write it under its lock. The editor looks
 * whether the file is still the one it knows, and then writes: what another program put in its place between the two
 * would be lost. Nothing here knows the editor: the tests play it.
 */

/** Lets the next writer have its turn. False where it is not known whether all was written. */
export type Release = (saved: boolean) => Promise<void>;

export interface SaveTurnParts {
  /**
   * Takes the lock of the file. Answers undefined when the signal gave up, and where no lock can be made: the save
   * itself tells why.
   */
  take(giveUp: AbortSignal): Promise<Release | undefined>;
  /** Calls back later, unless what it returns is called before. */
  after(what: keyof typeof saveTurnTimes, then: () => void): () => void;
}

/** Milliseconds. */
export const saveTurnTimes = {
  /** How long an editor waits for each thing before it saves: after 1.5 s it would go on, and blame us. */
  patience: 700,
  /** A save that was refused has no end that we are told of. Shorter than writers wait for each other. */
  hold: 3000,
};

export class SaveTurn {
  readonly #parts: SaveTurnParts;
  #taking: { readonly end: Promise<void>; readonly giveUp: AbortController } | undefined;
  #held: { readonly release: Release; forget: () => void } | undefined;
  #own = false;

  constructor(parts: SaveTurnParts) {
    this.#parts = parts;
  }

  /** The editor is about to save: answers when it may. */
  begins(): Promise<void> {
    if (this.#own) return Promise.resolve();
    if (this.#held !== undefined) {
      this.#held.forget();
      this.#held.forget = this.#parts.after('hold', () => void this.ended(false));
      return Promise.resolve();
    }
    this.#taking ??= this.#take();
    return this.#taking.end;
  }

  #take(): { end: Promise<void>; giveUp: AbortController } {
    const giveUp = new AbortController();
    const forget = this.#parts.after('patience', () => giveUp.abort());
    const end = this.#parts
      .take(giveUp.signal)
      .then(async (release) => {
        if (release === undefined) return;
        if (giveUp.signal.aborted) return release(false);
        this.#held = { release, forget: this.#parts.after('hold', () => void this.ended(false)) };
      })
      .finally(() => {
        forget();
        this.#taking = undefined;
      });
    return { end, giveUp };
  }

  /** The editor has saved, or is not going to. */
  async ended(saved: boolean): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    held?.forget();
    await held?.release(saved);
  }

  /** Saves for a writer that has the lock: neither this save nor one that stands before it waits for that lock. */
  async own<T>(save: () => Promise<T>): Promise<T> {
    this.#own = true;
    this.#taking?.giveUp.abort();
    try {
      return await save();
    } finally {
      this.#own = false;
    }
  }
}

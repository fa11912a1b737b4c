/** So many items may wait; a chunk of output is at most some ten thousand characters. */
const most = 8;

/** A queue between those who report events at any time and the one who reads them in order. */
export class Channel<T> {
  readonly #items: T[] = [];
  readonly #waiting: (() => void)[] = [];
  #wake: (() => void) | undefined;
  #closed = false;

  push(item: T): void {
    this.#items.push(item);
    this.#wake?.();
  }

  close(): void {
    this.#closed = true;
    this.#wake?.();
    this.#free();
  }

  /** Settles when few enough items wait to be read: who reports much waits for it, so that memory stays bounded. */
  async room(): Promise<void> {
    if (this.#items.length < most || this.#closed) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #free(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, void> {
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) {
        if (this.#items.length < most) this.#free();
        yield item;
        continue;
      }
      if (this.#closed) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }
}

import { StringDecoder } from 'node:string_decoder';

/**
 * One stream of one cell: hands text on as it comes, whole characters only, until the token that the shell prints
 * after the cell. Before the token is made nothing is held back.
 */
export class CellOutput {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onText: (text: string) => Promise<void> | void;
  #token: Buffer | undefined;
  #held: Buffer = Buffer.alloc(0);
  #closed = false;
  /** Settles when the token came or `close` was called. */
  readonly ended: Promise<void>;
  #end: () => void = () => {};

  constructor(onText: (text: string) => Promise<void> | void) {
    this.#onText = onText;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  expect(token: string): void {
    this.#token = Buffer.from(token);
  }

  /** What it answers with is to be awaited before the next chunk. */
  write(chunk: Buffer): Promise<void> | void {
    if (this.#closed) return;
    if (this.#token === undefined) return this.#emit(this.#decoder.write(chunk));
    const bytes = Buffer.concat([this.#held, chunk]);
    const at = bytes.indexOf(this.#token);
    // What a background job writes after the cell has ended belongs to no cell.
    if (at >= 0) {
      this.#held = bytes.subarray(0, at);
      this.close();
      return;
    }
    const safe = Math.max(0, bytes.length - this.#token.length + 1);
    this.#held = bytes.subarray(safe);
    return this.#emit(this.#decoder.write(bytes.subarray(0, safe)));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    void this.#emit(this.#decoder.write(this.#held) + this.#decoder.end());
    this.#end();
  }

  #emit(text: string): Promise<void> | void {
    if (text.length > 0) return this.#onText(text);
  }
}

/** Keeps secrets out of whatever is shown or written: each value gives way to its reference. */
import type { Secret } from '../secret.ts';

export class Redactor {
  readonly #secrets: { value: string; reference: string }[] = [];

  add(secret: Secret): void {
    const value = secret.reveal();
    // An empty or tiny value would blank out ordinary text and hide nothing.
    if (value.length < 4 || this.#secrets.some((each) => each.value === value)) return;
    this.#secrets.push({ value, reference: secret.reference });
    this.#secrets.sort((a, b) => b.value.length - a.value.length);
  }

  redact(text: string): string {
    let result = text;
    for (const { value, reference } of this.#secrets) result = result.replaceAll(value, `[${reference}]`);
    return result;
  }

  /** Redacts a stream of chunks; what may be the head of a secret is held back until it is clear. */
  stream(): RedactedStream {
    let held = '';
    return {
      push: (chunk) => {
        const text = this.redact(held + chunk);
        const keep = this.#openTail(text);
        held = text.slice(text.length - keep);
        return text.slice(0, text.length - keep);
      },
      end: () => {
        const text = this.redact(held);
        held = '';
        return text;
      },
    };
  }

  /** Length of the longest end of `text` that a secret begins with. */
  #openTail(text: string): number {
    let longest = 0;
    for (const { value } of this.#secrets) {
      const most = Math.min(value.length - 1, text.length);
      for (let length = most; length > longest; length--) {
        if (value.startsWith(text.slice(text.length - length))) {
          longest = length;
          break;
        }
      }
    }
    return longest;
  }
}

export interface RedactedStream {
  push(chunk: string): string;
  end(): string;
}

/** Keeps secrets out of whatever is shown or written: each value gives way to its reference. */
import type { Secret } from '../secret.ts';
import { plainText } from '../text.ts';

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
    let result = this.#secrets.length === 0 ? text : plainText(text);
    for (const { value, reference } of this.#secrets) result = result.replaceAll(value, `[${reference}]`);
    return result;
  }

  /**
   * Redacts a stream of chunks; what may be the head of a secret is held back until it is clear. Colours and cursor
   * movements are taken out first: in the middle of a secret they would hide it from a look, not from a reader.
   */
  stream(): RedactedStream {
    let held = '';
    return {
      push: (chunk) => {
        const text = plainText(held + chunk);
        const begun = openEscape(text);
        const keep = begun + this.#openTail(text.slice(0, text.length - begun));
        held = text.slice(text.length - keep);
        return this.redact(text.slice(0, text.length - keep));
      },
      end: () => {
        const text = this.redact(held);
        held = '';
        return text;
      },
    };
  }

  /** How much of the end of `text` a secret may begin in, or go on behind. */
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
    // A whole secret that reaches into what is held back is held back with it.
    for (const { value } of this.#secrets) {
      const at = text.lastIndexOf(value);
      const end = at + value.length;
      if (at >= 0 && end > text.length - longest) longest = Math.max(longest, text.length - at);
    }
    return longest;
  }
}

/** Length of a sequence of the terminal that has begun at the end of `text` and is not over. */
function openEscape(text: string): number {
  const open = /\u001B(?:\[[0-9;?]*[ -/]*|\][^\u0007\u001B]*)?$/.exec(text);
  return open === null || open[0].length > 200 ? 0 : open[0].length;
}

export interface RedactedStream {
  push(chunk: string): string;
  end(): string;
}

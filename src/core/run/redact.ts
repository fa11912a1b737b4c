/** Keeps secrets out of whatever is shown or written: each value, however written down, gives way to its reference. */
import type { Secret } from '../secret.ts';
import { plainText } from '../text.ts';
import { writtenForms } from './secret-forms.ts';

export type OutputStream = 'stdout' | 'stderr';

/** A piece of output as it may be shown. */
export interface Piece {
  readonly text: string;
  readonly stream: OutputStream;
}

/** Something of a secret in a text: offsets into the text as it came. */
interface Match {
  readonly start: number;
  readonly end: number;
  readonly shown: string;
}

export class Redactor {
  readonly #values = new Set<string>();
  /** By the text to look for. */
  readonly #needles = new Map<string, string>();
  #pattern: RegExp | undefined;
  #longest = 0;

  add(secret: Secret): void {
    const value = secret.reveal();
    if (this.#values.has(value)) return;
    this.#values.add(value);
    for (const form of writtenForms(value)) {
      if (!this.#needles.has(form)) this.#needles.set(form, `[${secret.reference}]`);
      this.#longest = Math.max(this.#longest, form.length);
    }
    const forms = [...this.#needles.keys()].sort((a, b) => b.length - a.length);
    if (forms.length > 0) this.#pattern = new RegExp(forms.map(escaped).join('|'), 'g');
  }

  redact(text: string): string {
    return replaced(text, this.#matches(text));
  }

  /**
   * Redacts what a program prints on its two streams, chunk by chunk. What may be the head of a secret is held back
   * until it is clear, also where the halves come on different streams: what is shown mixes them.
   */
  output(): RedactedOutput {
    const mixed = new HeldStream(this);
    const apart = { stdout: new HeldStream(this), stderr: new HeldStream(this) };
    const seen = new Set<OutputStream>();
    // While there is one stream only, both looks would see the same.
    const again = (pieces: readonly Piece[]): Piece[] =>
      seen.size < 2 ? [...pieces] : pieces.flatMap((piece) => apart[piece.stream].push(piece));
    return {
      push: (text, stream) => {
        seen.add(stream);
        return again(mixed.push({ text, stream }));
      },
      end: () => [...again(mixed.end()), ...apart.stdout.end(), ...apart.stderr.end()],
    };
  }

  /** What `text` shows of secrets, and how much of its beginning is settled whatever comes after it. */
  look(text: string): { readonly matches: readonly Match[]; readonly settled: number } {
    const matches = this.#matches(text);
    let settled = this.#openAt(text);
    for (const { start, end } of matches) if (start < settled && settled < end) settled = start;
    return { matches, settled };
  }

  #matches(text: string): readonly Match[] {
    const pattern = this.#pattern;
    if (pattern === undefined) return [];
    const found: Match[] = [];
    for (const hidden of hides) {
      const seen = without(text, hidden);
      if (seen === text && hidden !== hides[0]) continue;
      if (seen.search(pattern) < 0) continue;
      const places = seen === text ? undefined : placesIn(text, hidden);
      for (const match of seen.matchAll(pattern)) {
        const last = match.index + match[0].length - 1;
        found.push({
          start: places?.[match.index] ?? match.index,
          end: (places?.[last] ?? last) + 1,
          shown: this.#needles.get(match[0]) ?? '',
        });
      }
    }
    return apartFromEachOther(found);
  }

  /** Where at the end of `text` a secret, or a sequence of the terminal, may have begun and not be over. */
  #openAt(text: string): number {
    let open = text.length - openEscape(text);
    if (this.#pattern === undefined) return open;
    // Every character may have a colour of its own around it.
    const from = Math.max(0, text.length - 24 * this.#longest - 256);
    const tail = text.slice(from, open);
    for (const hidden of hides) {
      const seen = without(tail, hidden);
      const length = this.#headAtEnd(seen);
      if (length === 0) continue;
      const places = placesIn(tail, hidden);
      open = Math.min(open, from + (places[seen.length - length] ?? 0));
    }
    // A program that prints nothing but line ends must not be kept in memory for it.
    return text.length - open > mostHeld ? text.length : open;
  }

  /** Length of the longest end of `text` that a needle begins with. */
  #headAtEnd(text: string): number {
    let longest = 0;
    for (const needle of this.#needles.keys()) {
      for (let length = Math.min(needle.length - 1, text.length); length > longest; length--) {
        if (text.endsWith(needle.slice(0, length))) {
          longest = length;
          break;
        }
      }
    }
    return longest;
  }
}

export interface RedactedOutput {
  push(text: string, stream: OutputStream): readonly Piece[];
  end(): readonly Piece[];
}

const mostHeld = 65_536;

/** Pieces in the order they are shown, the last of them held back while a secret may have begun in them. */
class HeldStream {
  readonly #redactor: Redactor;
  #held: readonly Piece[] = [];

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
  }

  push(piece: Piece): Piece[] {
    const pieces = [...this.#held, piece];
    const text = pieces.map((each) => each.text).join('');
    const { matches, settled } = this.#redactor.look(text);
    this.#held = cut(pieces, settled, text.length);
    return shown(pieces, matches, settled);
  }

  end(): Piece[] {
    const pieces = this.#held;
    this.#held = [];
    const text = pieces.map((each) => each.text).join('');
    return shown(pieces, this.#redactor.look(text).matches, text.length);
  }
}

/** The pieces between two offsets of their joined text. */
function cut(pieces: readonly Piece[], start: number, end: number): Piece[] {
  const result: Piece[] = [];
  let at = 0;
  for (const { text, stream } of pieces) {
    const part = text.slice(Math.max(0, start - at), Math.max(0, end - at));
    if (part !== '') result.push({ text: part, stream });
    at += text.length;
  }
  return result;
}

/** The pieces up to `end`, each with its own stream; a secret goes to the stream that it begins on. */
function shown(pieces: readonly Piece[], matches: readonly Match[], end: number): Piece[] {
  const result: Piece[] = [];
  let at = 0;
  for (const match of matches) {
    if (match.start >= end) break;
    result.push(...cut(pieces, at, match.start));
    const secret = cut(pieces, match.start, match.end);
    const [first] = secret;
    if (first !== undefined)
      result.push({
        text: match.shown + escapesIn(secret.map((each) => each.text).join('')),
        stream: first.stream,
      });
    at = match.end;
  }
  result.push(...cut(pieces, at, end));
  return joined(result);
}

/** One piece for what follows on the same stream. */
function joined(pieces: readonly Piece[]): Piece[] {
  const result: Piece[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    if (last?.stream === piece.stream) result[result.length - 1] = { ...last, text: last.text + piece.text };
    else result.push(piece);
  }
  return result;
}

function replaced(text: string, matches: readonly Match[]): string {
  if (matches.length === 0) return text;
  return shown([{ text, stream: 'stdout' }], matches, text.length)
    .map((piece) => piece.text)
    .join('');
}

/**
 * What hides a secret from a look but not from a reader: colours and cursor movements of a terminal in its middle,
 * and line ends, as `base64` puts them.
 */
const escapes = /\u001B(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\))/g;
const escapesAndLineEnds = new RegExp(`${escapes.source}|[\\r\\n]+`, 'g');
const hides = [escapes, escapesAndLineEnds] as const;

const without = (text: string, hidden: RegExp): string =>
  hidden === escapes ? plainText(text) : text.replace(hidden, '');

const escapesIn = (text: string): string => [...text.matchAll(escapes)].map((match) => match[0]).join('');

/** For each character that is left without `hidden`, its offset in `text`. */
function placesIn(text: string, hidden: RegExp): readonly number[] {
  const places: number[] = [];
  let at = 0;
  for (const match of text.matchAll(hidden)) {
    for (; at < match.index; at++) places.push(at);
    at += match[0].length;
  }
  for (; at < text.length; at++) places.push(at);
  return places;
}

/** In order, none within or over another: what overlaps is one. */
function apartFromEachOther(matches: readonly Match[]): readonly Match[] {
  const result: Match[] = [];
  for (const match of matches.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = result.at(-1);
    if (last !== undefined && match.start < last.end)
      result[result.length - 1] = { ...last, end: Math.max(last.end, match.end) };
    else result.push(match);
  }
  return result;
}

/** Length of a sequence of the terminal that has begun at the end of `text` and is not over. */
function openEscape(text: string): number {
  const at = text.lastIndexOf('\u001B');
  if (at < 0 || text.length - at > 200) return 0;
  return /^\u001B(?:\[[0-9;?]*[ -/]*|\][^\u0007\u001B]*)?$/.test(text.slice(at)) ? text.length - at : 0;
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

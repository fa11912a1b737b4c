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

/** A piece that is still looked at. */
interface Looked extends Piece {
  /** What is shown in its place: its text is part of a secret that was spread over both streams. */
  readonly instead?: string;
}

/** Something of a secret in a text: offsets into the text as it came. */
interface Match {
  readonly start: number;
  readonly end: number;
  readonly shown: string;
}

/** What is looked for: a form of a secret without its line ends, or a part of a long one. */
interface Needle {
  readonly text: string;
  readonly shown: string;
}

/** Longer forms are looked for in parts, which keeps what is held back of a stream short. */
const longestNeedle = 64;
/** One pattern finds the places where so much of a needle stands; only there the whole is compared. */
const headLength = 12;

export class Redactor {
  readonly #values = new Set<string>();
  /** By their heads, longer ones first. */
  readonly #needles = new Map<string, Needle[]>();
  #pattern: RegExp | undefined;

  add(secret: Secret): void {
    const value = secret.reveal();
    if (this.#values.has(value)) return;
    this.#values.add(value);
    for (const form of writtenForms(value)) {
      for (const text of parts(form.replace(/[\r\n]+/g, ''))) {
        const head = text.slice(0, headLength);
        const same = this.#needles.get(head) ?? [];
        if (same.some((needle) => needle.text === text)) continue;
        same.push({ text, shown: `[${secret.reference}]` });
        this.#needles.set(
          head,
          same.sort((x, y) => y.text.length - x.text.length),
        );
      }
    }
    const heads = [...this.#needles.keys()].sort((x, y) => y.length - x.length);
    // Line ends may stand anywhere in a secret: `base64` puts them, and so does who prints a half on each line.
    const spread = (head: string): string => Array.from(head, escaped).join('[\\r\\n]*');
    if (heads.length > 0) this.#pattern = new RegExp(heads.map(spread).join('|'), 'g');
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
    const again = (pieces: readonly Looked[]): Piece[] =>
      seen.size < 2 ? [...pieces] : laidOpen(pieces.flatMap((piece) => apart[piece.stream].push(piece)));
    return {
      push: (text, stream) => {
        seen.add(stream);
        return again(mixed.push({ text, stream }));
      },
      end: () => [...again(mixed.end()), ...laidOpen([...apart.stdout.end(), ...apart.stderr.end()])],
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
    const plain = plainText(text);
    const found: Match[] = [];
    pattern.lastIndex = 0;
    for (let head = pattern.exec(plain); head !== null; head = pattern.exec(plain)) {
      const match = this.#wholeAt(plain, head.index, head[0].replace(/[\r\n]+/g, ''));
      if (match !== undefined) found.push(match);
      // Parts may overlap: the next one may begin within this one.
      pattern.lastIndex = head.index + 1;
    }
    if (found.length === 0) return found;
    const places = plain === text ? undefined : placesIn(text, escapes);
    const inText = found.map(({ start, end, shown }) => ({
      start: places?.[start] ?? start,
      end: (places?.[end - 1] ?? end - 1) + 1,
      shown,
    }));
    return partsJoined(inText, text);
  }

  /** The longest needle of this head that stands at `start`. */
  #wholeAt(plain: string, start: number, head: string): Match | undefined {
    for (let length = head.length; length > 0; length--) {
      for (const needle of this.#needles.get(head.slice(0, length)) ?? []) {
        const end = endOf(needle.text, plain, start);
        if (end !== undefined) return { start, end, shown: needle.shown };
      }
    }
    return undefined;
  }

  /** Where at the end of `text` a secret, or a sequence of the terminal, may have begun and not be over. */
  #openAt(text: string): number {
    const whole = text.length - openEscape(text);
    if (this.#pattern === undefined) return whole;
    // Every character may have a colour of its own around it.
    const from = Math.max(0, text.length - 24 * longestNeedle);
    const tail = text.slice(from, whole);
    const length = this.#headAtEnd(tail.replace(escapesAndLineEnds, ''));
    if (length === 0) return whole;
    return from + (placesIn(tail, escapesAndLineEnds).at(-length) ?? 0);
  }

  /** Length of the longest end of `text` that a needle begins with. */
  #headAtEnd(text: string): number {
    let longest = 0;
    for (const needles of this.#needles.values()) {
      for (const needle of needles) {
        for (let length = Math.min(needle.text.length - 1, text.length); length > longest; length--) {
          if (text.endsWith(needle.text.slice(0, length))) {
            longest = length;
            break;
          }
        }
      }
    }
    return longest;
  }
}

/** A form whole, or in parts of which the last may overlap with the one before it. */
function parts(form: string): readonly string[] {
  if (form.length <= longestNeedle) return [form];
  const result: string[] = [];
  for (let at = 0; at + longestNeedle < form.length; at += longestNeedle)
    result.push(form.slice(at, at + longestNeedle));
  return [...result, form.slice(-longestNeedle)];
}

/** Where a needle that begins at `start` ends, line ends in it allowed. */
function endOf(needle: string, plain: string, start: number): number | undefined {
  let at = start;
  for (let index = 0; index < needle.length; index++) {
    while (index > 0 && (plain[at] === '\n' || plain[at] === '\r')) at++;
    if (plain[at] !== needle[index]) return undefined;
    at++;
  }
  return at;
}

/** What overlaps, and parts of one secret that follow on each other, are one match. */
function partsJoined(matches: readonly Match[], text: string): readonly Match[] {
  const result: Match[] = [];
  for (const match of matches) {
    const last = result.at(-1);
    const follows =
      last !== undefined &&
      (match.start < last.end ||
        (last.shown === match.shown &&
          text.slice(last.end, match.start).replace(escapesAndLineEnds, '') === ''));
    if (follows) result[result.length - 1] = { ...last, end: Math.max(last.end, match.end) };
    else result.push(match);
  }
  return result;
}

export interface RedactedOutput {
  push(text: string, stream: OutputStream): readonly Piece[];
  end(): readonly Piece[];
}

/** Pieces in the order they are shown, the last of them held back while a secret may have begun in them. */
class HeldStream {
  readonly #redactor: Redactor;
  #held: readonly Looked[] = [];

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
  }

  push(piece: Looked): Looked[] {
    const pieces = [...this.#held, piece];
    const text = pieces.map((each) => each.text).join('');
    const { matches, settled } = this.#redactor.look(text);
    this.#held = cut(pieces, settled, text.length);
    return shown(pieces, matches, settled);
  }

  end(): Looked[] {
    const pieces = this.#held;
    this.#held = [];
    const text = pieces.map((each) => each.text).join('');
    return shown(pieces, this.#redactor.look(text).matches, text.length);
  }
}

/** The pieces between two offsets of their joined text. */
function cut(pieces: readonly Looked[], start: number, end: number): Looked[] {
  const result: Looked[] = [];
  let at = 0;
  for (const piece of pieces) {
    const part = piece.text.slice(Math.max(0, start - at), Math.max(0, end - at));
    if (part !== '') result.push({ ...piece, text: part });
    at += piece.text.length;
  }
  return result;
}

/**
 * The pieces up to `end`, each with its own stream; a secret goes to the stream that it begins on. Where it is spread
 * over both, its parts keep their text for the look at each stream alone: they may belong to another copy there.
 */
function shown(pieces: readonly Looked[], matches: readonly Match[], end: number): Looked[] {
  const result: Looked[] = [];
  let at = 0;
  for (const match of matches) {
    if (match.start >= end) break;
    result.push(...cut(pieces, at, match.start));
    const secret = cut(pieces, match.start, match.end);
    const words = match.shown + escapesIn(secret.map((each) => each.text).join(''));
    const [first] = secret;
    if (secret.some(({ stream }) => stream !== first?.stream))
      result.push(...secret.map((part, index) => ({ ...part, instead: index === 0 ? words : '' })));
    else if (first !== undefined) result.push({ text: words, stream: first.stream });
    at = match.end;
  }
  result.push(...cut(pieces, at, end));
  return joined(result);
}

/** As they are shown, when all has been looked at. */
const laidOpen = (pieces: readonly Looked[]): Piece[] =>
  joined(pieces.map(({ text, stream, instead }) => ({ text: instead ?? text, stream }))).filter(
    ({ text }) => text !== '',
  );

/** One piece for what follows on the same stream. */
function joined(pieces: readonly Looked[]): Looked[] {
  const result: Looked[] = [];
  for (const piece of pieces) {
    const last = result.at(-1);
    const follows =
      last?.stream === piece.stream && last.instead === undefined && piece.instead === undefined;
    if (follows) result[result.length - 1] = { ...last, text: last.text + piece.text };
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

/** Colours and cursor movements in the middle of a secret hide it from a look, not from a reader. */
const escapes = /\u001B(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\))/g;
const escapesAndLineEnds = new RegExp(`${escapes.source}|[\\r\\n]+`, 'g');

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

/** Length of a sequence of the terminal that has begun at the end of `text` and is not over. */
function openEscape(text: string): number {
  const at = text.lastIndexOf('\u001B');
  if (at < 0 || text.length - at > 200) return 0;
  return /^\u001B(?:\[[0-9;?]*[ -/]*|\][^\u0007\u001B]*)?$/.test(text.slice(at)) ? text.length - at : 0;
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

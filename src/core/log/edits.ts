/** Edits to a log, made of places and words; whoever owns the text applies them. */
import { answer, type Clock, type LogChange, type Outcome, type TextEdit } from '../ports.ts';
import { plainText, type Span } from '../text.ts';

export const replace = (span: Span, text: string): TextEdit => ({
  offset: span.start,
  length: span.end - span.start,
  text,
});
export const insert = (offset: number, text: string): TextEdit => ({ offset, length: 0, text });

/** Edits all count from the same text; ones that overlap are a bug of whoever made them. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let result = '';
  let at = 0;
  for (const { offset, length, text: replacement } of edits.toSorted((a, b) => a.offset - b.offset)) {
    if (offset < at || length < 0 || offset + length > text.length) {
      throw new RangeError(`An edit at ${offset} + ${length} overlaps another one or leaves the text`);
    }
    result += text.slice(at, offset) + replacement;
    at = offset + length;
  }
  return result + text.slice(at);
}

/** Whether two edits overlap, or touch so that their order would count. */
export const meets = (a: TextEdit, b: TextEdit): boolean =>
  a.offset <= b.offset + b.length && b.offset <= a.offset + a.length;

/** The text that a change makes of this one, or its refusal. */
export function applyChange(text: string, change: LogChange): Outcome<string> {
  const made = change(text);
  return 'kind' in made ? made : answer(applyEdits(text, made));
}

/** A part of the text after some edits: copied from the text before them, or new. */
type Piece = { readonly kind: 'kept'; readonly span: Span } | { readonly kind: 'new'; readonly text: string };

const sizeOf = (piece: Piece): number =>
  piece.kind === 'new' ? piece.text.length : piece.span.end - piece.span.start;

const part = (piece: Piece, from: number, to: number): Piece =>
  piece.kind === 'new'
    ? { kind: 'new', text: piece.text.slice(from, to) }
    : { kind: 'kept', span: { start: piece.span.start + from, end: piece.span.start + to } };

function editPieces(pieces: readonly Piece[], edits: readonly TextEdit[]): readonly Piece[] {
  const result: Piece[] = [];
  let index = 0;
  /** How much of the piece at `index` is used up, and where that is in the whole. */
  let used = 0;
  let at = 0;
  const pass = (to: number, keep: boolean): void => {
    while (at < to) {
      const piece = pieces[index];
      if (piece === undefined) throw new RangeError(`An edit at ${to} leaves the text`);
      const taken = Math.min(to - at, sizeOf(piece) - used);
      if (keep && taken > 0) result.push(part(piece, used, used + taken));
      at += taken;
      used += taken;
      if (used === sizeOf(piece)) {
        index++;
        used = 0;
      }
    }
  };
  for (const { offset, length, text } of edits.toSorted((a, b) => a.offset - b.offset)) {
    if (offset < at || length < 0)
      throw new RangeError(`An edit at ${offset} + ${length} overlaps another one`);
    pass(offset, true);
    if (text !== '') result.push({ kind: 'new', text });
    pass(offset + length, false);
  }
  pass(
    pieces.reduce((sum, piece) => sum + sizeOf(piece), 0),
    true,
  );
  return result;
}

/**
 * Two changes as one, so that they are written, and undone, as one: `first` counts from `text`, `second` from the
 * text after `first`, the result from `text`. What neither touched is not spanned.
 */
export function composeEdits(
  text: string,
  first: readonly TextEdit[],
  second: readonly TextEdit[],
): readonly TextEdit[] {
  const whole: Piece = { kind: 'kept', span: { start: 0, end: text.length } };
  const pieces = editPieces(editPieces([whole], first), second);
  const edits: TextEdit[] = [];
  let at = 0;
  let words = '';
  const settle = (next: number): void => {
    const old = text.slice(at, next);
    // What is written again as it was, with more behind it, only gets more.
    const same = words.startsWith(old) ? old.length : 0;
    if (words !== old) edits.push({ offset: at + same, length: old.length - same, text: words.slice(same) });
    words = '';
  };
  for (const piece of pieces) {
    if (piece.kind === 'new') {
      words += piece.text;
    } else {
      settle(piece.span.start);
      at = piece.span.end;
    }
  }
  settle(text.length);
  return edits;
}

/** Edits, and what is to be done to the text after them, as one change. */
export const thenAlso = (
  text: string,
  first: readonly TextEdit[],
  second: (after: string) => readonly TextEdit[],
): readonly TextEdit[] => composeEdits(text, first, second(applyEdits(text, first)));

/** Whether a line ends right before this offset. */
export const endsLine = (text: string, offset: number): boolean =>
  offset === 0 || /[\r\n]/.test(text[offset - 1] ?? '');

/** A moment as a log writes it, with its offset. */
export interface Stamp {
  /** `2026-11-24` */
  readonly date: string;
  /** `2026-11-24 10:02:11 +00:00` */
  readonly time: string;
}

export function stamp(moment: Date, clock: Pick<Clock, 'offsetMinutes'>): Stamp {
  const minutes = clock.offsetMinutes(moment);
  const local = new Date(moment.getTime() + minutes * 60_000).toISOString();
  const size = Math.abs(minutes);
  const two = (value: number): string => String(value).padStart(2, '0');
  const offset = `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
  const date = local.slice(0, 10);
  return { date, time: `${date} ${local.slice(11, 19)} ${offset}` };
}

/** UTF-16 units of evidence that a line of the log takes. */
const longest = 400;

/** One line without what could break the Markdown around it or be read as a status, but for bars and brackets. */
const oneLine = (text: string): string =>
  plainText(text)
    .replace(/[\u0000-\u001F\u007F-\u009F\u2028-\u202E\u2066-\u2069]+/g, ' ')
    .replace(/[✅🟡❌⚠⏳]\uFE0F?\s*/gu, '')
    .replaceAll('`', "'")
    .toWellFormed()
    .trim();

/** Whether evidence stands whole on a line of the log. */
export const fitsLine = (text: string): boolean => oneLine(text).length <= longest;

/** Cut before anything is escaped, and never in the middle of a character. */
function cut(line: string): string {
  if (line.length <= longest) return line;
  const whole = /[\uD800-\uDBFF]/.test(line[longest - 1] ?? '') ? longest - 1 : longest;
  return `${line.slice(0, whole)}…`;
}

/** With backslashes of its own before a sign doubled: they must not take the escape away from it. */
const escaped = (line: string, signs: RegExp): string =>
  line.replace(signs, (_, slashes: string, sign: string) => `${slashes}${slashes}\\${sign}`);

/** A sign and the backslashes before it; those are looked at from their first one only, however many there are. */
const angle = /(?<!\\)(\\*)(<)/g;
const angleOrBar = /(?<!\\)(\\*)([<|])/g;

/** Evidence on one line that cannot break the Markdown around it, nor be read as a status. */
export const harmless = (text: string): string => escaped(cut(oneLine(text)), angle);

/** The same inside a table cell; a backslash at its end would take the bar behind it into the cell. */
export const harmlessCell = (text: string): string =>
  escaped(cut(oneLine(text)), angleOrBar).replace(/\\+$/, (slashes) => slashes + slashes);

/** What a person wrote, on one line and whole. */
export const wholeLine = (text: string): string => escaped(oneLine(text), angle);

export const wholeCell = (text: string): string => escaped(oneLine(text), angleOrBar);

/** A command as a code span, backticks inside it allowed. */
export function codeSpan(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  const runs = [...line.matchAll(/`+/g)].map((run) => run[0].length);
  if (runs.length === 0) return `\`${line}\``;
  const fence = '`'.repeat(Math.max(...runs) + 1);
  return `${fence} ${line} ${fence}`;
}

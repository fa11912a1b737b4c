/** Edits to a log, made of places and words; whoever owns the text applies them. */
import type { Clock, TextEdit } from '../ports.ts';
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

const longest = 400;

/** Evidence on one line that cannot break the Markdown around it, nor be read as a status. */
export function harmless(text: string): string {
  const line = plainText(text)
    .replace(/[\u0000-\u001F\u007F\u0085\u2028\u2029]+/g, ' ')
    .replace(/[✅🟡❌⚠⏳]\uFE0F?\s*/gu, '')
    .replaceAll('`', "'")
    .replaceAll('<', '\\<')
    .trim();
  return line.length <= longest ? line : `${line.slice(0, longest)}…`;
}

/** The same inside a table cell. */
export const harmlessCell = (text: string): string => harmless(text).replaceAll('|', '\\|');

/** A command as a code span, backticks inside it allowed. */
export function codeSpan(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  const runs = [...line.matchAll(/`+/g)].map((run) => run[0].length);
  if (runs.length === 0) return `\`${line}\``;
  const fence = '`'.repeat(Math.max(...runs) + 1);
  return `${fence} ${line} ${fence}`;
}

/** A half-open range of UTF-16 offsets into a text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A point for people and editors: both numbers count from 0, the column in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** One line of a text. `end` is before its line end, `next` after it. */
export interface TextLine {
  readonly start: number;
  readonly end: number;
  readonly next: number;
}

/** All lines, split as Markdown does: at `\n`, `\r\n` and a lone `\r`. A text that ends in one has no empty last line. */
export function splitLines(text: string): readonly TextLine[] {
  const lines: TextLine[] = [];
  let start = 0;
  let feed = text.indexOf('\n');
  let carriage = text.indexOf('\r');
  while (start < text.length) {
    if (feed >= 0 && feed < start) feed = text.indexOf('\n', start);
    if (carriage >= 0 && carriage < start) carriage = text.indexOf('\r', start);
    const end = feed < 0 ? carriage : carriage < 0 ? feed : Math.min(feed, carriage);
    if (end < 0) {
      lines.push({ start, end: text.length, next: text.length });
      break;
    }
    const next = end === carriage && feed === end + 1 ? end + 2 : end + 1;
    lines.push({ start, end, next });
    start = next;
  }
  return lines;
}

/** The line end that most lines of the text have; `\n` for a text without any. */
export function dominantLineEnd(text: string): '\n' | '\r\n' {
  let crlf = 0;
  let lf = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    if (text.charCodeAt(at - 1) === 13) crlf++;
    else lf++;
  }
  return crlf > lf ? '\r\n' : '\n';
}

/** Positions in a text that is asked often: its lines are found once. */
export class Lines {
  readonly #lines: readonly TextLine[];

  constructor(lines: readonly TextLine[]) {
    this.#lines = lines;
  }

  /** Counts lines as an editor does: a text that ends in a line end has an empty line behind it. */
  positionAt(offset: number): Position {
    let low = 0;
    let high = this.#lines.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#lines[middle]?.next ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    const line = this.#lines[low];
    if (line !== undefined) return { line: low, column: offset - line.start };
    const last = this.#lines.at(-1);
    if (last === undefined) return { line: 0, column: offset };
    return last.next > last.end
      ? { line: this.#lines.length, column: offset - last.next }
      : { line: this.#lines.length - 1, column: offset - last.start };
  }
}

/** Turns one offset into a position. */
export const positionAt = (text: string, offset: number): Position =>
  new Lines(splitLines(text)).positionAt(offset);

/** Without colours, cursor movements and titles of a terminal. */
export const plainText = (text: string): string =>
  text.replace(/\u001B(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\))/g, '');

/**
 * Text in which every unit can be seen: line ends are `\n`, and what would steer a terminal or turn the direction of
 * the words is written as its picture (␛) or its code (<U+202E>).
 */
export const visibleText = (text: string): string =>
  text
    .replace(/\r\n?/g, '\n')
    .replace(/[\u0000-\u0008\u000B-\u001F]/g, (unit) => String.fromCharCode(0x2400 + unit.charCodeAt(0)))
    .replaceAll('\u007F', '\u2421')
    .replace(
      /[\u0080-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/g,
      (unit) => `<U+${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}>`,
    )
    .toWellFormed();

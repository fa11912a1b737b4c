/**
 * Markdown to notebook cells and back. What an editor cannot hold (line ends, blank lines between cells, the
 * form of a fence) is kept as data beside each cell and written back; an edit changes the bytes of its cell only.
 */
import { type ScannedLine, scan } from '../markdown/scan.ts';
import { dominantLineEnd, type Span, splitLines } from '../text.ts';
import { durationOf } from './duration.ts';

/** Languages whose fenced blocks are code cells, as they stand in the info string. */
export const stepLanguages = ['op', 'aws', 'postmark', 'dig', 'git', 'ask', 'sh'] as const;
export type StepLanguageId = (typeof stepLanguages)[number];

export type CellKind = 'front-matter' | 'text' | 'code';

/** What a cell was made from; kept by the editor beside the cell, given back on save. */
export interface CellOrigin {
  /** The bytes before the cell's value: blank lines, the opening fence, `---`. */
  readonly before: string;
  /** The value as it stood in the file, line ends included. */
  readonly value: string;
  /** The bytes after the value: its line end, the closing fence, blank lines. */
  readonly after: string;
  /** For code: the info string, `sh check`. */
  readonly info?: string;
}

export interface Cell {
  readonly kind: CellKind;
  /** For code. */
  readonly language?: StepLanguageId;
  /** The text a person edits; line ends may have become `\n` on the way through the editor. */
  readonly value: string;
  /** Absent on a cell that was made in the editor. */
  readonly origin?: CellOrigin;
}

/** A cell as it was read, with its place in the text. */
export interface ReadCell extends Cell {
  readonly origin: CellOrigin;
  /** Offset of `before`. */
  readonly start: number;
  /** Offset of the value. */
  readonly valueStart: number;
}

export function isStepLanguage(text: string): text is StepLanguageId {
  return stepLanguages.some((language) => language === text);
}

/** The first word of an info string, without what GitHub allows after it. */
export function languageOf(info: string): StepLanguageId | undefined {
  const word = /^[^\s{,]*/.exec(info)?.[0] ?? '';
  return isStepLanguage(word) ? word : undefined;
}

/** The words behind the language: `check`, `each`. */
export function marksOf(info: string): readonly string[] {
  return info
    .split(/\s+/)
    .slice(1)
    .filter((word) => word.length > 0);
}

const limit = 'within=';

/** `within=10m`: how long a cell may take, in milliseconds. */
export function timeLimitOf(marks: readonly string[]): number | undefined {
  for (const mark of marks) {
    const length = mark.startsWith(limit) ? durationOf(mark.slice(limit.length)) : undefined;
    if (length !== undefined) return length;
  }
  return undefined;
}

interface Part {
  readonly kind: CellKind;
  readonly start: number;
  readonly valueStart: number;
  readonly valueEnd: number;
  readonly end: number;
  readonly info?: string;
}

/** Cuts the whole text into cells: joined, their `before`, `value` and `after` are the text again. */
export function readCells(text: string): readonly ReadCell[] {
  const front = frontMatter(text);
  const parts: Part[] = front === undefined ? [] : [front];
  const bodyStart = front?.end ?? 0;
  const body = text.slice(bodyStart);
  let textStart = bodyStart;
  let open: ScannedLine | undefined;

  const addText = (start: number, end: number): void => {
    if (end <= start) return;
    const part = textPart(text, start, end);
    const before = parts.at(-1);
    // Blank lines alone are no cell: they belong to the cell before them.
    if (part.valueStart === part.valueEnd && before !== undefined)
      parts[parts.length - 1] = { ...before, end };
    else parts.push(part);
  };
  const addCode = (start: ScannedLine, valueEnd: number, end: number): void => {
    addText(textStart, bodyStart + start.start);
    const valueStart = Math.min(bodyStart + start.next, valueEnd);
    const info = start.kind === 'fence' ? start.info : '';
    parts.push({ kind: 'code', start: bodyStart + start.start, valueStart, valueEnd, end, info });
    textStart = end;
  };

  let last: ScannedLine | undefined;
  for (const line of scan(body)) {
    if (open !== undefined && (line.kind !== 'fence' || line.role === 'open')) open = undefined;
    if (line.kind === 'fence' && line.top) {
      if (line.role === 'open' && languageOf(line.info) !== undefined) open = line;
      if (line.role === 'close' && open !== undefined) {
        // The value ends before the line end that precedes the closing fence.
        const valueEnd = last === undefined || last === open ? bodyStart + open.next : bodyStart + last.end;
        addCode(open, valueEnd, bodyStart + line.next);
        open = undefined;
      }
    }
    last = line;
  }
  if (open !== undefined) addCode(open, text.length, text.length);
  addText(textStart, text.length);

  return parts.map((part) => {
    const value = text.slice(part.valueStart, part.valueEnd);
    const language = part.info === undefined ? undefined : languageOf(part.info);
    return {
      kind: part.kind,
      ...(language === undefined ? {} : { language }),
      value,
      origin: {
        before: text.slice(part.start, part.valueStart),
        value,
        after: text.slice(part.valueEnd, part.end),
        ...(part.info === undefined ? {} : { info: part.info }),
      },
      start: part.start,
      valueStart: part.valueStart,
    };
  });
}

/** YAML between `---` lines at the very start, a byte order mark before it allowed. */
function frontMatter(text: string): Part | undefined {
  const bom = text.startsWith('\uFEFF') ? 1 : 0;
  const lines = splitLines(text);
  const isRule = (index: number): boolean => {
    const line = lines[index];
    if (line === undefined) return false;
    return /^---[ \t]*$/.test(text.slice(index === 0 ? line.start + bom : line.start, line.end));
  };
  if (!isRule(0)) return undefined;
  for (let index = 1; index < lines.length; index++) {
    const first = lines[0];
    const line = lines[index];
    if (!isRule(index) || line === undefined || first === undefined) continue;
    const before = lines[index - 1] ?? first;
    const valueEnd = index === 1 ? first.next : before.end;
    return { kind: 'front-matter', start: 0, valueStart: first.next, valueEnd, end: line.next };
  }
  return undefined;
}

/** Blank lines around a text cell belong to its `before` and `after`. */
function textPart(text: string, start: number, end: number): Part {
  const content = text.slice(start, end);
  const lines = splitLines(content).filter((line) =>
    /[^ \t\uFEFF]/.test(content.slice(line.start, line.end)),
  );
  const first = lines[0];
  const last = lines.at(-1);
  if (first === undefined || last === undefined)
    return { kind: 'text', start, valueStart: end, valueEnd: end, end };
  return { kind: 'text', start, valueStart: start + first.start, valueEnd: start + last.end, end };
}

const normalized = (text: string): string => text.replace(/\r\n?/g, '\n');

/** The text of these cells; byte for byte the text they were read from when none was changed. */
export const writeCells = (cells: readonly Cell[]): string => layOut(cells).text;

/** The text of these cells, and where the value of each stands in it. */
export function layOut(cells: readonly Cell[]): { readonly text: string; readonly values: readonly Span[] } {
  const lineEnd = dominantLineEnd(
    cells
      .map((cell) =>
        cell.origin === undefined ? '' : cell.origin.before + cell.origin.value + cell.origin.after,
      )
      .join(''),
  );
  let text = '';
  const values: Span[] = [];
  for (const cell of cells) {
    const next = written(cell, lineEnd);
    text = append(text, next, cell, lineEnd);
    const end = text.length - next.after.length;
    values.push({ start: end - next.value.length, end });
  }
  return { text, values };
}

interface Written {
  readonly before: string;
  readonly value: string;
  readonly after: string;
}

/** Cells that stand where they did not stand before may lack the line end between them. */
function append(text: string, next: Written, cell: Cell, lineEnd: string): string {
  const piece = next.before + next.value + next.after;
  if (text.length === 0 || piece.length === 0) return text + piece;
  const endsLine = /[\r\n]$/.test(text);
  if (endsLine) {
    // Made in the editor: set apart by a blank line, as a person would.
    const apart = cell.origin !== undefined || /(?:\r\n|\n|\r)[ \t]*(?:\r\n|\n|\r)$/.test(text);
    return text + (apart ? '' : lineEnd) + piece;
  }
  return text + lineEnd + (cell.origin === undefined ? lineEnd : '') + piece;
}

function written(cell: Cell, lineEnd: string): Written {
  const origin = cell.origin;
  if (origin === undefined) return fresh(cell, lineEnd);
  if (cell.kind === 'code' && (origin.info === undefined || cell.language === undefined))
    return fresh(cell, lineEnd);
  if (cell.kind !== 'code' && origin.info !== undefined) return fresh(cell, lineEnd);

  const same = normalized(cell.value) === normalized(origin.value);
  const value = same ? origin.value : normalized(cell.value).replaceAll('\n', lineEnd);
  if (cell.kind !== 'code') return { before: origin.before, value, after: origin.after };

  const info = origin.info ?? '';
  const sameLanguage = languageOf(info) === cell.language;
  if (same && sameLanguage) return { before: origin.before, value, after: origin.after };
  let before = origin.before;
  let after = origin.after;
  if (!sameLanguage)
    before = before.replace(/[^`~\s][^\r\n]*/, () => info.replace(/^[^\s{,]*/, cell.language ?? ''));
  const fence = /(`{3,}|~{3,})/.exec(before)?.[0] ?? '```';
  const needed = fenceFor(value, fence);
  if (needed !== fence) {
    before = before.replace(fence, needed);
    after = after.replace(/(`{3,}|~{3,})/, needed);
  }
  // A value that had no lines had no line end of its own before the closing fence.
  if (origin.value.length === 0 && value.length > 0 && !/^[\r\n]/.test(after) && after.length > 0)
    after = lineEnd + after;
  // A fence at the end of the file, its line not yet ended.
  if (!/[\r\n]$/.test(before) && value.length > 0) before += lineEnd;
  return { before, value, after };
}

/** The shortest fence of this kind that the value does not close. */
function fenceFor(value: string, fence: string): string {
  const sign = fence[0] ?? '`';
  let length = fence.length;
  for (const line of value.split(/\r\n|\n|\r/)) {
    const run = line.trim();
    if (run.length >= length && run === sign.repeat(run.length)) length = run.length + 1;
  }
  return sign.repeat(length);
}

function fresh(cell: Cell, lineEnd: string): Written {
  const value = normalized(cell.value).replaceAll('\n', lineEnd);
  if (cell.kind !== 'code') return { before: '', value, after: value.length === 0 ? '' : lineEnd };
  const fence = fenceFor(value, '```');
  const info = cell.origin?.info ?? cell.language ?? 'sh';
  return {
    before: fence + info + lineEnd,
    value,
    after: (value.length === 0 ? '' : lineEnd) + fence + lineEnd,
  };
}

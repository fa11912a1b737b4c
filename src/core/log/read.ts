/**
 * Reads an execution log: its headings, tables, bullets, fields and statuses, each with its place. One pass over the
 * lines; what stands in fences, comments and quotes is text, never state.
 */
import { type ScannedLine, scan } from '../markdown/scan.ts';
import { dominantLineEnd, Lines, type Span } from '../text.ts';
import { codeSpans, findStatus, type LogStatus, leadingCode } from './status.ts';
import { plain } from './words.ts';

export interface LogTableCell {
  /** Without the blanks around it. */
  readonly text: string;
  readonly span: Span;
}

export interface LogTableRow {
  readonly cells: readonly LogTableCell[];
  /** The words of the first cell, to compare by. */
  readonly key: string;
  readonly line: Span;
  /** Offset after the row's line end. */
  readonly next: number;
}

export interface LogTable {
  readonly header: LogTableRow;
  /** The words of the header's cells, to compare by. */
  readonly columns: readonly string[];
  readonly rows: readonly LogTableRow[];
  /** The first row of each key. */
  readonly byKey: ReadonlyMap<string, LogTableRow>;
  /** Offset after the last row's line end. */
  readonly end: number;
}

export interface LogHeading {
  readonly level: number;
  /** Without the status behind it. */
  readonly title: string;
  /** The words of the title without a leading `§`, to compare by. */
  readonly key: string;
  /** The key without the remark that is set off behind it: `dev` of `§ dev (Alpha002)`. */
  readonly name: string;
  readonly line: Span;
  readonly titleEnd: number;
  readonly status?: LogStatus;
  /** Offset after the heading's line. */
  readonly bodyStart: number;
  /** Offset of the next heading of the same or a higher level, or the end of the text. */
  readonly bodyEnd: number;
  /** Offset of the next heading of any level. */
  readonly ownEnd: number;
}

export interface LogBullet {
  readonly indent: number;
  /** How many bullets it stands under. */
  readonly depth: number;
  /** What follows the bullet, continued lines included. */
  readonly text: Span;
  /** The code span it begins with. */
  readonly command?: string;
  /** Its words up to the status, or all of them. */
  readonly label: string;
  readonly status?: LogStatus;
  /** Column its children are indented to. */
  readonly childIndent: number;
  /** Offset after its last line, children included. */
  readonly end: number;
}

/** A line of the form `**Label**: …`. */
export interface LogField {
  readonly label: string;
  /** The words of the label, to compare by. */
  readonly key: string;
  readonly line: Span;
  readonly next: number;
  readonly status?: LogStatus;
}

/** All lists are in the order of the text. */
export interface ExecutionLog {
  readonly text: string;
  readonly lineEnd: '\n' | '\r\n';
  /** Turns offsets into lines and columns. */
  readonly lines: Lines;
  readonly headings: readonly LogHeading[];
  /** The headings of each name. */
  readonly byName: ReadonlyMap<string, readonly LogHeading[]>;
  readonly tables: readonly LogTable[];
  readonly bullets: readonly LogBullet[];
  readonly fields: readonly LogField[];
}

/** The text that was read last: the guard of a write, its writer and the tree behind it ask for one text in a row. */
let last: ExecutionLog | undefined;

export function readLog(text: string): ExecutionLog {
  if (last?.text !== text) last = readAnew(text);
  return last;
}

function readAnew(text: string): ExecutionLog {
  const lines = scan(text);
  const headings = readHeadings(text, lines);
  return {
    text,
    lineEnd: dominantLineEnd(text),
    lines: new Lines(lines),
    headings,
    byName: Map.groupBy(headings, (heading) => heading.name),
    tables: readTables(text, lines),
    bullets: readBullets(text, lines),
    fields: readFields(text, lines),
  };
}

interface HeadingStart {
  readonly level: number;
  readonly line: Span;
  readonly title: Span;
  readonly next: number;
}

function readHeadings(text: string, lines: readonly ScannedLine[]): LogHeading[] {
  const starts: HeadingStart[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.kind === 'heading') starts.push({ level: line.level, line, title: line.title, next: line.next });
    const before = lines[index - 1];
    if (line.kind === 'underline' && before !== undefined) {
      const title = { start: before.start, end: before.end };
      starts.push({ level: text[line.start] === '=' ? 1 : 2, line: before, title, next: line.next });
    }
  }
  const ends = bodyEnds(starts, text.length);
  return starts.map(({ level, line, title: span, next }, index) => {
    const raw = text.slice(span.start, span.end);
    const status = findStatus(raw, span.start);
    const title = (status === undefined ? raw : text.slice(span.start, status.span.start)).trim();
    const key = plain(title.replace(/^§\s*/, ''));
    return {
      level,
      title,
      key,
      name: key.replace(/[(:—–].*$/u, '').trimEnd(),
      line: { start: line.start, end: line.end },
      titleEnd: span.end,
      ...(status === undefined ? {} : { status }),
      bodyStart: next,
      bodyEnd: ends[index] ?? text.length,
      ownEnd: starts[index + 1]?.line.start ?? text.length,
    };
  });
}

/** For each heading where the next one of its own or a higher level begins. */
function bodyEnds(starts: readonly HeadingStart[], length: number): readonly number[] {
  const ends = starts.map(() => length);
  const open: number[] = [];
  for (const [index, start] of starts.entries()) {
    for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
      if ((starts[last]?.level ?? 0) < start.level) break;
      ends[last] = start.line.start;
      open.pop();
    }
    open.push(index);
  }
  return ends;
}

/** Whether a line is the rule below a table's header. */
function isDelimiterRow(raw: string): boolean {
  const first = raw.trimStart()[0];
  if (first !== '|' && first !== '-' && first !== ':') return false;
  if (!raw.includes('-') || raw.length - raw.trimStart().length > 3) return false;
  const inner = raw.trim().replace(/^\|/, '').replace(/\|$/, '');
  return inner.split('|').every((cell) => /^:?-+:?$/.test(cell.trim()));
}

function readTables(text: string, lines: readonly ScannedLine[]): LogTable[] {
  const tables: LogTable[] = [];
  for (let index = 0; index + 1 < lines.length; index++) {
    const head = lines[index];
    const delimiter = lines[index + 1];
    if (head?.kind !== 'text' || delimiter?.kind !== 'text') continue;
    if (!isDelimiterRow(text.slice(delimiter.start, delimiter.end))) continue;
    if (!text.slice(head.start, head.end).includes('|')) continue;
    const header = readRow(text, head, undefined);
    const rows: LogTableRow[] = [];
    let at = index + 2;
    for (; at < lines.length; at++) {
      const line = lines[at];
      if (line?.kind !== 'text') break;
      rows.push(readRow(text, line, header.cells.length));
    }
    tables.push({
      header,
      columns: header.cells.map((cell) => plain(cell.text)),
      rows,
      byKey: new Map(rows.toReversed().map((row) => [row.key, row])),
      end: lines[at - 1]?.next ?? text.length,
    });
    index = at - 1;
  }
  return tables;
}

/** @param width how many cells the header has */
function readRow(text: string, line: ScannedLine, width: number | undefined): LogTableRow {
  const raw = text.slice(line.start, line.end);
  let cells = cellsAt(raw, line.start, bars(raw, false));
  // A bar in a code span parts cells in GitHub's eyes too, but who wrote it meant one cell.
  if (width !== undefined && cells.length > width && raw.includes('`')) {
    const whole = cellsAt(raw, line.start, bars(raw, true));
    if (whole.length === width) cells = whole;
  }
  const key = plain(cells[0]?.text ?? '');
  return { cells, key, line: { start: line.start, end: line.end }, next: line.next };
}

function bars(raw: string, spareCode: boolean): readonly number[] {
  const code = spareCode ? codeSpans(raw) : [];
  const found: number[] = [];
  let span = 0;
  for (let at = 0; at < raw.length; at++) {
    while ((code[span]?.end ?? Number.POSITIVE_INFINITY) <= at) span++;
    if (at >= (code[span]?.start ?? Number.POSITIVE_INFINITY)) at = (code[span]?.end ?? at + 1) - 1;
    else if (raw[at] === '\\') at++;
    else if (raw[at] === '|') found.push(at);
  }
  return found;
}

function cellsAt(raw: string, offset: number, found: readonly number[]): LogTableCell[] {
  const outerStart = raw.trimStart().startsWith('|');
  const last = found.at(-1);
  const outerEnd = last !== undefined && raw.slice(last + 1).trim() === '';
  const edges = [...(outerStart ? [] : [-1]), ...found, ...(outerEnd ? [] : [raw.length])];
  const cells: LogTableCell[] = [];
  for (let index = 0; index + 1 < edges.length; index++) {
    const from = (edges[index] ?? 0) + 1;
    const to = edges[index + 1] ?? raw.length;
    const inner = raw.slice(from, to);
    const trimmed = inner.trim();
    const lead = trimmed === '' ? Math.min(1, inner.length) : inner.length - inner.trimStart().length;
    const start = offset + from + lead;
    cells.push({ text: trimmed, span: { start, end: start + trimmed.length } });
  }
  return cells;
}

interface OpenBullet {
  readonly index: number;
  readonly indent: number;
  readonly childIndent: number;
  readonly start: number;
  textEnd: number;
  end: number;
  /** The lines so far are its own first paragraph. */
  continuing: boolean;
}

function readBullets(text: string, lines: readonly ScannedLine[]): LogBullet[] {
  const bullets: LogBullet[] = [];
  const open: OpenBullet[] = [];
  let count = 0;
  let blankBefore = false;
  for (const line of lines) {
    if (line.kind === 'blank') {
      for (const bullet of open) bullet.continuing = false;
      blankBefore = true;
      continue;
    }
    const lazy = line.kind === 'text' && !blankBefore;
    blankBefore = false;
    if (open.length === 0 && line.kind !== 'item') continue;
    const indent = line.kind === 'text' || line.kind === 'item' ? line.indent : indentOf(text, line);
    for (let last = open.at(-1); last !== undefined; last = open.at(-1)) {
      const stays = line.kind !== 'heading' && (indent > last.indent || (lazy && last.continuing));
      if (stays) break;
      open.pop();
      bullets[last.index] = readBullet(text, last, open.length);
    }
    const last = open.at(-1);
    for (const bullet of open) {
      bullet.end = line.next;
      if (bullet !== last || line.kind !== 'text') bullet.continuing = false;
    }
    if (last?.continuing === true) last.textEnd = line.end;
    if (line.kind !== 'item') continue;
    const width = line.content - line.start - line.indent;
    open.push({
      index: count++,
      indent: line.indent,
      childIndent: line.indent + (width > 0 ? width : 2),
      start: line.content,
      textEnd: line.end > line.content ? line.end : line.content,
      end: line.next,
      continuing: true,
    });
  }
  for (let last = open.pop(); last !== undefined; last = open.pop())
    bullets[last.index] = readBullet(text, last, open.length);
  return bullets;
}

function indentOf(text: string, line: ScannedLine): number {
  const raw = text.slice(line.start, line.end);
  return raw.length - raw.trimStart().length;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function readBullet(
  text: string,
  { start, textEnd, indent, childIndent, end }: OpenBullet,
  depth: number,
): LogBullet {
  const raw = text.slice(start, textEnd);
  const task = raw.startsWith('[') ? (/^\[[ xX]\][ \t]+/.exec(raw)?.[0].length ?? 0) : 0;
  const body = task === 0 ? raw : raw.slice(task);
  const command = leadingCode(body);
  const status = findStatus(body, start + task);
  const label = (status === undefined ? body : raw.slice(task, status.span.start - start)).trim();
  // There are many of these: building them part by part costs half of what spreading does.
  const bullet: Writable<LogBullet> = {
    indent,
    depth,
    text: { start, end: textEnd },
    label,
    childIndent,
    end,
  };
  if (command !== undefined) bullet.command = command;
  if (status !== undefined) bullet.status = status;
  return bullet;
}

const field = /^\*\*([^*]+)\*\*(?:[ \t]*:|[ \t])/;

function readFields(text: string, lines: readonly ScannedLine[]): LogField[] {
  const fields: LogField[] = [];
  for (const line of lines) {
    if (line.kind !== 'text' || line.indent > 0 || text.charCodeAt(line.start) !== 42) continue;
    const raw = text.slice(line.start, line.end);
    const label = field.exec(raw)?.[1];
    if (label === undefined) continue;
    const status = findStatus(raw, line.start);
    fields.push({
      label: label.replace(/:$/, ''),
      key: plain(label),
      line: { start: line.start, end: line.end },
      next: line.next,
      ...(status === undefined ? {} : { status }),
    });
  }
  return fields;
}

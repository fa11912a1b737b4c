/** The parts that a log is read in: from one heading at the margin to the next. */
import { type ScannedLine, scan } from '../markdown/scan.ts';
import type { Span } from '../text.ts';
import type {
  Content,
  LogBullet,
  LogField,
  LogHeading,
  LogTable,
  LogTableCell,
  LogTableRow,
  Piece,
} from './blocks.ts';
import { conflictMarker } from './conflict.ts';
import { firstOfEachKey } from './moved.ts';
import { codeSpans, findStatus, leadingCode } from './status.ts';
import { plain } from './words.ts';

/** A heading as its part knows it: where its section ends, only the whole log tells. */
export type PartHeading = Omit<LogHeading, 'bodyEnd' | 'ownEnd' | 'own' | 'pieceStart'>;

/** While it is being built. */
export type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A piece of a log with the headings in it: mostly it is one, at its head. */
export interface Part extends Piece {
  /** Something was opened in it and not closed: what follows may belong to it. */
  readonly open: boolean;
  readonly headings: readonly PartHeading[];
  /** Where the first conflict marker stands in it. */
  readonly conflict: number | undefined;
}

export function readPart(piece: string): Part {
  const text = ownText(piece);
  const lines = scan(text);
  const end = lines.at(-1);
  const content = {
    tables: readTables(text, lines),
    bullets: readBullets(text, lines),
    fields: readFields(text, lines),
  };
  return {
    text,
    content,
    conflict: conflictMarker(text),
    open: end?.kind === 'html' || (end?.kind === 'fence' && end.role !== 'close'),
    headings: readHeadings(lines, { text, content }),
  };
}

/**
 * The same text in memory of its own. A piece that was cut out of a text keeps all of that text alive, and the parts
 * of a log that is written again and again come from many texts.
 */
const ownText = (piece: string): string => ` ${piece}`.slice(1);

const between = (content: Content, from: number, to = Number.POSITIVE_INFINITY): Content => {
  const inside = (at: number): boolean => at >= from && at < to;
  return {
    tables: content.tables.filter((table) => inside(table.header.line.start)),
    bullets: content.bullets.filter((bullet) => inside(bullet.text.start)),
    fields: content.fields.filter((field) => inside(field.line.start)),
  };
};

function readHeadings(lines: readonly ScannedLine[], whole: Piece): readonly PartHeading[] {
  const headings: Writable<PartHeading>[] = [];
  let before: ScannedLine | undefined;
  for (const line of lines) {
    if (line.kind === 'heading') headings.push(readHeading(whole, line.level, line, line.title, line.next));
    if (line.kind === 'underline' && before !== undefined)
      headings.push(readHeading(whole, whole.text[line.start] === '=' ? 1 : 2, before, before, line.next));
    before = line;
  }
  if (headings.length === 1 && headings[0]?.line.start === 0) return headings;
  for (const [index, heading] of headings.entries()) {
    const content = between(whole.content, heading.bodyStart, headings[index + 1]?.line.start);
    heading.piece = { text: whole.text, content };
  }
  return headings;
}

function readHeading(piece: Piece, level: number, line: Span, span: Span, next: number): PartHeading {
  const { text } = piece;
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
    piece,
  };
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
      byKey: firstOfEachKey(rows),
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
      textEnd: Math.max(line.end, line.content),
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

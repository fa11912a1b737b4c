/** Reads an execution log: its headings, tables, bullets and statuses, each with its place. */
import { type ScannedLine, scan } from '../markdown/scan.ts';
import { dominantLineEnd, type Span } from '../text.ts';
import { codeSpans, findStatus, type LogStatus } from './status.ts';

export interface LogTableCell {
  /** Without the blanks around it. */
  readonly text: string;
  readonly span: Span;
}

export interface LogTableRow {
  readonly cells: readonly LogTableCell[];
  readonly line: Span;
  /** Offset after the row's line end. */
  readonly next: number;
}

export interface LogTable {
  readonly header: LogTableRow;
  readonly rows: readonly LogTableRow[];
  /** Offset after the last row's line end. */
  readonly end: number;
}

export interface LogHeading {
  readonly level: number;
  /** Without the status behind it. */
  readonly title: string;
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
  readonly line: Span;
  readonly next: number;
  readonly status?: LogStatus;
}

export interface ExecutionLog {
  readonly text: string;
  readonly lineEnd: '\n' | '\r\n';
  readonly headings: readonly LogHeading[];
  readonly tables: readonly LogTable[];
  readonly bullets: readonly LogBullet[];
  readonly fields: readonly LogField[];
}

export function readLog(text: string): ExecutionLog {
  const lines = scan(text);
  return {
    text,
    lineEnd: dominantLineEnd(text),
    headings: readHeadings(text, lines),
    tables: readTables(text, lines),
    bullets: readBullets(text, lines),
    fields: readFields(text, lines),
  };
}

function readHeadings(text: string, lines: readonly ScannedLine[]): LogHeading[] {
  const starts: { level: number; line: Span; titleSpan: Span; next: number }[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.kind === 'heading')
      starts.push({ level: line.level, line, titleSpan: line.title, next: line.next });
    const before = lines[index - 1];
    if (line.kind === 'underline' && before !== undefined) {
      const titleSpan = { start: before.start, end: before.end };
      starts.push({ level: text[line.start] === '=' ? 1 : 2, line: before, titleSpan, next: line.next });
    }
  }
  return starts.map((start, index) => {
    const later = starts.slice(index + 1);
    const raw = text.slice(start.titleSpan.start, start.titleSpan.end);
    const status = findStatus(raw, start.titleSpan.start);
    const title = (status === undefined ? raw : text.slice(start.titleSpan.start, status.span.start)).trim();
    return {
      level: start.level,
      title,
      line: { start: start.line.start, end: start.line.end },
      titleEnd: start.titleSpan.end,
      ...(status === undefined ? {} : { status }),
      bodyStart: start.next,
      bodyEnd: later.find((each) => each.level <= start.level)?.line.start ?? text.length,
      ownEnd: later[0]?.line.start ?? text.length,
    };
  });
}

const delimiterRow = /^ {0,3}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;

function readTables(text: string, lines: readonly ScannedLine[]): LogTable[] {
  const tables: LogTable[] = [];
  for (let index = 0; index + 1 < lines.length; index++) {
    const head = lines[index];
    const delimiter = lines[index + 1];
    if (head?.kind !== 'text' || delimiter?.kind !== 'text') continue;
    const headText = text.slice(head.start, head.end);
    const delimiterText = text.slice(delimiter.start, delimiter.end);
    if (!headText.includes('|') || !delimiterText.includes('-') || !delimiterRow.test(delimiterText))
      continue;
    const rows: LogTableRow[] = [];
    let at = index + 2;
    for (; at < lines.length; at++) {
      const line = lines[at];
      if (line?.kind !== 'text') break;
      rows.push(readRow(text, line));
    }
    tables.push({ header: readRow(text, head), rows, end: lines[at - 1]?.next ?? text.length });
    index = at - 1;
  }
  return tables;
}

function readRow(text: string, line: ScannedLine): LogTableRow {
  const raw = text.slice(line.start, line.end);
  const bars: number[] = [];
  for (let at = 0; at < raw.length; at++) {
    if (raw[at] === '\\') at++;
    else if (raw[at] === '|') bars.push(at);
  }
  const outerStart = raw.trimStart().startsWith('|');
  const outerEnd = bars.length > 0 && raw.slice((bars.at(-1) ?? 0) + 1).trim() === '';
  const edges = [...(outerStart ? [] : [-1]), ...bars, ...(outerEnd ? [] : [raw.length])];
  const cells: LogTableCell[] = [];
  for (let index = 0; index + 1 < edges.length; index++) {
    const from = (edges[index] ?? 0) + 1;
    const to = edges[index + 1] ?? raw.length;
    const inner = raw.slice(from, to);
    const trimmed = inner.trim();
    const lead = trimmed === '' ? Math.min(1, inner.length) : inner.length - inner.trimStart().length;
    const start = line.start + from + lead;
    cells.push({ text: trimmed, span: { start, end: start + trimmed.length } });
  }
  return { cells, line: { start: line.start, end: line.end }, next: line.next };
}

function readBullets(text: string, lines: readonly ScannedLine[]): LogBullet[] {
  const bullets: LogBullet[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.kind !== 'item') continue;
    const childIndent =
      line.indent +
      (line.content - line.start - line.indent > 0 ? line.content - line.start - line.indent : 2);
    let textEnd = line.end;
    let end = line.next;
    let continuing = true;
    for (let at = index + 1; at < lines.length; at++) {
      const next = lines[at];
      if (next === undefined) break;
      if (next.kind === 'blank') {
        continuing = false;
        continue;
      }
      const indent = next.kind === 'text' || next.kind === 'item' ? next.indent : indentOf(text, next);
      const inside =
        indent > line.indent || (continuing && next.kind === 'text' && lines[at - 1]?.kind !== 'blank');
      if (!inside || next.kind === 'heading') break;
      if (next.kind === 'item') continuing = false;
      if (continuing && next.kind === 'text') textEnd = next.end;
      end = next.next;
    }
    const span = { start: line.content, end: Math.max(textEnd, line.content) };
    bullets.push(readBullet(text, span, line.indent, childIndent, end));
  }
  return bullets;
}

function indentOf(text: string, line: ScannedLine): number {
  const raw = text.slice(line.start, line.end);
  return raw.length - raw.trimStart().length;
}

function readBullet(text: string, span: Span, indent: number, childIndent: number, end: number): LogBullet {
  const raw = text.slice(span.start, span.end);
  const task = /^\[[ xX]\][ \t]+/.exec(raw)?.[0].length ?? 0;
  const body = raw.slice(task);
  const first = codeSpans(body)[0];
  const command = first?.start === 0 ? body.slice(0, first.end).replace(/^`+ ?| ?`+$/g, '') : undefined;
  const status = findStatus(body, span.start + task);
  const label = status === undefined ? body : text.slice(span.start + task, status.span.start);
  return {
    indent,
    text: span,
    ...(command === undefined ? {} : { command }),
    label: label.trim(),
    ...(status === undefined ? {} : { status }),
    childIndent,
    end,
  };
}

const field = /^\*\*([^*]+)\*\*(?:[ \t]*:|[ \t])/;

function readFields(text: string, lines: readonly ScannedLine[]): LogField[] {
  return lines.flatMap((line) => {
    if (line.kind !== 'text' || line.indent > 0) return [];
    const raw = text.slice(line.start, line.end);
    const match = field.exec(raw);
    if (match?.[1] === undefined) return [];
    const status = findStatus(raw, line.start);
    return [
      {
        label: match[1].replace(/:$/, ''),
        line: { start: line.start, end: line.end },
        next: line.next,
        ...(status === undefined ? {} : { status }),
      },
    ];
  });
}

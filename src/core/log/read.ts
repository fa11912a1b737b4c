/**
 * Reads an execution log: its headings, tables, bullets, fields and statuses, each with its place. One pass over the
 * lines; what stands in fences, comments and quotes is text, never state.
 */
import { dominantLineEnd, Lines, splitLines } from '../text.ts';
import type { Content, LogHeading } from './blocks.ts';
import { moved, type Part, type PartHeading, readPart } from './parts.ts';

export type {
  Content,
  LogBullet,
  LogField,
  LogHeading,
  LogTable,
  LogTableCell,
  LogTableRow,
} from './blocks.ts';

/** All lists are in the order of the text. */
export interface ExecutionLog extends Content {
  readonly text: string;
  readonly lineEnd: '\n' | '\r\n';
  /** Turns offsets into lines and columns. */
  readonly lines: Lines;
  readonly headings: readonly LogHeading[];
  /** The headings of each name. */
  readonly byName: ReadonlyMap<string, readonly LogHeading[]>;
}

/**
 * The text that was read last, with its parts. The guard of a write, its writer and the tree behind it ask for one
 * text in a row; and from one text to the next most parts stay, so that a key typed in a large log costs little.
 */
let last: { readonly log: ExecutionLog; readonly parts: ReadonlyMap<string, Part> } | undefined;

export function readLog(text: string): ExecutionLog {
  if (last?.log.text === text) return last.log;
  const parts = readParts(text, last?.parts ?? new Map());
  const log = assemble(text, parts);
  last = { log, parts: new Map(parts.map((part) => [part.text, part])) };
  return log;
}

/** A text parted where headings stand at the margin; what opens in front of one and is not closed takes it along. */
function readParts(text: string, known: ReadonlyMap<string, Part>): readonly Part[] {
  const starts = partStarts(text);
  const parts: Part[] = [];
  for (let index = 0; index + 1 < starts.length; ) {
    const start = starts[index] ?? 0;
    const piece = text.slice(start, starts[index + 1]);
    const old = known.get(piece);
    if (old !== undefined) {
      parts.push(moved(old, start));
      index++;
      continue;
    }
    let part = readPart(text, start, piece);
    // Twice as far each time, so that a fence that is never closed is not read again and again.
    let span = 1;
    while (part.open && index + span + 1 < starts.length) {
      span = Math.min(span * 2, starts.length - 1 - index);
      part = readPart(text, start, text.slice(start, starts[index + span]));
    }
    parts.push(part);
    index += span;
  }
  return parts;
}

/** Offsets of the heading lines that begin at the margin, the head and the end of the text among them. */
function partStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n#'); at >= 0; at = text.indexOf('\n#', at + 1)) {
    let end = at + 2;
    while (text.charCodeAt(end) === 35) end++;
    const unit = text.charCodeAt(end);
    if (end - at <= 7 && (unit === 32 || unit === 9 || unit === 10 || unit === 13)) starts.push(at + 1);
  }
  if (text.length > 0) starts.push(text.length);
  return starts;
}

function assemble(text: string, parts: readonly Part[]): ExecutionLog {
  const headings = assembleHeadings(text, parts);
  let lines: Lines | undefined;
  return {
    text,
    lineEnd: dominantLineEnd(text),
    // Few readers ask for lines, and then for many.
    get lines() {
      lines ??= new Lines(splitLines(text));
      return lines;
    },
    headings,
    byName: Map.groupBy(headings, (heading) => heading.name),
    tables: parts.flatMap((part) => part.content.tables),
    bullets: parts.flatMap((part) => part.content.bullets),
    fields: parts.flatMap((part) => part.content.fields),
  };
}

function assembleHeadings(text: string, parts: readonly Part[]): readonly LogHeading[] {
  const all = parts.flatMap((part) =>
    part.headings.map((heading, index) => ({
      heading,
      own: ownContent(part, heading, part.headings[index + 1]),
    })),
  );
  const ends = bodyEnds(
    all.map(({ heading }) => heading),
    text.length,
  );
  return all.map(({ heading, own }, index) => ({
    ...heading,
    bodyEnd: ends[index] ?? text.length,
    ownEnd: all[index + 1]?.heading.line.start ?? text.length,
    own,
  }));
}

/** What of a part stands under one of its headings; mostly it is the whole of it. */
function ownContent(part: Part, heading: PartHeading, next: PartHeading | undefined): Content {
  const { content, start } = part;
  if (heading.line.start === start && next === undefined) return content;
  const inside = (at: number): boolean =>
    at >= heading.bodyStart && at < (next?.line.start ?? Number.POSITIVE_INFINITY);
  return {
    tables: content.tables.filter((table) => inside(table.header.line.start)),
    bullets: content.bullets.filter((bullet) => inside(bullet.text.start)),
    fields: content.fields.filter((field) => inside(field.line.start)),
  };
}

/** For each heading where the next one of its own or a higher level begins. */
function bodyEnds(headings: readonly PartHeading[], length: number): readonly number[] {
  const ends = headings.map(() => length);
  const open: number[] = [];
  for (const [index, heading] of headings.entries()) {
    for (let before = open.at(-1); before !== undefined; before = open.at(-1)) {
      if ((headings[before]?.level ?? 0) < heading.level) break;
      ends[before] = heading.line.start;
      open.pop();
    }
    open.push(index);
  }
  return ends;
}

/**
 * Reads an execution log: its headings, tables, bullets, fields and statuses, each with its place. One pass over the
 * lines; what stands in fences, comments and quotes is text, never state.
 */
import { once } from '../once.ts';
import { dominantLineEnd, Lines, splitLines } from '../text.ts';
import type { Content, LogHeading } from './blocks.ts';
import { MovedContent, movedSpan, movedStatus } from './moved.ts';
import { type Part, readPart, type Writable } from './parts.ts';

export type {
  Content,
  LogBullet,
  LogField,
  LogHeading,
  LogTable,
  LogTableCell,
  LogTableRow,
  Piece,
} from './blocks.ts';

/** All lists are in the order of the text. */
export interface ExecutionLog extends Content {
  readonly text: string;
  readonly lineEnd: '\n' | '\r\n';
  /** Where git left the first conflict marker. */
  readonly conflict: number | undefined;
  /** Turns offsets into lines and columns. */
  readonly lines: Lines;
  readonly headings: readonly LogHeading[];
  /** The headings of each name. */
  readonly byName: ReadonlyMap<string, readonly LogHeading[]>;
}

/** A part where it stands in the log. */
interface Placed {
  readonly part: Part;
  readonly start: number;
  /** What the part holds, with its places in the log. */
  readonly content: Content;
}

/** A text that was read, with its parts: from one text of a log to the next most of them stay. */
interface Reading {
  readonly log: ExecutionLog;
  readonly placed: readonly Placed[];
}

/** A log is open beside the rows of its verification, and beside the log of a rehearsal. */
const mostKept = 3;

/**
 * Reads logs, and keeps the last reading of a few. The guard of a write, its writer and the tree behind it ask for one
 * text in a row; and a key typed in a large log costs little, because only the parts that it changed are read again.
 */
export function logReader(): (text: string) => ExecutionLog {
  /** By their first line, which is what tells one log from another while they are written; the oldest is first. */
  const kept = new Map<string, Reading>();
  return (text) => {
    const title = /^.*/.exec(text)?.[0] ?? '';
    const before = kept.get(title);
    const reading = before?.log.text === text ? before : readAfter(before, text);
    kept.delete(title);
    kept.set(title, reading);
    for (const oldest of kept.keys()) if (kept.size > mostKept) kept.delete(oldest);
    return reading.log;
  };
}

export const readLog = logReader();

function readAfter(before: Reading | undefined, text: string): Reading {
  const placed = readParts(text, before?.placed ?? []);
  return { log: assemble(text, placed), placed };
}

/** A text parted where headings stand at the margin; what opens in front of one and is not closed takes it along. */
function readParts(text: string, known: readonly Placed[]): readonly Placed[] {
  const starts = partStarts(text);
  const read = reader(text, known);
  const placed: Placed[] = [];
  for (let index = 0; index + 1 < starts.length; ) {
    const start = starts[index] ?? 0;
    let span = 1;
    let each = read(start, starts[index + 1] ?? text.length);
    // Twice as far each time, so that a fence that is never closed is not read again and again.
    while (each.part.open && index + span + 1 < starts.length) {
      span = Math.min(span * 2, starts.length - 1 - index);
      each = read(start, starts[index + span] ?? text.length);
    }
    placed.push(each);
    index += span;
  }
  return placed;
}

/** Reads the parts of a text that is gone through from its head; those that are known are not read again. */
function reader(text: string, known: readonly Placed[]): (start: number, end: number) => Placed {
  // To look up is to hash: all of a text that is read first would be hashed for nothing.
  const places = once(() =>
    known.length === 0 ? undefined : new Map(known.map(({ part }, index) => [part.text, index])),
  );
  let next = 0;
  return (start, end) => {
    const piece = text.slice(start, end);
    // Mostly they come in the order in which they are known: to compare one costs a fraction of looking it up.
    const index = known[next]?.part.text === piece ? next : places()?.get(piece);
    const found = index === undefined ? undefined : known[index];
    if (index !== undefined) next = index + 1;
    if (found?.start === start) return found;
    const part = found?.part ?? readPart(piece);
    return { part, start, content: new MovedContent(part.content, start) };
  };
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

function assemble(text: string, placed: readonly Placed[]): ExecutionLog {
  const headings = assembleHeadings(text, placed);
  // Few readers ask for these, and then for many.
  const lineEnd = once(() => dominantLineEnd(text));
  const lines = once(() => new Lines(splitLines(text)));
  const tables = once(() => placed.flatMap(({ content }) => content.tables));
  const bullets = once(() => placed.flatMap(({ content }) => content.bullets));
  const fields = once(() => placed.flatMap(({ content }) => content.fields));
  return {
    text,
    conflict: conflictIn(placed),
    headings,
    byName: Map.groupBy(headings, (heading) => heading.name),
    get lineEnd() {
      return lineEnd();
    },
    get lines() {
      return lines();
    },
    get tables() {
      return tables();
    },
    get bullets() {
      return bullets();
    },
    get fields() {
      return fields();
    },
  };
}

function conflictIn(placed: readonly Placed[]): number | undefined {
  const found = placed.find(({ part }) => part.conflict !== undefined);
  return found === undefined ? undefined : found.start + (found.part.conflict ?? 0);
}

function assembleHeadings(text: string, placed: readonly Placed[]): readonly LogHeading[] {
  const headings: Writable<LogHeading>[] = [];
  /** The headings whose sections the one before stands in, outermost first. */
  const open: Writable<LogHeading>[] = [];
  for (const { part, start, content } of placed) {
    for (const read of part.headings) {
      const line = movedSpan(read.line, start);
      const before = headings.at(-1);
      if (before !== undefined) before.ownEnd = line.start;
      for (let last = open.at(-1); last !== undefined && last.level >= read.level; last = open.at(-1)) {
        last.bodyEnd = line.start;
        open.pop();
      }
      const heading = {
        ...movedStatus(read, start),
        line,
        titleEnd: read.titleEnd + start,
        bodyStart: read.bodyStart + start,
        bodyEnd: text.length,
        ownEnd: text.length,
        own: read.piece.content === part.content ? content : new MovedContent(read.piece.content, start),
        pieceStart: start,
      };
      headings.push(heading);
      open.push(heading);
    }
  }
  return headings;
}

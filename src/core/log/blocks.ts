/** What a log is made of, each with its place in the text. */
import type { Span } from '../text.ts';
import type { LogStatus } from './status.ts';

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
  /** What stands between this heading and the next one. */
  readonly own: Content;
  /** The same as it was read: what is to be found out of it once, and not after each key, is found out of this. */
  readonly piece: Piece;
  /** Where the text of the piece begins. */
  readonly pieceStart: number;
}

/** What a piece of a log holds, in the order of the text. */
export interface Content {
  readonly tables: readonly LogTable[];
  readonly bullets: readonly LogBullet[];
  readonly fields: readonly LogField[];
}

/** A piece of a log with offsets of its own: it is the same object while its text stays, wherever that moves. */
export interface Piece {
  /** What the offsets count from the head of. */
  readonly text: string;
  readonly content: Content;
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

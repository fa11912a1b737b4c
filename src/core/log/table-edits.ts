/** Edits to the cells of a log's tables; the words around a status or a date stay. */
import type { TextEdit } from '../ports.ts';
import { endsLine, insert, replace } from './edits.ts';
import type { ExecutionLog, LogTable, LogTableCell, LogTableRow } from './read.ts';
import { findStatus, type StatusKind, successor } from './status.ts';

/** A cell that says nothing, or only that there is nothing. */
export const isEmpty = (text: string): boolean => /^[—–-]?$/.test(text);

/** Words into a cell that says nothing; a blank stays between them and the bar. */
export const fillCell = ({ text }: ExecutionLog, { span }: LogTableCell, words: string): TextEdit =>
  replace(span, text[span.end] === '|' && words !== '' ? `${words} ` : words);

/** A cell's status gives way to another; words without a status stay, behind it. */
export function setToken(log: ExecutionLog, cell: LogTableCell, token: string, kind: StatusKind): TextEdit {
  const status = findStatus(log.text.slice(cell.span.start, cell.span.end), cell.span.start);
  if (status === undefined)
    return isEmpty(cell.text) ? fillCell(log, cell, token) : insert(cell.span.start, `${token} `);
  const old = log.text.slice(status.span.start, status.span.end);
  const tail = log.text.slice(status.span.end, cell.span.end);
  return replace(status.span, successor(status, old, tail, token, kind));
}

/** A status with words of its own: what the cell said before stays behind it, unless that was nothing. */
export function setWords(log: ExecutionLog, cell: LogTableCell, words: string): TextEdit {
  const status = findStatus(log.text.slice(cell.span.start, cell.span.end), cell.span.start);
  const bare = status?.kind === 'pending' && status.span.end === cell.span.end;
  if (bare || isEmpty(cell.text)) return fillCell(log, cell, words);
  return insert(cell.span.start, `${words}; before that `);
}

/** A cell's date gives way to another; the words around it stay. */
export function setDate(log: ExecutionLog, cell: LogTableCell, date: string): TextEdit {
  const found = /\d{4}-\d{2}-\d{2}/.exec(cell.text);
  if (found === null)
    return isEmpty(cell.text) ? fillCell(log, cell, date) : insert(cell.span.start, `${date} `);
  const start = cell.span.start + found.index;
  return replace({ start, end: start + found[0].length }, date);
}

/** The empty cells that a row lacks up to the last of these columns; undefined where it has them all. */
export function missingCells(
  log: ExecutionLog,
  row: LogTableRow | undefined,
  columns: readonly number[],
): TextEdit | undefined {
  const missing = row === undefined ? 0 : Math.max(...columns) + 1 - row.cells.length;
  if (row === undefined || missing < 1) return undefined;
  const line = log.text.slice(row.line.start, row.line.end).trimEnd();
  const closed = line.endsWith('|') && !line.endsWith('\\|');
  return insert(row.line.start + line.length, `${closed ? '' : ' |'}${'  |'.repeat(missing)}`);
}

/** A new last row, with the form of the table's header. */
export function newRow(log: ExecutionLog, table: LogTable, cells: ReadonlyMap<number, string>): TextEdit {
  const width = table.header.cells.length;
  const filled = Array.from({ length: width }, (_, index) => cells.get(index) ?? '');
  const lead = endsLine(log.text, table.end) ? '' : log.lineEnd;
  return insert(table.end, `${lead}| ${filled.join(' | ')} |${lead === '' ? log.lineEnd : ''}`);
}

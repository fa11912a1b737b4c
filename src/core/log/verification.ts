/** The rows of a verification document that a passed verification fills: `V-OPS-005-dev`, `V-PART-001-dev`. */
import type { TextEdit } from '../ports.ts';
import { insert, replace, type Stamp, wholeCell } from './edits.ts';
import { column, noteColumn } from './find.ts';
import { type ExecutionLog, type LogTable, type LogTableRow, readLog } from './read.ts';
import { findStatus, signs } from './status.ts';
import { isEmpty, setToken } from './table-edits.ts';

export interface FilledRows {
  /** `V-OPS-005-dev`, in the order of the document. */
  readonly ids: readonly string[];
  readonly edits: readonly TextEdit[];
}

/** `V-`, then words and numbers, the partition last. */
const rowId = /^V-[A-Za-z0-9][A-Za-z0-9-]*$/;

/**
 * Writes that the verification of a partition passed into its rows. A waived row stays: it is a person's word.
 * @param evidence what passed and where it is recorded
 */
export function fillRows(text: string, partition: string, evidence: string, at: Stamp): FilledRows {
  const document = readLog(text);
  const rows = document.tables.flatMap((table) => {
    const status = statusIndex(table);
    return status === undefined
      ? []
      : table.rows.flatMap((row) => {
          const id = idOf(row, partition);
          return id === undefined ? [] : [{ id, table, row, status }];
        });
  });
  return {
    ids: rows.map((each) => each.id),
    edits: rows.flatMap(({ table, row, status }) => fillRow(document, table, row, status, evidence, at)),
  };
}

function idOf(row: LogTableRow, partition: string): string | undefined {
  const ids = row.cells.map((cell) => cell.text.replace(/`|\*\*/g, ''));
  return ids.find((text) => rowId.test(text) && text.toLowerCase().endsWith(`-${partition.toLowerCase()}`));
}

/** The column that is titled as a status; a guess would write over somebody's words. */
function statusIndex(table: LogTable): number | undefined {
  const found = ['status', 'outcome', 'state', 'result', 'verdict']
    .map((title) => column(table, title))
    .find((index) => index >= 0);
  return found;
}

function fillRow(
  document: ExecutionLog,
  table: LogTable,
  row: LogTableRow,
  status: number,
  evidence: string,
  at: Stamp,
): readonly TextEdit[] {
  const cell = row.cells[status];
  if (cell === undefined || findStatus(cell.text, 0)?.kind === 'waived') return [];
  const token = setToken(document, cell, `${signs.cleared} ${at.date}`, 'cleared');
  const note = row.cells[noteColumn(table)];
  const words = wholeCell(evidence);
  if (note === undefined || note === cell || note.text.startsWith(words)) return [token];
  if (isEmpty(note.text)) return [token, replace(note.span, words)];
  return [token, insert(note.span.start, `${words}; before that: `)];
}

/** The rows of a verification document that a passed verification fills: `V-OPS-005-dev`, `V-PART-001-dev`. */
import type { TextEdit } from '../ports.ts';
import { insert, replace, type Stamp, wholeCell, wholeLine } from './edits.ts';
import { checkBullets, column, noteColumn } from './find.ts';
import { type Place, sectionOf } from './place.ts';
import { type ExecutionLog, type LogTable, type LogTableRow, readLog } from './read.ts';
import { below } from './record.ts';
import { findStatus, signs, successor } from './status.ts';
import { fillCell, isEmpty, setToken } from './table-edits.ts';
import { plain } from './words.ts';

/** The phase whose passing fills the rows. */
export const verificationPhase = 'Verification';
/** How a log begins the bullet that tells of them. */
export const verificationLabel = 'V-check rows';

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
  if (isEmpty(note.text)) return [token, fillCell(document, note, words)];
  return [token, insert(note.span.start, `${words}; before that: `)];
}

/** Writes into the log what became of the rows of a partition; nothing where the log has no bullet for them. */
export function recordRows(
  text: string,
  place: Place,
  became: { readonly kind: 'cleared' | 'partial'; readonly words: string },
  at: Stamp,
): readonly TextEdit[] {
  const log = readLog(text);
  const section = sectionOf(log, place);
  const bullet =
    section === undefined
      ? undefined
      : checkBullets(section.own).find((each) => plain(each.label).startsWith(plain(verificationLabel)));
  if (bullet?.status === undefined) return [];
  const { span } = bullet.status;
  const tail = text.slice(span.end, bullet.text.end);
  const token = `${signs[became.kind]} ${at.date}`;
  const words = ` — ${wholeLine(became.words)}`;
  if (tail.trim() === '') return [replace(span, token + words)];
  if (tail.startsWith(words)) return [replace(span, token)];
  return [
    replace(span, successor(bullet.status, text.slice(span.start, span.end), tail, token, became.kind)),
    below(log, bullet, `${at.time} ${signs[became.kind]}${words}`),
  ];
}

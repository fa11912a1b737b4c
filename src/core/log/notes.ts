/** What a person adds to a log: notes and anomalies of a phase, fixes that landed on the way. */
import type { TextEdit } from '../ports.ts';
import { endsLine, insert, type Stamp, wholeCell, wholeLine } from './edits.ts';
import { type FixKind, type FixTable, readFixes } from './model.ts';
import { readLog } from './read.ts';
import { newRow } from './table-edits.ts';
import { plain } from './words.ts';

/** A line for the notes of a phase, nothing of it cut. */
export function noteLine(kind: 'note' | 'anomaly', words: string, by: string, at: Stamp): string {
  const head = kind === 'anomaly' ? `**Anomaly ${at.time}**` : `**Note ${at.time}**`;
  return `${head} (${wholeLine(by)}): ${wholeLine(words)}`;
}

export interface ScriptFix {
  readonly kind: 'script';
  readonly script: string;
  /** What was wrong. */
  readonly bug: string;
  readonly fix: string;
}

export interface CodeFix {
  readonly kind: 'code';
  readonly partition: string;
  readonly issue: string;
  /** The file, and what was done. */
  readonly fix: string;
  readonly commit: string;
}

export const fixTitles: Readonly<Record<FixKind, string>> = { script: 'Script fixes', code: 'Code fixes' };

export const fixColumns: Readonly<Record<FixKind, readonly string[]>> = {
  script: ['Date', 'Script', 'Bug', 'Fix'],
  code: ['Partition', 'Issue', 'Fix', 'Commit'],
};

/** Adds a row to the table of script fixes or of code fixes; makes the table, and its section, where there is none. */
export function recordFix(text: string, fix: ScriptFix | CodeFix, at: Stamp): readonly TextEdit[] {
  const log = readLog(text);
  const found = readFixes(log).find((each) => each.kind === fix.kind);
  const values =
    fix.kind === 'script'
      ? [at.date, fix.script, fix.bug, fix.fix]
      : [fix.partition, fix.issue, fix.fix, fix.commit];
  const cells = values.map(wholeCell);
  if (found?.table !== undefined) {
    const { table } = found;
    const row = newRow(log, table, new Map(cells.map((cell, index) => [index, cell])));
    return [...withoutPlaceholder(found), row];
  }
  const end = log.lineEnd;
  const columns = fixColumns[fix.kind];
  const rows = [columns, columns.map(() => '---'), cells]
    .map((each) => `| ${each.join(' | ')} |${end}`)
    .join('');
  if (found === undefined) {
    const gap = text.length === 0 ? '' : endsLine(text, text.length) ? end : end + end;
    return [insert(text.length, `${gap}## ${fixTitles[fix.kind]}${end}${end}${rows}`)];
  }
  const { heading } = found;
  const lead = endsLine(text, heading.bodyStart) ? end : end + end;
  const follows = /^(?:[ \t]*(?:\r|\n|$))/.test(text.slice(heading.bodyStart)) ? '' : end;
  return [insert(heading.bodyStart, `${lead}${rows}${follows}`)];
}

/** A row that says there is none yet is not true any more. */
function withoutPlaceholder({ table }: FixTable): readonly TextEdit[] {
  return (table?.rows ?? [])
    .filter(
      (row) =>
        /^\(?none(?: yet)?\)?$/.test(row.key) && row.cells.slice(1).every((cell) => plain(cell.text) === ''),
    )
    .map((row) => ({ offset: row.line.start, length: row.next - row.line.start, text: '' }));
}

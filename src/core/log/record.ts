/**
 * What a run writes into its log, as edits that touch only the spans they name. A pending bullet becomes its
 * result; a later result updates the bullet's status and adds a line below it; nothing anyone wrote is removed.
 */ import type { TextEdit } from '../ports.ts';
import type { Verdict } from '../steps/step.ts';
import {
  codeSpan,
  endsLine,
  harmless,
  harmlessCell,
  insert,
  replace,
  type Stamp,
  thenAlso,
} from './edits.ts';
import {
  assign,
  bulletsOf,
  checkBullets,
  checkTable,
  type LogEntry,
  noteColumn,
  notesField,
  rowWords,
  statusColumn,
} from './find.ts';
import { type Place, sectionOf, sectionTail } from './place.ts';
import { type ExecutionLog, type LogBullet, type LogHeading, type LogTable, readLog } from './read.ts';
import { codeSpans, type LogStatus, type StatusKind, signs, successor } from './status.ts';
import { fillCell, isEmpty, missingCells, newRow, setToken } from './table-edits.ts';

/** What is written of a check: that its change began, or how it ended. */
export type Entry =
  | { readonly kind: 'started' }
  | {
      readonly kind: 'result';
      readonly verdict: Verdict | 'interrupted';
      readonly evidence: string;
      /** Markdown behind the evidence: where the rest of it is. */
      readonly more?: string;
    };

const kindOf: Readonly<Record<Verdict | 'interrupted', StatusKind>> = {
  passed: 'cleared',
  failed: 'failed',
  unknown: 'partial',
  interrupted: 'partial',
};

const statusToken = (entry: Entry, at: Stamp): string => {
  if (entry.kind === 'started') return `${signs.partial} started ${at.time}`;
  const sign = signs[kindOf[entry.verdict]];
  return entry.verdict === 'unknown' || entry.verdict === 'interrupted'
    ? `${sign} unknown ${at.date}`
    : `${sign} ${at.date}`;
};

/** What the status of a check becomes by what is written of it. */
export const statusKind = (entry: Entry): StatusKind =>
  entry.kind === 'started' ? 'partial' : kindOf[entry.verdict];

/** @param made makes words of the world harmless where they are put */
const evidenceOf = (entry: Entry, made: (text: string) => string): string =>
  entry.kind === 'started'
    ? ''
    : [made(entry.evidence), entry.more ?? ''].filter((each) => each !== '').join(' ');

/** The words of a check in front of its status. */
export const bulletText = (check: LogEntry): string =>
  check.command === undefined ? check.label : `${codeSpan(check.command)} ${check.label}`;

/** The line of a check and its result, as it stands in a log that had no bullet for it. */
export const resultLine = (check: LogEntry, entry: Entry, at: Stamp): string =>
  `${bulletText(check)}: ${statusWords(entry, at)}`;

function statusWords(entry: Entry, at: Stamp): string {
  const evidence = evidenceOf(entry, harmless);
  return statusToken(entry, at) + (evidence === '' ? '' : ` — ${evidence}`);
}

/** Records one check; `siblings` are all checks of its place, itself among them. */
export function recordCheck(
  text: string,
  place: Place,
  check: LogEntry,
  siblings: readonly LogEntry[],
  entry: Entry,
  at: Stamp,
): readonly TextEdit[] {
  const log = readLog(text);
  const section = sectionOf(log, place);
  if (section === undefined || place.kind === 'sign-off') return [];
  const table = place.kind === 'gate' ? checkTable(log, section) : undefined;
  return table === undefined
    ? recordBullet(log, section, check, siblings, entry, at)
    : recordRow(log, table, check, siblings, entry, at);
}

function recordBullet(
  log: ExecutionLog,
  section: LogHeading,
  check: LogEntry,
  siblings: readonly LogEntry[],
  entry: Entry,
  at: Stamp,
): readonly TextEdit[] {
  const bullet = assign(checkBullets(section.own), (each) => each, siblings).get(check);
  const words = statusWords(entry, at);
  if (bullet === undefined) {
    const before = precedingBullet(section, check, siblings);
    return [newBullet(log, section, before, resultLine(check, entry, at))];
  }
  if (bullet.status === undefined) {
    const colon = /:\s*$/.test(log.text.slice(bullet.text.start, bullet.text.end)) ? ' ' : ': ';
    return [insert(bullet.text.end, colon + words)];
  }
  const named = fillCommand(log, bullet, check);
  const tail = log.text.slice(bullet.status.span.end, bullet.text.end);
  const again = entry.kind === 'started' && bullet.status.started;
  if (!again && tail.trim() === '' && bullet.end <= lineAfter(log.text, bullet.text.end)) {
    return [...named, replace(bullet.status.span, words)];
  }
  const old = log.text.slice(bullet.status.span.start, bullet.status.span.end);
  const token = successor(bullet.status, old, tail, statusToken(entry, at), statusKind(entry));
  const edits = [...named, replace(bullet.status.span, token)];
  if (entry.kind === 'result') edits.push(below(log, bullet, historyLine(entry, at)));
  else if (bullet.status.started) edits.push(below(log, bullet, abandonedLine(log, bullet.status)));
  return edits;
}

/** A change that began once and whose end nobody wrote down: its mark stays when it is run again. */
const abandonedLine = (log: ExecutionLog, { span }: LogStatus): string =>
  `${log.text.slice(span.start, span.end)}, and no result was written`;

const historyLine = (entry: Extract<Entry, { kind: 'result' }>, at: Stamp): string =>
  `${at.time} ${signs[kindOf[entry.verdict]]} ${entry.verdict} — ${evidenceOf(entry, harmless)}`;

/** A name that had no value when the bullet was written stands in it as `${name}`: now it is filled in. */
function fillCommand(log: ExecutionLog, bullet: LogBullet, check: LogEntry): TextEdit[] {
  if (check.command === undefined || bullet.command === undefined || !bullet.command.includes('${'))
    return [];
  const raw = log.text.slice(bullet.text.start, bullet.text.end);
  const span = codeSpans(raw)[0];
  if (span === undefined) return [];
  return [
    replace(
      { start: bullet.text.start + span.start, end: bullet.text.start + span.end },
      codeSpan(check.command),
    ),
  ];
}

function lineAfter(text: string, offset: number): number {
  const match = /\r\n|\n|\r/g;
  match.lastIndex = offset;
  const found = match.exec(text);
  return found === null ? text.length : found.index + found[0].length;
}

/** A line of history under a bullet. */
export function below(log: ExecutionLog, bullet: LogBullet, line: string): TextEdit {
  const lead = endsLine(log.text, bullet.end) ? '' : log.lineEnd;
  return insert(
    bullet.end,
    `${lead}${' '.repeat(bullet.childIndent)}- ${line}${lead === '' ? log.lineEnd : ''}`,
  );
}

/** The bullet of the nearest check before this one, so that new bullets stand in the order of the runbook. */
function precedingBullet(
  section: LogHeading,
  check: LogEntry,
  siblings: readonly LogEntry[],
): LogBullet | undefined {
  const bullets = assign(checkBullets(section.own), (each) => each, siblings);
  for (const sibling of siblings.slice(0, Math.max(0, siblings.indexOf(check))).reverse()) {
    const found = bullets.get(sibling);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Behind the check before it, else behind the last check of the section and before its notes. */
function newBullet(
  log: ExecutionLog,
  section: LogHeading,
  before: LogBullet | undefined,
  words: string,
): TextEdit {
  const last = before ?? checkBullets(section.own).at(-1);
  const end = log.lineEnd;
  if (last !== undefined) {
    const lead = endsLine(log.text, last.end) ? '' : end;
    return insert(last.end, `${lead}${' '.repeat(last.indent)}- ${words}${lead === '' ? end : ''}`);
  }
  const rest = log.text.slice(section.bodyStart);
  const blank = /^[ \t]*(?:\r\n|\n|\r)/.exec(rest)?.[0].length ?? 0;
  const lead = endsLine(log.text, section.bodyStart) ? '' : end;
  const follows = rest.slice(blank).length > 0 ? end : '';
  return insert(section.bodyStart + blank, `${lead}${blank === 0 ? end : ''}- ${words}${end}${follows}`);
}

function recordRow(
  log: ExecutionLog,
  table: LogTable,
  check: LogEntry,
  siblings: readonly LogEntry[],
  entry: Entry,
  at: Stamp,
): readonly TextEdit[] {
  const row = assign(table.rows, rowWords, siblings).get(check);
  const evidence = evidenceOf(entry, harmlessCell);
  if (row === undefined)
    return [
      newRow(
        log,
        table,
        new Map([
          [0, bulletText(check).replaceAll('|', '\\|')],
          [noteColumn(table), evidence],
          [statusColumn(table), statusToken(entry, at)],
        ]),
      ),
    ];
  const short = missingCells(log, row, [statusColumn(table), noteColumn(table)]);
  if (short !== undefined) {
    return thenAlso(log.text, [short], (padded) => {
      const now = readLog(padded);
      const same = now.tables.find((each) => each.header.line.start === table.header.line.start);
      return same === undefined ? [] : recordRow(now, same, check, siblings, entry, at);
    });
  }
  const outcome = row.cells[statusColumn(table)];
  const note = row.cells[noteColumn(table)];
  if (outcome === undefined) return [];
  const edits = [setToken(log, outcome, statusToken(entry, at), statusKind(entry))];
  if (note === undefined || entry.kind === 'started') return edits;
  if (isEmpty(note.text) && evidence === '') return edits;
  if (isEmpty(note.text)) edits.push(fillCell(log, note, evidence));
  else edits.push(insert(note.span.start, `${at.time} ${entry.verdict} — ${evidence}; before that: `));
  return edits;
}

/** Adds a line to the notes of a phase, making the notes where there are none. */
export function recordNote(text: string, place: Place, line: string): readonly TextEdit[] {
  const log = readLog(text);
  const section = sectionOf(log, place);
  if (section === undefined) return [];
  const end = log.lineEnd;
  const notes = notesField(section.own);
  const bullets = bulletsOf(section.own).filter(
    (bullet) => notes !== undefined && bullet.text.start > notes.line.start && bullet.indent < 2,
  );
  const last = bullets.at(-1);
  if (last !== undefined) {
    const lead = endsLine(log.text, last.end) ? '' : end;
    return [insert(last.end, `${lead}- ${line}${lead === '' ? end : ''}`)];
  }
  const tail = sectionTail(log, section);
  const lead = endsLine(log.text, tail) ? end : end + end;
  const head = notes === undefined ? `**Notes / anomalies**:${end}${end}` : '';
  return [insert(tail, `${lead}${head}- ${line}${end}`)];
}

/**
 * What a run writes into its log, as edits that touch only the spans they name. A pending bullet becomes its
 * result; a later result updates the bullet's status and adds a line below it; nothing anyone wrote is removed.
 */
import type { TextEdit } from '../ports.ts';
import type { Verdict } from '../steps/step.ts';
import { codeSpan, harmless, harmlessCell, insert, replace, type Stamp } from './edits.ts';
import {
  assign,
  bulletsOf,
  cellOf,
  checkBullets,
  column,
  gateTable,
  type LogEntry,
  noteColumn,
  notesField,
  plain,
  rowOf,
  signOffField,
  statusColumn,
  summaryTable,
} from './find.ts';
import { type Place, sectionOf, sectionTail } from './place.ts';
import {
  type ExecutionLog,
  type LogBullet,
  type LogHeading,
  type LogTable,
  type LogTableCell,
  type LogTableRow,
  readLog,
} from './read.ts';
import { codeSpans, findStatus, type LogStatus, type StatusKind, signs } from './status.ts';

/** What is written of a check: that its change began, or how it ended. */
export type Entry =
  | { readonly kind: 'started' }
  | { readonly kind: 'result'; readonly verdict: Verdict | 'interrupted'; readonly evidence: string };

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

const evidenceOf = (entry: Entry): string => (entry.kind === 'started' ? '' : entry.evidence);

/** The words of a check in front of its status. */
export const bulletText = (check: LogEntry): string =>
  check.command === undefined ? check.label : `${codeSpan(check.command)} ${check.label}`;

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
  const bullet = assign(checkBullets(log, section), (each) => each, siblings).get(check);
  const evidence = harmless(evidenceOf(entry));
  const words = statusToken(entry, at) + (evidence === '' ? '' : ` — ${evidence}`);
  if (bullet === undefined) {
    const before = precedingBullet(log, section, check, siblings);
    return [newBullet(log, section, before, `${bulletText(check)}: ${words}`)];
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
  const edits = [...named, replace(bullet.status.span, statusToken(entry, at))];
  if (entry.kind === 'result') edits.push(below(log, bullet, historyLine(entry, at)));
  else if (bullet.status.started) edits.push(below(log, bullet, abandonedLine(log, bullet.status)));
  return edits;
}

/** A change that began once and whose end nobody wrote down: its mark stays when it is run again. */
const abandonedLine = (log: ExecutionLog, { span }: LogStatus): string =>
  `${log.text.slice(span.start, span.end)}, and no result was written`;

const historyLine = (entry: Extract<Entry, { kind: 'result' }>, at: Stamp): string =>
  `${at.time} ${signs[kindOf[entry.verdict]]} ${entry.verdict} — ${harmless(entry.evidence)}`;

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

function below(log: ExecutionLog, bullet: LogBullet, line: string): TextEdit {
  const lead = endsLine(log.text, bullet.end) ? '' : log.lineEnd;
  return insert(
    bullet.end,
    `${lead}${' '.repeat(bullet.childIndent)}- ${line}${lead === '' ? log.lineEnd : ''}`,
  );
}

const endsLine = (text: string, offset: number): boolean =>
  offset === 0 || /[\r\n]/.test(text[offset - 1] ?? '');

/** The bullet of the nearest check before this one, so that new bullets stand in the order of the runbook. */
function precedingBullet(
  log: ExecutionLog,
  section: LogHeading,
  check: LogEntry,
  siblings: readonly LogEntry[],
): LogBullet | undefined {
  const bullets = assign(checkBullets(log, section), (each) => each, siblings);
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
  const last = before ?? checkBullets(log, section).at(-1);
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

/** The table of checks in a gate's section. */
export function checkTable(log: ExecutionLog, section: LogHeading): LogTable | undefined {
  return log.tables.find(
    (table) =>
      table.header.line.start >= section.bodyStart &&
      table.header.line.start < section.bodyEnd &&
      plain(table.header.cells[0]?.text ?? '') === 'check',
  );
}

export function rowWords(row: LogTableRow): { command?: string; label: string } {
  const text = (row.cells[0]?.text ?? '').replaceAll('\\|', '|');
  const first = codeSpans(text)[0];
  return first?.start === 0
    ? { command: text.slice(0, first.end).replace(/^`+ ?| ?`+$/g, ''), label: text }
    : { label: text };
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
  const evidence = harmlessCell(evidenceOf(entry));
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
  const outcome = row.cells[statusColumn(table)];
  const note = row.cells[noteColumn(table)];
  if (outcome === undefined) return [];
  const edits = [setToken(log, outcome, statusToken(entry, at))];
  if (note === undefined || entry.kind === 'started') return edits;
  if (isEmpty(note.text)) edits.push(replace(note.span, evidence));
  else edits.push(insert(note.span.end, `; ${at.time} ${entry.verdict} — ${evidence}`));
  return edits;
}

const isEmpty = (text: string): boolean => /^[—–-]?$/.test(text);

/** A cell's status gives way to another; words without a status stay, behind it. */
function setToken(log: ExecutionLog, cell: LogTableCell, token: string): TextEdit {
  const status = findStatus(log.text.slice(cell.span.start, cell.span.end), cell.span.start);
  if (status !== undefined) return replace(status.span, token);
  return isEmpty(cell.text) ? replace(cell.span, token) : insert(cell.span.start, `${token} `);
}

/** A cell's date gives way to another; the words around it stay. */
function setDate(cell: LogTableCell, date: string): TextEdit {
  const found = /\d{4}-\d{2}-\d{2}/.exec(cell.text);
  if (found === null)
    return isEmpty(cell.text) ? replace(cell.span, date) : insert(cell.span.start, `${date} `);
  const start = cell.span.start + found.index;
  return replace({ start, end: start + found[0].length }, date);
}

/** A new last row, with the form of the table's header. */
function newRow(log: ExecutionLog, table: LogTable, cells: ReadonlyMap<number, string>): TextEdit {
  const width = table.header.cells.length;
  const filled = Array.from({ length: width }, (_, index) => cells.get(index) ?? '');
  const lead = endsLine(log.text, table.end) ? '' : log.lineEnd;
  return insert(table.end, `${lead}| ${filled.join(' | ')} |${lead === '' ? log.lineEnd : ''}`);
}

/** The status of a place's checks in the log, in the order of `checks`; undefined for one that is not there. */
export function statusesOf(
  log: ExecutionLog,
  place: Place,
  checks: readonly LogEntry[],
): readonly (LogStatus | undefined)[] {
  const section = sectionOf(log, place);
  if (section === undefined) return checks.map(() => undefined);
  const table = place.kind === 'gate' ? checkTable(log, section) : undefined;
  if (table !== undefined) {
    const rows = assign(table.rows, rowWords, checks);
    return checks.map((check) => {
      const cell = rows.get(check)?.cells[statusColumn(table)];
      return cell === undefined ? undefined : findStatus(cell.text, cell.span.start);
    });
  }
  const bullets = assign(checkBullets(log, section), (each) => each, checks);
  return checks.map((check) => bullets.get(check)?.status);
}

interface Total {
  readonly kind: StatusKind;
  /** `1 of 10 failed`, where not all is cleared. */
  readonly count?: string;
}

/** What the statuses of a place's checks come to; undefined while nothing was recorded. */
export function total(statuses: readonly (LogStatus | undefined)[]): Total | undefined {
  const all = statuses.length;
  const number = (kind: StatusKind): number => statuses.filter((status) => status?.kind === kind).length;
  const done = number('cleared') + number('waived');
  if (all > 0 && done === all) return { kind: 'cleared' };
  if (number('failed') > 0) return { kind: 'failed', count: `${number('failed')} of ${all} failed` };
  if (done === 0 && number('partial') === 0) return undefined;
  return { kind: 'partial', count: `${all - done} of ${all} open` };
}

/** Brings a phase's heading and its summary cell to what its checks say. */
export function settlePhase(
  text: string,
  place: Extract<Place, { kind: 'phase' }>,
  checks: readonly LogEntry[],
  at: Stamp,
): readonly TextEdit[] {
  const log = readLog(text);
  const sum = total(statusesOf(log, place, checks));
  const section = sectionOf(log, place);
  if (sum === undefined || section === undefined) return [];
  const heading = `${signs[sum.kind]} ${at.date}`;
  const cell = sum.count === undefined ? heading : `${heading} ${sum.count}`;
  return [...setHeading(section, heading), ...setSummary(log, place.partition, place.column, cell)];
}

const setHeading = (section: LogHeading, words: string): TextEdit[] =>
  section.status === undefined
    ? [insert(section.titleEnd, ` ${words}`)]
    : [replace(section.status.span, words)];

function setSummary(log: ExecutionLog, partition: string, title: string, words: string): TextEdit[] {
  const table = summaryTable(log);
  const row = table === undefined ? undefined : rowOf(table, partition);
  const cell = table === undefined || row === undefined ? undefined : cellOf(table, row, title);
  if (cell === undefined) return [];
  const status = findStatus(log.text.slice(cell.span.start, cell.span.end), cell.span.start);
  if (status === undefined && /\d{4}-\d{2}-\d{2}/.test(cell.text)) return [setDate(cell, words)];
  return [setToken(log, cell, words)];
}

/** What the statements of a sign-off came to; `open` when not all of them were confirmed in one run. */
export type SignOff =
  | { readonly kind: 'given' | 'refused'; readonly evidence: string }
  | { readonly kind: 'open'; readonly open: number; readonly all: number };

/** Writes down a person's sign-off: the field of the section and the date in the summary. */
export function recordSignOff(
  text: string,
  partition: string,
  signed: SignOff,
  at: Stamp,
): readonly TextEdit[] {
  const log = readLog(text);
  const field = signOffField(log, partition);
  if (field === undefined) return [];
  if (signed.kind === 'open') {
    // What was given stays given until somebody says no.
    if (field.status?.kind === 'cleared' || signed.open === signed.all) return [];
    const token = `${signs.partial} ${at.date} ${signed.open} of ${signed.all} open`;
    const edit =
      field.status === undefined ? insert(field.line.end, ` ${token}`) : replace(field.status.span, token);
    return [edit, ...setSummary(log, partition, 'Sign-off date', token)];
  }
  const sign = signed.kind === 'given' ? signs.cleared : signs.failed;
  const token = `${sign} ${at.date}`;
  const words = `${token} — ${harmless(signed.evidence)}`;
  const edits: TextEdit[] = [];
  if (field.status === undefined) {
    edits.push(insert(field.line.end, ` ${words}`));
  } else if (log.text.slice(field.status.span.end, field.line.end).trim() === '') {
    edits.push(replace(field.status.span, words));
  } else {
    edits.push(replace(field.status.span, token));
    const lead = endsLine(log.text, field.next) ? '' : log.lineEnd;
    edits.push(
      insert(field.next, `${lead}- ${at.time} ${sign} — ${harmless(signed.evidence)}${log.lineEnd}`),
    );
  }
  return [
    ...edits,
    ...setSummary(log, partition, 'Sign-off date', signed.kind === 'given' ? at.date : token),
  ];
}

/** Brings a gate's row to what the checks of its section say. */
export function settleGate(
  text: string,
  place: Extract<Place, { kind: 'gate' }>,
  checks: readonly LogEntry[],
  at: Stamp,
): readonly TextEdit[] {
  const log = readLog(text);
  const sum = total(statusesOf(log, place, checks));
  if (sum === undefined) return [];
  const now = gateStatus(log, place.title);
  // A waiver is a person's word, and so is a gate cleared by hand, until a check says otherwise.
  if (now === 'waived' || (now === 'cleared' && sum.kind === 'partial')) return [];
  const token = `${signs[sum.kind]} ${at.date}${sum.count === undefined ? '' : ` ${sum.count}`}`;
  return setGate(log, place.title, token, at.date);
}

function gateStatus(log: ExecutionLog, title: string): StatusKind | undefined {
  const table = gateTable(log);
  const cell = table === undefined ? undefined : rowOf(table, title)?.cells[statusColumn(table)];
  return cell === undefined ? undefined : findStatus(cell.text, cell.span.start)?.kind;
}

/** Sets a gate's status and date; adds its row, or the table, where the log has none. */
function setGate(log: ExecutionLog, title: string, token: string, date: string): TextEdit[] {
  const table = gateTable(log);
  if (table === undefined) {
    const end = log.lineEnd;
    const after = summaryTable(log)?.end ?? log.text.length;
    const lead = endsLine(log.text, after) ? end : end + end;
    const rows = [
      '| Gate | Status | Date |',
      '|---|---|---|',
      `| ${title.replaceAll('|', '\\|')} | ${token} | ${date} |`,
    ];
    return [insert(after, lead + rows.map((row) => row + end).join(''))];
  }
  const row = rowOf(table, title);
  const dated = column(table, 'date');
  if (row === undefined) {
    const cells = new Map([
      [0, title.replaceAll('|', '\\|')],
      [dated, date],
      [statusColumn(table), token],
    ]);
    return [newRow(log, table, cells)];
  }
  const status = row.cells[statusColumn(table)];
  const day = row.cells[dated];
  return [
    ...(status === undefined ? [] : [setToken(log, status, token)]),
    ...(day === undefined ? [] : [setDate(day, date)]),
  ];
}

/** Adds a line to the notes of a phase, making the notes where there are none. */
export function recordNote(text: string, place: Place, line: string): readonly TextEdit[] {
  const log = readLog(text);
  const section = sectionOf(log, place);
  if (section === undefined) return [];
  const end = log.lineEnd;
  const notes = notesField(log, section);
  const bullets = bulletsOf(log, section).filter(
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

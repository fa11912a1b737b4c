/** What the checks of a place come to, written where it is seen at a glance: headings, summary, gates, sign-off. */
import type { TextEdit } from '../ports.ts';
import { attemptRemark } from './attempts.ts';
import { addDecision, decisionWords, lastDecision } from './decisions.ts';
import { endsLine, harmless, insert, meets, replace, type Stamp, thenAlso } from './edits.ts';
import {
  assign,
  cellOf,
  checkBullets,
  checkTable,
  column,
  gateTable,
  type LogEntry,
  rowOf,
  rowWords,
  signOffField,
  statusColumn,
  summaryTable,
} from './find.ts';
import { type Place, sectionOf } from './place.ts';
import { type ExecutionLog, type LogHeading, readLog } from './read.ts';
import { type Entry, recordCheck, statusKind } from './record.ts';
import { findStatus, type LogStatus, type StatusKind, signs, successor } from './status.ts';
import { missingCells, newRow, setDate, setToken, setWords } from './table-edits.ts';

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
  const bullets = assign(checkBullets(section.own), (each) => each, checks);
  return checks.map((check) => bullets.get(check)?.status);
}

interface Total {
  readonly kind: StatusKind;
  /** `1 of 10 failed`, where not all is cleared. */
  readonly count?: string;
}

/** What the statuses of a place's checks come to; undefined while nothing was recorded. */
export function total(statuses: readonly (Pick<LogStatus, 'kind'> | undefined)[]): Total | undefined {
  const all = statuses.length;
  const number = (kind: StatusKind): number => statuses.filter((status) => status?.kind === kind).length;
  const done = number('cleared') + number('waived');
  if (all > 0 && done === all) return { kind: 'cleared' };
  if (number('failed') > 0) return { kind: 'failed', count: `${number('failed')} of ${all} failed` };
  if (done === 0 && number('partial') === 0) return undefined;
  return { kind: 'partial', count: `${all - done} of ${all} open` };
}

/** What is to be written of a check, and counts as if it stood there. */
interface Told {
  readonly check: LogEntry;
  readonly kind: StatusKind;
}

const totalWith = (
  log: ExecutionLog,
  place: Place,
  checks: readonly LogEntry[],
  told: Told | undefined,
): Total | undefined =>
  total(
    statusesOf(log, place, checks).map((status, index) => (checks[index] === told?.check ? told : status)),
  );

/** Brings a phase or a gate to what its checks say; a sign-off says it itself. */
export function settle(
  text: string,
  place: Place,
  checks: readonly LogEntry[],
  at: Stamp,
  told?: Told,
): readonly TextEdit[] {
  if (place.kind === 'phase') return settlePhase(text, place, checks, at, told);
  return place.kind === 'gate' ? settleGate(text, place, checks, at, told) : [];
}

/** Records a check with what its place comes to by it, from one reading of a log that may be large. */
export function recordAndSettle(
  text: string,
  place: Place,
  check: LogEntry,
  siblings: readonly LogEntry[],
  entry: Entry,
  at: Stamp,
): readonly TextEdit[] {
  const recorded = recordCheck(text, place, check, siblings, entry, at);
  const told = recorded.length === 0 ? undefined : { check, kind: statusKind(entry) };
  const settled = settle(text, place, siblings, at, told);
  // Where one is written at the place of the other, the second must see the first.
  return recorded.some((edit) => settled.some((other) => meets(edit, other)))
    ? thenAlso(text, recorded, (after) => settle(after, place, siblings, at))
    : [...recorded, ...settled];
}

/** Brings a phase's heading and its summary cell to what its checks say. */
function settlePhase(
  text: string,
  place: Extract<Place, { kind: 'phase' }>,
  checks: readonly LogEntry[],
  at: Stamp,
  told: Told | undefined,
): readonly TextEdit[] {
  const log = readLog(text);
  const sum = totalWith(log, place, checks, told);
  const section = sectionOf(log, place);
  if (sum === undefined || section === undefined) return [];
  const short = shortSummary(log, place.partition, place.column);
  if (short !== undefined) return thenAlso(text, [short], (now) => settlePhase(now, place, checks, at, told));
  const token = `${signs[sum.kind]} ${at.date}`;
  const cell = sum.count === undefined ? token : `${token} ${sum.count}`;
  return [
    ...setHeading(log, section, token, sum.kind),
    ...setSummary(log, place.partition, place.column, cell, sum.kind),
  ];
}

/** A heading tells which attempt passed, where others did not; what people wrote behind its status stays. */
function setHeading(log: ExecutionLog, section: LogHeading, token: string, kind: StatusKind): TextEdit[] {
  const { status, titleEnd } = section;
  const remark = attemptRemark(log, section);
  if (status === undefined) return [insert(titleEnd, ` ${token}${kind === 'cleared' ? remark : ''}`)];
  const { start, end } = status.span;
  const tail = log.text.slice(end, titleEnd);
  // Ours, for it follows from the notes: a later status takes it along, as it does with a count.
  const own = remark !== '' && tail.startsWith(remark) ? remark.length : 0;
  const told = own === 0 && kind === status.kind && /\battempt\b/i.test(tail);
  const words = kind === 'cleared' && !told ? token + remark : token;
  const old = log.text.slice(start, end);
  return [replace({ start, end: end + own }, successor(status, old, tail.slice(own), words, kind))];
}

/** A row of the summary that ends before this column, as rows may. */
function shortSummary(log: ExecutionLog, partition: string, title: string): TextEdit | undefined {
  const table = summaryTable(log);
  return table === undefined ? undefined : missingCells(log, rowOf(table, partition), [column(table, title)]);
}

function setSummary(
  log: ExecutionLog,
  partition: string,
  title: string,
  words: string,
  kind: StatusKind,
): TextEdit[] {
  const table = summaryTable(log);
  const row = table === undefined ? undefined : rowOf(table, partition);
  const cell = table === undefined || row === undefined ? undefined : cellOf(table, row, title);
  if (cell === undefined) return [];
  const status = findStatus(log.text.slice(cell.span.start, cell.span.end), cell.span.start);
  // A sign-off is a bare date; signs behind it are of what was before.
  const bare = status === undefined ? /\d{4}-\d{2}-\d{2}/ : /^\d{4}-\d{2}-\d{2}/;
  if (bare.test(cell.text)) return [setDate(log, cell, words)];
  return [setToken(log, cell, words, kind)];
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
  const short = shortSummary(log, partition, 'Sign-off date');
  if (short !== undefined) return thenAlso(text, [short], (now) => recordSignOff(now, partition, signed, at));
  if (signed.kind === 'open') {
    // What was given stays given until somebody says no.
    if (field.status?.kind === 'cleared' || signed.open === signed.all) return [];
    const token = `${signs.partial} ${at.date} ${signed.open} of ${signed.all} open`;
    const edit =
      field.status === undefined ? insert(field.line.end, ` ${token}`) : replace(field.status.span, token);
    return [edit, ...setSummary(log, partition, 'Sign-off date', token, 'partial')];
  }
  const kind: StatusKind = signed.kind === 'given' ? 'cleared' : 'failed';
  const sign = signs[kind];
  const token = `${sign} ${at.date}`;
  const words = `${token} — ${harmless(signed.evidence)}`;
  const edits: TextEdit[] = [];
  if (field.status === undefined) {
    edits.push(insert(field.line.end, ` ${words}`));
  } else if (log.text.slice(field.status.span.end, field.line.end).trim() === '') {
    edits.push(replace(field.status.span, words));
  } else {
    const { span } = field.status;
    const tail = log.text.slice(span.end, field.line.end);
    edits.push(
      replace(span, successor(field.status, log.text.slice(span.start, span.end), tail, token, kind)),
    );
    const lead = endsLine(log.text, field.next) ? '' : log.lineEnd;
    edits.push(
      insert(field.next, `${lead}- ${at.time} ${sign} — ${harmless(signed.evidence)}${log.lineEnd}`),
    );
  }
  return [
    ...edits,
    ...setSummary(log, partition, 'Sign-off date', signed.kind === 'given' ? at.date : token, kind),
  ];
}

/** Brings a gate's row to what the checks of its section say. */
function settleGate(
  text: string,
  place: Extract<Place, { kind: 'gate' }>,
  checks: readonly LogEntry[],
  at: Stamp,
  told: Told | undefined,
): readonly TextEdit[] {
  const log = readLog(text);
  const sum = totalWith(log, place, checks, told);
  if (sum === undefined) return [];
  const now = gateStatus(log, place.title);
  // A waiver is a person's word, and so is a gate cleared by hand, until a check says otherwise.
  if (now === 'waived' || (now === 'cleared' && sum.kind === 'partial')) return [];
  const token = `${signs[sum.kind]} ${at.date}${sum.count === undefined ? '' : ` ${sum.count}`}`;
  const row = setGate(log, place.title, token, sum.kind, at.date);
  return thenAlso(text, row, (after) => decidedByChecks(after, place, sum.kind, at));
}

/** A decision that stands in the section holds no more; and where evidence has to be fresh, its time is wanted. */
function decidedByChecks(
  text: string,
  place: Extract<Place, { kind: 'gate' }>,
  kind: StatusKind,
  at: Stamp,
): readonly TextEdit[] {
  const log = readLog(text);
  const section = sectionOf(log, place);
  if (section === undefined) return [];
  const last = lastDecision(section);
  const overtaken = last !== undefined && last !== kind;
  const timed = place.timed === true && kind === 'cleared';
  return overtaken || timed
    ? [addDecision(log, section, kind, decisionWords(kind, 'its checks', ''), at)]
    : [];
}

function gateStatus(log: ExecutionLog, title: string): StatusKind | undefined {
  const table = gateTable(log);
  const cell = table === undefined ? undefined : rowOf(table, title)?.cells[statusColumn(table)];
  return cell === undefined ? undefined : findStatus(cell.text, cell.span.start)?.kind;
}

/**
 * Sets a gate's status and date; adds its row, or the table, where the log has none.
 * @param why what stands behind the token and belongs to it; what stood there before stays, as what was before
 */
export function setGate(
  log: ExecutionLog,
  title: string,
  token: string,
  kind: StatusKind,
  date: string,
  why = '',
): readonly TextEdit[] {
  const table = gateTable(log);
  if (table === undefined) {
    const end = log.lineEnd;
    const after = summaryTable(log)?.end ?? log.text.length;
    const lead = endsLine(log.text, after) ? end : end + end;
    const rows = [
      '| Gate | Status | Date |',
      '|---|---|---|',
      `| ${title.replaceAll('|', '\\|')} | ${token}${why} | ${date} |`,
    ];
    return [insert(after, lead + rows.map((row) => row + end).join(''))];
  }
  const row = rowOf(table, title);
  const dated = column(table, 'date');
  const short = missingCells(log, row, [statusColumn(table), dated]);
  if (short !== undefined)
    return thenAlso(log.text, [short], (now) => setGate(readLog(now), title, token, kind, date, why));
  if (row === undefined) {
    const cells = new Map([
      [0, title.replaceAll('|', '\\|')],
      [dated, date],
      [statusColumn(table), token + why],
    ]);
    return [newRow(log, table, cells)];
  }
  const status = row.cells[statusColumn(table)];
  const day = row.cells[dated];
  return [
    ...(status === undefined
      ? []
      : [why === '' ? setToken(log, status, token, kind) : setWords(log, status, token + why)]),
    ...(day === undefined ? [] : [setDate(log, day, date)]),
  ];
}

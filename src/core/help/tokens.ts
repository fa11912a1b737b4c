/** Status tokens, offered where the log may hold one. */
import { notesField, statusColumn } from '../log/find.ts';
import type { CascadeRecord } from '../log/model.ts';
import type { LogTable, LogTableCell } from '../log/read.ts';
import { findStatus, type LogStatus, type StatusKind, signs } from '../log/status.ts';
import { plain } from '../log/words.ts';
import type { Runbook } from '../runbook/runbook.ts';
import type { Span } from '../text.ts';

export interface TokenOffer {
  readonly kind: StatusKind;
  /** `✅ cleared 2026-11-24` */
  readonly label: string;
  readonly detail: string;
  readonly text: string;
  /** What a person may begin to type. */
  readonly words: readonly string[];
}

/** Where a token goes, and what stands there up to the caret. */
export interface TokenPlace {
  readonly span: Span;
  readonly typed: string;
  /** Only when it is asked for: typing here mostly means something else. */
  readonly quiet: boolean;
}

const wordsFor: Readonly<Record<StatusKind, readonly string[]>> = {
  cleared: ['cleared', 'done', 'passed'],
  partial: ['partial', 'blocked'],
  failed: ['failed'],
  waived: ['waived'],
  pending: ['pending', 'open'],
};

const details: Readonly<Record<StatusKind, string>> = {
  cleared: 'it was seen to be so',
  partial: 'begun, or blocked',
  failed: 'it was seen not to be so',
  waived: 'passed over, for a reason',
  pending: 'not yet done',
};

const tokenText = (kind: StatusKind, today: string): string => {
  switch (kind) {
    case 'cleared':
      return `${signs.cleared} ${today}`;
    case 'waived':
      return `${signs.waived} waived ${today} — `;
    case 'pending':
      return `${signs.pending} pending`;
    default:
      return `${signs[kind]} ${today} `;
  }
};

/** @param rest what follows on the line: behind a token that nothing follows the words go on */
export function tokenOffers(today: string, rest: string): readonly TokenOffer[] {
  return (['cleared', 'partial', 'failed', 'waived', 'pending'] as const).map((kind) => {
    const text = tokenText(kind, today);
    return {
      kind,
      label: `${signs[kind]} ${kind}${kind === 'pending' ? '' : ` ${today}`}`,
      detail: details[kind],
      text: rest === '' ? text : text.trimEnd(),
      words: wordsFor[kind],
    };
  });
}

/** The place for a status at the caret; undefined where the log has none. */
export function tokenPlace(record: CascadeRecord, runbook: Runbook, caret: number): TokenPlace | undefined {
  return inBullet(record, caret) ?? inCell(record, runbook, caret) ?? inHeading(record, caret);
}

/** Longer than every word that stands for a status. */
const longestWord = 12;

/** The word at the caret, and nothing but blanks between it and what must stand before it. */
function wordAt(text: string, from: number, caret: number, to: number): { before: string; span: Span } {
  const before = /\p{L}*$/u.exec(text.slice(Math.max(from, caret - longestWord), caret))?.[0] ?? '';
  const after = /^\p{L}*/u.exec(text.slice(caret, Math.min(to, caret + longestWord)))?.[0] ?? '';
  const start = caret - before.length;
  return { before: text.slice(from, start), span: { start, end: caret + after.length } };
}

/** A status at the caret, or right behind it, gives way. */
function standing(
  text: string,
  status: LogStatus | undefined,
  caret: number,
): Pick<TokenPlace, 'span' | 'typed'> | undefined {
  if (status === undefined) return undefined;
  const { start, end } = status.span;
  if (caret >= start && caret <= end) return { span: status.span, typed: text.slice(start, caret) };
  if (caret < start && /^[ \t]*$/.test(text.slice(caret, start)))
    return { span: { start: caret, end }, typed: '' };
  return undefined;
}

function inBullet(record: CascadeRecord, caret: number): TokenPlace | undefined {
  const { log } = record;
  const bullet = log.bullets.find(({ text }) => caret >= text.start && caret <= text.end);
  const field = log.fields.find(
    ({ key, line }) => key === 'sign-off' && caret >= line.start && caret <= line.end,
  );
  const span = bullet?.text ?? field?.line;
  if (span === undefined || !isState(record, caret)) return undefined;
  const status = bullet?.status ?? field?.status;
  const there = standing(log.text, status, caret);
  if (there !== undefined) return { ...there, quiet: false };
  // Behind a status come the words that explain it.
  if (status !== undefined && status.span.start < caret) return undefined;
  const { before, span: word } = wordAt(log.text, span.start, caret, span.end);
  if (!/:[ \t]{1,8}$/.test(before)) return undefined;
  return { span: word, typed: log.text.slice(word.start, caret), quiet: false };
}

/** In a section whose bullets are checks, and before its notes. */
function isState({ log, partitions, gates }: CascadeRecord, caret: number): boolean {
  const sections = [
    ...partitions.flatMap((each) => each.sections),
    ...gates.flatMap((gate) => gate.section ?? []),
  ];
  if (!sections.some((each) => caret >= each.bodyStart && caret <= each.bodyEnd)) return false;
  const heading = log.headings.findLast((each) => each.line.start <= caret);
  const notes = heading === undefined ? undefined : notesField(heading.own);
  return notes === undefined || caret < notes.line.start || signOffBehind(log.text, notes.line.start, caret);
}

const signOffBehind = (text: string, notes: number, caret: number): boolean =>
  /^\*\*sign-off\*\*/im.test(text.slice(notes, caret));

function inCell(record: CascadeRecord, runbook: Runbook, caret: number): TokenPlace | undefined {
  const { text, tables } = record.log;
  for (const table of tables) {
    if (caret < table.header.line.start || caret > table.end) continue;
    const row = table.rows.find(({ line }) => caret >= line.start && caret <= line.end);
    const columns = statusColumns(record, runbook, table);
    const cell = row?.cells.find((each, index) => columns.includes(index) && holdsCaret(text, each, caret));
    if (cell === undefined) return undefined;
    const { start, end } = cell.span;
    const status = findStatus(text.slice(start, end), start);
    const there = standing(text, status, caret);
    if (there !== undefined) return { ...there, quiet: false };
    if (status !== undefined) return undefined;
    if (isDash(cell)) {
      // It says that there is nothing yet.
      const span = { start: Math.min(start, caret), end: Math.max(end, caret) };
      return { span, typed: text.slice(span.start, caret), quiet: false };
    }
    const { before, span } = wordAt(text, Math.min(start, caret), caret, Math.max(end, caret));
    return before.trim() === '' ? { span, typed: text.slice(span.start, caret), quiet: false } : undefined;
  }
  return undefined;
}

const isDash = ({ text }: LogTableCell): boolean => /^[—–-]$/.test(text);

/** Between the bars, the blanks included. */
function holdsCaret(text: string, { span }: LogTableCell, caret: number): boolean {
  let { start, end } = span;
  while (text[start - 1] === ' ' || text[start - 1] === '\t') start--;
  while (text[end] === ' ' || text[end] === '\t') end++;
  return caret >= start && caret <= end;
}

function statusColumns({ summary }: CascadeRecord, runbook: Runbook, table: LogTable): readonly number[] {
  const titles = table.header.cells.map((cell) => plain(cell.text));
  if (table === summary)
    return runbook.phases.map((phase) => titles.indexOf(plain(phase.column))).filter((index) => index >= 0);
  const named = titles.some((title) => ['status', 'outcome', 'state', 'result'].includes(title));
  return named || ['gate', 'check'].includes(table.header.key) ? [statusColumn(table)] : [];
}

function inHeading({ log, partitions }: CascadeRecord, caret: number): TokenPlace | undefined {
  const heading = log.headings.find(({ line }) => caret >= line.start && caret <= line.end);
  if (heading === undefined || heading.level < 3) return undefined;
  if (
    !partitions.some(({ sections }) =>
      sections.some((each) => caret > each.line.end && caret <= each.bodyEnd),
    )
  )
    return undefined;
  const there = standing(log.text, heading.status, caret);
  if (there !== undefined) return { ...there, quiet: false };
  if (heading.status !== undefined) return undefined;
  const { before, span } = wordAt(log.text, heading.line.start, caret, heading.line.end);
  if (span.end !== heading.line.end || !/^#+[ \t]+\S.*[ \t]$/.test(before)) return undefined;
  return { span, typed: log.text.slice(span.start, caret), quiet: true };
}

/** Where things stand in a log: a section by its title, a table by its columns, a bullet by its command or label. */
import type { Span } from '../text.ts';
import type {
  Content,
  ExecutionLog,
  LogBullet,
  LogField,
  LogHeading,
  LogTable,
  LogTableCell,
  LogTableRow,
} from './read.ts';
import { leadingCode } from './status.ts';
import { plain } from './words.ts';

/** A check as the log knows it. */
export interface LogEntry {
  /** The command it begins with. */
  readonly command?: string;
  readonly label: string;
  /** The command with `wildcard` in place of what was not known when the bullet was written. */
  readonly pattern?: string;
}

/** Stands for any run of characters without blanks. */
export const wildcard = '\u0000';

/** What of a list in the order of the text begins in a range. */
export function within<T>(items: readonly T[], start: (item: T) => number, range: Span): readonly T[] {
  const first = firstFrom(items, start, range.start);
  return items.slice(first, firstFrom(items, start, range.end));
}

function firstFrom<T>(items: readonly T[], start: (item: T) => number, offset: number): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item !== undefined && start(item) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

const lineStart = (item: { readonly line: Span }): number => item.line.start;

/** A heading names a section when it is the section's title; `§` before it, and a remark set off behind it, are free. */
function names(heading: LogHeading, wanted: string): boolean {
  if (heading.name === wanted) return true;
  return heading.key.startsWith(wanted) && /^\s*(?:$|[(:—–])/u.test(heading.key.slice(wanted.length));
}

/** All headings that name a section, in the order of the text. */
function headingsOf(log: ExecutionLog, title: string): readonly LogHeading[] {
  const wanted = plain(title);
  // A title with a remark of its own is no name.
  return /[(:—–]/u.test(wanted)
    ? log.headings.filter((heading) => names(heading, wanted))
    : (log.byName.get(wanted) ?? []);
}

/** A section that says of itself that a later one takes its place counts no more. */
export const isSuperseded = (heading: LogHeading): boolean => /[(:—–] *superseded\b/u.test(heading.key);

/** The section of a partition: `## § dev (Alpha002 / PostmarkNonProd)`. */
export const partitionSection = (log: ExecutionLog, partition: string): LogHeading | undefined =>
  partitionSections(log, partition)[0];

export const partitionSections = (log: ExecutionLog, partition: string): readonly LogHeading[] =>
  headingsOf(log, partition).filter((heading) => heading.title.startsWith('§') && !isSuperseded(heading));

/** All sections of a phase in a partition's section, in the order of the log; the last is the newest. */
export function phaseSections(log: ExecutionLog, partition: string, phase: string): readonly LogHeading[] {
  const section = partitionSection(log, partition);
  return section === undefined ? [] : phasesIn(log, section, plain(phase));
}

/** @param wanted the words of the phase's title */
export function phasesIn(log: ExecutionLog, section: LogHeading, wanted: string): readonly LogHeading[] {
  const found: LogHeading[] = [];
  for (const heading of within(log.headings, lineStart, { start: section.bodyStart, end: section.bodyEnd })) {
    if (heading.level <= section.level || !names(heading, wanted) || isSuperseded(heading)) continue;
    // A heading inside a phase's own section is a part of it: `#### Deploy: what went slowly`.
    if (heading.line.start >= (found.at(-1)?.bodyEnd ?? 0)) found.push(heading);
  }
  return found;
}

/** The section a gate's checks are recorded in. */
export function gateSection(log: ExecutionLog, section: string): LogHeading | undefined {
  return headingsOf(log, section).find((heading) => !isSuperseded(heading));
}

/** Where the own text of a phase's section ends: before the sign-off that follows it. */
export const bodyEnd = (section: LogHeading): number => signOffOf(section.own)?.line.start ?? section.ownEnd;

const signOffOf = ({ fields }: Content): LogField | undefined =>
  fields.find((field) => field.key === 'sign-off');

/** The bullets of a section, those behind its sign-off left out. */
export function bulletsOf(own: Content): readonly LogBullet[] {
  const end = signOffOf(own)?.line.start;
  return end === undefined ? own.bullets : own.bullets.filter((bullet) => bullet.text.start < end);
}

/** Where the notes of a section begin: bullets behind it are no checks. */
export function notesField({ fields }: Content): LogField | undefined {
  return fields.find((field) => /^(?:notes|anomal|observation)/.test(field.key));
}

const timed = /^(\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} [+-]\d{2}:\d{2})(?: |$)/;

/** `2026-11-24 10:02:11 +00:00`, where a line begins with it, as the product writes what happened and what was decided. */
export const timeOf = (label: string): string | undefined => timed.exec(label)?.[1];

/** The bullets of a section's checks, their history and what was decided left out. */
export function checkBullets(own: Content): readonly LogBullet[] {
  const notes = notesField(own)?.line.start ?? Number.POSITIVE_INFINITY;
  return bulletsOf(own).filter(
    (bullet) => bullet.indent < 2 && bullet.text.start < notes && timeOf(bullet.label) === undefined,
  );
}

export function signOffField(log: ExecutionLog, partition: string): LogField | undefined {
  const section = partitionSection(log, partition);
  return section === undefined ? undefined : signOffIn(log, section);
}

export const signOffIn = (log: ExecutionLog, section: LogHeading): LogField | undefined =>
  within(log.fields, lineStart, { start: section.bodyStart, end: section.bodyEnd }).findLast(
    (field) => field.key === 'sign-off',
  );

/** The summary table: the first whose first column is `Partition` and that has a column for the sign-off. */
export function summaryTable(log: ExecutionLog): LogTable | undefined {
  const partitioned = log.tables.filter((table) => table.header.key === 'partition');
  return (
    partitioned.find((table) => column(table, 'sign-off date') >= 0) ??
    partitioned.find(
      (table) =>
        table.header.cells.length > 2 &&
        table.rows.some((row) => row.cells.some((cell) => /[✅🟡❌⚠⏳]/u.test(cell.text))),
    )
  );
}

export function gateTable(log: ExecutionLog): LogTable | undefined {
  return log.tables.find((table) => table.header.key === 'gate');
}

/** The index of a column by its title, or -1. */
export function column(table: LogTable, title: string): number {
  return table.columns.indexOf(plain(title));
}

/** The column of a row's status, whatever stands before it. */
export const statusColumn = (table: LogTable): number =>
  firstColumn(table, ['status', 'outcome', 'state', 'result'], 1);

/** The column that evidence goes into; -1 where the table has none. */
export const noteColumn = (table: LogTable): number =>
  firstColumn(
    table,
    ['note', 'notes', 'evidence', 'remark'],
    table.header.cells.length > 2 && statusColumn(table) === 1 ? 2 : -1,
  );

function firstColumn(table: LogTable, titles: readonly string[], otherwise: number): number {
  return titles.map((title) => column(table, title)).find((index) => index >= 0) ?? otherwise;
}

export function rowOf(table: LogTable, first: string): LogTableRow | undefined {
  const wanted = plain(first);
  return table.byKey.get(wanted) ?? table.rows.find((row) => row.key.startsWith(`${wanted} `));
}

export function cellOf(table: LogTable, row: LogTableRow, title: string): LogTableCell | undefined {
  const index = column(table, title);
  return index < 0 ? undefined : row.cells[index];
}

/** A command as it is compared: only blanks, quotes and a leading `./` are free, for case and signs mean something. */
const command = (text: string): string =>
  text
    .replace(/\\\|/g, '|')
    .replace(/[“”]/g, '"')
    .replace(/[‘’]/g, "'")
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^(?:\$ )?(?:\.\/)?/, '');

const sameCommand = (written: string, entry: LogEntry): boolean =>
  entry.command !== undefined && command(written) === command(entry.command);

/** A name without a value, on either side, stands for any value; two known values that differ are two commands. */
function likeCommand(written: string, entry: LogEntry): boolean {
  if (entry.command === undefined || entry.pattern === undefined) return false;
  if (!written.includes('${') && !entry.command.includes('${')) return false;
  return matchesPattern(command(written), command(entry.pattern));
}

function matchesPattern(text: string, pattern: string): boolean {
  const parts = pattern.split(wildcard);
  if (parts.length < 2) return text === pattern;
  let at = 0;
  for (const [index, part] of parts.entries()) {
    const found = index === parts.length - 1 ? text.length - part.length : text.indexOf(part, at);
    if (found < at || !text.startsWith(part, found)) return false;
    if (index === 0 && found !== 0) return false;
    if (/\s/.test(text.slice(at, found))) return false;
    at = found + part.length;
  }
  return true;
}

interface Words {
  readonly command?: string;
  readonly label: string;
}

/** How well a thing fits an entry; the closest comes first, and a thing is given to one entry only. */
const fits: readonly ((words: Words, entry: LogEntry) => boolean)[] = [
  (words, entry) =>
    words.command !== undefined &&
    sameCommand(words.command, entry) &&
    plain(words.label).endsWith(plain(entry.label)),
  (words, entry) => words.command !== undefined && sameCommand(words.command, entry),
  (words, entry) => words.command !== undefined && likeCommand(words.command, entry),
  (words, entry) => entry.command === undefined && plain(words.label) === plain(entry.label),
];

/** Gives each entry its thing, one to one: by command and label, by command, by label; the first of equals first. */
export function assign<T>(
  things: readonly T[],
  words: (thing: T) => Words,
  entries: readonly LogEntry[],
): ReadonlyMap<LogEntry, T> {
  const given = new Map<LogEntry, T>();
  const taken = new Set<T>();
  for (const fit of fits) {
    for (const entry of entries) {
      if (given.has(entry)) continue;
      const thing = things.find((each) => !taken.has(each) && fit(words(each), entry));
      if (thing === undefined) continue;
      given.set(entry, thing);
      taken.add(thing);
    }
  }
  return given;
}

/** The table of checks in a gate's section. */
export function checkTable(log: ExecutionLog, section: LogHeading): LogTable | undefined {
  return log.tables.find(
    (table) =>
      table.header.line.start >= section.bodyStart &&
      table.header.line.start < section.bodyEnd &&
      table.header.key === 'check',
  );
}

export function rowWords(row: LogTableRow): Words {
  const text = (row.cells[0]?.text ?? '').replaceAll('\\|', '|');
  const command = leadingCode(text);
  return { ...(command === undefined ? {} : { command }), label: text };
}

/** Where things stand in a log: a section by its title, a table by its columns, a bullet by its command or label. */
import type {
  ExecutionLog,
  LogBullet,
  LogField,
  LogHeading,
  LogTable,
  LogTableCell,
  LogTableRow,
} from './read.ts';

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

/** Words to compare by: without marks, case, bars, or what people put around them. */
export function plain(text: string): string {
  return text
    .replace(/\\([|`*])/g, '$1')
    .replace(/[`*_]/g, '')
    .replace(/[“”]/g, '"')
    .replace(/[‘’]/g, "'")
    .replace(/\s+/g, ' ')
    .replace(/[\s:—–-]+$/u, '')
    .trim()
    .toLowerCase();
}

/** A heading names a section when it begins with the section's title; `§` and what follows the title are free. */
export function headingNames(heading: LogHeading, title: string): boolean {
  const text = plain(heading.title.replace(/^§\s*/, ''));
  const wanted = plain(title);
  return text.startsWith(wanted) && !/^[\p{L}\p{N}-]/u.test(text.slice(wanted.length));
}

/** The section of a partition: `## § dev (Alpha002 / PostmarkNonProd)`. */
export function partitionSection(log: ExecutionLog, partition: string): LogHeading | undefined {
  return log.headings.find((heading) => /^§/.test(heading.title) && headingNames(heading, partition));
}

/** All sections of a phase in a partition's section, in the order of the log; the last is the newest. */
export function phaseSections(log: ExecutionLog, partition: string, phase: string): readonly LogHeading[] {
  const section = partitionSection(log, partition);
  if (section === undefined) return [];
  return log.headings.filter(
    (heading) =>
      heading.level > section.level &&
      heading.line.start >= section.bodyStart &&
      heading.line.start < section.bodyEnd &&
      headingNames(heading, phase),
  );
}

/** The section a gate's checks are recorded in. */
export function gateSection(log: ExecutionLog, section: string): LogHeading | undefined {
  return log.headings.find((heading) => headingNames(heading, section));
}

/** Where the own text of a phase's section ends: before the sign-off that follows it. */
export function bodyEnd(log: ExecutionLog, section: LogHeading): number {
  const signOff = log.fields.find(
    (field) =>
      plain(field.label) === 'sign-off' &&
      field.line.start >= section.bodyStart &&
      field.line.start < section.ownEnd,
  );
  return signOff?.line.start ?? section.ownEnd;
}

export function bulletsOf(log: ExecutionLog, section: LogHeading): readonly LogBullet[] {
  const end = bodyEnd(log, section);
  return log.bullets.filter((bullet) => bullet.text.start >= section.bodyStart && bullet.text.start < end);
}

/** Where the notes of a section begin: bullets behind it are no checks. */
export function notesField(log: ExecutionLog, section: LogHeading): LogField | undefined {
  return log.fields.find(
    (field) =>
      /^(?:notes|anomal|observation)/.test(plain(field.label)) &&
      field.line.start >= section.bodyStart &&
      field.line.start < section.ownEnd,
  );
}

/** The bullets of a section's checks, their history left out. */
export function checkBullets(log: ExecutionLog, section: LogHeading): readonly LogBullet[] {
  const notes = notesField(log, section)?.line.start ?? Number.POSITIVE_INFINITY;
  return bulletsOf(log, section).filter((bullet) => bullet.indent < 2 && bullet.text.start < notes);
}

export function signOffField(log: ExecutionLog, partition: string): LogField | undefined {
  const section = partitionSection(log, partition);
  if (section === undefined) return undefined;
  return log.fields.findLast(
    (field) =>
      plain(field.label) === 'sign-off' &&
      field.line.start >= section.bodyStart &&
      field.line.start < section.bodyEnd,
  );
}

/** The summary table: the first whose first column is `Partition` and that has a column for the sign-off. */
export function summaryTable(log: ExecutionLog): LogTable | undefined {
  const partitioned = log.tables.filter((table) => plain(table.header.cells[0]?.text ?? '') === 'partition');
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
  return log.tables.find((table) => plain(table.header.cells[0]?.text ?? '') === 'gate');
}

/** The index of a column by its title, or -1. */
export function column(table: LogTable, title: string): number {
  return table.header.cells.findIndex((cell) => plain(cell.text) === plain(title));
}

export function rowOf(table: LogTable, first: string): LogTableRow | undefined {
  const wanted = plain(first);
  return (
    table.rows.find((row) => plain(row.cells[0]?.text ?? '') === wanted) ??
    table.rows.find((row) => plain(row.cells[0]?.text ?? '').startsWith(`${wanted} `))
  );
}

export function cellOf(table: LogTable, row: LogTableRow, title: string): LogTableCell | undefined {
  const index = column(table, title);
  return index < 0 ? undefined : row.cells[index];
}

const command = (text: string): string => plain(text).replace(/^(?:\$ )?(?:\.\/)?/, '');

/** Whether a command is the entry's, blanks, quotes and a leading `./` aside. */
export function commandMatches(written: string, entry: LogEntry): boolean {
  if (entry.command === undefined) return false;
  const text = command(written);
  if (text === command(entry.command)) return true;
  return entry.pattern !== undefined && matchesPattern(text, command(entry.pattern));
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

const labelMatches = (written: string, entry: LogEntry): boolean => plain(written) === plain(entry.label);

/**
 * Among things with words, the one that is the entry's: by command, and where several of its siblings share that
 * command, by label, else by order.
 */
export function findEntry<T>(
  things: readonly T[],
  words: (thing: T) => { readonly command?: string; readonly label: string },
  entry: LogEntry,
  siblings: readonly LogEntry[],
): T | undefined {
  const byCommand = things.filter((thing) => {
    const written = words(thing).command;
    return written !== undefined && commandMatches(written, entry);
  });
  if (entry.command === undefined) return things.find((thing) => labelMatches(words(thing).label, entry));
  const alike = siblings.filter(
    (each) => each.command !== undefined && command(each.command) === command(entry.command ?? ''),
  );
  if (alike.length < 2) return byCommand.at(-1);
  const labelled = byCommand.find((thing) => plain(words(thing).label).endsWith(plain(entry.label)));
  if (labelled !== undefined) return labelled;
  const taken = new Set(
    alike.map((each) => byCommand.find((thing) => plain(words(thing).label).endsWith(plain(each.label)))),
  );
  return byCommand.filter((thing) => !taken.has(thing))[alike.indexOf(entry)];
}

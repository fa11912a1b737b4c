/** What was read of a piece of a log, told with the offsets that it has in the whole. */
import type { Span } from '../text.ts';
import type { Content, LogBullet, LogField, LogTable, LogTableRow } from './blocks.ts';
import type { LogStatus } from './status.ts';

export const movedSpan = ({ start, end }: Span, by: number): Span => ({ start: start + by, end: end + by });

/** With its status moved, where it has one. */
export const movedStatus = <T extends { readonly status?: LogStatus }>(each: T, by: number): T =>
  each.status === undefined
    ? each
    : { ...each, status: { ...each.status, span: movedSpan(each.status.span, by) } };

/** Each list is made when it is asked for: most readers of a log ask for one, of a few of its pieces. */
export class MovedContent implements Content {
  readonly #content: Content;
  readonly #by: number;
  #tables: Content['tables'] | undefined;
  #bullets: Content['bullets'] | undefined;
  #fields: Content['fields'] | undefined;

  constructor(content: Content, by: number) {
    this.#content = content;
    this.#by = by;
  }

  get tables(): Content['tables'] {
    this.#tables ??= this.#content.tables.map((each) => movedTable(each, this.#by));
    return this.#tables;
  }

  get bullets(): Content['bullets'] {
    this.#bullets ??= this.#content.bullets.map((each) => movedBullet(each, this.#by));
    return this.#bullets;
  }

  get fields(): Content['fields'] {
    this.#fields ??= this.#content.fields.map((each) => movedField(each, this.#by));
    return this.#fields;
  }
}

function movedTable(table: LogTable, by: number): LogTable {
  const rows = table.rows.map((row) => movedRow(row, by));
  return {
    ...table,
    header: movedRow(table.header, by),
    rows,
    byKey: firstOfEachKey(rows),
    end: table.end + by,
  };
}

export const firstOfEachKey = (rows: readonly LogTableRow[]): ReadonlyMap<string, LogTableRow> =>
  new Map(rows.toReversed().map((row) => [row.key, row]));

const movedRow = (row: LogTableRow, by: number): LogTableRow => ({
  ...row,
  cells: row.cells.map((cell) => ({ text: cell.text, span: movedSpan(cell.span, by) })),
  line: movedSpan(row.line, by),
  next: row.next + by,
});

const movedBullet = (bullet: LogBullet, by: number): LogBullet => ({
  ...movedStatus(bullet, by),
  text: movedSpan(bullet.text, by),
  end: bullet.end + by,
});

const movedField = (field: LogField, by: number): LogField => ({
  ...movedStatus(field, by),
  line: movedSpan(field.line, by),
  next: field.next + by,
});

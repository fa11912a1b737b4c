/** The board as an SVG for the change record: on white paper, with fonts that every machine has. */
import type { Board, BoardCell, BoardGate, BoardStatus } from '../core/help/board.ts';
import { doorShapes, statusShapes, statusWords } from './shapes.ts';
import { dayTitle, doorColumns, waitsTitle } from './words.ts';

export interface Picture {
  readonly svg: string;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
}

const margin = 24;
const size = { text: 13, small: 11, title: 20, section: 15 } as const;
const column = { partition: 190, phase: 190, wall: 150 } as const;
const cellLine = 16;
/** Two for the title of a gate, one for its state. */
const doorLines = 3;
const gap = 10;

/** Dark enough on white for small text; printed without colour the shapes still tell. */
const ink: Readonly<Record<BoardStatus | 'text' | 'quiet' | 'line', string>> = {
  text: '#1b1b1b',
  quiet: '#5a5a5a',
  line: '#c8c8c8',
  cleared: '#1a7f37',
  partial: '#8a5a00',
  failed: '#b3261e',
  waived: '#8a5a00',
  pending: '#5a5a5a',
  started: '#8a5a00',
  running: '#0b5cad',
};

export function boardPicture(board: Board): Picture {
  const doors = doorColumns(board);
  const grid = column.partition + board.phases.length * column.phase + doors.size * column.wall;
  const width = Math.max(720, grid + margin * 2);
  const sheet = new Sheet(width);
  heading(sheet, board);
  sheet.section(waitsTitle(board.waits.length));
  for (const words of board.waits) sheet.paragraph(`• ${words}`, margin, width - margin * 2, ink.text);
  sheet.section('Partitions');
  table(sheet, board, doors);
  if (board.gates.length > 0) sheet.section('Gates');
  for (const gate of board.gates) gateLines(sheet, gate);
  if (board.days.length > 0) sheet.section('What happened');
  for (const { date, lanes } of board.days) {
    sheet.line(dayTitle(date), margin, { bold: true });
    for (const { name, moments } of lanes) {
      const words = moments.map(
        ({ what, status, time }) => `${what} ${statusWords[status]}${time === undefined ? '' : ` ${time}`}`,
      );
      sheet.paragraph(`${name}: ${words.join('  →  ')}`, margin + 12, width - margin * 2 - 12, ink.text);
    }
    sheet.space(4);
  }
  return sheet.picture(`${board.title}, as of ${board.asOf}`);
}

function heading(sheet: Sheet, { title, rehearsal, log, asOf }: Board): void {
  sheet.space(size.title);
  sheet.text(fit(title, sheet.width - margin * 2, size.title), margin, {
    size: size.title,
    bold: true,
    full: title,
  });
  sheet.space(22);
  sheet.text(`${rehearsal ? 'REHEARSAL · ' : ''}${log} · as of ${asOf}`, margin, { colour: ink.quiet });
  sheet.space(8);
}

function table(sheet: Sheet, { phases, rows, gates }: Board, doors: ReadonlySet<number>): void {
  const places: { readonly wall: number | undefined; readonly cell: number }[] = [];
  let x = margin + column.partition;
  phases.forEach((_, index) => {
    const wall = doors.has(index) ? x : undefined;
    if (wall !== undefined) x += column.wall;
    places.push({ wall, cell: x });
    x += column.phase;
  });
  sheet.space(size.text + 4);
  sheet.text('Partition', margin, { bold: true });
  phases.forEach((phase, index) => {
    sheet.text(fit(phase, column.phase - gap, size.text), places[index]?.cell ?? 0, {
      bold: true,
      full: phase,
    });
  });
  sheet.space(8);
  for (const row of rows) {
    const cells = row.cells.map((cell) => cellLines(cell));
    const lines = row.cells.map((cell, index) =>
      Math.max(cell.doors.length * doorLines, cells[index]?.length ?? 0),
    );
    const height = gap * 2 + cellLine * Math.max(3, ...lines);
    sheet.rule(margin, x);
    const top = sheet.y + gap + size.text;
    const at = (words: string, left: number, line: number, options: TextOptions = {}): void =>
      sheet.textAt(words, left, top + line * cellLine, options);
    at(fit(row.partition, column.partition - gap, size.text), margin, 0, { bold: true, full: row.partition });
    if (row.note !== undefined)
      at(fit(row.note, column.partition - gap, size.small), margin, 1, {
        size: size.small,
        colour: ink.quiet,
        full: row.note,
      });
    if (row.protected) at('protected', margin, 2, { size: size.small, colour: ink.quiet });
    row.cells.forEach((cell, index) => {
      const place = places[index];
      if (place === undefined) return;
      cell.doors.forEach((door, line) => {
        const gate = gates[door];
        const { wall } = place;
        if (gate === undefined || wall === undefined) return;
        const state = gate.open ? 'open' : 'closed';
        const colour = gate.open ? ink.cleared : ink.failed;
        const y = top + line * doorLines * cellLine;
        sheet.shape(doorShapes[state], wall, y - 13, colour);
        const title = wrapped(gate.title, column.wall - 26 - gap, size.small, 2);
        [...title, state].forEach((words, at) => {
          const said = words === state ? { colour } : { full: at === 0 ? gate.title : words };
          sheet.textAt(words, wall + 22, y - 2 + at * 13, { size: size.small, ...said });
        });
      });
      sheet.shape(statusShapes[cell.status], place.cell, top - 13, ink[cell.status]);
      (cells[index] ?? []).forEach(({ words, options }, line) => {
        at(words, place.cell + 22, line, options);
      });
    });
    sheet.space(height);
  }
  sheet.rule(margin, x);
}

/** What stands in a cell, line by line. */
function cellLines({ status, date, note, next, waits }: BoardCell): readonly {
  readonly words: string;
  readonly options: TextOptions;
}[] {
  const width = column.phase - 24 - gap;
  const state = `${statusWords[status]}${date === undefined ? '' : ` ${date}`}`;
  const more = [
    note ?? '',
    ...(next ? waits : []),
    next && waits.length === 0 && status !== 'running' ? 'next' : '',
  ];
  return [
    ...wrapped(state, width, size.text, 2).map((words) => ({ words, options: { bold: next } })),
    ...more
      .filter((words) => words !== '')
      .flatMap((full) =>
        wrapped(full, width, size.small, 4).map((words) => ({
          words,
          options: { size: size.small, colour: ink.quiet, full: words.endsWith('…') ? full : words },
        })),
      ),
  ];
}

function gateLines(
  sheet: Sheet,
  { title, status, date, note, open, why, blocks, requires }: BoardGate,
): void {
  const stops = blocks.length > 0;
  const width = sheet.width - margin * 2 - 22;
  sheet.space(size.text + 4);
  sheet.shape(statusShapes[status], margin, sheet.y - 13, ink[status]);
  const words = [
    `${title}: ${statusWords[status]}${date === undefined ? '' : ` ${date}`}`,
    ...(stops ? [open ? 'open' : 'closed'] : []),
  ];
  sheet.text(fit(words.join(' · '), width, size.text), margin + 22, { full: words.join(' · ') });
  sheet.space(2);
  const facts = [
    stops ? `Before ${blocks.join(', ')}.` : 'Stops nothing.',
    requires.length === 0 ? '' : `Requires ${requires.join(', ')}.`,
  ];
  const told = [note ?? '', facts.join(' ').trim(), ...(stops ? why : [])].filter((words) => words !== '');
  for (const words of told) sheet.paragraph(words, margin + 22, width, ink.quiet);
}

interface TextOptions {
  readonly size?: number;
  readonly bold?: boolean;
  readonly colour?: string;
  /** What was cut, whole, for whoever rests on it. */
  readonly full?: string;
}

/** Paper that grows downwards. */
class Sheet {
  readonly width: number;
  y = margin;
  readonly #parts: string[] = [];

  constructor(width: number) {
    this.width = width;
  }

  space(height: number): void {
    this.y += height;
  }

  section(title: string): void {
    this.space(30);
    this.text(title, margin, { size: size.section, bold: true });
    this.space(6);
  }

  line(words: string, x: number, options: TextOptions = {}): void {
    this.space(size.text + 5);
    this.text(words, x, options);
  }

  paragraph(words: string, x: number, width: number, colour: string): void {
    for (const line of wrapped(words, width, size.text)) this.line(line, x, { colour });
  }

  text(words: string, x: number, options: TextOptions = {}): void {
    this.textAt(words, x, this.y, options);
  }

  textAt(words: string, x: number, y: number, options: TextOptions = {}): void {
    const { size: height = size.text, bold = false, colour = ink.text, full = words } = options;
    const title = full === words ? '' : `<title>${escaped(full)}</title>`;
    const weight = bold ? ' font-weight="600"' : '';
    this.#parts.push(
      `<text x="${x}" y="${y}" font-size="${height}"${weight} fill="${colour}">${title}${escaped(words)}</text>`,
    );
  }

  rule(from: number, to: number): void {
    this.#parts.push(`<path d="M${from} ${this.y}H${to}" stroke="${ink.line}"/>`);
  }

  shape(paths: readonly string[], x: number, y: number, colour: string): void {
    const drawn = paths.map((d) => `<path d="${d}"/>`).join('');
    this.#parts.push(
      `<g transform="translate(${x} ${y})" fill="none" stroke="${colour}" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round">${drawn}</g>`,
    );
  }

  picture(title: string): Picture {
    const height = this.y + margin;
    const svg = [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${this.width}" height="${height}" viewBox="0 0 ${this.width} ${height}" role="img" font-family="system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif">`,
      `<title>${escaped(title)}</title>`,
      '<rect width="100%" height="100%" fill="#ffffff"/>',
      ...this.#parts,
      '</svg>',
      '',
    ].join('\n');
    return { svg, width: this.width, height };
  }
}

/** Nobody measures text without a page: wide signs count whole, all others as the average letter. */
function widthOf(words: string, height: number): number {
  let units = 0;
  for (const sign of words)
    units += (sign.codePointAt(0) ?? 0) > 0x2e7f ? 1.05 : /[A-Z@%MWmw→—]/.test(sign) ? 0.8 : 0.54;
  return units * height;
}

function fit(words: string, width: number, height: number): string {
  if (widthOf(words, height) <= width) return words;
  const signs = [...words];
  let used = height;
  let end = 0;
  while (end < signs.length && used <= width) used += widthOf(signs[end++] ?? '', height);
  return `${signs
    .slice(0, Math.max(0, end - 1))
    .join('')
    .trimEnd()}…`;
}

function wrapped(
  words: string,
  width: number,
  height: number,
  most = Number.POSITIVE_INFINITY,
): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words.split(/\s+/)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && widthOf(longer, height) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  const all = [...lines, line];
  const shown = all.length <= most ? all : [...all.slice(0, most - 1), `${all[most - 1] ?? ''} …`];
  return shown.map((each) => fit(each, width, height));
}

/** XML knows few control characters, and no halves of a sign. */
const escaped = (words: string): string =>
  words
    .toWellFormed()
    .replace(/[\u0000-\u001f\u007f-\u009f\ufffe\uffff]/g, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');

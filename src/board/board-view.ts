/** The board as a page: what waits, partitions against phases with the gates as doors, the gates, the days. */
import type {
  Board,
  BoardCell,
  BoardDay,
  BoardGate,
  BoardMoment,
  BoardRow,
  BoardStatus,
} from '../core/help/board.ts';
import type { BoardAction } from '../core/help/board-page.ts';
import type { CheckState } from '../core/run/cell-report.ts';
import type { Span } from '../core/text.ts';
import { drawing, iconStyle, make, text } from '../renderer/elements.ts';
import { KeyedChildren } from './keyed.ts';
import { doorShapes, statusShapes, statusWords } from './shapes.ts';
import { dayTitle, doorColumns, waitsTitle } from './words.ts';

export interface BoardEvents {
  reveal(span: Span): void;
  act(action: BoardAction): void;
}

export class BoardView {
  readonly element = make('main', 'board');
  readonly #events: BoardEvents;
  readonly #head = make('header', 'board-head');
  readonly #waitsTitle = make('h2', '');
  readonly #waits = make('ul', 'board-waits');
  readonly #columns = make('tr', '');
  readonly #rows = make('tbody', '');
  readonly #gates = make('ul', 'board-gates');
  readonly #days = make('div', 'board-days');
  readonly #earlier = make('p', 'board-quiet');
  #board: Board | undefined;
  readonly #lists: {
    readonly waits: KeyedChildren<string>;
    readonly rows: KeyedChildren<RowItem>;
    readonly gates: KeyedChildren<BoardGate>;
    readonly days: KeyedChildren<BoardDay>;
  };

  constructor(events: BoardEvents) {
    this.#events = events;
    this.#lists = {
      waits: new KeyedChildren(this.#waits, (words) => make('li', '', text('', words))),
      rows: new KeyedChildren(this.#rows, (row) => this.#row(row)),
      gates: new KeyedChildren(this.#gates, (gate) => this.#gate(gate)),
      days: new KeyedChildren(this.#days, (day) => this.#day(day)),
    };
    // Said aloud when it changes: it is what somebody has to do something about.
    this.#waitsTitle.setAttribute('aria-live', 'polite');
  }

  get board(): Board | undefined {
    return this.#board;
  }

  /** Nothing to draw, and what leads on. */
  message(words: string, action: BoardAction | undefined): void {
    this.#board = undefined;
    const button = action === undefined ? undefined : make('button', 'board-action', actionWords[action]);
    button?.addEventListener('click', () => action !== undefined && this.#events.act(action));
    this.element.replaceChildren(make('h1', '', 'Board'), make('p', 'board-message', words), button ?? '');
  }

  update(board: Board): void {
    if (this.#board === undefined) this.#lay();
    this.#board = board;
    this.#header(board);
    this.#waitsTitle.textContent = waitsTitle(board.waits.length);
    this.#lists.waits.update(board.waits, (words) => words);
    const doors = doorColumns(board);
    this.#columns.replaceChildren(
      heading('col', 'Partition'),
      ...board.phases.flatMap((phase, index) => [
        ...(doors.has(index)
          ? [heading('col', make('span', 'board-unseen', `Gates before ${phase}`), 'board-wall')]
          : []),
        heading('col', text('', phase)),
      ]),
    );
    this.#lists.rows.update(
      board.rows.map((row) => ({ row, phases: board.phases, gates: gatesOf(board, row), doors: [...doors] })),
      ({ row }) => row.partition,
    );
    this.#lists.gates.update(board.gates, (gate, index) => `${index} ${gate.title}`);
    this.#lists.days.update(board.days, (day) => day.date);
    this.#earlier.textContent =
      board.earlierDays === 0
        ? ''
        : `The log has ${board.earlierDays} earlier ${board.earlierDays === 1 ? 'day' : 'days'}.`;
    this.#earlier.hidden = board.earlierDays === 0;
  }

  #lay(): void {
    const table = make('table', 'board-table', make('thead', '', this.#columns), this.#rows);
    table.prepend(make('caption', 'board-unseen', 'Partitions against phases, with the gates between them'));
    // What may be wider than the window is reached by the keyboard too.
    const scroller = make('div', 'board-scroller', table);
    scroller.tabIndex = 0;
    scroller.setAttribute('role', 'region');
    scroller.setAttribute('aria-label', 'Partitions');
    this.element.replaceChildren(
      this.#head,
      make('section', '', this.#waitsTitle, this.#waits),
      make('section', '', make('h2', '', 'Partitions'), scroller),
      make('section', '', make('h2', '', 'Gates'), this.#gates),
      make('section', '', make('h2', '', 'What happened'), this.#days, this.#earlier),
    );
  }

  #header({ title, rehearsal, log, asOf }: Board): void {
    const known = this.#head.dataset['shown'];
    const shown = JSON.stringify([title, rehearsal, log]);
    if (known !== shown) {
      const open = make('button', 'board-link', text('', log));
      open.dataset['key'] = 'log';
      open.addEventListener('click', () => this.#events.act('open-log'));
      this.#head.replaceChildren(
        make('h1', '', text('', title)),
        rehearsal ? make('span', 'cascade-badge', 'REHEARSAL') : '',
        open,
        make('span', 'board-quiet board-as-of'),
      );
      this.#head.dataset['shown'] = shown;
    }
    const time = this.#head.querySelector('.board-as-of');
    if (time !== null) time.textContent = `as of ${asOf}`;
  }

  #row({ row, phases, gates, doors }: RowItem): HTMLElement {
    const name = this.#button('board-name', `row ${row.partition}`, row.span, text('', row.partition));
    return make(
      'tr',
      '',
      heading(
        'row',
        make(
          'div',
          'board-partition',
          name,
          row.protected ? make('span', 'cascade-badge', 'protected') : undefined,
          row.note === undefined ? undefined : text('board-quiet', row.note),
        ),
      ),
      ...row.cells.flatMap((cell, index) => {
        const phase = phases[index] ?? '';
        const own = cell.doors.flatMap((at) => {
          const gate = gates.find((each) => each.at === at);
          return gate === undefined ? [] : [this.#door(row.partition, gate)];
        });
        return [
          ...(doors.includes(index) ? [make('td', 'board-wall', ...own)] : []),
          make('td', '', this.#cell(row.partition, phase, cell)),
        ];
      }),
    );
  }

  #door(partition: string, { at, title, open, span }: DoorItem): HTMLElement {
    const state = open ? 'open' : 'closed';
    const button = this.#button(
      `board-door board-door-${state}`,
      `door ${partition} ${at}`,
      span,
      drawing(doorShapes[state], 'board-door-shape', '0 0 16 17'),
      make('span', 'board-unseen', 'Gate '),
      text('board-clamp', title),
      make('span', 'board-door-state', state),
    );
    button.title = `${title}: ${state}`;
    return button;
  }

  #cell(partition: string, phase: string, cell: BoardCell): HTMLElement {
    const { status, date, note, next, waits, span } = cell;
    return this.#button(
      `board-cell board-${status}${next ? ' board-next' : ''}`,
      `cell ${partition} ${phase}`,
      span,
      make('span', 'board-unseen', `${partition}, ${phase}: `),
      make(
        'span',
        'board-state',
        statusIcon(status),
        make('strong', '', statusWords[status]),
        date === undefined ? undefined : make('span', 'board-quiet', date),
        next && status !== 'running'
          ? make('span', 'cascade-badge', waits.length > 0 ? 'waits' : 'next')
          : undefined,
      ),
      note === undefined || note === '' ? undefined : text('board-note', note),
      ...waits.map((words) => text('board-note', words)),
    );
  }

  #gate({ title, status, date, note, open, why, blocks, requires, span }: BoardGate): HTMLElement {
    const facts = [
      blocks.length === 0 ? 'Stops nothing.' : `Before ${blocks.join(', ')}.`,
      requires.length === 0 ? '' : `Requires ${requires.join(', ')}.`,
    ].filter((fact) => fact !== '');
    const stops = blocks.length > 0;
    return make(
      'li',
      'board-gate',
      make(
        'div',
        'board-state',
        statusIcon(status),
        this.#button('board-name', `gate ${title}`, span, text('', title)),
        make('span', '', statusWords[status]),
        date === undefined ? undefined : make('span', 'board-quiet', date),
        stops ? make('span', 'cascade-badge', open ? 'open' : 'closed') : undefined,
      ),
      note === undefined || note === '' ? undefined : text('board-note', note),
      text('board-quiet board-fact', facts.join(' ')),
      ...(stops ? why.map((words) => text('board-note', words)) : []),
    );
  }

  #day({ date, lanes }: BoardDay): HTMLElement {
    return make(
      'section',
      'board-day',
      make('h3', '', dayTitle(date)),
      ...lanes.map(({ name, moments }) =>
        make(
          'div',
          'board-lane',
          text('board-lane-name', name),
          make('ol', '', ...moments.map((moment, index) => this.#moment(`${date} ${name} ${index}`, moment))),
        ),
      ),
    );
  }

  #moment(key: string, { what, status, time, note, span }: BoardMoment): HTMLElement {
    const button = this.#button(
      'board-moment',
      key,
      span,
      statusIcon(status),
      text('', what),
      make('span', 'board-quiet', [statusWords[status], time ?? ''].filter((word) => word !== '').join(' ')),
    );
    const told = status === 'cleared' || note === undefined || note === '' ? undefined : note;
    return make('li', '', button, told === undefined ? undefined : text('board-note', told));
  }

  #button(style: string, key: string, span: Span, ...children: readonly (Node | string | undefined)[]) {
    const button = make('button', style, ...children);
    button.type = 'button';
    button.dataset['key'] = key;
    button.addEventListener('click', () => this.#events.reveal(span));
    return button;
  }
}

/** What a row shows, all of it: a row is made anew when any of this changes. */
interface RowItem {
  readonly row: BoardRow;
  readonly phases: readonly string[];
  readonly gates: readonly DoorItem[];
  /** The columns that have a wall before them. */
  readonly doors: readonly number[];
}

interface DoorItem extends Pick<BoardGate, 'title' | 'open' | 'span'> {
  readonly at: number;
}

const gatesOf = (board: Board, { cells }: BoardRow): readonly DoorItem[] =>
  [...new Set(cells.flatMap((cell) => cell.doors))].flatMap((at) => {
    const gate = board.gates[at];
    return gate === undefined ? [] : [{ at, title: gate.title, open: gate.open, span: gate.span }];
  });

const actionWords: Readonly<Record<BoardAction, string>> = {
  'start-run': 'Start Run',
  'open-log': 'Open Log',
  'new-runbook': 'New Runbook',
};

function heading(scope: 'col' | 'row', content: Node | string, style = ''): HTMLElement {
  const cell = make('th', style, content);
  cell.scope = scope;
  return cell;
}

/** The colours and movements of the states of a check serve here too. */
const looks: Readonly<Record<BoardStatus, CheckState>> = {
  cleared: 'passed',
  partial: 'unknown',
  failed: 'failed',
  waived: 'unknown',
  pending: 'not-run',
  started: 'unknown',
  running: 'running',
};

const statusIcon = (status: BoardStatus): SVGElement =>
  drawing(statusShapes[status], iconStyle(looks[status]));

/**
 * Random logs as people keep them, for the runbook of the fixture, each with the statuses that were put in and where.
 * A log is made of a tape of numbers, so that a smaller tape is a plainer log.
 */
import fc from 'fast-check';
import { placedChecks, type Target } from '../../../src/core/run/places.ts';
import { sample } from '../fixture.ts';

export const runbook = sample();

/** A status of the log: what it is of, what it says, where its token stands. */
export interface Known {
  /** `dev/Deploy summary`, `dev/Deploy check`, `gate Entry criteria verified` */
  readonly of: string;
  readonly kind: string;
  readonly started: boolean;
  readonly date: string | undefined;
  readonly start: number;
  readonly end: number;
}

export interface RandomLog {
  readonly text: string;
  readonly known: readonly Known[];
}

class Tape {
  readonly #numbers: readonly number[];
  #at = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  /** 0 where the tape has ended: the first of everything is the plainest. */
  below(count: number): number {
    return (this.#numbers[this.#at++] ?? 0) % count;
  }

  pick<T>(first: T, ...others: readonly T[]): T {
    const at = this.below(others.length + 1);
    return at === 0 ? first : (others[at - 1] ?? first);
  }

  /** Seldom true, and never on an empty tape. */
  oneIn(count: number): boolean {
    return this.below(count) === count - 1 && count > 1;
  }

  shuffled<T>(items: readonly T[]): readonly T[] {
    const rest = [...items];
    return items.flatMap(() => rest.splice(this.below(rest.length), 1));
  }
}

interface Token {
  readonly text: string;
  readonly kind: string;
  readonly started: boolean;
  readonly date: string | undefined;
}

const kinds = ['pending', 'cleared', 'partial', 'failed', 'waived'] as const;
const signOf: Readonly<Record<string, string>> = {
  pending: '⏳',
  cleared: '✅',
  partial: '🟡',
  failed: '❌',
  waived: '⚠',
};

function token(tape: Tape): Token {
  const kind = tape.pick(...kinds);
  const variation = tape.pick(kind === 'waived' ? '\uFE0F' : '', '', '\uFE0F');
  const word = tape.pick('', kind === 'partial' ? ' started' : kind === 'waived' ? ' waived' : ' unknown');
  const date = tape.pick(undefined, '2026-11-20', '2026-02-28');
  const time = date !== undefined && tape.oneIn(3) ? ' 10:02:11 +00:00' : '';
  const count = tape.oneIn(4) ? tape.pick(' 1 of 3 open', ' 12 of 12 failed') : '';
  const text = `${signOf[kind]}${variation}${word}${date === undefined ? '' : ` ${date}`}${time}${count}`;
  return { text, kind, started: word === ' started', date };
}

/** Words that stand in front of a status and hold none themselves, though they may look like it. */
const words = (tape: Tape): string =>
  tape.pick(
    'Reviewer looked at it',
    'the `✅ 2026-01-01` of the legend',
    'a \\| b, and ``c ` ❌ | d``',
    '**bold** _and_ 🚀 <b>more</b>',
    'name with: a colon',
    '`./other.sh | tee "out"` went',
    'Ünïcödé 中文 ‏עברית‎',
    '[link](https://example.com/a_(b)) *x*',
  );

/** What stands behind a token and is no part of it. */
const behind = (tape: Tape): string =>
  tape.pick(
    '',
    ' — 4 nameservers',
    '.',
    ' (by hand) `a`',
    ', see ✅ above',
    '; before that ❌ 2026-01-01',
    ' \\| x',
  );

/** The decoys: all of it is text, none of it is state. */
const decoys: readonly (readonly string[])[] = [
  ['```', '- Decoy: ✅ 2026-01-01', '', '| Partition | Sign-off date |', '|---|---|', '| dev | 1 |', '```'],
  ['~~~~ sh', '## § dev', '```', '**Sign-off**: ❌', '### Deploy ✅', '~~~~'],
  ['<!-- - Decoy: ✅ 2026-01-01 -->'],
  ['<!--', '### Verification ✅ 2026-01-01', '', '- Decoy: ❌', '-->'],
  ['> - Decoy: ✅ 2026-01-01', '> | Gate | Status |', '> |---|---|', '> | Entry criteria verified | ✅ |'],
  ['<details>', '- Decoy: ✅', '</details>'],
  ['Words about ✅ and ❌, in | a | paragraph.'],
  ['* * *'],
];

class Writer {
  text = '';
  readonly known: Known[] = [];
  readonly #tape: Tape;
  readonly #ends: readonly string[];

  constructor(tape: Tape) {
    this.#tape = tape;
    this.#ends = tape.pick(['\n'], ['\r\n'], ['\n', '\r\n']);
    if (tape.oneIn(4)) this.text = '\uFEFF';
  }

  end(): void {
    this.text += this.#ends[this.#ends.length < 2 ? 0 : this.#tape.below(this.#ends.length)] ?? '\n';
  }

  line(text: string): void {
    this.text += text;
    this.end();
  }

  /** A piece of a line that holds a status. */
  status(of: string, { text, kind, started, date }: Token): void {
    const start = this.text.length;
    this.text += text;
    this.known.push({ of, kind, started, date, start, end: start + text.length });
  }

  /** A bare date that stands for a sign-off. */
  date(of: string, date: string): void {
    const start = this.text.length;
    this.text += date;
    this.known.push({ of, kind: 'cleared', started: false, date, start, end: start + date.length });
  }

  blank(): void {
    this.line(this.#tape.pick('', '', ' ', '\t'));
  }

  decoy(): void {
    if (!this.#tape.oneIn(3)) return;
    for (const line of this.#tape.pick(...(decoys as readonly [readonly string[]]))) this.line(line);
    this.blank();
  }
}

/** A cell: words, or a status of something. */
type Cell =
  | string
  | { readonly of: string; readonly token: Token; readonly before?: string; readonly behind: string };

function table(out: Writer, tape: Tape, header: readonly string[], rows: readonly (readonly Cell[])[]): void {
  const outer = tape.pick(true, true, false);
  const wide = tape.pick(' ', '', '   ');
  const open = outer ? `|${wide}` : '';
  const close = outer ? `${wide}|${tape.pick('', '  ')}` : '';
  const between = `${wide}|${wide}`;
  out.line(open + header.join(between) + close);
  out.line(
    open + header.map(() => tape.pick('---', ':--', '--:', ':-:', '--')).join(outer ? '|' : ' | ') + close,
  );
  for (const row of rows) {
    out.text += open;
    // A row may end before its empty cells.
    const last = row.findLastIndex((cell, index) => index < 2 || typeof cell !== 'string');
    const cells = tape.oneIn(4) && !row.includes(barred) ? row.slice(0, last + 1) : row;
    for (const [index, cell] of cells.entries()) {
      if (index > 0) out.text += between;
      if (typeof cell === 'string') {
        out.text += cell;
        continue;
      }
      out.text += cell.before ?? '';
      out.status(cell.of, cell.token);
      out.text += cell.behind;
    }
    out.line(close);
  }
  out.blank();
}

/** A bar in code parts cells to GitHub, so that only a row of the right number of others can tell that it does not. */
const barred = '`a | b`';

/** Behind a token in a cell: bars are escaped there. */
const inCell = (tape: Tape): string => tape.pick('', ' by hand', ' (a \\| b)', ', see ✅ above');

function summary(out: Writer, tape: Tape): void {
  const columns = ['Pre-flight', 'Deploy', 'Verified', 'Sign-off date', 'Owner', 'Infrastructure'];
  const shown = tape.shuffled(columns.slice(0, 4 + tape.below(3)));
  const named = (name: string): string => tape.pick(`\`${name}\``, name, `**${name}**`, `${name} (both)`);
  const rows = tape.shuffled(runbook.partitions).map(({ name }): readonly Cell[] => [
    named(name),
    ...shown.map((title): Cell => {
      if (title === 'Owner') return tape.pick('Ann', 'Bob \\| Eve ✅', '—', barred);
      if (title === 'Infrastructure') return tape.pick('Alpha002', '—');
      if (title === 'Sign-off date' && tape.oneIn(2)) return tape.pick('—', '–');
      return { of: `${name}/${title} summary`, token: token(tape), behind: inCell(tape) };
    }),
  ]);
  table(out, tape, ['Partition', ...shown], rows);
}

function gates(out: Writer, tape: Tape): void {
  const shown = tape.shuffled(['Status', ...['Date', 'Owner', 'Why'].slice(0, tape.below(4))]);
  const titles = [...runbook.gates.map((gate) => gate.title), ...tape.pick([], ['Pull request merged'])];
  const rows = tape
    .shuffled(titles)
    .map((title): readonly Cell[] => [
      title,
      ...shown.map(
        (column): Cell =>
          column === 'Status'
            ? { of: `gate ${title}`, token: token(tape), behind: inCell(tape) }
            : tape.pick('—', 'Ann ✅', 'a \\| b'),
      ),
    ]);
  table(out, tape, ['Gate', ...shown], rows);
}

const marks = ['- ', '* ', '+ ', '1. ', '-   ', '-\t'] as const;

/** One check with what hangs below it. */
function check(out: Writer, tape: Tape, of: string, text: string, lead: string, mark: string): void {
  out.text += `${lead}${mark}${tape.pick('', '', '[ ] ', '[x] ')}`;
  const inner = lead + ' '.repeat(mark === '-\t' ? 4 : mark.length);
  const broken = tape.below(6);
  out.text += text;
  if (broken === 4) {
    out.end();
    out.text += inner;
  } else if (broken === 5) {
    out.end();
  }
  out.text += broken >= 4 ? 'and so on: ' : tape.pick(': ', ' ', ' → ');
  out.status(`${of} check`, token(tape));
  out.line(behind(tape));
  if (tape.oneIn(5)) {
    out.blank();
    out.line(`${inner}A paragraph of its own about ✅ and ❌.`);
  }
  for (let count = tape.below(3); count > 0; count--) {
    out.text += `${inner}${mark.startsWith('1') ? '- ' : mark}`;
    if (tape.pick(true, false)) {
      out.text += '2026-11-20 10:02:11 +00:00 ';
      out.status(`${of} history`, token(tape));
      out.line(tape.pick(' passed — resolves', ' failed — none'));
    } else if (tape.oneIn(2)) {
      out.text += `${words(tape)}: `;
      out.status(`${of} check`, token(tape));
      out.line(behind(tape));
    } else {
      out.line(words(tape));
    }
  }
}

function checks(out: Writer, tape: Tape, of: string, target: Target): void {
  const own = placedChecks(runbook, target, () => ({})).map(({ entry }) =>
    entry.command === undefined
      ? entry.label
      : `\`${entry.command}\` ${tape.pick(entry.label, 'in other words', '')}`,
  );
  const kept = tape.shuffled(own).slice(0, own.length - (tape.oneIn(4) ? 1 : 0));
  const mark = tape.pick(...marks);
  const loose = tape.oneIn(3);
  const all = [...kept, ...(tape.oneIn(2) ? [words(tape)] : [])];
  for (const [index, text] of all.entries()) {
    if (index > 0 && loose) out.blank();
    check(out, tape, of, text.trim(), '', mark);
  }
  out.blank();
}

/** A heading by its level, underlined where that can be. */
function heading(out: Writer, tape: Tape, level: number, title: string, of?: string): void {
  const under = level < 3 && tape.oneIn(3);
  if (!under) out.text += `${'#'.repeat(level)} `;
  out.text += title;
  if (of !== undefined && tape.pick(true, false)) {
    out.text += ' ';
    out.status(`${of} heading`, token(tape));
    out.text += tape.pick('', ' (second attempt)');
  }
  if (under) {
    out.end();
    out.line((level === 1 ? '=' : '-').repeat(1 + tape.below(5)));
  } else {
    out.line(tape.oneIn(5) ? ` ${'#'.repeat(level)}` : '');
  }
  if (tape.pick(true, true, false)) out.blank();
}

function partition(out: Writer, tape: Tape, level: number, name: string): void {
  heading(out, tape, level, `§ ${name}${tape.pick('', ' (Alpha002 / NonProd)', ' — by hand', ': words')}`);
  out.decoy();
  const target = runbook.partitions.find((each) => each.name === name);
  if (target === undefined) throw new Error(`no ${name}`);
  const signOffFirst = tape.oneIn(5);
  const sign = (): void => {
    out.text += `**Sign-off**${tape.pick(': ', ' by Ann: ')}`;
    out.status(`${name} sign-off`, token(tape));
    out.line(behind(tape));
    out.blank();
  };
  if (signOffFirst) sign();
  const below = level + tape.pick(1, 1, 2);
  const recorded = tape.shuffled(runbook.phases).filter(() => !tape.oneIn(8));
  for (const phase of recorded) {
    const task = typeof phase.task === 'string' ? `${phase.task}-${name}` : 'T-O5';
    const remark = tape.pick('', ` (${task})`, ' — in the evening', ': again');
    heading(out, tape, below, phase.title + remark, `${name}/${phase.title}`);
    out.decoy();
    checks(out, tape, `${name}/${phase.title}`, { kind: 'phase', partition: target, phase });
    out.decoy();
    if (tape.oneIn(3)) {
      out.line(tape.pick('**Notes / anomalies**:', '**Observations**: some'));
      out.blank();
      out.line(`- ${words(tape)} ❌ 2026-01-01 on the way`);
      out.line('  - 2026-11-20 10:02:11 +00:00 ✅ passed — not a check');
      if (tape.oneIn(2)) out.line('- **First attempt 16:08 PDT** failed for want of a profile');
      out.blank();
    }
  }
  if (!signOffFirst) sign();
  out.decoy();
}

function gateSection(out: Writer, tape: Tape, level: number, index: number): void {
  const gate = runbook.gates[index];
  if (gate?.section === undefined) throw new Error('no section');
  heading(out, tape, level, gate.section + tape.pick('', ' (Step 1)', ' — detail'));
  out.decoy();
  const of = `gate ${gate.title}`;
  const target: Target = { kind: 'gate', gate };
  if (index > 0) {
    checks(out, tape, of, target);
    return;
  }
  const shown = tape.shuffled([
    tape.pick('Outcome', 'Status', 'Result'),
    ...tape.pick(['Note'], ['Note', 'Owner']),
  ]);
  const rows = placedChecks(runbook, target, () => ({})).map(({ entry }): readonly Cell[] => [
    `\`${entry.command}\` ${entry.label}`,
    ...shown.map(
      (title): Cell =>
        title === 'Note' || title === 'Owner'
          ? tape.pick('', 'with Ann ✅', '—')
          : { of: `${of} check`, token: token(tape), behind: inCell(tape) },
    ),
  ]);
  table(out, tape, ['Check', ...shown], rows);
}

export function logOf(numbers: readonly number[]): RandomLog {
  const tape = new Tape(numbers);
  const out = new Writer(tape);
  const level = tape.pick(2, 2, 1);
  const sections: readonly (() => void)[] = [
    () => {
      heading(out, tape, level, 'Run kickoff');
      out.line('**Started**: 2026-11-20 by Ann ✅.');
      out.blank();
    },
    () => {
      heading(out, tape, level, 'Cascade summary table');
      out.decoy();
      summary(out, tape);
    },
    ...(tape.oneIn(8) ? [] : [() => gates(out, tape)]),
    ...runbook.gates
      .filter(() => !tape.oneIn(8))
      .map((gate) => () => gateSection(out, tape, level, runbook.gates.indexOf(gate))),
    ...runbook.partitions
      .filter(() => !tape.oneIn(8))
      .map(
        ({ name }) =>
          () =>
            partition(out, tape, level, name),
      ),
    () => {
      heading(out, tape, level, 'Script fixes landed');
      table(out, tape, ['Date', 'Script', 'Bug'], [['2026-11-20', '`a.sh \\| b`', '❌']]);
    },
  ];
  if (tape.pick(true, false)) {
    out.line('# Sample');
    out.blank();
  }
  // Below a partition's section the gate table would still be the gate table, but a field would be the partition's.
  for (const section of tape.oneIn(2) ? tape.shuffled(sections) : sections) section();
  const cut = tape.oneIn(3) ? out.text.replace(/[\s]+$/, '') : out.text;
  const last = out.known.reduce((most, { end }) => Math.max(most, end), 0);
  return { text: cut.length < last ? out.text : cut, known: out.known };
}

export const randomLog: fc.Arbitrary<RandomLog> = fc
  .array(fc.nat({ max: 5039 }), { maxLength: 700, size: 'max' })
  .map(logOf);

/** The words of a report: what is said beside the marks and colours. */
import type { CheckRow, CheckState } from '../core/run/cell-report.ts';

export const stateWords: Readonly<Record<CheckState, string>> = {
  passed: 'passed',
  failed: 'failed',
  unknown: 'unknown',
  running: 'running',
  waiting: 'waiting',
  blocked: 'blocked',
  'not-run': 'not run',
};

/** What a person has to look at. */
const open: readonly CheckState[] = ['failed', 'unknown', 'blocked'];
const order: readonly CheckState[] = ['failed', 'unknown', 'blocked', 'running', 'waiting', 'not-run'];

/** `4 of 6 passed, 1 failed, 1 running` */
export function summary(rows: readonly Pick<CheckRow, 'state'>[]): string {
  const counts = new Map<CheckState, number>();
  for (const { state } of rows) counts.set(state, (counts.get(state) ?? 0) + 1);
  const others = order.flatMap((state) => {
    const count = counts.get(state);
    return count === undefined ? [] : [`${count} ${stateWords[state]}`];
  });
  return [`${counts.get('passed') ?? 0} of ${rows.length} passed`, ...others].join(', ');
}

/** Of too many rows those that are open, then those that run, then the first of the others; in their order. */
export function pick<Row extends Pick<CheckRow, 'state'>>(
  rows: readonly Row[],
  most: number,
): readonly Row[] {
  if (rows.length <= most) return rows;
  const rank = ({ state }: Row): number => (open.includes(state) ? 0 : state === 'running' ? 1 : 2);
  const ranked = rows.map((row, index) => ({ row, index })).sort((a, b) => rank(a.row) - rank(b.row));
  return ranked
    .slice(0, most)
    .sort((a, b) => a.index - b.index)
    .map(({ row }) => row);
}

/** `0.8 s`, `1 min 4 s` */
export function durationText(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** More than this of one text is of no use to the eye, and the transcript has it. */
const longest = 4000;

export function shown(text: string): string {
  if (text.length <= longest) return text;
  const end = /[\uD800-\uDBFF]/.test(text[longest - 1] ?? '') ? longest - 1 : longest;
  return `${text.slice(0, end)}… (${text.length} characters)`;
}

export interface Words {
  readonly kind: 'words' | 'code';
  readonly text: string;
}

/** Markdown as the log writes a check: words, and code between runs of backticks of one length. */
export function inlineCode(markdown: string): readonly Words[] {
  const found: Words[] = [];
  const add = (kind: Words['kind'], text: string): void => {
    if (text !== '') found.push({ kind, text });
  };
  let from = 0;
  const runs = [...markdown.matchAll(/`+/g)];
  for (let at = 0; at < runs.length; at++) {
    const start = runs[at];
    const close = runs.findIndex((run, index) => index > at && run[0].length === start?.[0].length);
    const end = runs[close];
    if (start === undefined || end === undefined) continue;
    add('words', markdown.slice(from, start.index));
    const code = markdown.slice(start.index + start[0].length, end.index);
    add('code', /^ .*[^ ].* $/s.test(code) ? code.slice(1, -1) : code);
    from = end.index + end[0].length;
    at = close;
  }
  add('words', markdown.slice(from));
  return found;
}

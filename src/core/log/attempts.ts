/** Attempts of a phase: each that did not pass stays in its notes; the one that passes is told there and in the heading. */
import type { TextEdit } from '../ports.ts';
import type { Span } from '../text.ts';
import type { Stamp } from './edits.ts';
import { bulletsOf } from './find.ts';
import { type Place, sectionOf } from './place.ts';
import { type ExecutionLog, type LogBullet, type LogHeading, readLog } from './read.ts';
import { recordNote } from './record.ts';

/** `**First attempt (16:08)** …`, `**Attempt 2026-11-24 10:02:11 +00:00** failed …` */
const head = /^\*\*([^*]*\battempt\b[^*]*)\*\*\W*(passed\b|succeeded\b)?/i;

const clock = /\d{1,2}:\d{2}(?::\d{2})?(?: ?(?:[+-]\d{2}:\d{2}|[A-Z]{2,4}\b))?/;

const ordinals = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth'];
/** What stands for a number in the head of an attempt; the year of its time does not. */
const numbered = new RegExp(
  `\\b(${ordinals.join('|')}|\\d{1,3}(?=st\\b|nd\\b|rd\\b|th\\b))|\\battempt #?(\\d{1,3})(?![\\d:-])`,
  'i',
);

export interface Attempt {
  /** As its words say, else one more than the highest before it. */
  readonly number: number;
  readonly passed: boolean;
  /** `2026-11-24` */
  readonly date?: string;
  /** `10:02:11 +00:00`, or `16:08 PDT` as people write it. */
  readonly time?: string;
  /** What follows its head. */
  readonly words: string;
  readonly span: Span;
}

export const tellsOfAttempt = (text: string): boolean => /^\*\*[^*]*\battempt\b/i.test(text);

/** What the bullets of a phase's section tell of its attempts, in their order. */
export function attemptsOf(log: ExecutionLog, section: LogHeading): readonly Attempt[] {
  const attempts: Attempt[] = [];
  let highest = 0;
  for (const bullet of bulletsOf(section.own)) {
    const told = readAttempt(log, bullet);
    if (told === undefined) continue;
    const number = told.number ?? highest + 1;
    highest = Math.max(highest, number);
    attempts.push({ ...told, number });
  }
  return attempts;
}

function readAttempt(
  { text }: ExecutionLog,
  bullet: LogBullet,
): (Omit<Attempt, 'number'> & { readonly number: number | undefined }) | undefined {
  const own = text.slice(bullet.text.start, bullet.text.end);
  const match = head.exec(own);
  if (match === null) return undefined;
  const [, title = '', passed] = match;
  const [, word = '', digits = ''] = numbered.exec(title) ?? [];
  const named = ordinals.indexOf(word.toLowerCase()) + 1 || Number(word || digits);
  const date = /\d{4}-\d{2}-\d{2}/.exec(title)?.[0];
  const time = clock.exec(title)?.[0];
  return {
    number: named > 0 ? named : undefined,
    passed: passed !== undefined || bullet.status?.kind === 'cleared',
    ...(date === undefined ? {} : { date }),
    ...(time === undefined ? {} : { time }),
    words: own.slice(own.indexOf('**', 2) + 2).replace(/^[\s:—–-]{1,8}/, ''),
    span: bullet.text,
  };
}

/** The newest of them: the one with the highest number. */
const newest = (attempts: readonly Attempt[]): Attempt | undefined =>
  attempts.reduce<Attempt | undefined>(
    (best, each) => (best === undefined || each.number >= best.number ? each : best),
    undefined,
  );

const name = (number: number): string =>
  number <= 3 ? `${ordinals[number - 1]} attempt` : `attempt ${number}`;

/** ` (second attempt)` behind the status of a heading whose newest attempt passed; nothing when the first one did. */
export function attemptRemark(log: ExecutionLog, section: LogHeading): string {
  const last = newest(attemptsOf(log, section));
  return last?.passed === true && last.number > 1 ? ` (${name(last.number)})` : '';
}

/**
 * Adds the attempt that passed behind those that did not. Where all went well, or where the newest one has passed
 * before, there is nothing to add: a phase that is run again has not failed in between.
 */
export function recordPassedAttempt(
  text: string,
  place: Place,
  checks: number,
  begun: Stamp,
): readonly TextEdit[] {
  const log = readLog(text);
  const section = sectionOf(log, place);
  const last = section === undefined ? undefined : newest(attemptsOf(log, section));
  if (last === undefined || last.passed) return [];
  const number = last.number + 1;
  const words = number <= 3 ? name(number) : `${name(number)},`;
  const title = `${words[0]?.toUpperCase()}${words.slice(1)}`;
  return recordNote(text, place, `**${title} ${begun.time}** passed: ${checks} of ${checks} checks`);
}

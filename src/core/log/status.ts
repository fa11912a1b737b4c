/** The status tokens of a log: `✅ 2026-05-26`, `🟡 started 2026-11-24 10:02:11 +00:00`, `⏳ pending`. */
import type { Span } from '../text.ts';

export type StatusKind = 'cleared' | 'partial' | 'failed' | 'waived' | 'pending';

/** What is cleared or waived holds nothing up. */
export const isSettled = (kind: StatusKind): boolean => kind === 'cleared' || kind === 'waived';

export interface LogStatus {
  readonly kind: StatusKind;
  /** A change began here and no result was written. */
  readonly started: boolean;
  /** `2026-05-26` */
  readonly date?: string;
  /** `1 of 10 failed`, as the product writes it. */
  readonly count?: string;
  /** From the sign to the last part of the token. */
  readonly span: Span;
}

export const signs: Readonly<Record<StatusKind, string>> = {
  cleared: '✅',
  partial: '🟡',
  failed: '❌',
  waived: '⚠️',
  pending: '⏳',
};

const kinds: ReadonlyMap<number, StatusKind> = new Map([
  [0x2705, 'cleared'],
  [0x1f7e1, 'partial'],
  [0x274c, 'failed'],
  [0x26a0, 'waived'],
  [0x23f3, 'pending'],
]);

/**
 * What follows a sign and belongs to it. The counts behind a date are the product's own words, so a later status takes
 * them along; what people write behind a token is no part of it.
 */
const tokenTail =
  /\uFE0F?(?:[ ]{1,4}(started|pending|waived|unknown)\b)?(?:[ ]{1,4}(\d{4}-\d{2}-\d{2})(?:[ ]\d{2}:\d{2}:\d{2}[ ][+-]\d{2}:\d{2})?)?(?:[ ](\d+ of \d+ (?:open|failed|unknown)\b))?/y;

/** The offset of the first sign at or behind `from`, or -1. Signs are far from what most text is made of. */
function signAt(text: string, from: number): number {
  for (let at = from; at < text.length; at++)
    if (text.charCodeAt(at) >= 0x2300 && kinds.has(text.codePointAt(at) ?? 0)) return at;
  return -1;
}

/** The first status in a piece of text, code spans left out; `offset` is where the piece stands. */
export function findStatus(text: string, offset: number): LogStatus | undefined {
  let at = signAt(text, 0);
  if (at < 0) return undefined;
  // Only a sign with a backtick before it can stand in code; without one the first sign is the status.
  const tick = text.indexOf('`');
  const code = tick >= 0 && tick < at ? codeSpans(text) : [];
  let passed = 0;
  for (; at >= 0; at = signAt(text, at + 1)) {
    while ((code[passed]?.end ?? Number.POSITIVE_INFINITY) <= at) passed++;
    if (at >= (code[passed]?.start ?? Number.POSITIVE_INFINITY)) continue;
    const point = text.codePointAt(at) ?? 0;
    const kind = kinds.get(point);
    if (kind === undefined) continue;
    tokenTail.lastIndex = at + (point > 0xffff ? 2 : 1);
    const match = tokenTail.exec(text);
    const status: { -readonly [K in keyof LogStatus]: LogStatus[K] } = {
      kind,
      started: match?.[1] === 'started',
      span: { start: offset + at, end: offset + tokenTail.lastIndex },
    };
    if (match?.[2] !== undefined) status.date = match[2];
    if (match?.[3] !== undefined) status.count = match[3];
    return status;
  }
  return undefined;
}

/** Code spans of one line, by backtick runs of equal length. */
export function codeSpans(text: string): readonly Span[] {
  const runs: Span[] = [];
  for (let at = text.indexOf('`'); at >= 0; ) {
    let end = at + 1;
    while (text.charCodeAt(end) === 96) end++;
    runs.push({ start: at, end });
    at = text.indexOf('`', end);
  }
  if (runs.length < 2) return [];
  const length = (run: Span | undefined): number => (run === undefined ? 0 : run.end - run.start);
  /** For each run the next one of its length. */
  const closes: (number | undefined)[] = [];
  const seen = new Map<number, number>();
  for (let index = runs.length - 1; index >= 0; index--) {
    closes[index] = seen.get(length(runs[index]));
    seen.set(length(runs[index]), index);
  }
  const spans: Span[] = [];
  for (let index = 0; index < runs.length; index++) {
    const open = runs[index];
    const close = closes[index];
    const end = close === undefined ? undefined : runs[close];
    if (open === undefined || close === undefined || end === undefined) continue;
    spans.push({ start: open.start, end: end.end });
    index = close;
  }
  return spans;
}

/** What stands in the code span that a text begins with. */
export function leadingCode(text: string): string | undefined {
  if (!text.startsWith('`')) return undefined;
  let ticks = 1;
  while (text[ticks] === '`') ticks++;
  let close = text.indexOf('`', ticks);
  while (close >= 0) {
    let end = close + 1;
    while (text[end] === '`') end++;
    if (end - close === ticks) {
      const from = text[ticks] === ' ' ? ticks + 1 : ticks;
      const to = text[close - 1] === ' ' && close > from ? close - 1 : close;
      return text.slice(from, to);
    }
    close = text.indexOf('`', end);
  }
  return undefined;
}

const beforeThat = '; before that ';

/**
 * A token that takes another one's place. Where words follow the old one and the verdict changes, the old one stays
 * in front of its words: nobody shall read the evidence of a failure behind a sign that it passed.
 */
export function successor(
  old: LogStatus,
  text: string,
  tail: string,
  token: string,
  kind: StatusKind,
): string {
  if (old.kind === kind || tail.trim() === '' || tail.startsWith(beforeThat)) return token;
  return `${token}${beforeThat}${text}`;
}

/** What stands behind a status and belongs to it; what belongs to an earlier one does not. */
export const noteBehind = (tail: string): string =>
  tail.startsWith(beforeThat) ? '' : tail.replace(/^[\s—–→-]+/u, '').trim();

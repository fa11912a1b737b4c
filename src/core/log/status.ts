/** The status tokens of a log: `✅ 2026-05-26`, `🟡 started 2026-11-24 10:02:11 +00:00`, `⏳ pending`. */
import type { Span } from '../text.ts';

export type StatusKind = 'cleared' | 'partial' | 'failed' | 'waived' | 'pending';

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

const kinds: Readonly<Record<string, StatusKind>> = {
  '✅': 'cleared',
  '🟡': 'partial',
  '❌': 'failed',
  '⚠': 'waived',
  '⏳': 'pending',
};

/**
 * The counts behind a date are the product's own words, so a later status takes them along; what people write
 * behind a token is no part of it.
 */
const token =
  /(✅|🟡|❌|⚠|⏳)\uFE0F?(?:[ ]+(started|pending|waived|unknown)\b)?(?:[ ]+(\d{4}-\d{2}-\d{2})(?:[ ]\d{2}:\d{2}:\d{2}[ ][+-]\d{2}:\d{2})?)?(?:[ ](\d+ of \d+ (?:open|failed|unknown)\b))?/gu;

/** The first status in a piece of text, code spans left out; `offset` is where the piece stands. */
export function findStatus(text: string, offset: number): LogStatus | undefined {
  const code = codeSpans(text);
  for (const match of text.matchAll(token)) {
    if (code.some((span) => match.index >= span.start && match.index < span.end)) continue;
    const kind = kinds[match[1] ?? ''];
    if (kind === undefined) continue;
    return {
      kind,
      started: match[2] === 'started',
      ...(match[3] === undefined ? {} : { date: match[3] }),
      ...(match[4] === undefined ? {} : { count: match[4] }),
      span: { start: offset + match.index, end: offset + match.index + match[0].length },
    };
  }
  return undefined;
}

/** Code spans of one line, by backtick runs of equal length. */
export function codeSpans(text: string): readonly Span[] {
  const spans: Span[] = [];
  const runs = [...text.matchAll(/`+/g)];
  for (let index = 0; index < runs.length; index++) {
    const open = runs[index];
    if (open === undefined) continue;
    const close = runs.findIndex((run, at) => at > index && run[0].length === open[0].length);
    const end = runs[close];
    if (end === undefined) continue;
    spans.push({ start: open.index, end: end.index + end[0].length });
    index = close;
  }
  return spans;
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

/** What was to be filled in, and was not. */
import { isSuperseded } from '../log/find.ts';
import type { Content } from '../log/read.ts';
import { codeSpans, findStatus } from '../log/status.ts';
import type { Span } from '../text.ts';
import { type Check, type Found, quoted } from './rule.ts';

const placeholder =
  /\([Ff]ill in\b[^()]{0,200}\)?|<(?:[Yy]{4}-[Mm]{2}-[Dd]{2}|date|note|reason|name|command)>|\b(?:TODO|TBD|FIXME)\b/;
/** Says the truth until the cascade is over. */
const none = /^\(?none yet\)?$/i;

export const leftovers: Check = (context) => {
  const { log } = context.record;
  const over = context.record.partitions.every(({ signOff }) => signOff.field?.status?.kind === 'cleared');
  return log.headings
    .filter((heading) => !isSuperseded(heading))
    .flatMap((heading) => leftIn(log.text, heading.own))
    .filter((found) => over || found.kind === 'placeholder')
    .map(({ message, span }) => ({ message, span }));
};

interface LeftOver extends Found {
  readonly kind: 'placeholder' | 'none';
}

/** By the text of a section, which stays the same object while it does not change. */
const known = new WeakMap<Content, readonly LeftOver[]>();

function leftIn(log: string, own: Content): readonly LeftOver[] {
  const found =
    known.get(own) ??
    [
      ...own.bullets.map((bullet) => bullet.text),
      ...own.fields.map((field) => field.line),
      ...own.tables.flatMap((table) => table.rows.flatMap((row) => row.cells.map((cell) => cell.span))),
    ].flatMap((span) => leftOver(log, span));
  known.set(own, found);
  return found;
}

function leftOver(log: string, span: Span): readonly LeftOver[] {
  const text = log.slice(span.start, span.end);
  if (none.test(text)) {
    const message = `"${text}" still stands here, and every partition is signed off. Write down what there was, or that there was nothing.`;
    return [{ kind: 'none', message, span }];
  }
  const found = placeholder.exec(text);
  if (found === null) return [];
  const at = found.index;
  if (codeSpans(text).some((code) => at >= code.start && at < code.end)) return [];
  // What is pending may say what is to come.
  if (findStatus(text, 0)?.kind === 'pending') return [];
  const start = span.start + at;
  return [
    {
      kind: 'placeholder',
      message: `A placeholder was left over: "${quoted(found[0])}".`,
      span: { start, end: start + found[0].length },
    },
  ];
}

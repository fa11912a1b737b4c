/** What was to be filled in, and was not. */
import { isSuperseded } from '../log/find.ts';
import { codeSpans, findStatus } from '../log/status.ts';
import type { Span } from '../text.ts';
import { type Check, type Found, type LintContext, quoted } from './rule.ts';

const placeholder =
  /\([Ff]ill in\b[^()]{0,200}\)?|<(?:[Yy]{4}-[Mm]{2}-[Dd]{2}|date|note|reason|name|command)>|\b(?:TODO|TBD|FIXME)\b/;
/** Says the truth until the cascade is over. */
const none = /^\(?none yet\)?$/i;

export const leftovers: Check = (context) => {
  const { log } = context.record;
  const over = context.record.partitions.every(({ signOff }) => signOff.field?.status?.kind === 'cleared');
  const old = log.headings.filter(isSuperseded).map((heading) => ({
    start: heading.line.start,
    end: heading.ownEnd,
  }));
  const spans = [
    ...log.bullets.map((bullet) => bullet.text),
    ...log.fields.map((field) => field.line),
    ...log.tables.flatMap((table) => table.rows.flatMap((row) => row.cells.map((cell) => cell.span))),
  ];
  let passed = 0;
  return spans
    .toSorted((a, b) => a.start - b.start)
    .filter((span) => {
      while ((old[passed]?.end ?? Number.POSITIVE_INFINITY) <= span.start) passed++;
      return span.start < (old[passed]?.start ?? Number.POSITIVE_INFINITY);
    })
    .flatMap((span) => leftOver(context, span, over));
};

function leftOver({ record }: LintContext, span: Span, over: boolean): readonly Found[] {
  const text = record.log.text.slice(span.start, span.end);
  if (none.test(text)) {
    return over
      ? [
          {
            message: `"${text}" still stands here, and every partition is signed off. Write down what there was, or that there was nothing.`,
            span,
          },
        ]
      : [];
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
      message: `A placeholder was left over: "${quoted(found[0])}".`,
      span: { start, end: start + found[0].length },
    },
  ];
}

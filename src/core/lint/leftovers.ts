/** What was to be filled in, and was not. */
import { isSuperseded } from '../log/find.ts';
import type { Piece } from '../log/read.ts';
import { codeSpans, findStatus } from '../log/status.ts';
import type { Span } from '../text.ts';
import { type Check, type Found, inPieces, quoted } from './rule.ts';

const placeholder =
  /\([Ff]ill in\b[^()]{0,200}\)?|<(?:[Yy]{4}-[Mm]{2}-[Dd]{2}|date|note|reason|name|command)>|\b(?:TODO|TBD|FIXME)\b/;
/** Says the truth until the cascade is over. */
const none = /^\(?none yet\)?$/i;

export const leftovers: Check = (context) => {
  const { log } = context.record;
  const over = context.record.partitions.every(({ signOff }) => signOff.field?.status?.kind === 'cleared');
  return log.headings
    .filter((heading) => !isSuperseded(heading))
    .flatMap(({ piece, own }) => leftIn(piece, () => ({ text: log.text, content: own })))
    .filter((found) => over || found.kind === 'placeholder')
    .map(({ message, span }) => ({ message, span }));
};

interface LeftOver extends Found {
  readonly kind: 'placeholder' | 'none';
}

const leftIn = inPieces(({ text, content: { bullets, fields, tables } }: Piece): readonly LeftOver[] =>
  [
    ...bullets.map((bullet) => bullet.text),
    ...fields.map((field) => field.line),
    ...tables.flatMap((table) => table.rows.flatMap((row) => row.cells.map((cell) => cell.span))),
  ].flatMap((span) => leftOver(text, span)),
);

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

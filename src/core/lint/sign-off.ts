/** Sign-offs: what a person signed stands over nothing open, and says so itself. */
import { replace } from '../log/edits.ts';
import type { PartitionRecord } from '../log/model.ts';
import { signs } from '../log/status.ts';
import { isEmpty, setDate } from '../log/table-edits.ts';
import type { Span } from '../text.ts';
import { type Check, type Found, fix, isDone, type LintContext, quoted } from './rule.ts';

/** Words of a sign-off that leave something open. */
const opens =
  /\b(?:pending|awaiting|outstanding|to be (?:confirmed|seen|done|checked)|still to|not yet)\b|⏳/gi;
/** Words right before them that say the opposite: `nothing is pending`, `no longer awaiting`. */
const denied = /\b(?:no|none|nothing|without)(?:\s+[\p{L}-]+){0,3}\s*$/iu;

function leftOpenAt(text: string): number | undefined {
  for (const { index } of text.matchAll(opens)) {
    if (!denied.test(text.slice(Math.max(0, index - 60), index))) return index;
  }
  return undefined;
}

export const signOffs: Check = (context) =>
  context.record.partitions.flatMap((partition) => [
    ...leavesOpen(context, partition),
    ...overOpenPhases(context, partition),
    ...againstSummary(context, partition),
  ]);

/** `Sign-off: ✅ … confirmation pending`: signed, and not. */
function leavesOpen({ record }: LintContext, partition: PartitionRecord): readonly Found[] {
  const { field } = partition.signOff;
  if (field?.status === undefined || field.status.kind !== 'cleared') return [];
  const from = field.status.span.end;
  const tail = record.log.text.slice(from, field.line.end);
  const at = leftOpenAt(tail);
  if (at === undefined) return [];
  const sentence = sentenceAround(tail, at);
  const words = tail.slice(sentence.start, sentence.end);
  const checks = partition.phases.flatMap((phase) => phase.sections.at(-1)?.checks ?? []);
  const wanted = distinctive(words);
  const shared = (label: string): number =>
    wanted.filter((word) => label.toLowerCase().includes(word)).length;
  const [named] = checks
    .filter((check) => check.status?.kind === 'cleared' && shared(check.label) > 0)
    .toSorted((x, y) => shared(y.label) - shared(x.label));
  const settled =
    named === undefined
      ? ''
      : ` "${quoted(named.label)}" above is cleared: mend the words, or say what is still open.`;
  return [
    {
      message: `${partition.partition} is signed off, and the sign-off still says "${quoted(words.replace(/\.$/, ''))}".${settled}`,
      span: { start: from + sentence.start, end: from + sentence.end },
      ...(named === undefined
        ? {}
        : { related: [{ span: named.span, message: 'the check that is cleared' }] }),
    },
  ];
}

function sentenceAround(text: string, at: number): Span {
  const before = Math.max(text.lastIndexOf('. ', at) + 2, text.lastIndexOf(') ', at) + 1, 0);
  const after = text.indexOf('. ', at);
  const raw = text.slice(before === 1 ? 0 : before, after < 0 ? text.length : after + 1);
  const start = (before === 1 ? 0 : before) + (raw.length - raw.trimStart().length);
  return { start, end: start + raw.trim().length };
}

const common = new Set([
  'pending',
  'awaiting',
  'confirmation',
  'confirmed',
  'operator',
  'still',
  'the',
  'and',
  'yet',
]);

const distinctive = (text: string): readonly string[] =>
  (text.toLowerCase().match(/\p{L}{5,}/gu) ?? []).filter((word) => !common.has(word));

/** Signed off over phases that are not cleared. */
function overOpenPhases(_: LintContext, partition: PartitionRecord): readonly Found[] {
  const { field, cell } = partition.signOff;
  const given = field?.status?.kind === 'cleared' || /^\d{4}-\d{2}-\d{2}/.test(cell?.text ?? '');
  const span = field?.line ?? cell?.span;
  if (!given || span === undefined) return [];
  return partition.phases.flatMap((phase): Found[] => {
    // A summary without this cell is told of as unreadable.
    if (phase.cell === undefined) return [];
    const { status } = phase.cell;
    if (status !== undefined && isDone(status)) return [];
    const message = `${partition.partition} is signed off, and its ${phase.phase.title} is ${status?.kind ?? 'pending'}.`;
    return [{ message, span, related: [{ span: phase.cell.span, message: 'the summary' }] }];
  });
}

/** The field of the section and the date of the summary. */
function againstSummary(context: LintContext, partition: PartitionRecord): readonly Found[] {
  const { field, cell } = partition.signOff;
  if (field === undefined || cell === undefined) return [];
  const date = /\d{4}-\d{2}-\d{2}/.exec(cell.text)?.[0];
  const open = cell.status !== undefined && cell.status.kind !== 'cleared';
  // A bare date signs as well as one behind a sign.
  const words = context.record.log.text.slice(field.line.start + field.label.length + 2, field.line.end);
  const bare = /^[:*\s]*(\d{4}-\d{2}-\d{2})/.exec(words);
  const signed = field.status?.kind === 'cleared';
  const related = [{ span: cell.span, message: 'the summary' }];
  const name = partition.partition;
  if (signed && (isEmpty(cell.text) || cell.status?.kind === 'pending')) {
    const day = field.status?.date ?? context.today;
    return [
      {
        message: `${name} is signed off in its section, and the summary has no date for it.`,
        span: cell.text === '' ? (partition.row?.line ?? cell.span) : cell.span,
        related: [{ span: field.line, message: 'the sign-off' }],
        fixes: [
          fix(`Write ${day} into the summary`, field.status?.date !== undefined, () => [
            cell.status === undefined
              ? setDate(context.record.log, cell, day)
              : replace(cell.status.span, day),
          ]),
        ],
      },
    ];
  }
  if (!signed && field.status === undefined && bare !== null && bare[1] === date) return [];
  if (!signed && date !== undefined && !open) {
    const message = `The summary says ${name} was signed off on ${date}, and the sign-off of its section is ${field.status?.kind ?? 'without a status'}.`;
    return [{ message, span: field.line, related }];
  }
  if (signed && field.status?.date === undefined && date !== undefined) {
    const token = `${signs.cleared} ${date}`;
    const span = field.status?.span ?? field.line;
    const message = `The sign-off of ${name} has no date; the summary says ${date}.`;
    return [{ message, span, related, fixes: [fix(`Write ${token}`, true, () => [replace(span, token)])] }];
  }
  if (signed && date !== undefined && field.status?.date !== date) {
    const message = `The sign-off of ${name} says ${field.status?.date}, and the summary says ${date}.`;
    return [{ message, span: field.line, related }];
  }
  return [];
}

/** Statuses that cannot be read, or that say too little. */
import { insert, replace } from '../log/edits.ts';
import { within } from '../log/find.ts';
import type { CheckRecord, GateRecord, ReadChecks, StatusCell } from '../log/model.ts';
import type { Piece } from '../log/read.ts';
import { type LogStatus, type StatusKind, signs } from '../log/status.ts';
import { isEmpty } from '../log/table-edits.ts';
import type { Span } from '../text.ts';
import { isDate } from './dates.ts';
import { phasesOf } from './phases.ts';
import { type Check, type Found, fix, inPieces, isDone, type LintContext, placed, quoted } from './rule.ts';

/** What people write for a sign of ours. */
const meant: readonly (readonly [RegExp, StatusKind])[] = [
  [/^(?:✔|✓|☑|🟢|👍|:white_check_mark:|:heavy_check_mark:|done\b|ok\b|passed\b|cleared\b)/iu, 'cleared'],
  [/^(?:✗|✘|✖|❎|🔴|⛔|🚫|:x:|failed\b)/iu, 'failed'],
  [/^(?:🟠|🔶|:warning:|partial\b|blocked\b)/iu, 'partial'],
  [/^(?:⌛|🕐|⏰|:hourglass:|todo\b|open\b|pending\b)/iu, 'pending'],
  [/^(?:waived\b|skipped\b|n\/a\b)/iu, 'waived'],
];

const meaning = (text: string): { kind: StatusKind; length: number } | undefined => {
  for (const [form, kind] of meant) {
    const match = form.exec(text);
    if (match === null) continue;
    const variation = text.charCodeAt(match[0].length) === 0xfe0f ? 1 : 0;
    return { kind, length: match[0].length + variation };
  }
  return undefined;
};

export const statusForms: Check = (context) => [
  ...phasesOf(context).flatMap(({ partition, phase, newest }) => [
    ...cellForm(phase.cell, `${phase.phase.title} of ${partition.partition}`, newest?.heading.status?.date),
    ...headingForm(newest?.heading.status, `${phase.phase.title} of ${partition.partition}`, phase.cell),
    ...(newest === undefined ? [] : checkForms(newest.read, () => placed(context, newest))),
  ]),
  ...context.record.gates.flatMap((gate) => [
    ...cellForm(
      gate.cell,
      `the gate "${quoted(gate.title)}"`,
      /\d{4}-\d{2}-\d{2}/.exec(gate.date?.text ?? '')?.[0],
      beside(gate),
    ),
    ...gateForms(context, gate),
  ]),
];

const checkForms = inPieces((piece: ReadChecks) =>
  piece.checks.flatMap((check) => [
    ...checkForm(piece, check),
    ...(check.status === undefined ? strangeSign(piece, check.span) : []),
  ]),
);

function gateForms({ record: { log } }: LintContext, { section, checks }: GateRecord): readonly Found[] {
  if (section === undefined) return [];
  return checks.flatMap((check) => checkForm({ text: log.text, content: section.own }, check));
}

/** A cell of the summary or of the gate table: a sign we know, with its date, and with its reason when waived. */
function cellForm(
  cell: StatusCell | undefined,
  what: string,
  date: string | undefined,
  besides = '',
): readonly Found[] {
  if (cell === undefined || isEmpty(cell.text)) return [];
  const { status } = cell;
  if (status === undefined) return [unknownSign(cell, what)];
  const tail = cell.text.slice(status.span.end - cell.span.start);
  return [...reason(status, tail + besides, what), ...dateForm(status, tail, what, date)];
}

/** What the other columns of a gate's row say. */
const beside = ({ row, cell, date }: GateRecord): string =>
  (row?.cells ?? [])
    .filter((each, index) => index > 0 && each.span.start !== cell?.span.start && each !== date)
    .map((each) => each.text)
    .join(' ');

function unknownSign(cell: StatusCell, what: string): Found {
  const means = meaning(cell.text);
  const known = Object.values(signs).join(' ');
  return {
    message: `"${quoted(cell.text)}" is no status of ${what}. Begin with one of ${known}.`,
    span: cell.span,
    fixes:
      means === undefined
        ? []
        : [
            fix(`Begin with ${signs[means.kind]}`, false, () => [
              replace({ start: cell.span.start, end: cell.span.start + means.length }, signs[means.kind]),
            ]),
          ],
  };
}

function headingForm(
  status: LogStatus | undefined,
  what: string,
  cell: StatusCell | undefined,
): readonly Found[] {
  return status === undefined ? [] : dateForm(status, '', `the heading of ${what}`, cell?.status?.date);
}

function dateForm(status: LogStatus, tail: string, what: string, date: string | undefined): readonly Found[] {
  if (status.date !== undefined) {
    return isDate(status.date)
      ? []
      : [{ message: `${status.date} is no date of the calendar.`, span: status.span }];
  }
  if (status.kind === 'pending' || status.started) return [];
  if (/^\s*\d/.test(tail)) {
    return [
      { message: `"${quoted(tail)}" is no date of ${what}. Write it as 2026-05-26.`, span: status.span },
    ];
  }
  return [
    {
      message: `The status of ${what} has no date.`,
      span: status.span,
      fixes:
        date === undefined ? [] : [fix(`Add ${date}`, true, () => [insert(beforeCount(status), ` ${date}`)])],
    },
  ];
}

/** A date stands between the sign and the count behind it. */
const beforeCount = ({ span, count }: LogStatus): number =>
  count === undefined ? span.end : span.end - count.length - 1;

const reason = (status: LogStatus, tail: string, what: string): readonly Found[] =>
  status.kind === 'waived' && /^[\s—–:-]*$/u.test(tail)
    ? [{ message: `${what} is waived and no reason is given. Write it behind the date.`, span: status.span }]
    : [];

/** Checks carry no date of their own in many logs; what they say must still be sound. */
function checkForm({ text, content }: Piece, { status, tail, label, span }: CheckRecord): readonly Found[] {
  const wrong = status?.date !== undefined && !isDate(status.date);
  if (status === undefined || (!wrong && status.kind !== 'waived')) return [];
  const [bullet] = within(content.bullets, (each) => each.text.start, {
    start: span.start,
    end: span.start + 1,
  });
  // The reason may stand in the words of the check, or on lines below it.
  const explained = /\bwaive/i.test(label) || text.slice(span.end, bullet?.end ?? span.end).trim() !== '';
  const what = `"${quoted(label)}"`;
  return [
    ...(wrong ? [{ message: `${status.date} is no date of the calendar.`, span: status.span }] : []),
    ...(explained ? [] : reason(status, tail, what)),
  ];
}

/** A sign that we do not know, where a check has its status. */
function strangeSign({ text: whole }: Piece, span: Span): readonly Found[] {
  const text = whole.slice(span.start, span.end);
  const colon = text.lastIndexOf(': ');
  const rest = colon < 0 ? '' : text.slice(colon + 2).trimStart();
  const means = /^[\p{L}]/u.test(rest) ? undefined : meaning(rest);
  if (means === undefined) return [];
  const start = span.start + text.length - rest.length;
  const at = { start, end: start + means.length };
  const sign = signs[means.kind];
  return [
    {
      message: `"${rest.slice(0, means.length)}" is not read as a status. Write ${sign}.`,
      span: at,
      fixes: [
        fix(`Write ${sign}`, !isDone({ kind: means.kind, started: false, span: at }), () => [
          replace(at, sign),
        ]),
      ],
    },
  ];
}

/** Phases: the summary cell, the heading and the checks below it tell one story, once. */
import { insert, replace } from '../log/edits.ts';
import { isSuperseded } from '../log/find.ts';
import type { CascadeRecord, CheckRecord, PartitionRecord, PhaseRecord, PhaseSection } from '../log/model.ts';
import { ensurePlace } from '../log/place.ts';
import type { LogHeading } from '../log/read.ts';
import { signs } from '../log/status.ts';
import { isEmpty, newRow, setToken } from '../log/table-edits.ts';
import { plain } from '../log/words.ts';
import { remembered } from '../once.ts';
import type { TextEdit } from '../ports.ts';
import { placeOf } from '../run/places.ts';
import type { Span } from '../text.ts';
import {
  type Check,
  checksThat,
  type Found,
  fix,
  isDone,
  type LintContext,
  quoted,
  type Standing,
  standing,
} from './rule.ts';

/** A phase of a partition, with the section that counts. */
interface Recorded {
  readonly partition: PartitionRecord;
  readonly phase: PhaseRecord;
  readonly newest: PhaseSection | undefined;
}

/** All of them; every rule asks for them. */
export const phasesOf = ({ record }: LintContext): readonly Recorded[] => phasesIn(record);

const phasesIn = remembered((record: CascadeRecord): readonly Recorded[] =>
  record.partitions.flatMap((partition) =>
    partition.phases.map((phase) => ({ partition, phase, newest: phase.sections.at(-1) })),
  ),
);

const nameOf = (partition: PartitionRecord, phase: PhaseRecord): string =>
  `${phase.phase.title} of ${partition.partition}`;

/** A partition, a phase, a row: each is recorded once. */
export const recordedTwice: Check = (context) => {
  const { record } = context;
  const partitions = record.partitions.flatMap((partition) =>
    repeated(partition.sections, `The section of ${partition.partition}`),
  );
  const phases = phasesOf(context).flatMap(({ partition, phase }) => {
    const older = phase.sections.slice(0, -1);
    const newest = phase.sections.at(-1);
    if (newest === undefined) return [];
    return older.map(({ heading, read }): Found => {
      const replaced = read.checks.every(
        (check) => check.status === undefined || check.status.kind === 'pending',
      );
      return {
        message: `${nameOf(partition, phase)} is recorded twice; this one is older and ${replaced ? 'open' : 'holds results'}.`,
        span: heading.line,
        related: [{ span: newest.heading.line, message: 'the newer one' }],
        fixes: [
          fix('Mark the older one as superseded', replaced && newest.heading.status !== undefined, () => [
            supersede(heading),
          ]),
        ],
      };
    });
  });
  const rows = [record.summary, record.gateTable].flatMap((table) =>
    (table?.rows ?? []).flatMap((row): Found[] => {
      const first = table?.byKey.get(row.key);
      if (first === undefined || first === row || row.key === '') return [];
      const message = `The row "${row.key}" stands twice in its table; the first one counts.`;
      return [{ message, span: row.line, related: [{ span: first.line, message: 'the first one' }] }];
    }),
  );
  return [...partitions, ...phases, ...rows];
};

function repeated(sections: readonly LogHeading[], what: string): readonly Found[] {
  const [first, ...others] = sections;
  if (first === undefined) return [];
  return others.map((heading) => ({
    message: `${what} stands twice; the first one counts.`,
    span: heading.line,
    related: [{ span: first.line, message: 'the first one' }],
    fixes: [fix('Mark this one as superseded', false, () => [supersede(heading)])],
  }));
}

const supersede = (heading: LogHeading): TextEdit =>
  heading.status === undefined
    ? insert(heading.titleEnd, ' — superseded')
    : insert(heading.status.span.start, '— superseded ');

/** A check that is open although what stands above it calls the phase cleared. */
export const openChecks: Check = (context) =>
  phasesOf(context).flatMap(({ partition, phase, newest }) => {
    if (newest === undefined) return [];
    const { heading } = newest;
    const above = [
      { status: heading.status, span: heading.line, what: 'the heading' },
      { status: phase.cell?.status, span: phase.cell?.span ?? heading.line, what: 'the summary' },
    ].filter((each) => each.status?.kind === 'cleared');
    if (above.length === 0) return [];
    const signed =
      partition.signOff.field?.status?.kind === 'cleared' ? `, and ${partition.partition} is signed off` : '';
    const said = above.map((each) => each.what).join(' and ');
    const says = above.length === 1 ? 'says' : 'say';
    return checksThat(newest, ({ status }) => status !== undefined && !status.started && !isDone(status)).map(
      (check): Found => {
        const message = `"${quoted(check.label)}" is ${check.status?.kind}, while ${said} of ${nameOf(partition, phase)} ${says} cleared${signed}.`;
        const token = `${signs.partial} ${context.today}`;
        return {
          message,
          span: check.span,
          related: above.map((each) => ({ span: each.span, message: `${each.what} says cleared` })),
          fixes: [
            fix(`Take ${nameOf(partition, phase)} back to ${token}`, false, () => [
              ...setHeading(heading, token),
              ...setCell(context, phase, token, 'partial'),
            ]),
          ],
        };
      },
    );
  });

/** The summary cell against the heading and the checks. */
export const summaries: Check = (context) =>
  phasesOf(context).flatMap(({ partition, phase, newest }) => {
    const cell = phase.cell;
    if (cell === undefined || newest === undefined) return [];
    const below = seen(newest);
    const now = cell.status?.kind ?? (isEmpty(cell.text) ? 'pending' : undefined);
    // What the cell says in words of its own is for another rule.
    if (now === undefined || below.kind === 'none' || now === below.kind) return [];
    // A phase may wait for something before its first check, and be in the middle of them; neither is a contradiction.
    if ((now === 'partial' && below.kind === 'pending') || (now === 'pending' && below.kind === 'partial'))
      return [];
    // A cleared cell over open checks is told of at those checks.
    if (now === 'waived' || (now === 'cleared' && below.kind !== 'failed')) return [];
    if (now === 'cleared' && newest.read.checks.some((check) => check.status?.kind === 'failed')) return [];
    const token = tokenOf(below, context.today);
    const says = newest.heading.status?.kind;
    // Where no date is known, today's is an offer for a person to judge, and nothing that follows from the log.
    const known = below.date !== undefined || below.kind === 'pending';
    const follows =
      below.kind === 'cleared' ? says === 'cleared' : now === 'pending' || below.kind === 'failed';
    const safe = known && follows;
    return [
      {
        message: `The summary says ${now} for ${nameOf(partition, phase)}, and its section says ${below.kind}${below.all === 0 ? '' : ` (${below.done} of ${below.all} checks cleared)`}.`,
        span: cell.text === '' ? (partition.row?.line ?? cell.span) : cell.span,
        related: [{ span: newest.heading.line, message: 'the section' }],
        fixes: [
          fix(`Write ${token} as its section says`, safe, () =>
            setCell(context, phase, token, below.kind === 'none' ? 'pending' : below.kind),
          ),
        ],
      },
    ];
  });

/** What a section says: its checks, or its heading where no check has a status. */
function seen({ heading, read }: PhaseSection): Standing {
  const sum = standing(read.checks);
  const date = heading.status?.date ?? sum.date;
  if (sum.kind !== 'none') return { ...sum, ...(date === undefined ? {} : { date }) };
  if (heading.status === undefined) return sum;
  return { kind: heading.status.kind, all: 0, done: 0, ...(date === undefined ? {} : { date }) };
}

function tokenOf(standing: Standing, today: string): string {
  const date = standing.date ?? today;
  if (standing.kind === 'none' || standing.kind === 'pending') return `${signs.pending} pending`;
  if (standing.kind === 'cleared' || standing.kind === 'waived') return `${signs[standing.kind]} ${date}`;
  return `${signs[standing.kind]} ${date} ${standing.all - standing.done} of ${standing.all} open`;
}

function setCell(
  { record }: LintContext,
  { cell }: PhaseRecord,
  token: string,
  kind: 'cleared' | 'partial' | 'failed' | 'waived' | 'pending',
): readonly TextEdit[] {
  return cell === undefined ? [] : [setToken(record.log, cell, token, kind)];
}

const setHeading = (heading: LogHeading, words: string): readonly TextEdit[] =>
  heading.status === undefined
    ? [insert(heading.titleEnd, ` ${words}`)]
    : [replace(heading.status.span, words)];

/** A heading carries the status that its checks come to. */
export const headings: Check = (context) =>
  phasesOf(context).flatMap(({ partition, phase, newest }) => {
    if (newest === undefined) return [];
    const { heading, read } = newest;
    const sum = standing(read.checks);
    if (sum.kind === 'none' || sum.kind === 'pending') return [];
    const now = heading.status?.kind;
    if (now === sum.kind || now === 'waived') return [];
    // A cleared heading over open checks is told of at those checks.
    if (now === 'cleared') return [];
    if (sum.kind === 'partial' && (now === undefined || now === 'pending')) return [];
    const date = sum.date ?? phase.cell?.status?.date;
    const token =
      sum.kind === 'cleared'
        ? `${signs.cleared} ${date ?? context.today}`
        : `${signs[sum.kind]} ${date ?? context.today}`;
    return [
      {
        message: `The heading of ${nameOf(partition, phase)} ${now === undefined ? 'has no status' : `says ${now}`}, and its checks are ${sum.kind} (${sum.done} of ${sum.all}).`,
        span: heading.line,
        fixes: [
          fix(
            `Write ${token} behind the heading`,
            date !== undefined && (now === undefined || sum.kind !== 'cleared'),
            () => setHeading(heading, token),
          ),
        ],
      },
    ];
  });

/** The summary's rows and the sections are of the same partitions and phases. */
export const sections: Check = (context) => {
  const { record, runbook } = context;
  const lacking = record.partitions.flatMap((partition) => {
    const recorded = partition.phases.filter(({ cell }) => cell?.status?.kind === 'cleared');
    if (partition.row === undefined || recorded.length === 0) return [];
    if (partition.sections.length === 0) {
      return [
        lack(
          context,
          partition,
          undefined,
          `the summary has results for ${partition.partition}, and the log has no section "§ ${partition.partition}"`,
        ),
      ];
    }
    return recorded
      .filter((phase) => phase.sections.length === 0)
      .map((phase) =>
        lack(
          context,
          partition,
          phase,
          `the summary says ${phase.cell?.status?.kind} for ${nameOf(partition, phase)}, and no section records it`,
        ),
      );
  });
  const known = new Set(runbook.partitions.map(({ name }) => plain(name)));
  const strangers = (record.summary?.rows ?? [])
    .filter(
      (row) =>
        row.key !== '' && !known.has(row.key) && ![...known].some((name) => row.key.startsWith(`${name} `)),
    )
    .map(
      (row): Found => ({
        message: `The summary has a row "${row.key}", and the runbook has no such partition.`,
        span: row.line,
      }),
    );
  return [...lacking, ...strangers, ...rowless(context, known)];
};

function lack(
  context: LintContext,
  partition: PartitionRecord,
  phase: PhaseRecord | undefined,
  what: string,
): Found {
  const { runbook, record } = context;
  const target = runbook.partitions.find((each) => each.name === partition.partition);
  const missing = phase?.phase ?? runbook.phases[0];
  return {
    message: `${what[0]?.toUpperCase()}${what.slice(1)}.`,
    span: phase?.cell?.span ?? partition.row?.line ?? { start: 0, end: 0 },
    fixes:
      target === undefined || missing === undefined
        ? []
        : [
            fix('Add the heading of the section', false, () =>
              ensurePlace(
                record.log.text,
                placeOf(runbook, { kind: 'phase', partition: target, phase: missing }),
              ),
            ),
          ],
  };
}

/** Sections that look like a partition's and have no row in the summary. */
function rowless({ record, runbook }: LintContext, known: ReadonlySet<string>): readonly Found[] {
  const { log, summary } = record;
  if (summary === undefined) return [];
  const titles = runbook.phases.map((phase) => plain(phase.title));
  return log.headings
    .filter((heading, index) => {
      if (!heading.title.startsWith('§') || isSuperseded(heading)) return false;
      const inside = log.headings[index + 1];
      if (inside === undefined || inside.level <= heading.level) return false;
      if (!titles.some((title) => inside.key.startsWith(title))) return false;
      const name = /^[a-z0-9_-]+/.exec(heading.key)?.[0] ?? '';
      return !known.has(name) && !summary.byKey.has(name);
    })
    .map((heading): Found => {
      const name = /^[a-z0-9_-]+/i.exec(heading.title.replace(/^§\s*/, ''))?.[0] ?? '';
      return {
        message: `The section "${quoted(heading.title)}" has no row in the summary table.`,
        span: heading.line,
        related: [{ span: summary.header.line, message: 'the summary table' }],
        fixes: [
          fix(`Add a row for ${name}`, false, () => [newRow(log, summary, new Map([[0, `\`${name}\``]]))]),
        ],
      };
    });
}

/** Whether a check stands for one that was begun and whose end nobody wrote down. */
const unsettled = (check: CheckRecord): boolean => check.status?.started === true;

/** A change that was started and has no result. */
export const withoutResult: Check = (context) =>
  phasesOf(context).flatMap(({ partition, phase }) =>
    phase.sections.flatMap((section) =>
      checksThat(section, unsettled).map((check): Found => {
        const span: Span = check.status?.span ?? check.span;
        return {
          message: `"${quoted(check.label)}" of ${nameOf(partition, phase)} was started and has no result: nobody knows how it ended. Verify ${partition.partition}, then write down what you found.`,
          span,
          unfinished: partition.partition,
        };
      }),
    ),
  );

/**
 * A new log for a runbook, in the order of the work: kickoff, summary, gates, then each gate's section in front of what
 * waits for it and each partition's section, every check pending in the words of the runbook.
 */

import { partitionNote, placedChecks, placeOf, stepsOf, type Target, taskOf } from '../run/places.ts';
import type { GateDeclaration } from '../runbook/front-matter.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { codeSpan, type Stamp } from './edits.ts';
import type { FixKind } from './model.ts';
import { fixColumns, fixTitles } from './notes.ts';
import { partitionTitle, pendingSignOff, phaseTitle } from './place.ts';
import { bulletText } from './record.ts';
import { signs } from './status.ts';
import { verificationLabel, verificationPhase } from './verification.ts';

export interface Kickoff {
  readonly operator: string;
  readonly at: Stamp;
  /** As the runbook writes it. */
  readonly worktree: string;
  readonly branch?: string;
  readonly head?: string;
  readonly rehearsal: boolean;
}

export function newLog(runbook: Runbook, kickoff: Kickoff): string {
  const blocks = [
    `# ${runbook.name} — ${kickoff.rehearsal ? 'rehearsal log' : 'execution log'}`,
    kickoffBlock(runbook, kickoff),
    `## Cascade summary table\n\n${summary(runbook)}`,
    ...(runbook.gates.length === 0 ? [] : [gates(runbook)]),
    legend,
    ...gatesAt(runbook, 0),
    fixTable('script'),
    ...runbook.partitions.flatMap((partition, index) => [
      ...partitionBlocks(runbook, partition),
      ...gatesAt(runbook, index + 1),
    ]),
    fixTable('code'),
    closeout(runbook),
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** The sections of the gates that belong behind the first `index` partitions. */
function gatesAt(runbook: Runbook, index: number): readonly string[] {
  return runbook.gates
    .filter((gate) => placeOfGate(runbook, gate) === index)
    .flatMap((gate) => gateBlock(runbook, { kind: 'gate', gate }));
}

/** A gate stands behind the last partition that it requires, else in front of the first one that it blocks. */
function placeOfGate({ partitions }: Runbook, { blocks, requires }: GateDeclaration): number {
  const indexOf = (pattern: string, all: number): number => {
    const name = pattern.split('/')[0];
    return name === '*' ? all : partitions.findIndex((each) => each.name === name);
  };
  if (requires.length > 0)
    return Math.max(...requires.map((each) => indexOf(each, partitions.length - 1))) + 1;
  return blocks.length === 0 ? partitions.length : Math.min(...blocks.map((each) => indexOf(each, 0)));
}

function fixTable(kind: FixKind): string {
  const columns = fixColumns[kind];
  return `## ${fixTitles[kind]}\n\n${row(columns)}\n${rule(columns)}`;
}

/** What is left when every partition is signed off. */
function closeout(runbook: Runbook): string {
  const registers = runbook.steps.some((step) =>
    step.checks.some((check) => check.language === 'postmark' && check.effect === 'changes'),
  );
  return `## Closeout\n\n${bullets([
    ...(runbook.verification === undefined ? [] : [`Rows of ${codeSpan(runbook.verification)} filled`]),
    ...(registers ? ['Entries of all partitions in `cdk.context.json` committed'] : []),
    'This log committed',
    'Reviewed',
    'Merged',
  ])}`;
}

const legend = `Statuses: \`${signs.cleared} <date>\` cleared, \`${signs.partial} <date> <note>\` partial or blocked, \`${signs.failed} <date> <note>\` failed, \`${signs.waived} <date> <reason>\` waived, \`${signs.pending} pending\` not yet done.`;

function kickoffBlock(
  runbook: Runbook,
  { operator, at, worktree, branch, head, rehearsal }: Kickoff,
): string {
  const where = [
    `${codeSpan(worktree)}`,
    branch === undefined ? '' : `branch ${codeSpan(branch)}`,
    head === undefined ? '' : `HEAD ${codeSpan(head)}`,
  ];
  return [
    '## Run kickoff',
    ...(rehearsal ? ['**REHEARSAL**: a simulated world on this machine; no account was touched.'] : []),
    `**Started**: ${at.time} by ${operator} (operator), runbook ${codeSpan(runbook.name)}.`,
    `**Worktree used**: ${where.filter((part) => part !== '').join(', ')}.`,
  ].join('\n\n');
}

const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
const rule = (cells: readonly string[]): string => `|${cells.map(() => '---').join('|')}|`;

/** Bindings with a column of their own, where any partition has them. */
const columns = [
  ['infrastructure', 'Infrastructure'],
  ['postmark', 'Postmark account'],
] as const;

function summary(runbook: Runbook): string {
  const shown = columns.filter(([name]) =>
    runbook.partitions.some((partition) => partition.bindings.has(name)),
  );
  const header = [
    'Partition',
    ...shown.map(([, title]) => title),
    ...runbook.phases.map((phase) => phase.column),
    'Sign-off date',
  ];
  const rows = runbook.partitions.map((partition) =>
    row([
      `\`${partition.name}\``,
      ...shown.map(([name]) => partition.bindings.get(name)?.source ?? '—'),
      ...runbook.phases.map(() => signs.pending),
      '—',
    ]),
  );
  return [row(header), rule(header), ...rows].join('\n');
}

function gates(runbook: Runbook): string {
  const header = ['Gate', 'Status', 'Date'];
  return [
    row(header),
    rule(header),
    ...runbook.gates.map((gate) => row([gate.title, `${signs.pending} pending`, '—'])),
  ].join('\n');
}

function gateBlock(runbook: Runbook, target: Extract<Target, { kind: 'gate' }>): string[] {
  const place = placeOf(runbook, target);
  if (place.kind !== 'gate' || target.gate.section === undefined) return [];
  const checks = placedChecks(runbook, target, () => ({})).map((placed) => bulletText(placed.entry));
  const heading = `## ${place.section}`;
  if (checks.length === 0) return [heading];
  if (stepsOf(runbook, target).some((step) => step.each)) {
    const header = ['Check', 'Outcome', 'Note'];
    const rows = checks.map((check) => row([check, `${signs.pending} pending`, '']));
    return [`${heading}\n\n${[row(header), rule(header), ...rows].join('\n')}`];
  }
  return [`${heading}\n\n${bullets(checks)}`];
}

/** The bullet that tells of a partition's rows in the verification document. */
const verificationRows = ({ verification }: Runbook): readonly string[] =>
  verification === undefined ? [] : [`${verificationLabel} in ${codeSpan(verification)}`];

const bullets = (checks: readonly string[]): string =>
  checks.map((check) => `- ${check}: ${signs.pending} pending`).join('\n');

function partitionBlocks(runbook: Runbook, partition: Runbook['partitions'][number]): string[] {
  return [
    `## ${partitionTitle(partition.name, partitionNote(runbook, partition))}`,
    ...runbook.phases.flatMap((phase) => {
      const checks = placedChecks(runbook, { kind: 'phase', partition, phase }, () => ({})).map((placed) =>
        bulletText(placed.entry),
      );
      const heading = `### ${phaseTitle(phase.title, taskOf(phase, partition))}`;
      const rows = phase.title === verificationPhase ? verificationRows(runbook) : [];
      const all = [...checks, ...rows];
      return all.length === 0 ? [heading] : [heading, bullets(all)];
    }),
    pendingSignOff,
  ];
}

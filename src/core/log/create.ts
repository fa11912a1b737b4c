/** A new log for a runbook: every partition, phase and gate, every check pending, in the words of the runbook. */

import { partitionNote, placedChecks, placeOf, stepsOf, type Target, taskOf } from '../run/places.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { codeSpan, type Stamp } from './edits.ts';
import { partitionTitle, pendingSignOff, phaseTitle } from './place.ts';
import { bulletText } from './record.ts';
import { signs } from './status.ts';

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
    ...runbook.gates.flatMap((gate) => gateBlock(runbook, { kind: 'gate', gate })),
    ...runbook.partitions.flatMap((partition) => partitionBlocks(runbook, partition)),
  ];
  return `${blocks.join('\n\n')}\n`;
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
      return checks.length === 0 ? [heading] : [heading, bullets(checks)];
    }),
    pendingSignOff,
  ];
}

import { blocks } from '../core/gates/may-run.ts';
import { stamp } from '../core/log/edits.ts';
import { readRecord } from '../core/log/model.ts';
import type { OverviewStatus } from '../core/log/overview.ts';
import { overviewOf } from '../core/log/overview.ts';
import { readLog } from '../core/log/read.ts';
import { signs } from '../core/log/status.ts';
import { failureText } from '../core/ports.ts';
import type { Span } from '../core/text.ts';
import { positionAt } from '../core/text.ts';
import { UsageError } from './arguments.ts';
import type { OpenedCascade } from './open.ts';

/** What `cascade status` answers, as data; lines count from 1. */
export async function status({ cascade, logPath, rehearsal }: OpenedCascade) {
  const { runbook, log, ports, locks } = cascade;
  const text = await log.read();
  if (text.kind === 'failure') throw new UsageError(failureText(text));
  if (text.value === undefined) {
    throw new UsageError(
      `There is no log at ${logPath} yet. "cascade run PARTITION" starts one, or "Cascade: Start Run…" in the editor.`,
    );
  }
  const whole = text.value;
  const record = readRecord(readLog(whole), runbook);
  const read = overviewOf(record, runbook);
  const now = stamp(ports.clock.now(), ports.clock);
  if (read.kind === 'unreadable') throw new UsageError(`${logPath}: ${read.message}`);
  const line = (span: Span): number => positionAt(whole, span.start).line + 1;
  const shown = ({ status: state, started, date, note, span }: OverviewStatus) => ({
    status: state,
    ...(started ? { started } : {}),
    ...(date === undefined ? {} : { date }),
    ...(note === undefined ? {} : { note }),
    line: line(span),
  });
  const running = new Map<string, string>();
  for (const { name } of runbook.partitions) {
    const holder = await locks?.holder(name);
    if (holder !== undefined) running.set(name, holder);
  }
  const shownRunning = (name: string) => {
    const by = running.get(name);
    return by === undefined ? {} : { changedBy: by };
  };
  return {
    runbook: runbook.name,
    log: logPath,
    rehearsal,
    partitions: read.overview.partitions.map((partition) => ({
      partition: partition.partition,
      ...(partition.note === undefined ? {} : { note: partition.note }),
      ...shownRunning(partition.partition),
      phases: partition.phases.map((phase) => {
        const declared = runbook.phases.find((each) => each.title === phase.phase);
        const target = runbook.partitions.find((each) => each.name === partition.partition);
        const closed =
          declared === undefined || target === undefined
            ? []
            : blocks(runbook, record, { kind: 'phase', partition: target, phase: declared }, now);
        return {
          phase: phase.phase,
          ...shown(phase),
          checks: phase.checks.map((check) => ({ check: check.label, ...shown(check) })),
          ...(closed.length === 0
            ? {}
            : {
                changesBlockedBy: closed.map((block) => ({
                  by: block.by,
                  why: block.why,
                  clears: block.clears,
                })),
              }),
        };
      }),
      signOff: shown(partition.signOff),
    })),
    gates: read.overview.gates.map((gate) => ({
      gate: gate.gate,
      ...(gate.id === undefined ? {} : { id: gate.id }),
      ...shown(gate),
    })),
  };
}

type Status = Awaited<ReturnType<typeof status>>;

export function statusText(report: Status): string {
  const sign = (each: {
    status: keyof typeof signs;
    date?: string;
    note?: string;
    started?: boolean;
  }): string =>
    `${signs[each.started ? 'partial' : each.status]} ${each.started ? 'started, no result' : (each.date ?? each.status)}${each.note === undefined ? '' : ` (${each.note})`}`;
  const lines = [`${report.runbook}${report.rehearsal ? '  REHEARSAL' : ''}  ${report.log}`, ''];
  for (const partition of report.partitions) {
    lines.push(`${partition.partition}${partition.note === undefined ? '' : `  ${partition.note}`}`);
    if (partition.changedBy !== undefined) lines.push(`  ⟳ being changed: ${partition.changedBy}`);
    else if (partition.phases.some((phase) => phase.started))
      lines.push(
        `  ? a change has no result. To look at what it did: cascade recover ${partition.partition}`,
      );
    for (const phase of partition.phases) {
      lines.push(`  ${phase.phase.padEnd(14)} ${sign(phase)}`);
      if (phase.status !== 'cleared')
        for (const block of phase.changesBlockedBy ?? []) lines.push(`  ${''.padEnd(14)} ⊘ ${block.why}`);
    }
    lines.push(`  ${'Sign-off'.padEnd(14)} ${sign(partition.signOff)}`, '');
  }
  lines.push('Gates');
  for (const gate of report.gates) lines.push(`  ${sign(gate)}  ${gate.gate}`);
  return `${lines.join('\n')}\n`;
}

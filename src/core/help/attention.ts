/** What in a cascade waits for a person, now. */
import type { Asked, Block } from '../gates/may-run.ts';
import type { Overview, PartitionOverview } from '../log/overview.ts';
import { isSettled } from '../log/status.ts';
import type { Runbook } from '../runbook/runbook.ts';

/**
 * One sentence each: changes without a result, failures, gates that hold back a phase which could begin but for them,
 * sign-offs that are due.
 * @param running partitions that somebody changes right now: their changes have no result yet
 */
export function attention(
  runbook: Runbook,
  asked: Asked,
  overview: Overview,
  running: ReadonlySet<string>,
): readonly string[] {
  const closed = new Map<string, string>();
  const own = overview.partitions.flatMap((partition) => {
    const next = partition.phases.find((each) => each.started || !isSettled(each.status));
    for (const { by, gate, why } of gatesBefore(runbook, asked, partition, next?.phase))
      closed.set(gate ?? by, `${partition.partition} waits: ${why}.`);
    return ofPartition(partition, running.has(partition.partition));
  });
  return [...own, ...closed.values()];
}

function ofPartition({ partition, phases, signOff }: PartitionOverview, running: boolean): readonly string[] {
  const told = phases.flatMap(({ phase, status, started }) => {
    if (started) return running ? [] : [`${partition} · ${phase}: a change was started and has no result.`];
    return status === 'failed' ? [`${partition} · ${phase} failed.`] : [];
  });
  const due =
    phases.every((phase) => !phase.started && isSettled(phase.status)) && !isSettled(signOff.status);
  return due ? [`${partition} waits to be signed off.`] : told;
}

/** The gates alone: that an earlier phase comes first needs nobody. */
function gatesBefore(
  runbook: Runbook,
  asked: Asked,
  { partition: name }: PartitionOverview,
  title: string | undefined,
): readonly Block[] {
  const partition = runbook.partitions.find((each) => each.name === name);
  const phase = runbook.phases.find((each) => each.title === title);
  if (partition === undefined || phase === undefined) return [];
  const all = asked.blocks({ kind: 'phase', partition, phase });
  // A gate that requires a phase waits for a run, not for a person.
  return all.filter((block) => block.gate !== undefined && block.ways?.[0]?.kind !== 'run-phase');
}

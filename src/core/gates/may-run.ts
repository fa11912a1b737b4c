/** What may run: a pure function of runbook and log. */
import type { GateOverview, Overview } from '../log/overview.ts';
import type { StatusKind } from '../log/status.ts';
import type { Target } from '../run/places.ts';
import { type GateDeclaration, signOff } from '../runbook/front-matter.ts';
import type { Runbook } from '../runbook/runbook.ts';

/** One reason why something may not run. */
export interface Block {
  /** The gate's title, or the phase that comes first. */
  readonly by: string;
  /** The gate's id, when a gate blocks. */
  readonly gate?: string;
  readonly why: string;
  /** What would clear it. */
  readonly clears: string;
}

const opens = (status: StatusKind): boolean => status === 'cleared' || status === 'waived';

const words: Readonly<Record<StatusKind, string>> = {
  cleared: 'cleared',
  partial: 'partial',
  failed: 'failed',
  waived: 'waived',
  pending: 'pending',
};

/** Why a change of this target may not run now; empty when it may. */
export function blocks(runbook: Runbook, overview: Overview, target: Target): readonly Block[] {
  if (target.kind === 'gate') return requirementBlocks(runbook, overview, target.gate);
  const partition = target.partition.name;
  const phase = target.kind === 'phase' ? target.phase.title : signOff;
  return [
    ...orderBlocks(runbook, overview, partition, phase),
    ...gateBlocks(runbook, overview, partition, phase),
  ];
}

/** The phases of a partition go in order. */
function orderBlocks(runbook: Runbook, overview: Overview, partition: string, phase: string): Block[] {
  const index = runbook.phases.findIndex((each) => each.title === phase);
  const before = runbook.phases[(index < 0 ? runbook.phases.length : index) - 1];
  return before === undefined ? [] : phaseBlocks(overview, partition, before.title);
}

function phaseBlocks(overview: Overview, partition: string, phase: string): Block[] {
  const row = overview.partitions.find((each) => each.partition === partition);
  const seen = phase === signOff ? row?.signOff : row?.phases.find((each) => each.phase === phase);
  if (seen !== undefined && opens(seen.status) && !seen.started) return [];
  const name = `${partition}/${phase}`;
  const state =
    seen === undefined ? 'not in the log' : seen.started ? 'started without a result' : words[seen.status];
  return [
    {
      by: name,
      why: `${name} is ${state}${seen?.note === undefined ? '' : ` (${seen.note})`}`,
      clears: `run ${phase} on ${partition} until every check has passed`,
    },
  ];
}

function gateBlocks(runbook: Runbook, overview: Overview, partition: string, phase: string): Block[] {
  return runbook.gates
    .filter((gate) => gate.blocks.some((pattern) => fits(pattern, partition, phase)))
    .flatMap((gate) => {
      const row = overview.gates.find((each) => each.id === gate.id);
      if (row?.status === 'waived') return [];
      const required = requirementBlocks(runbook, overview, gate);
      if (required.length > 0) return required;
      return row?.status === 'cleared' ? [] : [closed(gate, row)];
    });
}

/** A gate's own requirements, computed anew each time: a later failure closes the gate again. */
function requirementBlocks(runbook: Runbook, overview: Overview, gate: GateDeclaration): Block[] {
  return gate.requires.flatMap((pattern) => {
    const [wanted = '', phase = ''] = pattern.split('/');
    const partitions = runbook.partitions.filter((each) => wanted === '*' || each.name === wanted);
    const phases = phase === '*' ? runbook.phases.map((each) => each.title) : [phase];
    const pairs = partitions.flatMap((partition) => phases.map((title) => ({ partition, title })));
    return pairs.flatMap(({ partition, title }) =>
      phaseBlocks(overview, partition.name, title).map((block) => ({
        by: gate.title,
        gate: gate.id,
        why: `the gate "${gate.title}" requires ${block.why}`.replace(' is ', ' cleared, and it is '),
        clears: block.clears,
      })),
    );
  });
}

function closed(gate: GateDeclaration, row: GateOverview | undefined): Block {
  const state = row === undefined ? 'not in the log' : words[row.status];
  const clears =
    gate.section === undefined
      ? 'set its row in the gate table to ✅ with a date, or to ⚠️ waived with a reason'
      : `run the cells under "${gate.section}", or set its row in the gate table to ⚠️ waived with a reason`;
  const note = row?.note === undefined || row.note === words[row.status] ? '' : ` (${row.note})`;
  return { by: gate.title, gate: gate.id, why: `the gate "${gate.title}" is ${state}${note}`, clears };
}

/** Whether a pattern (partition or "*", then the phase) names this phase of this partition. */
export function fits(pattern: string, partition: string, phase: string): boolean {
  const [wantedPartition, wantedPhase] = pattern.split('/');
  return (
    (wantedPartition === '*' || wantedPartition === partition) &&
    (wantedPhase === '*' || wantedPhase === phase)
  );
}

/** The whole cascade in order: the gates that block a partition, its phases and its sign-off; the other gates at the end. */

import type { GateDeclaration, Partition } from '../runbook/front-matter.ts';
import { fits } from '../runbook/patterns.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { stepsOf, type Target } from './places.ts';

export function cascadeOrder(runbook: Runbook, partitions: readonly Partition[]): readonly Target[] {
  const order: Target[] = [];
  const open = new Set<GateDeclaration>(
    runbook.gates.filter((gate) => stepsOf(runbook, { kind: 'gate', gate }).length > 0),
  );
  const add = (gates: readonly GateDeclaration[]): void => {
    for (const gate of gates) {
      if (!open.delete(gate)) continue;
      add([...open].filter((each) => gate.requires.includes(each.id)));
      order.push({ kind: 'gate', gate });
    }
  };
  for (const partition of partitions) {
    for (const phase of runbook.phases) {
      add(
        [...open].filter((gate) => gate.blocks.some((pattern) => fits(pattern, partition.name, phase.title))),
      );
      order.push({ kind: 'phase', partition, phase });
    }
    if (stepsOf(runbook, { kind: 'sign-off', partition }).length > 0)
      order.push({ kind: 'sign-off', partition });
  }
  // A gate that blocks nothing belongs to the whole cascade, not to a part of it.
  if (partitions.length === runbook.partitions.length) add([...open]);
  return order;
}

/** From the words of the command line to what is run. */
import type { Target } from '../core/run/places.ts';
import type { Partition } from '../core/runbook/front-matter.ts';
import { signOff } from '../core/runbook/patterns.ts';
import type { Runbook } from '../core/runbook/runbook.ts';
import { type Arguments, UsageError } from './arguments.ts';
import { partitionNamed } from './open.ts';

/** What `cascade run` was told to run. */
export function namedTargets(
  { gate, words }: Pick<Arguments, 'gate' | 'words'>,
  runbook: Runbook,
): readonly Target[] {
  if (gate !== undefined) return [gateNamed(runbook, gate)];
  const [name, ...phases] = words;
  const partition = partitionNamed(runbook, name);
  if (phases.length === 0) return runbook.phases.map((phase) => ({ kind: 'phase', partition, phase }));
  return phases.map((title) => phaseNamed(runbook, partition, title));
}

/** `stage/Deploy`, `stage/Sign-off`, or the id of a gate. */
export function targetNamed(runbook: Runbook, name: string): Target {
  const slash = name.indexOf('/');
  if (slash < 0) return gateNamed(runbook, name);
  return phaseNamed(runbook, partitionNamed(runbook, name.slice(0, slash)), name.slice(slash + 1));
}

export function verificationOf(runbook: Runbook, name: string | undefined): readonly Target[] {
  const partition = partitionNamed(runbook, name);
  const phase = runbook.phases.find((each) => each.title === 'Verification');
  if (phase === undefined)
    throw new UsageError(
      'The runbook has no phase titled "Verification". Declare one, or name a phase: cascade run PARTITION PHASE.',
    );
  return [{ kind: 'phase', partition, phase }];
}

function gateNamed(runbook: Runbook, id: string): Target {
  const gate = runbook.gates.find((each) => each.id === id);
  const known = runbook.gates.map((each) => each.id).join(', ');
  if (gate === undefined) throw new UsageError(`There is no gate "${id}" in the runbook. Known: ${known}.`);
  return { kind: 'gate', gate };
}

function phaseNamed(runbook: Runbook, partition: Partition, title: string): Target {
  if (title.toLowerCase() === signOff.toLowerCase()) return { kind: 'sign-off', partition };
  const phase = runbook.phases.find((each) => each.title.toLowerCase() === title.toLowerCase());
  const known = [...runbook.phases.map((each) => each.title), signOff].join(', ');
  if (phase === undefined)
    throw new UsageError(`There is no phase "${title}" in the runbook. Known: ${known}.`);
  return { kind: 'phase', partition, phase };
}

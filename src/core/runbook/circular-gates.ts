/** Gates that wait for themselves, over the phases that they block and the order of these. */
import { fits, type Phases, requiredPhases, signOff } from './patterns.ts';

export interface CircularGate {
  readonly gate: Gate;
  /** The entry of `requires` that leads back to the gate. */
  readonly requirement: string;
  /** `it requires stage/Verification, which comes after stage/Deploy, which it blocks` */
  readonly way: string;
}

export interface Gate {
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly string[];
  readonly requires: readonly string[];
}

interface Declared extends Phases {
  readonly gates: readonly Gate[];
}

/** What something waits for, and how that is said. */
type Wait =
  | { readonly kind: 'gate'; readonly gate: Gate; readonly words: string }
  | { readonly kind: 'phase'; readonly partition: string; readonly phase: string; readonly words: string };

/** One for each gate that waits for itself. */
export function circularGates(declared: Declared): readonly CircularGate[] {
  return declared.gates.flatMap((gate) => {
    for (const requirement of gate.requires) {
      const way = wayBack(declared, gate, requirement);
      if (way !== undefined) return [{ gate, requirement, way }];
    }
    return [];
  });
}

function wayBack(declared: Declared, gate: Gate, requirement: string): string | undefined {
  const seen = new Set<string>();
  const open: { readonly wait: Wait; readonly words: readonly string[] }[] = required(
    declared,
    requirement,
    'it requires',
  ).map((wait) => ({ wait, words: [wait.words] }));
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    const { wait, words } = next;
    if (wait.kind === 'gate' && wait.gate.id === gate.id) return words.join(', which ');
    const key = wait.kind === 'gate' ? wait.gate.id : `${wait.partition}/${wait.phase}`;
    if (seen.has(key)) continue;
    seen.add(key);
    for (const wait2 of waits(declared, wait, gate))
      open.push({ wait: wait2, words: [...words, wait2.words] });
  }
  return undefined;
}

function waits(declared: Declared, wait: Wait, home: Gate): readonly Wait[] {
  if (wait.kind === 'gate')
    return wait.gate.requires.flatMap((requirement) => required(declared, requirement, 'requires'));
  const { partition, phase } = wait;
  const titles = declared.phases.map((each) => each.title);
  const before = (phase === signOff ? titles : titles.slice(0, titles.indexOf(phase))).at(-1);
  const order: readonly Wait[] =
    before === undefined
      ? []
      : [{ kind: 'phase', partition, phase: before, words: `comes after ${partition}/${before}` }];
  const gates = declared.gates
    .filter((gate) => gate.blocks.some((pattern) => fits(pattern, partition, phase)))
    .map((gate): Wait => {
      const words = gate.id === home.id ? 'it blocks' : `the gate "${gate.title}" blocks`;
      return { kind: 'gate', gate, words };
    });
  return [...order, ...gates];
}

function required(declared: Declared, requirement: string, verb: string): readonly Wait[] {
  if (requirement.includes('/')) {
    return requiredPhases(declared, requirement).map(({ partition, phase }): Wait => {
      return { kind: 'phase', partition, phase, words: `${verb} ${partition}/${phase}` };
    });
  }
  return declared.gates
    .filter((gate) => gate.id === requirement)
    .map((gate): Wait => ({ kind: 'gate', gate, words: `${verb} the gate "${gate.title}"` }));
}

/** What may run: a pure function of runbook, log and time. */
import type { Stamp } from '../log/edits.ts';
import type { CascadeRecord } from '../log/model.ts';
import type { Target } from '../run/places.ts';
import type { GateDeclaration } from '../runbook/front-matter.ts';
import { fits, requiredPhases, signOff } from '../runbook/patterns.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { againstGate, isoTime, type Proof, proofOfGate, proofOfPhase } from './proof.ts';

/** One reason why something may not run. */
export interface Block {
  /** The gate's title, or the phase that comes first. */
  readonly by: string;
  /** The gate's id, when a gate blocks. */
  readonly gate?: string;
  readonly why: string;
  /** What would clear it. */
  readonly clears: string;
  /** What a person may do about it, the first of them the usual one. */
  readonly ways?: readonly Way[];
  /** The one of them that a person has taken already, when they were asked. */
  readonly taken?: Way;
}

export type Way =
  | { readonly kind: 'run-phase'; readonly partition: string; readonly phase: string }
  /** Run the cells of the gate's section. */
  | { readonly kind: 'run-section'; readonly gate: string }
  | { readonly kind: 'clear-gate'; readonly gate: string }
  | { readonly kind: 'waive-gate'; readonly gate: string }
  /** Look at what a change did whose end nobody saw. */
  | { readonly kind: 'recover'; readonly partition: string };

/** The part of a runbook that gates are computed from. */
type Gated = Pick<Runbook, 'partitions' | 'phases' | 'gates'>;

/** What of a cascade may run, asked of one log at one time. */
export interface Asked {
  /** Why a change of this target may not run; empty when it may. */
  blocks(target: Target): readonly Block[];
  /** Why a gate is closed; empty when it is open. */
  whyClosed(gate: GateDeclaration): readonly Block[];
}

/** For who asks about many: what was found of a gate is remembered. */
export function asking(runbook: Gated, record: CascadeRecord, now: Stamp): Asked {
  const asked = new Question(runbook, record, now);
  return {
    blocks(target) {
      if (target.kind === 'gate') return asked.requirements(target.gate);
      const partition = target.partition.name;
      if (target.kind === 'phase') return asked.phase(partition, target.phase.title);
      return asked.signOff(partition);
    },
    whyClosed: (gate) => asked.closed(gate),
  };
}

/** Why a change of this target may not run now; empty when it may. */
export const blocks = (runbook: Gated, record: CascadeRecord, target: Target, now: Stamp): readonly Block[] =>
  asking(runbook, record, now).blocks(target);

/** Why a gate is closed; empty when it is open. */
export const whyClosed = (
  runbook: Gated,
  record: CascadeRecord,
  gate: GateDeclaration,
  now: Stamp,
): readonly Block[] => asking(runbook, record, now).whyClosed(gate);

/** Why a person may not clear a gate now; empty when they may. */
export function clearBlocks(
  runbook: Gated,
  record: CascadeRecord,
  gate: GateDeclaration,
  now: Stamp,
): readonly Block[] {
  const required = new Question(runbook, record, now).requirements(gate);
  const own = record.gates.find((each) => each.declared?.id === gate.id);
  const against = own === undefined ? undefined : againstGate(own);
  if (against === undefined) return required;
  const section = gate.section ?? gate.title;
  return [
    ...required,
    {
      by: gate.title,
      gate: gate.id,
      why: `in the section of the gate "${gate.title}" ${against}`,
      clears: `run the cells under "${section}", write their result into the log, or waive the gate with a reason`,
      ways: [
        { kind: 'run-section', gate: gate.id },
        { kind: 'waive-gate', gate: gate.id },
      ],
    },
  ];
}

class Question {
  readonly #runbook: Gated;
  readonly #record: CascadeRecord;
  readonly #now: Stamp;
  /** Gates that are being looked at: one that waits for itself waits no further. */
  readonly #asked = new Set<string>();
  /** What was found of gates that nobody was being asked for. */
  readonly #closed = new Map<GateDeclaration, readonly Block[]>();

  constructor(runbook: Gated, record: CascadeRecord, now: Stamp) {
    this.#runbook = runbook;
    this.#record = record;
    this.#now = now;
  }

  /** The phases of a partition go in order, and the gates before this one are open. */
  phase(partition: string, phase: string): readonly Block[] {
    const { phases } = this.#runbook;
    const before = phases[phases.findIndex((each) => each.title === phase) - 1];
    const order = before === undefined ? [] : this.#unproven(partition, before.title);
    return [...order, ...this.#gates(partition, phase)];
  }

  /** Signed off is the whole of a partition: no check of it stays open. */
  signOff(partition: string): readonly Block[] {
    const order = this.#runbook.phases.flatMap((phase) => this.#unproven(partition, phase.title));
    return [...order, ...this.#gates(partition, signOff)];
  }

  #unproven(partition: string, phase: string): readonly Block[] {
    const proof = proofOfPhase(this.#record, partition, phase, this.#now);
    if (proof.kind !== 'open') return [];
    const name = `${partition}/${phase}`;
    const run: Way = { kind: 'run-phase', partition, phase };
    return [
      {
        by: name,
        why: `${name} ${proof.why}`,
        clears: proof.started
          ? `look at what it did (Cascade: Recover…), then run ${phase} on ${partition} until every check has passed`
          : `run ${phase} on ${partition} until every check has passed`,
        ways: proof.started ? [{ kind: 'recover', partition }, run] : [run],
      },
    ];
  }

  #gates(partition: string, phase: string): readonly Block[] {
    return this.#runbook.gates
      .filter((gate) => gate.blocks.some((pattern) => fits(pattern, partition, phase)))
      .flatMap((gate) => this.closed(gate));
  }

  closed(gate: GateDeclaration): readonly Block[] {
    // In the middle of another gate's requirements the answer may leave out that one.
    if (this.#asked.size > 0) return this.#whyClosed(gate);
    const known = this.#closed.get(gate) ?? this.#whyClosed(gate);
    this.#closed.set(gate, known);
    return known;
  }

  #whyClosed(gate: GateDeclaration): readonly Block[] {
    const proof = proofOfGate(this.#record, gate, this.#now);
    if (proof.kind === 'waived') return [];
    const required = this.requirements(gate);
    if (required.length > 0) return required;
    if (proof.kind === 'open') return [closedGate(gate, proof.why)];
    const stale = this.#stale(gate, proof);
    return stale === undefined ? [] : [closedGate(gate, `is cleared, but ${stale}`)];
  }

  /** A gate's own requirements, computed anew each time: a later failure closes the gate again. */
  requirements(gate: GateDeclaration): readonly Block[] {
    if (this.#asked.has(gate.id)) return [];
    this.#asked.add(gate.id);
    const blocked = gate.requires.flatMap((required) =>
      required.includes('/') ? this.#requiredPhases(gate, required) : this.#requiredGate(gate, required),
    );
    this.#asked.delete(gate.id);
    return blocked;
  }

  #requiredPhases(gate: GateDeclaration, pattern: string): readonly Block[] {
    return requiredPhases(this.#runbook, pattern).flatMap(({ partition, phase }) => {
      const block = this.#unproven(partition, phase)[0] ?? this.#stalePhase(gate, partition, phase);
      if (block === undefined) return [];
      const state = block.why.slice(`${partition}/${phase} `.length);
      return [
        {
          ...block,
          by: gate.title,
          gate: gate.id,
          why: `the gate "${gate.title}" requires ${partition}/${phase} cleared, and it ${state}`,
          ways: [...(block.ways ?? []), waive(gate)],
        },
      ];
    });
  }

  #requiredGate(gate: GateDeclaration, id: string): readonly Block[] {
    const other = this.#runbook.gates.find((each) => each.id === id);
    // What the front matter names and does not declare is told there; until it is mended nothing runs.
    if (other === undefined) return [];
    return this.closed(other).map((block) => ({
      ...block,
      by: gate.title,
      why: `the gate "${gate.title}" requires the gate "${other.title}": ${block.why}`,
      ways: [...(block.ways ?? []), waive(gate)],
    }));
  }

  #stalePhase(gate: GateDeclaration, partition: string, phase: string): Block | undefined {
    const stale = this.#stale(gate, proofOfPhase(this.#record, partition, phase, this.#now));
    if (stale === undefined) return undefined;
    const name = `${partition}/${phase}`;
    return {
      by: name,
      why: `${name} is cleared, but ${stale}`,
      clears: `run ${phase} on ${partition} again`,
      ways: [{ kind: 'run-phase', partition, phase }],
    };
  }

  /** Why evidence counts no more for a gate that wants it fresh. */
  #stale({ fresh }: GateDeclaration, proof: Proof): string | undefined {
    if (fresh === undefined || proof.kind !== 'proven') return undefined;
    if (proof.since === undefined) return `its evidence has no date and has to be fresh: ${fresh.text}`;
    const age = Date.parse(isoTime(this.#now.time)) - proof.since;
    if (age < 0)
      return `its evidence is dated later than now (${this.#now.time}): look at the clock of this machine`;
    return age <= fresh.milliseconds ? undefined : `its evidence is older than ${fresh.text}`;
  }
}

const waive = (gate: GateDeclaration): Way => ({ kind: 'waive-gate', gate: gate.id });

function closedGate(gate: GateDeclaration, state: string): Block {
  const { id, title, section } = gate;
  return {
    by: title,
    gate: id,
    why: `the gate "${title}" ${state}`,
    clears:
      section === undefined
        ? 'clear it when it is done, or waive it with a reason'
        : `run the cells under "${section}", or waive it with a reason`,
    ways: [
      section === undefined ? { kind: 'clear-gate', gate: id } : { kind: 'run-section', gate: id },
      waive(gate),
    ],
  };
}

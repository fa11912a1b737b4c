/** What of a runbook is run as one: the cells of a phase, of the sign-off, or of a gate's section. */
import type { Overview } from '../log/overview.ts';
import type { StatusKind } from '../log/status.ts';
import { signOff } from '../runbook/patterns.ts';
import type { Home, Runbook } from '../runbook/runbook.ts';

export interface Section {
  readonly title: string;
  /** Its steps by index, in the order of the runbook. */
  readonly steps: readonly number[];
  /** What the log says of it on the partition; absent where there is no log. */
  readonly status?: StatusKind;
}

/** The section that a step stands in; undefined for a step that has no home. */
export const sectionOf = (runbook: Runbook, step: number): Section | undefined =>
  sections(runbook).find(({ steps }) => steps.includes(step));

/** All sections that have cells, in the order of the runbook. */
export function sections(runbook: Runbook, overview?: Overview, partition?: string): readonly Section[] {
  const found = new Map<string, { home: Home; steps: number[] }>();
  for (const { home, index } of runbook.steps) {
    const key = home.kind === 'gate' ? `gate ${home.gate.id}` : titleOf(home);
    const known = found.get(key) ?? { home, steps: [] };
    found.set(key, { home, steps: [...known.steps, index] });
  }
  return [...found.values()].map(({ home, steps }) => {
    const status = overview === undefined ? undefined : statusOf(home, overview, partition);
    return { title: titleOf(home), steps, ...(status === undefined ? {} : { status }) };
  });
}

function titleOf(home: Home): string {
  switch (home.kind) {
    case 'phase':
      return home.phase.title;
    case 'sign-off':
      return signOff;
    case 'gate':
      return home.gate.title;
  }
}

function statusOf(
  home: Home,
  { partitions, gates }: Overview,
  name: string | undefined,
): StatusKind | undefined {
  if (home.kind === 'gate') return gates.find(({ id }) => id === home.gate.id)?.status;
  const row = partitions.find(({ partition }) => partition === name);
  if (home.kind === 'sign-off') return row?.signOff.status;
  return row?.phases.find(({ phase }) => phase === home.phase.title)?.status;
}

/** How a gate names phases of partitions: `prod/Deploy`, with "*" in place of the partition or of the phase for all. */

/** What every partition ends with. */
export const signOff = 'Sign-off';

/** Whether a pattern names this phase of this partition. */
export function fits(pattern: string, partition: string, phase: string): boolean {
  const [wantedPartition, wantedPhase] = pattern.split('/');
  return (
    (wantedPartition === '*' || wantedPartition === partition) &&
    (wantedPhase === '*' || wantedPhase === phase)
  );
}

/** As it is said: `prod/Deploy`, `Deploy of every partition`. */
export const patternWords = (pattern: string): string =>
  pattern.startsWith('*/') ? `${pattern.slice(2)} of every partition` : pattern;

/** What patterns choose from. */
export interface Phases {
  readonly partitions: readonly { readonly name: string }[];
  readonly phases: readonly { readonly title: string }[];
}

/** The phases that a requirement names; the sign-off only where it is written. */
export function requiredPhases(
  { partitions, phases }: Phases,
  pattern: string,
): readonly { readonly partition: string; readonly phase: string }[] {
  const titles = phases.map((each) => each.title);
  const named = pattern.endsWith(`/${signOff}`) ? [signOff] : titles;
  return partitions.flatMap(({ name: partition }) =>
    named.filter((phase) => fits(pattern, partition, phase)).map((phase) => ({ partition, phase })),
  );
}

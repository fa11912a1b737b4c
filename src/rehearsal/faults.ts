/** What a rehearsal can be told to do wrong, and what the operator will see of it. */
export const FAULTS = [
  { name: 'dkim-never', title: 'Postmark never finds the DKIM record, however often it is asked' },
  { name: 'wrong-profile', title: 'The profile of the first partition leads to another AWS account' },
  {
    name: 'role-name-taken',
    title: 'The second stack of an account fails on a role name that the first one took, and rolls back',
  },
  { name: 'op-locked', title: 'Every read of 1Password ends in an authorization timeout' },
  { name: 'deploy-exit-255', title: 'The deploy command exits with 255 before anything was created' },
] as const;

export type FaultName = (typeof FAULTS)[number]['name'];

export function isFaultName(text: string): text is FaultName {
  return FAULTS.some((fault) => fault.name === text);
}

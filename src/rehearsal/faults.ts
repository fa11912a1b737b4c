/** What a rehearsal can be told to do wrong, and what the operator will see of it. */
export const FAULTS = [
  {
    name: 'sso-expired',
    title: 'The SSO session of every profile has expired',
    seen: 'Each aws line is unknown and names the command that signs in; no change begins.',
  },
  {
    name: 'wrong-profile',
    title: 'The profile of the first partition leads to another AWS account',
    seen: 'The identity line fails with both accounts; no change of that partition begins.',
  },
  {
    name: 'op-locked',
    title: 'Every read of 1Password ends in an authorization timeout',
    seen: 'The op lines are unknown and say that 1Password is locked; nobody is asked twice.',
  },
  {
    name: 'role-name-taken',
    title: 'The second stack of an account fails on a role name that the first one took, and rolls back',
    seen: 'The deploy fails, and the watched stack keeps the role and its reason in view while it rolls back.',
  },
  {
    name: 'rollback',
    title: 'The delegation of the zone, the last resource of a stack, fails, and the stack rolls back',
    seen: 'The deploy fails; the stack line gives ROLLBACK_COMPLETE and the first reason, not those that followed.',
  },
  {
    name: 'masked-exit-code',
    title: 'The deploy command fails, and the pipe around it exits with 0',
    seen: 'The sh line passes with exit code 0; the stack line behind it fails, for there is no stack.',
  },
  {
    name: 'deploy-exit-255',
    title: 'The deploy command exits with 255 before anything was created',
    seen: 'The sh line fails with exit code 255 and the last words of the command.',
  },
  {
    name: 'deploy-killed',
    title: 'The deploy command is killed in the middle of the deploy; the stack goes on without it',
    seen: 'The sh line fails with exit code 137 (SIGKILL); the stack line tells what came of the stack.',
  },
  {
    name: 'dns-slow',
    title: 'The resolver answers nothing in time',
    seen: 'The dig lines are unknown, and say what the name servers of the zone have meanwhile.',
  },
  {
    name: 'dns-servfail',
    title: 'The resolver answers SERVFAIL to every question',
    seen: 'The dig lines are unknown after three tries, and say what the name servers of the zone have.',
  },
  {
    name: 'dns-not-propagated',
    title: 'The resolver remembers that there were no records, which are there by now',
    seen: 'The dig lines are unknown: published, not propagated, with the time that is left.',
  },
  {
    name: 'aws-throttled',
    title: 'AWS throttles every request',
    seen: 'Each aws line is unknown after three tries; no change begins, for nobody confirms the account.',
  },
  {
    name: 'connection-cut',
    title: 'Every answer of AWS breaks off in its middle',
    seen: 'Each aws line is unknown; no change begins.',
  },
  {
    name: 'postmark-429',
    title: 'Postmark answers 429 to every request',
    seen: 'The postmark lines are unknown and say to wait a minute.',
  },
  {
    name: 'postmark-cut',
    title: 'Postmark creates the domain and cuts the connection before it answers',
    seen: 'The register line looks the domain up, finds it and passes; it is not created twice.',
  },
  {
    name: 'dkim-never',
    title: 'Postmark never finds the DKIM record, however often it is asked',
    seen: 'The verify line fails after its last call, with the number of calls.',
  },
] as const;

export type FaultName = (typeof FAULTS)[number]['name'];

export function isFaultName(text: string): text is FaultName {
  return FAULTS.some((fault) => fault.name === text);
}

/** The third run of partition mail, as its log was kept by hand: two deploys needed a second attempt, and why. */
import type { RecordStep, RunStep, Scenario, WorldStep } from '../scenario.ts';

const run = (target: string, more: Omit<RunStep, 'kind' | 'target'> = {}): RunStep => ({
  kind: 'run',
  target,
  ...more,
});
const record = (...words: readonly string[]): RecordStep => ({ kind: 'record', words });
const world = (because: string, ...faults: WorldStep['faults']): WorldStep => ({
  kind: 'world',
  faults,
  because,
});
const signOff = (partition: string): RunStep =>
  run(`${partition}/Sign-off`, { confirms: [`${partition} is signed off`] });

export const run3: Scenario = {
  name: 'run-3',
  title: 'The recorded run: a wrong profile on dev, a taken role name on stage, and four sign-offs',
  operator: 'Miguel Pinilla',
  steps: [
    { kind: 'start' },
    {
      kind: 'gate',
      gate: 'run-2-merged',
      decision: 'waived',
      reason: 'the worktree is the head of the open pull request, and fixes go into it before it lands',
    },
    world('the construct of the stack gives its role a fixed name', 'role-name-taken'),
    run('entry-criteria', { confirms: ['The DMARC report mailbox is monitored'] }),

    // dev
    record(
      'script-fix',
      'validate-exit.sh',
      'Its synth check called an npm script that does not exist, and chose the CDK app by a context that cdk-runner.js does not read.',
      'It runs synth:named with the instance, the profile and the region.',
    ),
    run('dev/Pre-flight'),
    record(
      'anomaly',
      'dev',
      'Pre-flight',
      '"op item get" gave the id of the field in place of its value; "op read" gives the value.',
    ),
    record(
      'anomaly',
      'dev',
      'Pre-flight',
      'npm install had turned peer marks in package-lock.json; the committed file was put back and all four checks pass on it.',
    ),
    world(
      'the profile of Alpha002 is taken for another one, and leads to another account',
      'role-name-taken',
      'wrong-profile',
    ),
    run('dev/Deploy', { outcome: 'failed', reason: 'not started: expected account 139852620346' }),
    record(
      'note',
      'dev',
      'Deploy',
      'Name the profile with --profile: what amm.sh derives from the infrastructure is right for neither account.',
    ),
    record(
      'anomaly',
      'dev',
      'Deploy',
      'In the background the exit code 255 of amm.sh had been shown as 0. Changes run in the foreground from here on.',
    ),
    world('the right profile is given', 'role-name-taken'),
    run('dev/Deploy'),
    run('dev/Verification'),
    record(
      'note',
      'dev',
      'Verification',
      'The console of Postmark shows a new domain as not verified until it looks again by itself; asked to, it looks at once.',
    ),
    record(
      'note',
      'dev',
      'Verification',
      'EmailDnsProvisioningRoleArn ends in AddNsRecordsToAnyHostedZone: a name that tells nothing of the partition.',
    ),
    signOff('dev'),
    run('compliance-reply', { confirms: ['The compliance reply is sent'] }),

    // demo goes first: its account at Postmark is approved, and that of stage waits for an answer.
    run('demo/Pre-flight'),
    run('demo/Deploy'),
    run('demo/Verification'),
    record('note', 'demo', 'Deploy', 'Nothing to tell: what dev had taught was enough.'),
    signOff('demo'),

    // stage
    run('stage/Pre-flight'),
    record(
      'note',
      'stage',
      'Pre-flight',
      'Ticket 11236089 at Postmark has the verified domain of dev as its evidence; the answer is awaited.',
    ),
    run('stage/Deploy', {
      outcome: 'failed',
      reason: 'AddNsRecordsToAnyHostedZone already exists in stack Alpha002-dev-Email',
    }),
    record(
      'note',
      'stage',
      'Deploy',
      'PostmarkNonProd took a second domain before arda-nonprod was approved, so nothing has to wait for the answer to T-O4.',
    ),
    { kind: 'delete-stack', stack: 'Alpha002-stage-Email' },
    record(
      'note',
      'stage',
      'Deploy',
      'Alpha002-stage-Email had rolled back and was deleted, so that its name is free.',
    ),
    world('the construct leaves the name of the role to CloudFormation'),
    record(
      'code-fix',
      'stage',
      'AllowCreatingDnsRecordsRole gave its role a fixed name, which dev has in the same account.',
      'The construct takes roleName as an option: Root passes the old name, the stacks of partitions pass none. Two unit tests.',
    ),
    run('stage/Deploy'),
    run('stage/Verification'),
    signOff('stage'),

    // prod
    run('production-confirmation', {
      confirms: [
        'Reviewer approved the cdk diff of Alpha001-prod-Email',
        'The production deploy proceeds intentionally',
      ],
    }),
    run('prod/Pre-flight'),
    record(
      'note',
      'prod',
      'Pre-flight',
      'The cdk diff of Alpha001-prod-Email adds 23 resources, 14 outputs and 2 parameters, and modifies or destroys nothing; its role has no fixed name.',
    ),
    run('prod/Deploy', { types: 'prod' }),
    record('note', 'prod', 'Deploy', 'No collision with the role of demo: the fix of the construct holds.'),
    record(
      'script-fix',
      'validate-exit.sh',
      'Its check of the exports let the shell run what JMESPath quotes with backticks, and counted each page of list-exports by itself.',
      'It asks describe-stacks for the one stack, in quotes that the shell leaves alone.',
    ),
    run('prod/Verification'),
    signOff('prod'),
  ],
};

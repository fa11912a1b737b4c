/** AWS's own command line and our adapter look at the same world, and see the same. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { awsSdk } from '../../src/adapters/aws.ts';
import type { World } from '../../src/rehearsal/world.ts';
import { given, never } from '../adapters/stand-in.ts';
import { DESCRIPTION, DEV_DEPLOYED, NON_PROD, run, world } from './fixture.ts';

const [dev, stage] = DESCRIPTION.partitions;
assert.ok(dev && stage);
const target = { profile: dev.profile, region: DESCRIPTION.region };

/** What the command prints as JSON; the error's code where it ends in one. */
async function command(started: World, ...words: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await run(
    started,
    'aws',
    ['--endpoint-url', started.url, '--profile', dev?.profile ?? '', '--output', 'json', ...words],
    () => {},
    { AWS_PAGER: '' },
  );
  if (code === 0) return JSON.parse(stdout);
  return { error: /An error occurred \((\w+)\)/.exec(stderr)?.[1] ?? stderr };
}

async function deployed(t: TestContext) {
  const started = await world(t, { deployed: [DEV_DEPLOYED] });
  return { started, aws: awsSdk({ env: { ...process.env, ...started.env } }) };
}

test('identity, stack and exports', async (t) => {
  const { started, aws } = await deployed(t);
  const [identity, stacks, none, exports] = await Promise.all([
    command(started, 'sts', 'get-caller-identity'),
    command(started, 'cloudformation', 'describe-stacks', '--stack-name', dev.stack),
    command(started, 'cloudformation', 'describe-stacks', '--stack-name', stage.stack),
    command(started, 'cloudformation', 'list-exports'),
  ]);
  const seen = given(await aws.identity(target, never));
  assert.equal(seen.account, NON_PROD);
  assert.deepEqual(identity, { ...(identity as object), Account: seen.account, Arn: seen.arn });

  const progress = given(await aws.stackProgress(target, dev.stack, new Date(0), never));
  const [stack] = (stacks as { Stacks: { StackStatus: string }[] }).Stacks;
  assert.equal(progress?.stack.status, stack?.StackStatus);
  assert.equal(given(await aws.stackProgress(target, stage.stack, new Date(0), never)), undefined);
  assert.deepEqual(none, { error: 'ValidationError' });

  const listed = (exports as { Exports: { Name: string; Value: string }[] }).Exports;
  assert.ok(listed.length > 6, 'more than one page');
  assert.deepEqual(
    given(await aws.exports(target, never)).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    listed
      .map(({ Name, Value }) => ({ name: Name, value: Value }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  );
});

test('hosted zone, secret and role, those that are there and those that are not', async (t) => {
  const { started, aws } = await deployed(t);
  const secretName = `${dev.infrastructure}/${dev.name}/email/encryption-key`;
  const progress = given(await aws.stackProgress(target, dev.stack, new Date(0), never));
  assert.ok(progress);
  const exports = given(await aws.exports(target, never));
  const arn = exports.find(({ name }) => name.endsWith('-EmailDnsProvisioningRoleArn'))?.value ?? '';
  const roleName = arn.split('/').at(-1) ?? '';
  const [zones, zone, secret, noSecret, role, noRole] = await Promise.all([
    command(started, 'route53', 'list-hosted-zones-by-name', '--dns-name', dev.domain),
    command(started, 'route53', 'get-hosted-zone', '--id', DEV_DEPLOYED.zoneId),
    command(started, 'secretsmanager', 'describe-secret', '--secret-id', secretName),
    command(started, 'secretsmanager', 'describe-secret', '--secret-id', 'none'),
    command(started, 'iam', 'get-role', '--role-name', roleName),
    command(started, 'iam', 'get-role', '--role-name', 'none'),
  ]);
  const found = given(await aws.hostedZone(target, dev.domain, never));
  const listed = (zones as { HostedZones: { Id: string; Name: string; Config: { PrivateZone: boolean } }[] })
    .HostedZones;
  const own = listed.filter(({ Name, Config }) => Name === `${dev.domain}.` && !Config.PrivateZone);
  assert.ok(listed.length > own.length, 'the list goes on behind the name, and has a private namesake');
  assert.deepEqual(
    own.map(({ Id }) => Id),
    [`/hostedzone/${found?.id}`],
  );
  const set = (zone as { DelegationSet: { NameServers: string[] } }).DelegationSet.NameServers;
  assert.deepEqual(found?.nameServers, set);
  assert.equal(given(await aws.hostedZone(target, stage.domain, never)), undefined);

  assert.equal(given(await aws.secret(target, secretName, never))?.arn, (secret as { ARN: string }).ARN);
  assert.equal(given(await aws.secret(target, 'none', never)), undefined);
  assert.deepEqual(noSecret, { error: 'ResourceNotFoundException' });
  assert.equal(
    given(await aws.role(target, roleName, never))?.arn,
    (role as { Role: { Arn: string } }).Role.Arn,
  );
  assert.equal(given(await aws.role(target, 'none', never)), undefined);
  assert.deepEqual(noRole, { error: 'NoSuchEntity' });
});

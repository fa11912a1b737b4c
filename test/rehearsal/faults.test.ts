import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { FAULTS, isFaultName } from '../../src/rehearsal/faults.ts';
import { aws, DEV_DEPLOYED, dig, NON_PROD, PROD, postmark, register, run, SPEED, world } from './fixture.ts';

test('faults have names and titles', () => {
  assert.ok(isFaultName('dkim-never'));
  assert.ok(!isFaultName('none'));
  assert.ok(FAULTS.every(({ title }) => title.length > 10));
});

test('dkim-never: DKIM stays unverified although the record resolves', async (t) => {
  const started = await world(t, { faults: ['dkim-never'] });
  const { id } = await register(started, 'dev');
  await run(started, './amm.sh', ['--profile', 'Alpha002-Admin', 'Alpha002', 'dev']);
  const client = await postmark(started);
  for (let call = 0; call < 3; call++) {
    assert.equal((await client.verifyDomainDKIM(id)).DKIMVerified, false);
    await sleep(2000 / SPEED);
  }
  assert.equal((await client.verifyDomainReturnPath(id)).ReturnPathDomainVerified, true);
});

test('wrong-profile: the first profile leads to another account', async (t) => {
  const started = await world(t, { faults: ['wrong-profile'] });
  const sts = new STSClient(await aws(started));
  assert.equal((await sts.send(new GetCallerIdentityCommand())).Account, PROD);
});

test('role-name-taken: the second stack of the account fails, says why and rolls back', async (t) => {
  const started = await world(t, { faults: ['role-name-taken'], deployed: [DEV_DEPLOYED] });
  await register(started, 'stage');
  const deploy = () => run(started, './amm.sh', ['--profile', 'Alpha002-Admin', 'Alpha002', 'stage']);
  const { code, stderr } = await deploy();
  assert.equal(code, 1);
  const reason = 'AddNsRecordsToAnyHostedZone already exists in stack Alpha002-dev-Email';
  assert.match(stderr, new RegExp(`CREATE_FAILED.*EmailDnsProvisioningRole ${reason}`));
  assert.match(stderr, new RegExp(`failed: ROLLBACK_COMPLETE: ${reason}`));
  const cloudFormation = new CloudFormationClient(await aws(started));
  const { Stacks } = await cloudFormation.send(
    new DescribeStacksCommand({ StackName: 'Alpha002-stage-Email' }),
  );
  assert.equal(Stacks?.[0]?.StackStatus, 'ROLLBACK_COMPLETE');
  assert.match(await dig(started, 'NS', 'stage.ardamails.com'), /NXDOMAIN/);
  assert.match((await deploy()).stderr, /deleting it first/);
});

test('op-locked: every read ends in an authorization timeout', async (t) => {
  const started = await world(t, { faults: ['op-locked'] });
  const { code, stderr } = await run(started, 'op', ['read', 'op://Arda-DevOAM/Postmark/credential']);
  assert.equal(code, 1);
  assert.match(stderr, /could not read secret 'op:.*': .*authorization timeout/);
  assert.equal((await run(started, 'op', ['whoami'])).code, 1);
});

test('deploy-exit-255: nothing is created', async (t) => {
  const started = await world(t, { faults: ['deploy-exit-255'] });
  await register(started, 'dev');
  const { code } = await run(started, './amm.sh', ['--profile', 'Alpha002-Admin', 'Alpha002', 'dev']);
  assert.equal(code, 255);
  const { Stacks } = await new CloudFormationClient(await aws(started)).send(new DescribeStacksCommand({}));
  assert.deepEqual(Stacks, []);
});

test('faults are switched while the world runs, and a failed stack is deleted and deployed anew', async (t) => {
  const started = await world(t, { faults: ['wrong-profile', 'deploy-exit-255'], deployed: [DEV_DEPLOYED] });
  const sts = new STSClient(await aws(started));
  const account = async () => (await sts.send(new GetCallerIdentityCommand())).Account;
  const deploy = () => run(started, './amm.sh', ['--profile', 'Alpha002-Admin', 'Alpha002', 'stage']);
  await register(started, 'stage');
  assert.equal(await account(), PROD);
  assert.equal((await deploy()).code, 255);

  await started.setFaults(['rollback']);
  assert.equal(await account(), NON_PROD);
  assert.match((await deploy()).stderr, /failed: ROLLBACK_COMPLETE/);

  await started.setFaults([]);
  await started.deleteStack('Alpha002-stage-Email');
  const { code, stderr } = await deploy();
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stderr, /deleting it first/);
  await assert.rejects(started.deleteStack('Alpha002-none-Email'), /no stack Alpha002-none-Email/);

  await started.setFaults(['dns-servfail', 'op-locked']);
  assert.match(await dig(started, 'NS', 'stage.ardamails.com'), /SERVFAIL/);
  assert.equal((await run(started, 'op', ['whoami'])).code, 1);
  await started.setFaults([]);
  assert.match(await dig(started, 'NS', 'stage.ardamails.com'), /NOERROR/);
  assert.equal((await run(started, 'op', ['whoami'])).code, 0);
});

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { awsSdk } from '../../src/adapters/aws.ts';
import { contextFile } from '../../src/adapters/context-file.ts';
import { dnsResolver } from '../../src/adapters/dns.ts';
import { opCommand } from '../../src/adapters/onepassword-command.ts';
import { postmarkApi } from '../../src/adapters/postmark.ts';
import { gitRepository } from '../../src/adapters/repository.ts';
import { posixShell } from '../../src/adapters/shell.ts';
import { DESCRIPTION, DEV_DEPLOYED, world } from '../rehearsal/fixture.ts';
import { failureOf, given, never } from './stand-in.ts';

const [dev, stage] = DESCRIPTION.partitions;
assert.ok(dev && stage);
const target = { profile: dev.profile, region: DESCRIPTION.region };

test('every adapter reads the partition that is deployed in a rehearsal', async (t) => {
  const started = await world(t, { deployed: [DEV_DEPLOYED] });
  const env = { ...process.env, ...started.env };
  const aws = awsSdk({ env });
  assert.equal(given(await aws.identity(target, never)).account, dev.account);
  assert.equal(given(await aws.stackProgress(target, stage.stack, new Date(0), never)), undefined);
  const progress = given(await aws.stackProgress(target, dev.stack, new Date(0), never));
  assert.equal(progress?.stack.status, 'CREATE_COMPLETE');
  assert.equal(progress?.resources.length, 25);
  assert.equal(progress?.firstFailure, undefined);
  assert.ok(given(await aws.exports(target, never)).length > 0);
  const zone = given(await aws.hostedZone(target, dev.domain, never));
  assert.deepEqual([zone?.id, zone?.nameServers], [DEV_DEPLOYED.zoneId, DEV_DEPLOYED.nameServers]);

  const [token] = await opCommand({ env }).read([dev.secret], never);
  const postmark = postmarkApi({ env });
  const domain = given(await postmark.find(given(token), dev.domain, never));
  assert.equal(domain?.dkimSelector, DEV_DEPLOYED.dkimSelector);
  assert.equal(given(await postmark.find(given(token), stage.domain, never)), undefined);
  const created = given(
    await postmark.create(given(token), stage.domain, `pm-bounces.${stage.domain}`, never),
  );
  const again = given(await postmark.create(given(token), stage.domain, `pm-bounces.${stage.domain}`, never));
  assert.deepEqual(again, created);

  const dns = dnsResolver({ env });
  const servers = given(await dns.query('8.8.8.8', 'NS', dev.domain, never));
  assert.deepEqual(servers.values.toSorted(), DEV_DEPLOYED.nameServers.toSorted());
  const key = `${DEV_DEPLOYED.dkimSelector}._domainkey.${dev.domain}`;
  assert.deepEqual(given(await dns.query('8.8.8.8', 'TXT', key, never)).values, [domain?.dkimPublicKey]);

  const repository = gitRepository({ env });
  assert.equal(given(await repository.branch(started.worktree, never)), DESCRIPTION.branch);
  assert.equal(
    given(await repository.pullRequestHead(started.worktree, 462, never)),
    given(await repository.head(started.worktree, never)),
  );
  failureOf(await repository.pullRequestHead(started.worktree, 1, never));
});

test('a deploy in the shell shows in the stack', async (t) => {
  const started = await world(t, { speed: 1000 });
  const env = { ...process.env, ...started.env };
  const [token] = await opCommand({ env }).read([dev.secret], never);
  const created = given(
    await postmarkApi({ env }).create(given(token), dev.domain, `pm-bounces.${dev.domain}`, never),
  );
  const context = contextFile({ path: join(started.worktree, 'cdk.context.json') });
  const entry = {
    dkimSelector: created.dkimSelector,
    dkimPublicKey: created.dkimPublicKey,
    returnPathTarget: created.returnPathTarget,
  };
  given(await context.write(`partitionMail:${dev.infrastructure}:${dev.name}`, entry));
  const shell = posixShell({ env }).open(started.worktree);
  t.after(() => shell.close());
  let output = '';
  const ran = await shell.run(
    './amm.sh --profile "$profile" "$infrastructure" "$partition"',
    { profile: dev.profile, infrastructure: dev.infrastructure, partition: dev.name },
    (chunk) => {
      output += chunk;
    },
    never,
  );
  assert.equal(given(ran).exitCode, 0, output);
  assert.equal(
    given(await awsSdk({ env }).stackProgress(target, dev.stack, new Date(0), never))?.stack.status,
    'CREATE_COMPLETE',
  );
});

test('a locked 1Password is unknown, and says what to do', async (t) => {
  const { env } = await world(t, { faults: ['op-locked'] });
  const outcomes = await opCommand({ env: { ...process.env, ...env } }).read(
    [dev.secret, stage.secret],
    never,
  );
  for (const outcome of outcomes) assert.match(failureOf(outcome).next, /Unlock/);
});

import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Errors } from 'postmark';
import {
  DEV_DEPLOYED,
  postmark,
  postmarkWith,
  register,
  run,
  SPEED,
  temporaryFolder,
  world,
} from './fixture.ts';

const DOMAIN = 'dev.ardamails.com';

test('a domain is created once, with a real key, and listed in pages', async (t) => {
  const started = await world(t);
  const client = await postmark(started);
  const created = await client.createDomain({ Name: DOMAIN, ReturnPathDomain: `pm-bounces.${DOMAIN}` });
  assert.match(created.DKIMPendingHost, /^20\d{12}pm\._domainkey\.dev\.ardamails\.com$/);
  const [, key = ''] = created.DKIMPendingTextValue.split('k=rsa;p=');
  assert.equal(
    createPublicKey({ key: Buffer.from(key, 'base64'), format: 'der', type: 'spki' }).asymmetricKeyDetails
      ?.modulusLength,
    2048,
  );
  assert.equal(created.DKIMVerified, false);
  assert.equal(created.ReturnPathDomainCNAMEValue, 'pm.mtasv.net');
  await assert.rejects(client.createDomain({ Name: DOMAIN }), (error) => {
    assert.ok(error instanceof Errors.ApiInputError);
    assert.equal(error.code, 512);
    return true;
  });

  const stage = await (await postmark(started, 'stage')).createDomain({ Name: 'stage.ardamails.com' });
  const second = await client.getDomains({ count: 1, offset: 1 });
  assert.equal(second.TotalCount, 2);
  assert.equal(second.Domains[0]?.ID, stage.ID);
  assert.equal((await (await postmark(started, 'demo')).getDomains()).TotalCount, 0);

  const edited = await client.editDomain(stage.ID, { ReturnPathDomain: 'pm-bounces.stage.ardamails.com' });
  assert.equal(edited.ReturnPathDomain, 'pm-bounces.stage.ardamails.com');
  assert.equal((await client.getDomain(stage.ID)).DKIMPendingHost, stage.DKIMPendingHost);
  await assert.rejects(client.getDomain(1), { code: 510, statusCode: 404 });
});

test('a wrong token is refused', async (t) => {
  const started = await world(t);
  await assert.rejects(postmarkWith(started, 'wrong').getDomains(), (error) => {
    assert.ok(error instanceof Errors.InvalidAPIKeyError);
    assert.equal(error.code, 10);
    return true;
  });
});

test('DKIM verifies on a later call only, and only once the records resolve', async (t) => {
  const started = await world(t);
  const { id, key } = await register(started, 'dev');
  const client = await postmark(started);
  const lookUp = () => sleep(2000 / SPEED + 5);

  await client.verifyDomainDKIM(id);
  await lookUp();
  assert.equal((await client.verifyDomainDKIM(id)).DKIMVerified, false, 'there is no record yet');
  assert.equal((await client.verifyDomainReturnPath(id)).ReturnPathDomainVerified, false);

  const deployed = await run(started, './amm.sh', ['--profile', 'Alpha002-Admin', 'Alpha002', 'dev']);
  assert.equal(deployed.code, 0, deployed.stderr);
  assert.equal((await client.verifyDomainReturnPath(id)).ReturnPathDomainVerified, true);
  const verified = await client.verifyDomainDKIM(id);
  assert.equal(verified.DKIMVerified, true);
  assert.equal(verified.DKIMTextValue, key);
  assert.equal(verified.DKIMPendingHost, '');
  assert.equal(verified.ReturnPathDomainVerified, true);
});

test('neither the first call nor one right after it verifies, although the records resolve', async (t) => {
  const directory = await temporaryFolder(t);
  const stateFile = join(directory, 'world.json');
  const fast = await world(t, { directory, stateFile });
  const { id } = await register(fast, 'dev');
  const deployed = await run(fast, './amm.sh', ['--profile', 'Alpha002-Admin', 'Alpha002', 'dev']);
  assert.equal(deployed.code, 0, deployed.stderr);
  await fast.close();
  // As slow as life, so that the second call is too early.
  const slow = await world(t, { directory, stateFile, speed: 1 });
  const client = await postmark(slow);
  assert.equal((await client.verifyDomainDKIM(id)).DKIMVerified, false);
  assert.equal((await client.verifyDomainDKIM(id)).DKIMVerified, false);
  assert.equal((await client.verifyDomainReturnPath(id)).ReturnPathDomainVerified, true);
});

test('a rotated key is pending beside the verified one', async (t) => {
  const started = await world(t, { deployed: [DEV_DEPLOYED] });
  const client = await postmark(started);
  const id = (await client.getDomains()).Domains[0]?.ID ?? 0;
  const before = await client.getDomain(id);
  assert.equal(before.DKIMVerified, true);
  assert.equal((await client.rotateDomainDKIM(id)).DKIMUpdateStatus, 'Pending');
  await assert.rejects(client.rotateDomainDKIM(id), { code: 505 });
  const after = await client.getDomain(id);
  assert.equal(after.DKIMTextValue, before.DKIMTextValue);
  assert.notEqual(after.DKIMPendingTextValue, '');
});

test('calls for the same domain at the same time lose nothing', async (t) => {
  const started = await world(t);
  const { id } = await register(started, 'dev');
  await run(started, './amm.sh', ['--profile', 'Alpha002-Admin', 'Alpha002', 'dev']);
  const client = await postmark(started);
  await client.verifyDomainDKIM(id);
  await sleep(2000 / SPEED + 5);
  await Promise.all([client.verifyDomainDKIM(id), client.verifyDomainReturnPath(id)]);
  const { DKIMVerified, ReturnPathDomainVerified } = await client.getDomain(id);
  assert.deepEqual([DKIMVerified, ReturnPathDomainVerified], [true, true]);
});

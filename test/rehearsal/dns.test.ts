import assert from 'node:assert/strict';
import { Resolver } from 'node:dns/promises';
import { test } from 'node:test';
import { DEV_DEPLOYED, dig, world } from './fixture.ts';

const DKIM = `${DEV_DEPLOYED.dkimSelector}._domainkey.dev.ardamails.com`;

test('dig gets the records of a deployed partition over UDP and TCP', async (t) => {
  const started = await world(t, { deployed: [DEV_DEPLOYED] });
  for (const transport of ['+notcp', '+tcp']) {
    const ask = (...words: readonly string[]) => dig(started, transport, '+short', ...words);
    assert.deepEqual(
      (await ask('NS', 'dev.ardamails.com')).split('\n'),
      DEV_DEPLOYED.nameServers.map((name) => `${name}.`),
    );
    assert.match(await ask('TXT', 'DEV.ardamails.com'), /^"v=spf1 /);
    assert.match(await ask('TXT', '_dmarc.dev.ardamails.com'), /^"v=DMARC1;/);
    assert.equal(await ask('CNAME', 'pm-bounces.dev.ardamails.com'), 'pm.mtasv.net.');
    assert.match(await ask('TXT', DKIM), /^"k=rsa;p=[^"]{247}" "[^"]+"$/);
  }
});

test('an answer over 512 bytes is truncated for a client without EDNS, which then asks over TCP', async (t) => {
  const started = await world(t, { deployed: [DEV_DEPLOYED] });
  const truncated = await dig(started, '+noedns', '+ignore', 'TXT', DKIM);
  assert.match(truncated, /flags: qr aa tc rd ra/);
  assert.match(truncated, /ANSWER: 0/);
  assert.match(await dig(started, '+noedns', 'TXT', DKIM), /\(TCP\)/);
  assert.match(await dig(started, 'TXT', DKIM), /\(UDP\)/);

  const resolver = new Resolver();
  resolver.setServers([started.env['CASCADE_RESOLVER'] ?? '']);
  const [strings = []] = await resolver.resolveTxt(DKIM);
  assert.deepEqual(
    strings.map((text) => text.length),
    [255, strings[1]?.length],
  );
});

test('a name without data, a name that is not there and a zone that is not there are told apart', async (t) => {
  const started = await world(t, { deployed: [DEV_DEPLOYED] });
  const noData = await dig(started, 'MX', 'dev.ardamails.com');
  assert.match(noData, /status: NOERROR.*ANSWER: 0, AUTHORITY: 1/s);
  assert.match(noData, /\sSOA\s/);
  assert.match(await dig(started, 'TXT', '_domainkey.dev.ardamails.com'), /status: NOERROR/);
  const unknown = await dig(started, 'TXT', 'none.dev.ardamails.com');
  assert.match(unknown, /status: NXDOMAIN.*AUTHORITY: 1/s);
  assert.match(
    await dig(started, 'NS', 'stage.ardamails.com'),
    /status: NXDOMAIN.*AUTHORITY: 1.*\sardamails\.com\.\s.*SOA/s,
  );
});

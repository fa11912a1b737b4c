import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { type TestContext, test } from 'node:test';
import packet from 'dns-packet';
import { dnsResolver } from '../../src/adapters/dns.ts';
import { failureOf, given, never } from './stand-in.ts';

const long = 'k=rsa; p='.padEnd(400, 'M');
const records: Record<string, packet.Answer[]> = {
  'NS dev.example.com': [
    { type: 'NS', name: 'dev.example.com', data: 'ns-826.awsdns-39.net' },
    { type: 'NS', name: 'dev.example.com', data: 'ns-1215.awsdns-23.org' },
  ],
  'TXT key.example.com': [
    { type: 'TXT', name: 'key.example.com', data: [long.slice(0, 255), long.slice(255)] },
    { type: 'TXT', name: 'key.example.com', data: 'v=spf1 "quoted" -all' },
  ],
  'MX dev.example.com': [
    { type: 'MX', name: 'dev.example.com', data: { preference: 10, exchange: 'mx.example.com' } },
  ],
  'CNAME pm.example.com': [{ type: 'CNAME', name: 'pm.example.com', data: 'pm.mtasv.net' }],
  'A a.example.com': [{ type: 'A', name: 'a.example.com', data: '192.0.2.1' }],
  'AAAA a.example.com': [{ type: 'AAAA', name: 'a.example.com', data: '2001:db8::1' }],
  'TXT alias.example.com': [{ type: 'CNAME', name: 'alias.example.com', data: 'none.example.com' }],
};
const codes: Record<string, number> = { 'servfail.com': 2, 'nxdomain.com': 3, 'refused.com': 5 };

/** Answers over UDP and TCP; `big.example.com` is truncated over UDP. */
async function server(t: TestContext, host = '127.0.0.1'): Promise<{ address: string; asked: () => number }> {
  let asked = 0;
  const reply = (query: Buffer, overTcp: boolean): Buffer | undefined => {
    asked += 1;
    const { id = 0, questions = [] } = packet.decode(query);
    const { name = '', type = 'A' } = questions[0] ?? {};
    if (name === 'silent.com') return undefined;
    if (name === 'garbage.com') return Buffer.concat([query.subarray(0, 2), Buffer.from('garbage')]);
    const big = name === 'big.example.com';
    const answers = big
      ? overTcp
        ? [{ type: 'TXT' as const, name, data: 'over TCP' }]
        : []
      : (records[`${type} ${name.toLowerCase()}`] ?? []);
    const flags = 0x0080 | (codes[name] ?? 0) | (big && !overTcp ? 0x0200 : 0);
    return packet.encode({ type: 'response', id, flags, questions, answers });
  };
  const udp = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  udp.on('message', (query, { port, address }) => {
    const message = reply(query, false);
    if (message) udp.send(message, port, address);
  });
  await new Promise<void>((resolve) => udp.bind(0, host, resolve));
  const { port } = udp.address();
  const tcp = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (data) => {
      const message = reply(data.subarray(2), true);
      if (!message) return;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(message.length);
      socket.end(Buffer.concat([length, message]));
    });
  });
  await new Promise<void>((resolve) => tcp.listen(port, host, resolve));
  t.after(() => {
    udp.close();
    tcp.close();
  });
  return { address: host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`, asked: () => asked };
}

test('values are as dig prints them, texts whole', async (t) => {
  const { address } = await server(t);
  const dns = dnsResolver({ env: {} });
  const ask = async (type: Parameters<typeof dns.query>[1], name: string) =>
    given(await dns.query(address, type, name, never));
  assert.deepEqual(await ask('NS', 'dev.example.com.'), {
    code: 'noerror',
    values: ['ns-826.awsdns-39.net', 'ns-1215.awsdns-23.org'],
    ttl: 0,
  });
  assert.deepEqual((await ask('TXT', 'key.example.com')).values, [long, 'v=spf1 "quoted" -all']);
  assert.deepEqual((await ask('MX', 'dev.example.com')).values, ['10 mx.example.com']);
  assert.deepEqual((await ask('CNAME', 'pm.example.com')).values, ['pm.mtasv.net']);
  assert.deepEqual((await ask('A', 'a.example.com')).values, ['192.0.2.1']);
  assert.deepEqual((await ask('AAAA', 'a.example.com')).values, ['2001:db8::1']);
  assert.deepEqual((await ask('TXT', 'big.example.com')).values, ['over TCP']);
  assert.deepEqual(await ask('TXT', 'alias.example.com'), {
    code: 'noerror',
    values: [],
    aliases: ['none.example.com'],
  });
  assert.deepEqual(await ask('TXT', 'dev.example.com'), { code: 'noerror', values: [] });
  assert.deepEqual(await ask('TXT', 'nxdomain.com'), { code: 'nxdomain', values: [] });
});

test('CASCADE_RESOLVER takes the place of every resolver; a host name is one too', async (t) => {
  const { address } = await server(t);
  const redirected = dnsResolver({ env: { CASCADE_RESOLVER: address } });
  assert.equal(given(await redirected.query('8.8.8.8', 'A', 'a.example.com', never)).values.length, 1);
  const named = `localhost:${address.split(':')[1]}`;
  const dns = dnsResolver({ env: {}, deadlineMs: 3000 });
  assert.equal(given(await dns.query(named, 'A', 'a.example.com', never)).values.length, 1);
  const none = failureOf(await dns.query('no-such-host.invalid', 'A', 'a.example.com', never));
  assert.equal(none.verdict, 'unknown');
});

test('what settles nothing is unknown', async (t) => {
  const { address, asked } = await server(t);
  const dns = dnsResolver({ env: {}, deadlineMs: 1500 });
  const port = address.split(':')[1];
  for (const [name, came] of [
    ['servfail.com', 'SERVFAIL after 3 tries'],
    ['refused.com', 'REFUSED after 3 tries'],
    ['silent.com', 'no answer within 2 s'],
    ['garbage.com', undefined],
  ] as const) {
    const begun = Date.now();
    const failed = failureOf(await dns.query(address, 'TXT', name, never));
    assert.equal(failed.verdict, 'unknown');
    assert.equal(failed.asked, `dig +short TXT ${name} @127.0.0.1 -p ${port}`);
    if (came !== undefined) assert.equal(failed.came, came);
    assert.ok(Date.now() - begun < 2500);
  }
  assert.ok(asked() >= 8);
  const long = `${'a'.repeat(64)}.com`;
  assert.equal(failureOf(await dns.query(address, 'A', long, never)).verdict, 'failed');
  assert.equal(failureOf(await dns.query('127.0.0.1:1', 'A', 'a.example.com', never)).verdict, 'unknown');
});

test('an abort ends a query at once', async (t) => {
  const { address } = await server(t);
  const controller = new AbortController();
  const reason = new Error('stopped');
  setTimeout(() => controller.abort(reason), 50);
  const begun = Date.now();
  await assert.rejects(
    dnsResolver({ env: {} }).query(address, 'A', 'silent.com', controller.signal),
    (thrown) => thrown === reason,
  );
  assert.ok(Date.now() - begun < 500);
});

const ipv6 = Object.values(networkInterfaces()).some((each) =>
  each?.some(({ address }) => address === '::1'),
);
test('a resolver that has IPv6 only is asked too', async (t) => {
  // A machine without IPv6 shows the same with what it has.
  const host = ipv6 ? '::1' : '127.0.0.1';
  const { address } = await server(t, host);
  const dns = dnsResolver({ env: {} });
  assert.deepEqual(given(await dns.query(address, 'TXT', 'big.example.com', never)).values, ['over TCP']);
  const nobody = address.replace(/\d+$/, '1');
  const gone = failureOf(await dns.query(nobody, 'A', 'a.example.com', never));
  assert.equal(gone.verdict, 'unknown');
  assert.equal(gone.asked, `dig +short A a.example.com @${host} -p 1`);
});

test('a name that no server can have is not asked for', async (t) => {
  const { address, asked } = await server(t);
  const dns = dnsResolver({ env: {} });
  for (const name of ['müller.example.com', 'dev.example.com ', 'dev example.com', 'dev.example.com\u0007']) {
    const failed = failureOf(await dns.query(address, 'A', name, never));
    assert.equal(failed.verdict, 'unknown', name);
    assert.match(failed.came, /has characters that no name in the DNS has/);
    assert.equal(failureOf(await dns.authoritative(address, 'A', name, never)).verdict, 'unknown');
  }
  assert.equal(failureOf(await dns.query(address, 'A', 'a..example.com', never)).verdict, 'failed');
  assert.equal(asked(), 0);
});

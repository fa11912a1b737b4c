import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { dnsResolver } from '../../src/adapters/dns.ts';
import type { RecordType } from '../../src/core/ports.ts';
import { given, never } from './stand-in.ts';

const longKey = `k=rsa;p=${'MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A'.repeat(12)}`;
const zone = `$TTL 300
@ IN SOA ns1 hostmaster 1 3600 600 86400 300
@ IN NS ns1
@ IN NS NS2.Example.test.
ns1 IN A 127.0.0.1
ns2 IN A 127.0.0.2
ns2 IN AAAA ::1
@ IN TXT "v=spf1 include:spf.example.test ~all"
@ IN TXT "other=1"
_dmarc IN TXT "v=DMARC1; p=none"
key._domainkey IN TXT "${longKey.slice(0, 255)}" "${longKey.slice(255)}"
pm-bounces IN CNAME pm.mtasv.net.
@ IN MX 10 mx1
empty.below IN A 127.0.0.3
`;

let directory: string;
let port: number;
let named: ChildProcess;

/** BIND's own server, on loopback, with a zone of ours. */
before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'cascade-named-'));
  port = await freePort();
  writeFileSync(join(directory, 'zone'), zone);
  writeFileSync(
    join(directory, 'named.conf'),
    `options { directory "${directory}"; listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };
      recursion no; pid-file none; session-keyfile none; dnssec-validation no; };
    controls { };
    zone "example.test" { type primary; file "zone"; };`,
  );
  named = spawn('named', ['-g', '-c', join(directory, 'named.conf'), '-p', String(port), '-n', '1'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    // A login without root often has no sbin on its PATH.
    env: { ...process.env, PATH: `${process.env['PATH']}:/usr/local/sbin:/usr/sbin` },
  });
  let said = '';
  for await (const chunk of named.stderr ?? []) {
    said += String(chunk);
    if (said.includes('running')) break;
  }
  assert.match(said, /running/, said);
});

after(async () => {
  if (named.exitCode === null) {
    named.kill('SIGKILL');
    await once(named, 'exit');
  }
  rmSync(directory, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port: free } = socket.address();
  socket.close();
  return free;
}

/** What `dig +short` prints, with the marks taken off that our values leave off too. */
function dig(type: RecordType, name: string): string[] {
  const printed = execFileSync('dig', ['+short', type, name, '@127.0.0.1', '-p', String(port)], {
    encoding: 'utf8',
  });
  return printed
    .split('\n')
    .filter((line) => line !== '')
    .map((line) =>
      type === 'TXT' ? line.replace(/^"|"$/g, '').replaceAll('" "', '') : line.replace(/\.$/, ''),
    )
    .sort();
}

const questions: readonly (readonly [RecordType, string, number])[] = [
  ['NS', 'example.test', 2],
  ['TXT', 'example.test', 2],
  ['TXT', '_dmarc.example.test', 1],
  ['TXT', 'key._domainkey.example.test', 1],
  ['TXT', 'KEY._domainkey.EXAMPLE.test', 1],
  ['CNAME', 'pm-bounces.example.test', 1],
  ['MX', 'example.test', 1],
  ['A', 'ns1.example.test', 1],
  ['AAAA', 'ns2.example.test', 1],
  ['TXT', 'ns1.example.test', 0],
  ['A', 'below.example.test', 0],
];

for (const [type, name, count] of questions) {
  test(`${type} ${name} is what dig prints`, async () => {
    const { code, values } = given(
      await dnsResolver({ env: {} }).query(`127.0.0.1:${port}`, type, name, never),
    );
    assert.equal(code, 'noerror');
    assert.equal(values.length, count);
    assert.deepEqual([...values].sort(), dig(type, name));
  });
}

test('a name that is not there is NXDOMAIN, and a zone that is not served is no answer', async () => {
  const dns = dnsResolver({ env: {}, deadlineMs: 3000 });
  assert.equal(given(await dns.query(`127.0.0.1:${port}`, 'A', 'none.example.test', never)).code, 'nxdomain');
  const refused = await dns.query(`127.0.0.1:${port}`, 'A', 'elsewhere.test', never);
  assert.equal(refused.kind === 'failure' && refused.verdict, 'unknown');
});

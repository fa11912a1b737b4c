/** A small internet of BIND's servers on loopback: a top, a zone above, a zone, and a resolver that remembers. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { dnsResolver } from '../../src/adapters/dns.ts';
import { answer, type Dns, type RecordType } from '../../src/core/ports.ts';
import { Cascade } from '../../src/core/run/cascade.ts';
import { run } from '../../src/core/run/engine.ts';
import { parseRunbook } from '../../src/core/runbook/runbook.ts';
import type { CheckResult } from '../../src/core/steps/step.ts';
import { frontMatter, phase } from '../core/fixture.ts';
import { memoryLog, memoryPorts, memoryWorld } from '../core/memory.ts';
import { given, never } from './stand-in.ts';

/** Folder names; each server has a port of its own. */
const top = 'top';
const parent = 'parent';
const first = 'first';
const second = 'second';
const resolver = 'resolver';
const ports = new Map<string, number>();
const addressOf = (server: string): string => `127.0.0.1:${ports.get(server)}`;

let directory: string;
let dns: Dns;
const servers: ChildProcess[] = [];

const soa = (serial: number) => `@ IN SOA ns1 hostmaster ${serial} 3600 600 86400 900\n`;
const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
const weak = generateKeyPairSync('rsa', { modulusLength: 512 })
  .publicKey.export({ type: 'spki', format: 'der' })
  .toString('base64');
const text = (value: string): string => (value.match(/.{1,255}/g) ?? []).map((part) => `"${part}"`).join(' ');

const records = `@ IN NS ns1
@ IN NS ns2
ns1 IN A 192.0.2.4
ns2 IN A 192.0.2.5
@ IN TXT "v=spf1 include:spf.mail.test ~all"
@ IN MX 10 mx
_dmarc IN TXT "v=DMARC1; p=none; rua=mailto:reports@other.test,mailto:here@example.test"
good._domainkey IN TXT ${text(`k=rsa; p=${key}`)}
weak._domainkey IN TXT ${text(`k=rsa;p=${weak}`)}
revoked._domainkey IN TXT "v=DKIM1; p="
broken._domainkey IN TXT "k=rsa;p=bm8ga2V5"
pm-bounces IN CNAME target.mail.test.
hop IN CNAME hop2
hop2 IN CNAME good._domainkey
dead IN CNAME nowhere.mail.test.
`;

/** @param more records that only some of a zone's servers have */
function zones(serial: number, more: readonly string[] = ['', '']) {
  const example = `$TTL 600\n${soa(serial)}${records}`;
  const mail = `$TTL 300\n@ IN SOA ns1 h ${serial} 3600 600 86400 60\n@ IN NS ns1\nns1 IN A 192.0.2.4
spf IN TXT "v=spf1 ip4:192.0.2.0/24 ~all"
target IN A 192.0.2.1
${Array.from({ length: 11 }, (_, index) => `deep${index} IN TXT "v=spf1 include:deep${index + 1}.mail.test -all"\n`).join('')}
open IN TXT "v=spf1 +all"
`;
  const other = `$TTL 300\n@ IN SOA ns1 h ${serial} 3600 600 86400 60\n@ IN NS ns1\nns1 IN A 192.0.2.4
dev.example.test._report._dmarc IN TXT "v=DMARC1"
`;
  return {
    [top]: {
      test: `$TTL 86400\n@ IN SOA ns h 1 3600 600 86400 60\n@ IN NS ns\nns IN A 192.0.2.2
example IN NS ns.example\nns.example IN A 192.0.2.3
mail IN NS ns1.mail\nns1.mail IN A 192.0.2.4
other IN NS ns1.other\nns1.other IN A 192.0.2.4
`,
    },
    [parent]: {
      'example.test': `$TTL 86400\n@ IN SOA ns h 1 3600 600 86400 120\n@ IN NS ns\nns IN A 192.0.2.3
dev IN NS ns1.dev\ndev IN NS ns2.dev\nns1.dev IN A 192.0.2.4\nns2.dev IN A 192.0.2.5
split IN NS ns1.split\nns1.split IN A 192.0.2.4
`,
    },
    [first]: {
      'dev.example.test': example + (more[0] ?? ''),
      'split.example.test': `$TTL 600\n${soa(1)}@ IN NS ns1\n@ IN NS ns9\nns1 IN A 192.0.2.4\nns9 IN A 192.0.2.5\n@ IN TXT "v=spf1 -all"\n@ IN TXT "v=spf1 ~all"\n`,
      'mail.test': mail,
      'other.test': other,
    },
    [second]: { 'dev.example.test': example + (more[1] ?? '') },
  };
}

function writeZones(all: ReturnType<typeof zones>): void {
  for (const [server, own] of Object.entries(all)) {
    for (const [name, body] of Object.entries(own)) {
      writeFileSync(join(directory, server, name), body);
    }
  }
}

before(async () => {
  directory = mkdtempSync(join(tmpdir(), 'cascade-internet-'));
  const all = zones(1);
  for (const server of [...Object.keys(all), resolver]) {
    mkdirSync(join(directory, server));
    ports.set(server, await freePort());
  }
  writeZones(all);
  for (const [server, own] of Object.entries(all)) {
    const declared = Object.keys(own).map((name) => `zone "${name}" { type primary; file "${name}"; };`);
    await start(server, 'recursion no;', declared.join('\n'));
  }
  const forwarded = Object.entries(all).flatMap(([server, own]) =>
    server === second
      ? []
      : Object.keys(own).map(
          (name) =>
            `zone "${name}" { type forward; forward only; forwarders { 127.0.0.1 port ${ports.get(server)}; }; };`,
        ),
  );
  await start(resolver, 'recursion yes; empty-zones-enable no;', forwarded.join('\n'));
  const names = { test: top, 'ns.example.test': parent, 'ns2.dev.example.test': second, '*': first };
  dns = dnsResolver({
    env: {
      CASCADE_NAME_SERVERS: Object.entries(names)
        .map(([name, server]) => `${name}=${addressOf(server)}`)
        .join(' '),
    },
  });
});

after(async () => {
  for (const server of servers) {
    if (server.exitCode !== null) continue;
    server.kill('SIGKILL');
    await once(server, 'exit');
  }
  rmSync(directory, { recursive: true, force: true });
});

async function start(server: string, options: string, declared: string): Promise<void> {
  const file = join(directory, server, 'named.conf');
  writeFileSync(
    file,
    `options { directory "${join(directory, server)}"; listen-on port ${ports.get(server)} { 127.0.0.1; }; listen-on-v6 { none; };
      ${options} pid-file none; session-keyfile none; dnssec-validation no; minimal-responses no; };
    controls { };
    ${declared}`,
  );
  const named = spawn('named', ['-4', '-g', '-c', file, '-p', String(ports.get(server)), '-n', '1'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, PATH: `${process.env['PATH']}:/usr/local/sbin:/usr/sbin` },
  });
  servers.push(named);
  await said(named, 'running');
}

async function said(named: ChildProcess, word: string): Promise<void> {
  let all = '';
  await new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      all += String(chunk);
      if (!all.includes(word)) return;
      named.stderr?.off('data', hear);
      resolve();
    };
    named.stderr?.on('data', hear);
    named.once('exit', () => reject(new Error(all)));
  });
}

/** Publishes what the zone's servers have now. */
async function publish(serial: number, more: readonly string[]): Promise<void> {
  writeZones(zones(serial, more));
  for (const server of [servers[2], servers[3]]) {
    if (server === undefined) continue;
    const loaded = said(server, `dev.example.test/IN: loaded serial ${serial}`);
    server.kill('SIGHUP');
    await loaded;
  }
}

async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port: free } = socket.address();
  socket.close();
  return free;
}

/** Runs lines of `dig` in a phase, on this internet. */
async function check(
  lines: string,
  title = 'Pre-flight',
  resolvers = addressOf(resolver),
): Promise<CheckResult[]> {
  const front = frontMatter.replace('resolver: 192.0.2.53', `resolver: ${resolvers}`);
  const runbook = parseRunbook(`---\n${front}---\n## ${title}\n\n\`\`\`dig\n${lines}\n\`\`\`\n`);
  assert.deepEqual(runbook.problems, []);
  const memory = memoryPorts(memoryWorld());
  const hostedZone = async () =>
    answer({
      id: 'Z1',
      name: 'dev.example.test',
      nameServers: ['ns2.dev.example.test', 'NS1.dev.example.test'],
    });
  const cascade = new Cascade({
    runbook,
    log: memoryLog(undefined),
    ports: { ...memory, dns, aws: { ...memory.aws, hostedZone } },
    worktree: directory,
  });
  const results: [number, CheckResult][] = [];
  output = '';
  for await (const event of run(cascade, phase(runbook, 'dev', title), { signal: never })) {
    if (event.kind === 'check-finished') results.push([event.check.id, event.result]);
    if (event.kind === 'check-output') output += event.chunk;
  }
  return results.toSorted(([a], [b]) => a - b).map(([, result]) => result);
}
let output = '';

function dig(type: RecordType, name: string, server: string): string[] {
  const printed = execFileSync('dig', ['+short', type, name, '@127.0.0.1', '-p', String(ports.get(server))], {
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

for (const [type, name] of [
  ['NS', 'dev.example.test'],
  ['TXT', 'dev.example.test'],
  ['TXT', 'GOOD._domainkey.dev.Example.test.'],
  ['CNAME', 'pm-bounces.dev.example.test'],
  ['MX', 'dev.example.test'],
  ['AAAA', 'ns1.dev.example.test'],
  ['NS', 'example.test'],
] as const) {
  test(`the resolver and each server of the zone say of ${type} ${name} what dig prints`, async () => {
    const address = addressOf(resolver);
    assert.deepEqual(
      [...given(await dns.query(address, type, name, never)).values].sort(),
      dig(type, name, resolver),
    );
    const { zone, servers: own } = given(await dns.authoritative(address, type, name, never));
    assert.equal(zone, name.includes('dev') || name.includes('Dev') ? 'dev.example.test' : 'example.test');
    for (const { name: server, outcome } of own) {
      const at: string = server.startsWith('ns2') ? second : zone === 'example.test' ? parent : first;
      assert.deepEqual([...given(outcome).values].sort(), dig(type, name, at));
    }
    assert.equal(own.length, zone === 'example.test' ? 1 : 2);
  });
}

test('a chain of aliases is followed to its end, and one that ends nowhere is told as that', async () => {
  const [chain, dead] = await check('TXT hop.dev.example.test has k=rsa\nA dead.dev.example.test at least 1');
  assert.equal(chain?.verdict, 'passed');
  assert.equal(dead?.verdict, 'failed');
  assert.match(dead?.actual ?? '', /NXDOMAIN: dead.*, an alias of nowhere\.mail\.test, does not exist/);
});

test('the zone above tells which servers it names', async () => {
  const address = addressOf(resolver);
  const named = given(await dns.delegation(address, 'dev.example.test', never));
  assert.equal(named.parent, 'example.test');
  assert.deepEqual(named.nameServers.toSorted(), ['ns1.dev.example.test', 'ns2.dev.example.test']);
  assert.deepEqual(given(await dns.delegation(address, 'none.example.test', never)).nameServers, []);
});

test('missing, published and not propagated, and published in part are told apart', async () => {
  const line = 'TXT late.dev.example.test has here';
  const [missing] = await check(line);
  assert.equal(missing?.verdict, 'failed');
  assert.match(
    missing?.actual ?? '',
    /NXDOMAIN: .*; none of the 2 name servers of dev\.example\.test has it/,
  );

  await publish(2, ['late IN TXT "here"\n', '']);
  const [part] = await check(line);
  assert.equal(part?.verdict, 'unknown');
  assert.match(
    part?.evidence ?? '',
    /published on 1 of 2 name servers of dev\.example\.test: not on ns2\.dev/,
  );

  await publish(3, ['late IN TXT "here"\n', 'late IN TXT "here"\n']);
  const [late] = await check(line);
  assert.equal(late?.verdict, 'unknown');
  // The negative TTL is the lesser of the SOA's own, 600 s, and its last number, 900 s.
  assert.match(
    late?.evidence ?? '',
    /published, not propagated: 2 name servers of dev\.example\.test have it; .* has NXDOMAIN: .* for another (10 min 0|9 min \d+) s/,
  );
  assert.match(late?.next ?? '', /^Wait (10|9) min \d+ s, then repeat: dig \+short TXT late/);
  assert.match(output, /✘ @127\.0\.0\.1:\d+ +NXDOMAIN[\s\S]*✔ ns1\.dev\.example\.test +here +\(10 min 0 s\)/);
});

test('in a verification a name that is not published is not asked of the resolver, so it is seen once it is', async () => {
  const line = 'TXT early.dev.example.test has here';
  const [missing] = await check(line, 'Verification');
  assert.equal(missing?.verdict, 'failed');
  const both = 'late IN TXT "here"\nearly IN TXT "here"\n';
  await publish(4, [both, both]);
  const [seen] = await check(line, 'Verification');
  assert.equal(seen?.verdict, 'passed', seen?.evidence);
});

test('a resolver that is behind the others is seen in the table', async () => {
  const named = `[ "${addressOf(resolver)}", "${addressOf(first)}" ]`;
  const [table] = await check('TXT late.dev.example.test has here', 'Pre-flight', named);
  assert.equal(table?.verdict, 'unknown');
  assert.match(table?.evidence ?? '', /published, not propagated/);
  assert.match(output, /✘ @127\.0\.0\.1.*\n {2}✔ @127\.0\.0\.1/);
  const [agreed] = await check('TXT dev.example.test has v=spf1', 'Pre-flight', named);
  assert.equal(agreed?.verdict, 'passed');
  assert.match(output, /✔ @127\.0\.0\.1.*\n {2}✔ @127\.0\.0\.1/);
});

test('an old answer that the resolver keeps does not pass a verification', async () => {
  const [before] = await check('TXT dev.example.test has v=spf1');
  assert.equal(before?.verdict, 'passed');
  const changed = zones(5);
  for (const server of [first, second] as const)
    changed[server]['dev.example.test'] = changed[server]['dev.example.test'].replace(/@ IN TXT.*\n/, '');
  writeZones(changed);
  for (const server of [servers[2], servers[3]]) {
    if (server === undefined) continue;
    const loaded = said(server, 'dev.example.test/IN: loaded serial 5');
    server.kill('SIGHUP');
    await loaded;
  }
  const [after] = await check('TXT dev.example.test has v=spf1', 'Verification');
  assert.equal(after?.verdict, 'failed');
  assert.match(after?.actual ?? '', /none of the 2 name servers/);
  await publish(6, ['', '']);
});

test('mail: each check passes what is right and says what is wrong', async () => {
  const results = await check(
    [
      'spf dev.example.test',
      'dmarc dev.example.test',
      'dkim good._domainkey.dev.example.test at least 2048 bits',
      'delegation dev.example.test',
      'spf deep0.mail.test',
      'spf open.mail.test',
      'spf split.example.test',
      'spf example.test',
      'dkim weak._domainkey.dev.example.test',
      'dkim revoked._domainkey.dev.example.test',
      'dkim broken._domainkey.dev.example.test',
      'dmarc split.example.test',
      'delegation split.example.test',
      'delegation nothing.example.test',
    ].join('\n'),
    'Verification',
  );
  const told = results.map(({ verdict, evidence }) => `${verdict}: ${evidence}`);
  const expected = [
    /^passed: v=spf1 include:spf\.mail\.test ~all, 1 of 10 look-ups$/,
    /^passed: v=DMARC1; p=none; .*, reports to other\.test authorised$/,
    /^passed: RSA, 2048 bits$/,
    /^passed: ns1\.dev\.example\.test, ns2\.dev\.example\.test: the same at its parent, on 2 of 2 servers, in Route 53$/,
    /^failed: .*more than 10 look-ups/,
    /^failed: .*everybody may send/,
    /^failed: .*2 SPF records/,
    /^failed: .*no TXT record at example\.test/,
    /^failed: .*an RSA key of 512 bits/,
    /^failed: .*the key is revoked/,
    /^failed: .*the key cannot be read as an RSA key/,
    /^failed: .*NXDOMAIN: _dmarc\.split\.example\.test/,
    /^failed: .*its parent example\.test: ns1\.split\.example\.test \| .*ns9\.split/,
    /^failed: .*none/,
  ];
  for (const [index, form] of expected.entries()) assert.match(told[index] ?? '', form);
});

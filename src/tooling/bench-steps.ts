/** `npm run bench -- steps`: how long a verification takes over a distance, and what output of a shell costs. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { env, execPath, memoryUsage, stdout } from 'node:process';
import { awsAtOnce } from '../adapters/aws.ts';
import { composePorts } from '../adapters/compose.ts';
import { rehearsalEnvironment } from '../adapters/environment.ts';
import { posixShell } from '../adapters/shell.ts';
import { newLog } from '../core/log/create.ts';
import { answer, type LogFile, nobody } from '../core/ports.ts';
import { Cascade } from '../core/run/cascade.ts';
import { run } from '../core/run/engine.ts';
import { Redactor } from '../core/run/redact.ts';
import { parseRunbook } from '../core/runbook/runbook.ts';
import { Secret } from '../core/secret.ts';
import { describeWorld } from '../rehearsal/describe-world.ts';
import { startWorld } from '../rehearsal/world.ts';
import { distanceTo, type Exchange, longestChain } from './bench-latency.ts';
import { root, sample } from './paths.ts';
import { ensurePrograms } from './system-packages.ts';

const oneWay = 20;
const selector = '20260526234343pm';
const size = 500_000_000;
const thousand = 1000;
const flood = `yes 'a line of output 0123456789' | head -c ${size}`;

/** @returns whether every limit held */
export async function benchSteps(stop: AbortSignal): Promise<boolean> {
  await ensurePrograms(['git', 'dig', 'aws'], stop);
  const directory = await mkdtemp(join(tmpdir(), 'cascade-bench-'));
  try {
    const verified = await verification(directory, stop);
    const printed = await output(directory, stop);
    const many = await partitions(stop);
    const kept = await limits(directory, stop);
    return verified && printed && many && kept;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function report(what: string, value: string, holds?: boolean): void {
  stdout.write(`${holds === undefined ? ' ' : holds ? '✔' : '✘'} ${what.padEnd(58)} ${value}\n`);
}

/** Verify Partition over 40 ms, beside a script that asks the same in sequence. */
async function verification(directory: string, stop: AbortSignal): Promise<boolean> {
  // The script of the sample would only sleep in both: what is measured is the asking.
  const text = (await readFile(join(sample, 'partition-mail.runbook.md'), 'utf8')).replace(
    /```sh check\n\.\/validate-exit\.sh \$\{partition\} --post-merge\n```\n/,
    '',
  );
  const description = describeWorld(text);
  const world = await startWorld({
    description,
    directory: join(directory, 'world'),
    samples: join(sample, 'infrastructure'),
    deployed: [{ partition: 'dev', dkimSelector: selector }],
  });
  const exchanges: Exchange[] = [];
  const far = async (address: string) => distanceTo(address, oneWay, exchanges);
  const http = await far(new URL(world.url).host);
  const resolver = await far(world.env['CASCADE_RESOLVER'] ?? '');
  const servers = await Promise.all(
    (world.env['CASCADE_NAME_SERVERS'] ?? '').split(' ').map(async (word) => {
      const [zone = '', address = ''] = word.split('=');
      return { zone, distance: await far(address) };
    }),
  );
  const url = `http://${http.address}`;
  const environment = {
    ...rehearsalEnvironment(env, world.env),
    AWS_ENDPOINT_URL: url,
    POSTMARK_API_URL: url,
    CASCADE_RESOLVER: resolver.address,
    CASCADE_NAME_SERVERS: servers.map(({ zone, distance }) => `${zone}=${distance.address}`).join(' '),
  };
  try {
    const runbook = parseRunbook(text);
    const partition = runbook.partitions.find(({ name }) => name === 'dev');
    const phase = runbook.phases.find(({ title }) => title === 'Verification');
    if (partition === undefined || phase === undefined) throw new Error('the sample has no dev/Verification');
    const ports = composePorts({
      env: environment,
      worktree: world.worktree,
      person: nobody,
      onePassword: { method: 'command' },
    });
    const at = { date: '2026-11-24', time: '2026-11-24 09:00:00 +00:00' };
    const log = memoryLog(newLog(runbook, { operator: 'bench', at, worktree: '.', rehearsal: true }));
    // 1Password's command is a process on this machine and no service at a distance: its time is told apart.
    let reading = 0;
    const secrets = {
      ...ports.secrets,
      read: async (references: readonly string[], signal: AbortSignal) => {
        const begun = performance.now();
        const read = await ports.secrets.read(references, signal);
        reading = performance.now() - begun;
        return read;
      },
    };
    const cascade = new Cascade({ runbook, log, ports: { ...ports, secrets }, worktree: world.worktree });
    const measure = async (): Promise<number> => {
      exchanges.length = 0;
      const begun = performance.now();
      for await (const event of run(cascade, { kind: 'phase', partition, phase }, { signal: stop })) {
        if (event.kind === 'run-finished' && event.outcome !== 'passed')
          throw new Error(`the verification ${event.outcome}: ${event.reason}`);
      }
      return performance.now() - begun;
    };
    // The clients of services are loaded at first use.
    await measure();
    const total = (await measure()) - reading;
    const readingTook = reading;
    await cascade.close();
    const chain = longestChain(exchanges) * 2 * oneWay;
    const asked = exchanges.length;
    const [token] = await ports.secrets.read([description.partitions[0]?.secret ?? ''], stop);
    const tokenFile = join(directory, 'token');
    const value = token?.kind === 'answer' ? token.value.reveal() : '';
    await writeFile(tokenFile, `header = "X-Postmark-Account-Token: ${value}"\n`, { mode: 0o600 });
    const begun = performance.now();
    await script({
      ...environment,
      RESOLVER_PORT: resolver.address.split(':')[1],
      DOMAIN: description.partitions[0]?.domain,
      SELECTOR: selector,
      PROFILE: description.partitions[0]?.profile,
      TOKEN_FILE: tokenFile,
      AWS_PAGER: '',
    });
    const holds = total <= 1.3 * chain;
    report(`Verify Partition, ${asked} exchanges over ${2 * oneWay} ms`, `${total.toFixed(0)} ms`);
    report('and 1Password by its command, which is not counted', `${readingTook.toFixed(0)} ms`);
    report('its longest chain of round trips', `${chain} ms`);
    report('ratio, at most 1.30', (total / chain).toFixed(2), holds);
    report('the same by dig, curl and aws in sequence', `${(performance.now() - begun).toFixed(0)} ms`);
    return holds;
  } finally {
    for (const { close } of [http, resolver, ...servers.map(({ distance }) => distance)]) close();
    await world.close();
  }
}

function script(environment: Readonly<Record<string, string | undefined>>): Promise<void> {
  const child = spawn(join(root, 'src/tooling/bench-verify.sh'), {
    env: { ...environment },
    stdio: 'inherit',
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`the script ended with ${code}`))));
  });
}

/** Half a gigabyte of output through the shell and the redaction, beside a process that only counts. */
async function output(directory: string, stop: AbortSignal): Promise<boolean> {
  const counter = `let n = 0; process.stdin.on('data', (c) => { n += c.length; }).on('end', () => process.exit(n === ${size} ? 0 : 1))`;
  const begun = performance.now();
  await new Promise<void>((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', `${flood} | "$NODE" -e "$COUNTER"`], {
      env: { ...env, NODE: execPath, COUNTER: counter },
      stdio: 'inherit',
    });
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`the counter ended with ${code}`)),
    );
  });
  const counted = performance.now() - begun;
  const redactor = new Redactor();
  redactor.add(new Secret('op://Bench/Item/field', 'f3a81c52-b7d0-4e19-9d5f-bench'));
  const shown = redactor.output();
  const session = posixShell({ env }).open(directory);
  const before = memoryUsage.rss();
  let most = before;
  let length = 0;
  const started = performance.now();
  await session.run(
    flood,
    {},
    (chunk, stream) => {
      for (const { text } of shown.push(chunk, stream)) length += text.length;
      most = Math.max(most, memoryUsage.rss());
    },
    stop,
  );
  for (const { text } of shown.end()) length += text.length;
  const taken = performance.now() - started;
  await session.close();
  if (length !== size) throw new Error(`${length} of ${size} characters came through`);
  const ratio = counted / taken;
  const growth = (most - before) / 1e6;
  report('500 MB into a process that only counts', `${counted.toFixed(0)} ms`);
  report('500 MB through the shell, redacted', `${taken.toFixed(0)} ms`);
  report('throughput of it, at least 0.50', ratio.toFixed(2), ratio >= 0.5);
  report('growth of memory, under 64 MB', `${growth.toFixed(0)} MB`, growth < 64);
  return ratio >= 0.5 && growth < 64;
}

/** A thousand verifications one after the other, of a world that answers at once: what the product itself costs. */
async function partitions(stop: AbortSignal): Promise<boolean> {
  const names = Array.from({ length: thousand }, (_, index) => `p${index}`);
  const runbook = parseRunbook(`---
runbook: many
log: execution-log.md
variables: { region: us-east-1, domain: "\${partition}.example.com" }
partitions:
${names.map((name) => `  ${name}: { infrastructure: A, postmark: P, profile: A-Admin, account: "139852620346" }`).join('\n')}
phases: [{ title: Verification }]
---
## Verification

\`\`\`dig
NS    \${domain} at least 2
TXT   \${domain} has v=spf1
TXT   _dmarc.\${domain} has v=DMARC1
\`\`\`

\`\`\`aws
identity \${profile} is \${account}
zone \${domain}
\`\`\`
`);
  const [phase] = runbook.phases;
  if (phase === undefined) throw new Error('the runbook of the bench has no phase');
  const ports = composePorts({ env: {}, worktree: root, person: nobody, onePassword: { method: 'command' } });
  const records = answer({
    code: 'noerror',
    values: ['v=spf1 -all', 'v=DMARC1; p=none'],
  } as const);
  const dns = {
    ...ports.dns,
    query: async () => records,
    authoritative: async () => answer({ zone: 'example.com', servers: [{ name: 'ns', outcome: records }] }),
  };
  const aws = {
    ...ports.aws,
    identity: async () => answer({ account: '139852620346', arn: '' }),
    hostedZone: async () => answer({ id: 'Z', name: 'z', nameServers: [] }),
  };
  const context = { ...ports.context, read: async () => answer(undefined) };
  const cascade = new Cascade({
    runbook,
    log: memoryLog(''),
    ports: { ...ports, dns, aws, context },
    worktree: root,
  });
  const quarters: number[] = [];
  let before = 0;
  let begun = performance.now();
  for (const [index, partition] of runbook.partitions.entries()) {
    for await (const event of run(cascade, { kind: 'phase', partition, phase }, { signal: stop })) {
      if (event.kind === 'run-finished' && event.outcome !== 'passed')
        throw new Error(`${partition.name} ${event.outcome}: ${event.reason}`);
    }
    if ((index + 1) % (thousand / 4) !== 0) continue;
    quarters.push(performance.now() - begun);
    begun = performance.now();
    // The first quarter is when everything is loaded.
    if (quarters.length === 1) before = memoryUsage.rss();
  }
  const [, second = 0, , last = 0] = quarters;
  const growth = (memoryUsage.rss() - before) / 1e6;
  const linear = last <= 1.5 * second;
  report(
    `${thousand} partitions verified, each quarter`,
    `${quarters.map((time) => time.toFixed(0)).join(', ')} ms`,
  );
  report('the last quarter as the second, at most 1.50', (last / second).toFixed(2), linear);
  report('growth of memory, under 64 MB', `${growth.toFixed(0)} MB`, growth < 64);
  return linear && growth < 64;
}

/** One cell that asks AWS for a thousand partitions at once, of a server that throttles whoever asks too much of it. */
async function limits(directory: string, stop: AbortSignal): Promise<boolean> {
  let [asked, open, most, throttled] = [0, 0, 0, 0];
  const server = createServer((request, response) => {
    asked++;
    most = Math.max(most, ++open);
    const refused = open > awsAtOnce;
    if (refused) throttled++;
    request.resume();
    setTimeout(() => {
      open--;
      response.writeHead(refused ? 429 : 200);
      response.end(
        '<GetRoleResponse><GetRoleResult><Role><RoleName>r</RoleName><Arn>arn:aws:iam::139852620346:role/r</Arn></Role></GetRoleResult></GetRoleResponse>',
      );
    }, oneWay);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const files = {
    AWS_CONFIG_FILE: join(directory, 'aws-config'),
    AWS_SHARED_CREDENTIALS_FILE: join(directory, 'aws-credentials'),
  };
  await writeFile(files.AWS_CONFIG_FILE, '');
  await writeFile(
    files.AWS_SHARED_CREDENTIALS_FILE,
    '[A-Admin]\naws_access_key_id = AKID\naws_secret_access_key = key\n',
  );
  const names = Array.from({ length: thousand }, (_, index) => `p${index}`);
  const runbook = parseRunbook(`---
runbook: many
log: execution-log.md
variables: { region: us-east-1 }
partitions:
${names.map((name) => `  ${name}: { infrastructure: A, postmark: P, profile: A-Admin, account: "139852620346" }`).join('\n')}
phases: [{ title: Verification }]
gates: [{ id: entry, title: Entry, section: Entry, blocks: ["*/Verification"] }]
---
## Entry

\`\`\`aws each
role Mail-\${partition}
\`\`\`
`);
  const [gate] = runbook.gates;
  if (gate === undefined) throw new Error('the runbook of the bench has no gate');
  const ports = composePorts({
    env: { AWS_ENDPOINT_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, ...files },
    worktree: root,
    person: nobody,
    onePassword: { method: 'command' },
  });
  const cascade = new Cascade({ runbook, log: memoryLog(''), ports, worktree: root });
  try {
    let passed = 0;
    let ended = '';
    const begun = performance.now();
    for await (const event of run(cascade, { kind: 'gate', gate }, { signal: stop })) {
      if (event.kind === 'check-finished' && event.result.verdict === 'passed') passed++;
      if (event.kind === 'run-finished') ended = `${event.outcome} ${event.reason ?? ''}`.trim();
    }
    const whole = ended === 'passed' && passed === thousand;
    const kept = throttled === 0 && most <= awsAtOnce && asked <= thousand;
    report(
      `${thousand} partitions asked for by one cell: ${ended}, ${passed} checks`,
      `${(performance.now() - begun).toFixed(0)} ms`,
      whole,
    );
    report(
      `of ${asked} requests at the same time, at most ${awsAtOnce}; throttled, at most 0`,
      `${most}; ${throttled}`,
      kept,
    );
    return whole && kept;
  } finally {
    await cascade.close();
    server.closeAllConnections();
    server.close();
  }
}

function memoryLog(text: string): LogFile {
  return {
    path: 'execution-log.md',
    read: async () => answer(text),
    update: async () => answer(text),
    create: async () => answer(undefined),
    setAside: async () => answer('unwritten.md'),
  };
}

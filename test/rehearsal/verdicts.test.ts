/** The table of what each check says of each fault: a fault makes nothing pass, and spoils only what it touches. */
import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { composePorts } from '../../src/adapters/compose.ts';
import { rehearsalEnvironment } from '../../src/adapters/environment.ts';
import { newLog } from '../../src/core/log/create.ts';
import { nobody } from '../../src/core/ports.ts';
import { Cascade } from '../../src/core/run/cascade.ts';
import { run } from '../../src/core/run/engine.ts';
import { parseRunbook } from '../../src/core/runbook/runbook.ts';
import type { Verdict } from '../../src/core/steps/step.ts';
import { FAULTS, type FaultName } from '../../src/rehearsal/faults.ts';
import type { World } from '../../src/rehearsal/world.ts';
import { memoryLog } from '../core/memory.ts';
import { DESCRIPTION, DEV_DEPLOYED, world } from './fixture.ts';

const prefix = '${infrastructure}-${partition}-API-';
/** The cells, in order. Those of `stage` change the world: it is not deployed yet. */
const cells = [
  { on: 'dev', language: 'op', lines: ['read ${secret}'] },
  {
    on: 'dev',
    language: 'aws',
    lines: [
      'identity ${profile} is ${account}',
      'stack ${stack} is CREATE_COMPLETE',
      'zone ${domain}',
      `exports ${prefix} PartitionMailZoneId EmailEncryptionKeyArn`,
      'secret ${infrastructure}/${partition}/email/encryption-key',
    ],
  },
  {
    on: 'dev',
    language: 'dig',
    lines: [
      'NS ${domain} at least 2',
      'TXT ${context.dkimSelector}._domainkey.${domain} is ${context.dkimPublicKey}',
      'CNAME pm-bounces.${domain} is ${context.returnPathTarget}',
      'spf ${domain}',
      'dmarc ${domain}',
      'dkim ${context.dkimSelector}._domainkey.${domain} at least 2048 bits',
      'delegation ${domain}',
    ],
  },
  { on: 'dev', language: 'git', lines: ['worktree clean', 'head is pull request 462'] },
  { on: 'dev', language: 'sh check', lines: ['./validate-exit.sh ${partition} --post-merge'] },
  {
    on: 'stage',
    language: 'postmark',
    lines: ['register ${domain} return-path pm-bounces.${domain}'],
  },
  { on: 'stage', language: 'sh', lines: ['./amm.sh --profile ${profile} ${infrastructure} ${partition}'] },
  { on: 'stage', language: 'aws', lines: ['stack ${stack} is CREATE_COMPLETE | UPDATE_COMPLETE'] },
  { on: 'stage', language: 'postmark', lines: ['verify dkim ${domain}', 'verify return-path ${domain}'] },
] as const;

/** What the resolver is asked for; the delegation is asked of the name servers themselves. */
const digLines = cells
  .flatMap(({ language, lines }) => (language === 'dig' ? lines : []))
  .filter((line) => !line.startsWith('delegation'));
const awsLines = cells.filter(({ language }) => language === 'aws').flatMap(({ lines }) => lines);
const changes = ['register', './amm.sh'];
/** Without a stack there are no records to be found. */
const noStack = { 'stack ${stack} is CREATE_COMPLETE |': 'failed', verify: 'failed' } as const;
const every = (lines: readonly string[], verdict: Verdict) =>
  Object.fromEntries(lines.map((line) => [line, verdict]));

/** What is not passed under each fault, by how the lines begin. */
const table: Readonly<Record<FaultName | 'none', Readonly<Record<string, Verdict>>>> = {
  none: {},
  'sso-expired': { ...every([...awsLines, 'delegation', ...changes], 'unknown'), verify: 'failed' },
  'wrong-profile': {
    // The profile is shared by both partitions; the other account has none of their resources.
    ...every([...awsLines, 'delegation', ...changes, 'verify', './validate'], 'failed'),
  },
  'op-locked': {
    ...every(['read', 'register', 'verify'], 'unknown'),
    './amm.sh': 'failed',
    'stack ${stack} is CREATE_COMPLETE |': 'failed',
  },
  'role-name-taken': { './amm.sh': 'failed', ...noStack },
  rollback: { './amm.sh': 'failed', ...noStack },
  'masked-exit-code': noStack,
  'deploy-exit-255': { './amm.sh': 'failed', ...noStack },
  // The stack goes on without the command that asked for it.
  'deploy-killed': { './amm.sh': 'failed' },
  'dns-slow': { ...every(digLines, 'unknown'), './validate': 'failed' },
  'dns-servfail': { ...every(digLines, 'unknown'), './validate': 'failed' },
  'dns-not-propagated': { ...every(digLines, 'unknown'), './validate': 'failed' },
  'aws-throttled': {
    ...every([...awsLines, 'delegation', ...changes], 'unknown'),
    verify: 'failed',
    './validate': 'failed',
  },
  'connection-cut': {
    ...every([...awsLines, 'delegation', ...changes], 'unknown'),
    verify: 'failed',
    './validate': 'failed',
  },
  'postmark-429': {
    ...every(['register', 'verify'], 'unknown'),
    './amm.sh': 'failed',
    'stack ${stack} is CREATE_COMPLETE |': 'failed',
  },
  'postmark-cut': {},
  'dkim-never': { 'verify dkim': 'failed' },
};

function runbookOf(language: string, lines: readonly string[]) {
  const partitions = DESCRIPTION.partitions
    .map(
      ({ name, infrastructure, profile, account, postmark, secret }) =>
        `  ${name}: { infrastructure: ${infrastructure}, profile: ${profile}, account: "${account}", postmark: ${postmark}, secret: ${secret} }`,
    )
    .join('\n');
  return parseRunbook(`---
runbook: verdicts
variables: { region: us-east-1, domain: "\${partition}.ardamails.com", stack: "\${infrastructure}-\${partition}-Email" }
partitions:
${partitions}
phases: [{ title: Verification }]
---
## Verification

\`\`\`${language}
${lines.join('\n')}
\`\`\`
`);
}

async function verdictsOf(
  started: World,
  { on, language, lines }: (typeof cells)[number],
): Promise<readonly (readonly [string, string])[]> {
  const runbook = runbookOf(language, lines);
  assert.deepEqual(runbook.problems, []);
  const partition = runbook.partitions.find(({ name }) => name === on);
  const [verification] = runbook.phases;
  assert.ok(partition && verification);
  const env = rehearsalEnvironment(process.env, started.env);
  const ports = composePorts({
    env,
    worktree: started.worktree,
    person: nobody,
    onePassword: { method: 'command' },
  });
  const at = { date: '2026-11-24', time: '2026-11-24 09:00:00 +00:00' };
  const log = memoryLog(newLog(runbook, { operator: 'Op', at, worktree: '.', rehearsal: true }));
  const cascade = new Cascade({ runbook, log, ports, worktree: started.worktree });
  const found: [string, string][] = [];
  try {
    const target = { kind: 'phase', partition, phase: verification } as const;
    for await (const event of run(cascade, target, { signal: new AbortController().signal })) {
      if (event.kind !== 'check-finished') continue;
      const line = lines[Number(event.check.key.split('/')[1])] ?? '';
      found.push([line, event.result.verdict]);
      if (event.result.verdict !== 'passed') assert.ok(event.result.next, `${line} says what to do`);
    }
  } finally {
    await cascade.close();
  }
  return found;
}

async function allVerdicts(
  t: TestContext,
  faults: readonly FaultName[],
): Promise<Readonly<Record<string, string>>> {
  const started = await world(t, { deployed: [DEV_DEPLOYED], faults, speed: 500 });
  const found: (readonly [string, string])[] = [];
  for (const cell of cells) {
    for (const [line, verdict] of await verdictsOf(started, cell))
      found.push([`${cell.on}: ${line}`, verdict]);
  }
  return Object.fromEntries(found);
}

// Each has a world of its own, and waits for most of its time.
describe('what each check says', { concurrency: 4 }, () => {
  for (const fault of ['none', ...FAULTS.map(({ name }) => name)] as const) {
    test(`under the fault ${fault}`, async (t) => {
      const spoiled = Object.entries(table[fault]).toSorted(([a], [b]) => b.length - a.length);
      const expected = cells.flatMap(({ on, lines }) =>
        lines.map((line) => {
          const verdict = spoiled.find(([head]) => line.startsWith(head))?.[1] ?? 'passed';
          return [`${on}: ${line}`, verdict];
        }),
      );
      assert.deepEqual(await allVerdicts(t, fault === 'none' ? [] : [fault]), Object.fromEntries(expected));
    });
  }
});

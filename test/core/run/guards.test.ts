/** What stands before a change, one guard after the other. */
import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { newLog } from '../../../src/core/log/create.ts';
import { answer, type ChangeLocks, type Confirmation, failure } from '../../../src/core/ports.ts';
import { Cascade } from '../../../src/core/run/cascade.ts';
import { type RunOptions, run } from '../../../src/core/run/engine.ts';
import type { RunEvent } from '../../../src/core/run/events.ts';
import { recorded } from '../../../src/core/run/record.ts';
import { parseRunbook, type Runbook } from '../../../src/core/runbook/runbook.ts';
import { phase, sampleText } from '../fixture.ts';
import { canary, type MemoryLog, type MemoryWorld, memoryLog, memoryPorts, memoryWorld } from '../memory.ts';

const withStack = sampleText.replace(
  './deploy.sh ${partition}\n```\n',
  (cell) => `${cell}\n\`\`\`aws\nstack \${stack} is CREATE_COMPLETE\n\`\`\`\n`,
);

let runbook: Runbook;
let world: MemoryWorld;
let log: MemoryLog;
let asked: Confirmation[];
/** Partitions that somebody else changes. */
let taken: Map<string, string>;
let held: Set<string>;
let cascade: Cascade;
let typing: () => string | undefined;

const locks: ChangeLocks = {
  take: async (partition) => {
    const by = taken.get(partition);
    if (by !== undefined || held.has(partition))
      return failure(
        'unknown',
        `change ${partition}`,
        `${partition} is being changed: ${by ?? 'by us'}`,
        'Wait until it has ended.',
      );
    held.add(partition);
    return answer({ release: async () => void held.delete(partition) });
  },
  holder: async (partition) => taken.get(partition),
};

beforeEach(() => {
  runbook = parseRunbook(withStack);
  world = memoryWorld();
  world.secrets
    .set('op://Dev/Postmark/credential', canary)
    .set('op://Prod/Postmark/credential', `${canary}-prod`);
  world.accounts.set('Alpha002-Admin', '139852620346').set('Admin-Alpha1', '009765408297');
  const at = { date: '2026-11-24', time: '2026-11-24 09:00:00 +00:00' };
  const made = newLog(runbook, { operator: 'Op', at, worktree: '.', rehearsal: false });
  // All that comes before the deploys went well.
  log = memoryLog(
    made
      .replaceAll(/(\| `(?:dev|prod)` \|[^|]*\|[^|]*\|) ⏳ /g, '$1 ✅ 2026-11-24 ')
      .replace(/(\| `dev` \|.*✅ 2026-11-24 \|) ⏳ \| ⏳ \|/, '$1 ✅ 2026-11-24 | ✅ 2026-11-24 |')
      .replaceAll(/(op read "op:.*): ⏳ pending/g, '$1: ✅ 2026-11-24')
      .replaceAll(/(\| `op read .*\|) ⏳ pending \|/g, '$1 ✅ 2026-11-24 |')
      .replace(/(## § dev[\s\S]*?)(?=## § prod|## Production)/, (part) =>
        part.replaceAll('⏳ pending', '✅ 2026-11-24'),
      )
      .replace('proceeds: ⏳ pending', 'proceeds: ✅ 2026-11-24')
      .replaceAll(
        /^(\| (?:Entry criteria verified|Production confirmed) \|) ⏳ pending \| — \|/gm,
        '$1 ✅ 2026-11-24 | 2026-11-24 |',
      ),
  );
  asked = [];
  taken = new Map();
  held = new Set();
  typing = () => 'prod';
  const ports = memoryPorts(world);
  const person = {
    ...ports.person,
    typeName: async (confirmation: Confirmation) => {
      asked.push(confirmation);
      return typing();
    },
  };
  cascade = new Cascade({ runbook, log, ports: { ...ports, person }, worktree: '/worktree', locks });
});

async function play(partition: string, options: Partial<RunOptions> = {}): Promise<readonly RunEvent[]> {
  const { signal } = new AbortController();
  const events: RunEvent[] = [];
  const target = phase(runbook, partition, 'Deploy');
  for await (const event of recorded(cascade, run(cascade, target, { signal, ...options }), signal))
    events.push(event);
  return events;
}

const blocked = (events: readonly RunEvent[]): readonly string[] =>
  events.flatMap((event) => (event.kind === 'check-blocked' ? event.blocks.map((block) => block.why) : []));
const changed = (): readonly string[] => world.asked.filter((each) => /^(?:create|sh) /.test(each));
const outcome = (events: readonly RunEvent[]): string | undefined => {
  const last = events.at(-1);
  return last?.kind === 'run-finished' ? last.outcome : undefined;
};

test('a protected partition is asked for by name, once a run, with all that is to be known', async () => {
  const events = await play('prod');
  assert.equal(outcome(events), 'failed', 'the stack line fails: the memory has no stack');
  assert.deepEqual(changed(), ['create prod.example.com', 'sh ./deploy.sh ${partition}']);
  assert.equal(asked.length, 1);
  assert.deepEqual(asked[0]?.facts, [
    'prod · Deploy',
    'account 009765408297 by profile Admin-Alpha1, as AWS just confirmed it',
    'stack Alpha001-prod-Email',
    'will run: `prod.example.com` registered on `Prod` with return path `pm-bounces.prod.example.com`',
    'will run: ./deploy.sh prod exits 0',
    'gate "Entry criteria verified": ✅ 2026-11-24',
    'gate "Production confirmed": ✅ 2026-11-24',
  ]);
});

for (const typed of [undefined, '', 'yes', 'Prod', 'dev', 'prod ']) {
  test(`"${typed ?? ''}" is not the name`, async () => {
    typing = () => typed;
    const events = await play('prod');
    assert.equal(outcome(events), 'blocked');
    assert.deepEqual(changed(), []);
    assert.match(blocked(events)[0] ?? '', /^prod is protected and/);
    assert.ok(!(log.text ?? '').includes('started'), 'nothing was begun');
  });
}

test('a name that was typed is not asked for again in what the same person started', async () => {
  const confirmed = new Set<string>();
  await play('prod', { confirmed, steps: [2] });
  await play('prod', { confirmed, steps: [3] });
  assert.equal(asked.length, 1);
  await play('prod', { steps: [3] });
  assert.equal(asked.length, 2, 'but in the next run it is');
});

test('a gate that closes while the name is typed keeps the change back', async () => {
  typing = () => {
    log.text = (log.text ?? '').replace(
      /(\| Production confirmed \|) ✅ 2026-11-24/,
      '$1 ❌ 2026-11-24 stop',
    );
    return 'prod';
  };
  const events = await play('prod');
  assert.deepEqual(changed(), []);
  assert.deepEqual(blocked(events), ['the gate "Production confirmed" is failed (stop)']);
});

test('the account is asked before each change, and a session that became another one stops the next', async () => {
  world.shell = async () => answer({ exitCode: 0 });
  const before = world.asked.length;
  const events = await play('dev');
  assert.equal(world.asked.slice(before).filter((each) => each === 'identity Alpha002-Admin').length, 2);
  assert.ok(events.length > 0);
  const create = memoryPorts(world).postmark.create;
  const ports = {
    ...cascade.ports,
    postmark: {
      ...cascade.ports.postmark,
      create: (...args: Parameters<typeof create>) => {
        world.accounts.set('Admin-Alpha1', '111111111111');
        return create(...args);
      },
    },
  };
  cascade = new Cascade({ runbook, log, ports, worktree: '/worktree', locks });
  world.asked.length = 0;
  const prod = await play('prod');
  assert.deepEqual(changed(), ['create prod.example.com']);
  assert.ok(!changed().includes('sh ./deploy.sh ${partition}'), 'the account was another one by then');
  assert.match(JSON.stringify(prod), /not started: .*111111111111/);
});

test('a partition that somebody else changes is left alone, and the log is not touched', async () => {
  taken.set('dev', 'dev · Deploy, process 7 on atlas since 2026-11-24T09:00:00Z');
  const before = log.text;
  const events = await play('dev');
  assert.deepEqual(changed(), []);
  assert.deepEqual(blocked(events), [
    'dev is being changed: dev · Deploy, process 7 on atlas since 2026-11-24T09:00:00Z',
  ]);
  assert.equal(log.text, before);
  await play('prod');
  assert.ok(changed().includes('create prod.example.com'), 'another partition may go on');
});

test('a partition is free again when its result is in the log, however the run ended', async () => {
  world.shell = async () => {
    assert.deepEqual([...held], ['dev']);
    return answer({ exitCode: 3 });
  };
  await play('dev');
  assert.equal(held.size, 0);
  const { signal } = new AbortController();
  for await (const event of recorded(
    cascade,
    run(cascade, phase(runbook, 'dev', 'Deploy'), { signal }),
    signal,
  ))
    if (event.kind === 'check-started') break;
  assert.equal(held.size, 0, 'also when nobody takes its events any more');
});

test('what a change without a result did is looked at, written down, and not repeated', async () => {
  const begun = (command: RegExp): void => {
    log.text = (log.text ?? '').replace(command, '$1: 🟡 started 2026-11-24 08:00:00 +00:00');
  };
  begun(/(`dev\.example\.com` registered on .*): ✅ 2026-11-24/);
  begun(/(`\.\/deploy\.sh dev`.*): ✅ 2026-11-24/);
  const resource = { logicalId: 'Zone', type: 'AWS::Route53::HostedZone', status: 'CREATE_COMPLETE' };
  const stack = { name: 'Alpha002-dev-Email', status: 'CREATE_IN_PROGRESS' };
  world.stacks.set(stack.name, { stack, resources: [resource] });
  let looks = 0;
  const { aws } = cascade.ports;
  const ports = {
    ...cascade.ports,
    aws: {
      ...aws,
      stackProgress: (...args: Parameters<typeof aws.stackProgress>) => {
        if (++looks === 3)
          world.stacks.set(stack.name, {
            stack: { ...stack, status: 'CREATE_COMPLETE' },
            resources: [resource],
          });
        return aws.stackProgress(...args);
      },
    },
  };
  cascade = new Cascade({ runbook, log, ports, worktree: '/worktree', locks });
  const events = await play('dev', { purpose: 'look' });
  assert.deepEqual(changed(), []);
  assert.ok(looks >= 3, 'a stack that moves is watched until it stands');
  assert.equal(outcome(events), 'unknown');
  const text = log.text ?? '';
  assert.match(
    text,
    /registered on .*: 🟡 unknown 2026-11-24 — started 2026-11-24 08:00:00 \+00:00 and no result was seen; Postmark has no domain dev\.example\.com/u,
  );
  assert.doesNotMatch(text, /🟡 started/u);
  assert.match(text, /\*\*Attempt 2026-11-24 08:00:00 \+00:00\*\* was cut off at/);
  assert.equal(held.size, 0);
});

test('a domain that is registered and written down has passed, whoever saw it', async () => {
  const { signal } = new AbortController();
  const created = await cascade.ports.postmark.create(
    undefined as never,
    'dev.example.com',
    'pm-bounces.dev.example.com',
    signal,
  );
  assert.equal(created.kind, 'answer');
  world.asked.length = 0;
  world.contexts.set('partitionMail:Alpha002:dev', { dkimSelector: '20261124100000pm' });
  log.text = (log.text ?? '').replace(
    /(`dev\.example\.com` registered on .*): ✅ 2026-11-24/,
    '$1: 🟡 started 2026-11-24 08:00:00 +00:00',
  );
  await play('dev', { purpose: 'look' });
  assert.match(
    log.text ?? '',
    /registered on .*: ✅ 2026-11-24 — started .* and no result was seen; domain 1 is registered, DKIM selector 20261124100000pm; written to/u,
  );
  assert.deepEqual(changed(), []);
});

test('where the change still runs nothing is looked at', async () => {
  taken.set('dev', 'process 7 on atlas');
  log.text = (log.text ?? '').replace(
    /(`\.\/deploy\.sh dev`.*): ✅ 2026-11-24/,
    '$1: 🟡 started 2026-11-24 08:00:00 +00:00',
  );
  const before = log.text;
  const events = await play('dev', { purpose: 'look' });
  assert.equal(outcome(events), 'blocked');
  assert.equal(log.text, before);
});

test('where nothing is without a result there is nothing to look at', async () => {
  const before = log.text;
  const events = await play('dev', { purpose: 'look' });
  assert.equal(outcome(events), 'passed');
  assert.equal(log.text, before);
});

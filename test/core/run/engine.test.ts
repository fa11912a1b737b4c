import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { lint } from '../../../src/core/lint/lint.ts';
import { newLog } from '../../../src/core/log/create.ts';
import { readOverview } from '../../../src/core/log/overview.ts';
import { answer, failure } from '../../../src/core/ports.ts';
import { Cascade } from '../../../src/core/run/cascade.ts';
import { run } from '../../../src/core/run/engine.ts';
import type { RunEvent, RunOutcome } from '../../../src/core/run/events.ts';
import type { Target } from '../../../src/core/run/places.ts';
import { recorded } from '../../../src/core/run/record.ts';
import type { Runbook } from '../../../src/core/runbook/runbook.ts';
import { phase, sample } from '../fixture.ts';
import { canary, type MemoryLog, type MemoryWorld, memoryLog, memoryPorts, memoryWorld } from '../memory.ts';

let runbook: Runbook;
let world: MemoryWorld;
let log: MemoryLog;
let cascade: Cascade;

beforeEach(() => {
  runbook = sample();
  world = memoryWorld();
  world.secrets
    .set('op://Dev/Postmark/credential', canary)
    .set('op://Prod/Postmark/credential', `${canary}-prod`);
  world.accounts.set('Alpha002-Admin', '139852620346').set('Admin-Alpha1', '009765408297');
  world.shell = async (text) => answer({ exitCode: 0, ...(text.includes('validate') ? {} : {}) });
  log = memoryLog(
    newLog(runbook, {
      operator: 'Op',
      at: { date: '2026-11-24', time: '2026-11-24 09:00:00 +00:00' },
      worktree: '.',
      rehearsal: false,
    }),
  );
  cascade = new Cascade({ runbook, log, ports: memoryPorts(world), worktree: '/worktree' });
});

async function play(
  target: Target,
  signal = new AbortController().signal,
): Promise<{ events: RunEvent[]; outcome: RunOutcome }> {
  const events: RunEvent[] = [];
  for await (const event of recorded(cascade, run(cascade, target, { signal }))) events.push(event);
  const last = events.at(-1);
  assert.equal(last?.kind, 'run-finished');
  return { events, outcome: last?.kind === 'run-finished' ? last.outcome : 'failed' };
}

const entry = (): Target => {
  const gate = runbook.gates[0];
  assert.ok(gate);
  return { kind: 'gate', gate };
};

function publish(): void {
  world.dns.set('NS dev.example.com', { code: 'noerror', values: ['ns-1.example.net', 'ns-2.example.net'] });
  world.dns.set('TXT 20261124100000pm._domainkey.dev.example.com', {
    code: 'noerror',
    values: ['k=rsa;p=MIGfMA0'],
  });
}

async function toVerified(): Promise<void> {
  publish();
  for (const target of [
    entry(),
    phase(runbook, 'dev', 'Pre-flight'),
    phase(runbook, 'dev', 'Deploy'),
    phase(runbook, 'dev', 'Verification'),
  ]) {
    assert.equal((await play(target)).outcome, 'passed');
  }
}

const text = (): string => log.text ?? '';
const line = (words: string): string =>
  text()
    .split('\n')
    .find((each) => each.includes(words)) ?? '';

test('a partition goes from nothing to verified, and the log says so', async () => {
  await toVerified();
  const overview = readOverview(text(), runbook);
  assert.equal(overview.kind, 'overview');
  if (overview.kind !== 'overview') return;
  const dev = overview.overview.partitions[0];
  assert.deepEqual(
    dev?.phases.map((each) => `${each.phase} ${each.status} ${each.date}`),
    ['Pre-flight cleared 2026-11-24', 'Deploy cleared 2026-11-24', 'Verification cleared 2026-11-24'],
  );
  assert.match(
    line('dig +short NS dev.example.com @192.0.2.53'),
    /returns ≥ 2 nameservers: ✅ 2026-11-24 — 2 nameservers \(ns-1\.example\.net, ns-2\.example\.net\)$/,
  );
  assert.match(
    line('20261124100000pm._domainkey.dev.example.com'),
    /^- `dig \+short TXT 20261124100000pm\._domainkey\.dev\.example\.com @192\.0\.2\.53`.*✅/,
  );
  assert.match(line('| `dev` |'), /✅ 2026-11-24 \| ✅ 2026-11-24 \| ✅ 2026-11-24 \| — \|$/);
  assert.match(line('| Entry criteria verified |'), /✅ 2026-11-24 \| 2026-11-24 \|$/);
});

test('"started" is in the log before the change begins', async () => {
  await play(entry());
  await play(phase(runbook, 'dev', 'Pre-flight'));
  let seen = '';
  world.shell = async () => {
    seen = line('./deploy.sh dev');
    return answer({ exitCode: 0 });
  };
  await play(phase(runbook, 'dev', 'Deploy'));
  assert.match(seen, /exits 0: 🟡 started 2026-11-24 10:00:00 \+00:00$/);
  assert.match(line('./deploy.sh dev'), /exits 0: ✅ 2026-11-24 — exit code 0$/);
});

test('a change is blocked while its gate is closed, and nothing of it runs', async () => {
  await play(phase(runbook, 'dev', 'Pre-flight'));
  const { events, outcome } = await play(phase(runbook, 'dev', 'Deploy'));
  assert.equal(outcome, 'blocked');
  const blocked = events.find((event) => event.kind === 'check-blocked');
  assert.match(
    blocked?.kind === 'check-blocked' ? (blocked.blocks[0]?.why ?? '') : '',
    /gate "Entry criteria verified" is pending/,
  );
  assert.deepEqual(
    world.asked.filter((each) => /^(sh|create)/.test(each)),
    [],
  );
  assert.equal(events.filter((event) => event.kind === 'check-not-run').length, 1);
});

test('reading checks are not blocked', async () => {
  publish();
  world.contexts.set('partitionMail:Alpha002:dev', {
    dkimSelector: '20261124100000pm',
    dkimPublicKey: 'k=rsa;p=MIGfMA0',
  });
  assert.equal((await play(phase(runbook, 'dev', 'Verification'))).outcome, 'passed');
});

test('a profile of another account stops a change before it begins', async () => {
  await play(entry());
  await play(phase(runbook, 'dev', 'Pre-flight'));
  world.accounts.set('Alpha002-Admin', '009765408297');
  const { outcome } = await play(phase(runbook, 'dev', 'Deploy'));
  assert.equal(outcome, 'failed');
  assert.deepEqual(
    world.asked.filter((each) => /^(sh|create)/.test(each)),
    [],
  );
  assert.match(text(), /not started: expected account 139852620346, got account 009765408297/);
  assert.match(text(), /\*\*Attempt .*, got account 009765408297\. Nothing was changed\.\n/);
  assert.match(line('| `dev` |'), /❌ 2026-11-24 1 of 2 failed/);
});

test('a failure stops the rest, is told with expected and actual, and goes under the anomalies', async () => {
  await play(entry());
  await play(phase(runbook, 'dev', 'Pre-flight'));
  world.shell = async () => answer({ exitCode: 255 });
  const { outcome } = await play(phase(runbook, 'dev', 'Deploy'));
  assert.equal(outcome, 'failed');
  assert.match(line('./deploy.sh dev` exits 0'), /❌ 2026-11-24 — expected exit code 0, got exit code 255$/);
  assert.match(text(), /### Deploy \(T-O5-dev\) ❌ 2026-11-24\n/);
  assert.match(
    text(),
    /\*\*Notes \/ anomalies\*\*:\n\n- \*\*Attempt 2026-11-24 10:00:00 \+00:00\*\* failed at `\.\/deploy\.sh dev`: expected exit code 0, got exit code 255\. Changed before that: `dev\.example\.com` registered on `NonProd` with return path `pm-bounces\.dev\.example\.com`\.\n/,
  );
  world.shell = async () => answer({ exitCode: 0 });
  assert.equal((await play(phase(runbook, 'dev', 'Deploy'))).outcome, 'passed');
  assert.match(text(), /### Deploy \(T-O5-dev\) ✅ 2026-11-24 \(second attempt\)\n/);
  assert.match(text(), /- \*\*Second attempt 2026-11-24 10:00:00 \+00:00\*\* passed: 2 of 2 checks\n/);
  assert.match(
    text(),
    /- `\.\/deploy\.sh dev` exits 0: ✅ 2026-11-24; before that ❌ 2026-11-24 — expected exit code 0, got exit code 255\n {2}- 2026-11-24 10:00:00 \+00:00 ✅ passed — exit code 0\n/,
  );
  assert.match(text(), /\*\*Attempt 2026-11-24/, 'the failed attempt stays');
  assert.equal((await play(phase(runbook, 'dev', 'Deploy'))).outcome, 'passed');
  assert.match(text(), /### Deploy \(T-O5-dev\) ✅ 2026-11-24 \(second attempt\)\n/, 'run again');
  assert.equal(text().match(/\*\*(?:\w+ )?attempt /gi)?.length, 2);
  assert.match(line('| `dev` |'), /\| ✅ 2026-11-24 \| ✅ 2026-11-24 \| ⏳ \| — \|$/);
  assert.deepEqual(lint(text(), runbook, '2026-11-24'), []);
});

test('a phase that passed before anybody told of attempts keeps its heading when it is run again', async () => {
  await play(entry());
  await play(phase(runbook, 'dev', 'Pre-flight'));
  await play(phase(runbook, 'dev', 'Deploy'));
  const told = '**Notes / anomalies**:\n\n- **First attempt (16:08 PDT)** failed at Step 0.2\n\n';
  log.text = text().replace('### Verification (T-O3-dev)', `${told}### Verification (T-O3-dev)`);
  await play(phase(runbook, 'dev', 'Deploy'));
  assert.match(text(), /### Deploy \(T-O5-dev\) ✅ 2026-11-24\n/);
  assert.doesNotMatch(text(), /second attempt/i);
});

test('a time-out is unknown: it never counts as passed', async () => {
  publish();
  world.contexts.set('partitionMail:Alpha002:dev', {
    dkimSelector: '20261124100000pm',
    dkimPublicKey: 'k=rsa;p=MIGfMA0',
  });
  world.dns.set('NS dev.example.com', failure('unknown', '', 'SERVFAIL after 3 tries', 'Try again.'));
  const { outcome, events } = await play(phase(runbook, 'dev', 'Verification'));
  assert.equal(outcome, 'unknown');
  assert.match(line('dig +short NS'), /🟡 unknown 2026-11-24 — SERVFAIL after 3 tries$/);
  assert.match(line('| `dev` |'), /🟡 2026-11-24 2 of 3 open/);
  assert.equal(
    events.filter((event) => event.kind === 'check-not-run').length,
    1,
    'the step after it is not run',
  );
});

test('a failed verification closes the production gate again', async () => {
  await toVerified();
  const gate = runbook.gates[1];
  assert.ok(gate);
  assert.equal((await play({ kind: 'gate', gate })).outcome, 'passed');
  await play(phase(runbook, 'prod', 'Pre-flight'));
  world.dns.set('NS dev.example.com', { code: 'noerror', values: [] });
  assert.equal((await play(phase(runbook, 'dev', 'Verification'))).outcome, 'failed');
  world.typed = 'prod';
  const { outcome, events } = await play(phase(runbook, 'prod', 'Deploy'));
  assert.equal(outcome, 'blocked');
  const blocked = events.find((event) => event.kind === 'check-blocked');
  assert.match(
    blocked?.kind === 'check-blocked' ? (blocked.blocks[0]?.why ?? '') : '',
    /requires dev\/Verification cleared, and it is failed \(1 of 3 failed\)/,
  );
});

test('a protected partition wants its name typed; nobody there is no yes', async () => {
  await toVerified();
  const gate = runbook.gates[1];
  assert.ok(gate);
  await play({ kind: 'gate', gate });
  await play(phase(runbook, 'prod', 'Pre-flight'));
  for (const typed of [undefined, '', 'dev', 'PROD']) {
    world.typed = typed;
    assert.equal((await play(phase(runbook, 'prod', 'Deploy'))).outcome, 'blocked', `typed ${typed}`);
  }
  assert.deepEqual(
    world.asked.filter((each) => each === 'create prod.example.com'),
    [],
  );
  world.typed = 'prod';
  assert.equal((await play(phase(runbook, 'prod', 'Deploy'))).outcome, 'passed');
});

test('the sign-off waits for the verification and dates the summary', async () => {
  const dev = runbook.partitions[0];
  assert.ok(dev);
  const target: Target = { kind: 'sign-off', partition: dev };
  assert.equal((await play(target)).outcome, 'blocked');
  await toVerified();
  world.answers = () => undefined;
  assert.equal((await play(target)).outcome, 'unknown', 'nobody answered');
  assert.match(text(), /\*\*Sign-off\*\*: ⏳ pending/);
  world.answers = () => ({ yes: true, by: 'Miguel' });
  assert.equal((await play(target)).outcome, 'passed');
  assert.match(text(), /\*\*Sign-off\*\*: ✅ 2026-11-24 — confirmed by Miguel\n/);
  assert.match(line('| `dev` |'), /\| 2026-11-24 \|$/);
});

test('stopping ends the run, records it, and leaves the rest not run', async () => {
  await play(entry());
  await play(phase(runbook, 'dev', 'Pre-flight'));
  const stop = new AbortController();
  world.shell = (_, __, output) => {
    output('half');
    stop.abort(new Error('stopped'));
    return Promise.reject(stop.signal.reason);
  };
  const { outcome } = await play(phase(runbook, 'dev', 'Deploy'), stop.signal);
  assert.equal(outcome, 'interrupted');
  assert.match(line('./deploy.sh dev` exits 0'), /🟡 unknown 2026-11-24 — interrupted$/);
  assert.match(text(), /\*\*Attempt .*\*\* was interrupted at `\.\/deploy\.sh dev`/);
});

test('all secrets are read in one go, and no value leaves the run', async () => {
  await play(entry());
  await play(phase(runbook, 'dev', 'Pre-flight'));
  assert.equal(world.asked.filter((each) => each.startsWith('secrets')).length, 2, 'one batch for each run');
  assert.equal(world.asked[0], 'secrets op://Dev/Postmark/credential op://Prod/Postmark/credential');
  const events: RunEvent[] = [];
  world.shell = async (_, env, output) => {
    output(`token=${canary.slice(0, 9)}`);
    output(`${canary.slice(9)} done, env ${JSON.stringify(env)}\n`);
    return failure('failed', 'sh', `said ${canary}`, `do not print ${canary}`);
  };
  events.push(...(await play(phase(runbook, 'dev', 'Deploy'))).events);
  const everything = JSON.stringify(events) + log.history.join('\n') + text();
  assert.ok(!everything.includes(canary), 'the canary is nowhere');
  assert.match(JSON.stringify(events), /token=.*\[op:\/\/Dev\/Postmark\/credential\] done/);
});

test('a shared token is seen by its fingerprint, and the end of the session is told once', async () => {
  world.secrets.set('op://Prod/Postmark/credential', canary);
  world.sessionEnds = new Date('2026-11-24T10:10:00Z');
  const prints = async () => {
    const { events } = await play(entry());
    const output = events.flatMap((event) => (event.kind === 'check-output' ? [event.chunk] : [])).join('');
    assert.equal(output, 'Read by memory; the session ends at 10:10 unless something is read before.\n');
    // The two are read side by side, and either may be done first.
    return events
      .filter((event) => event.kind === 'check-finished')
      .toSorted((a, b) => a.check.id - b.check.id)
      .map((event) => /fingerprint ([0-9a-f]{8})$/.exec(event.result.evidence)?.[1]);
  };
  const [dev, prod] = await prints();
  assert.ok(dev);
  assert.equal(dev, prod);
  world.secrets.set('op://Prod/Postmark/credential', `${canary}-prod`);
  const [again, other] = await prints();
  assert.equal(again, dev, 'the same in every run');
  assert.notEqual(other, dev);
});

test('a runbook with problems runs nothing', async () => {
  const { parseRunbook } = await import('../../../src/core/runbook/runbook.ts');
  const broken = parseRunbook(runbook.text.replace('NS  ${domain}', 'NS  ${nowhere}'));
  cascade = new Cascade({ runbook: broken, log, ports: memoryPorts(world), worktree: '/worktree' });
  const before = text();
  assert.equal((await play(phase(broken, 'dev', 'Pre-flight'))).outcome, 'failed');
  assert.equal(text(), before);
  assert.deepEqual(world.asked, []);
});

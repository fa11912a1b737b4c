/** Cases in which a careless record would say more than was seen. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newLog } from '../../../src/core/log/create.ts';
import { readOverview } from '../../../src/core/log/overview.ts';
import { answer, type LostChange } from '../../../src/core/ports.ts';
import { Cascade } from '../../../src/core/run/cascade.ts';
import { run } from '../../../src/core/run/engine.ts';
import type { RunEvent, RunOutcome } from '../../../src/core/run/events.ts';
import type { Target } from '../../../src/core/run/places.ts';
import { recorded } from '../../../src/core/run/record.ts';
import { type Piece, Redactor } from '../../../src/core/run/redact.ts';
import { parseRunbook } from '../../../src/core/runbook/runbook.ts';
import { Secret } from '../../../src/core/secret.ts';
import { frontMatter, phase } from '../fixture.ts';
import { canary, memoryLog, memoryPorts, memoryWorld } from '../memory.ts';

/** A cascade over a body of cells, with a fresh log. */
function cascadeOf(body: string) {
  const runbook = parseRunbook(`---\n${frontMatter}---\n${body}`);
  assert.deepEqual(runbook.problems, []);
  const world = memoryWorld();
  world.secrets.set('op://Dev/Postmark/credential', canary).set('op://Prod/Postmark/credential', canary);
  world.accounts.set('Alpha002-Admin', '139852620346').set('Admin-Alpha1', '009765408297');
  const at = { date: '2026-11-23', time: '2026-11-23 09:00:00 +00:00' };
  const log = memoryLog(newLog(runbook, { operator: 'Op', at, worktree: '.', rehearsal: false }));
  const cascade = new Cascade({ runbook, log, ports: memoryPorts(world), worktree: '/worktree' });
  const play = async (
    target: Target,
    steps?: readonly number[],
  ): Promise<{ events: RunEvent[]; outcome: RunOutcome }> => {
    const events: RunEvent[] = [];
    const signal = new AbortController().signal;
    for await (const event of recorded(
      cascade,
      run(cascade, target, { signal, ...(steps === undefined ? {} : { steps }) }),
    ))
      events.push(event);
    const last = events.at(-1);
    assert.equal(last?.kind, 'run-finished');
    return { events, outcome: last?.kind === 'run-finished' ? last.outcome : 'failed' };
  };
  const line = (words: string): string =>
    (log.text ?? '').split('\n').find((each) => each.includes(words)) ?? '';
  const gate = (index: number): Target => {
    const found = runbook.gates[index];
    assert.ok(found);
    return { kind: 'gate', gate: found };
  };
  return { runbook, world, log, cascade, play, line, gate };
}

const sh = (text: string, mark = 'check'): string => `\`\`\`sh ${mark}\n${text}\n\`\`\`\n\n`;

test('two cells with the same command have a bullet each', async () => {
  const { runbook, play, log, line } = cascadeOf(`## Pre-flight\n\n${sh('./a.sh')}${sh('./a.sh')}`);
  await play(phase(runbook, 'dev', 'Pre-flight'), [0]);
  assert.equal((log.text ?? '').match(/`\.\/a\.sh` exits 0: ✅/g)?.length, 1);
  assert.match(line('| `dev` |'), /🟡 2026-11-24 1 of 2 open/);
  await play(phase(runbook, 'dev', 'Pre-flight'));
  assert.match(line('| `dev` |'), /\| ✅ 2026-11-24 \|/);
});

test('scripts of several lines are told apart', async () => {
  const { runbook, play, line } = cascadeOf(
    `## Pre-flight\n\n${sh('set -eu\n./a.sh')}${sh('set -eu\n./b.sh')}`,
  );
  await play(phase(runbook, 'dev', 'Pre-flight'), [0]);
  assert.match(line('set -eu; ./a.sh'), /✅/);
  assert.match(line('set -eu; ./b.sh'), /⏳ pending/);
  assert.match(line('| `dev` |'), /1 of 2 open/);
});

test('_dmarc and dmarc are two names', async () => {
  const { runbook, world, play, line } = cascadeOf(
    '## Pre-flight\n\n```dig\nTXT _dmarc.x.com has v=DMARC1\nTXT dmarc.x.com has v=DMARC1\n```\n',
  );
  world.dns.set('TXT dmarc.x.com', { code: 'noerror', values: ['v=DMARC1'] });
  assert.equal((await play(phase(runbook, 'dev', 'Pre-flight'))).outcome, 'failed');
  assert.match(line('TXT _dmarc.x.com'), /❌/);
  assert.match(line('TXT dmarc.x.com'), /✅/);
  assert.match(line('| `dev` |'), /❌ 2026-11-24 1 of 2 failed/);
});

test('a sign-off is given only when every statement was confirmed in one run', async () => {
  const { runbook, play, line, log } = cascadeOf(
    `## Pre-flight\n\n${sh('./a.sh')}## Sign-off\n\n\`\`\`ask\none\n\`\`\`\n\n\`\`\`ask\ntwo\n\`\`\`\n`,
  );
  log.text = (log.text ?? '')
    .replace('| ⏳ | ⏳ | ⏳ | — |', '| ✅ 2026-11-23 | ✅ 2026-11-23 | ✅ 2026-11-23 | — |')
    .replace('`./a.sh` exits 0: ⏳ pending', '`./a.sh` exits 0: ✅ 2026-11-23');
  const [dev] = runbook.partitions;
  assert.ok(dev);
  await play({ kind: 'sign-off', partition: dev }, [1]);
  assert.match(log.text ?? '', /\*\*Sign-off\*\*: 🟡 2026-11-24 1 of 2 open\n/u);
  assert.match(line('| `dev` |'), /🟡 2026-11-24 1 of 2 open \|$/u);
  await play({ kind: 'sign-off', partition: dev });
  assert.match(line('| `dev` |'), /\| 2026-11-24 \|$/);
});

test('what stands in the notes is no check', async () => {
  const { runbook, play, log, line } = cascadeOf(`## Pre-flight\n\n${sh('./a.sh')}${sh('./b.sh')}`);
  log.text = (log.text ?? '').replace(
    '`./b.sh` exits 0: ⏳ pending\n',
    '`./b.sh` exits 0: ⏳ pending\n\n**Notes / anomalies**:\n\n- `./a.sh` ✅ on stage yesterday\n',
  );
  await play(phase(runbook, 'dev', 'Pre-flight'), [1]);
  assert.match(line('| `dev` |'), /1 of 2 open/);
  await play(phase(runbook, 'dev', 'Pre-flight'));
  assert.equal(line('on stage yesterday'), '- `./a.sh` ✅ on stage yesterday');
});

test('no part of a secret is left where a long line is cut, nor in a later run, nor in an error of ours', async () => {
  const { runbook, world, play, log } = cascadeOf(
    `## Pre-flight\n\n\`\`\`op\nread \${secret}\n\`\`\`\n\n${sh('./print.sh')}`,
  );
  const target = phase(runbook, 'dev', 'Pre-flight');
  world.shell = async (_, __, output) => {
    output(`${'x'.repeat(185)}${canary}\n`);
    return answer({ exitCode: 1 });
  };
  const events = [...(await play(target)).events, ...(await play(target, [1])).events];
  world.shell = () => Promise.reject(new Error(`boom ${canary}`));
  const thrown = await play(target, [1]);
  assert.equal(thrown.outcome, 'unknown');
  const everything = JSON.stringify([...events, ...thrown.events]) + log.history.join('');
  assert.ok(
    !everything.includes(canary.slice(0, 12)),
    everything.slice(everything.indexOf(canary.slice(0, 12)) - 80).slice(0, 160),
  );
  assert.match(everything, /error of its own: boom \[op:/);
});

const shownText = (pieces: readonly Piece[]): string => pieces.map(({ text }) => text).join('');

test('colours do not hide a secret, and a longer secret is not cut by a shorter one', () => {
  const redactor = new Redactor();
  redactor.add(new Secret('op://a', 'abcdef'));
  redactor.add(new Secret('op://b', 'abcdefXYZ99'));
  redactor.add(new Secret('op://c', 's3cr3t-token-value'));
  const output = redactor.output();
  const stream = {
    push: (chunk: string) => shownText(output.push(chunk, 'stdout')),
    end: () => shownText(output.end()),
  };
  const chunks = ['abcdef', 'XYZ99 and abcdef. s3cr3t-\u001B[01;', '31mtoken\u001B[0m-va', 'lue end'];
  const shown = chunks.map((chunk) => stream.push(chunk)).join('') + stream.end();
  assert.equal(shown, '[op://b] and [op://a]. [op://c]\u001B[01;31m\u001B[0m end');
});

test('what one stream held back is not taken for the last words of the other', async () => {
  const { runbook, world, play } = cascadeOf(
    `## Pre-flight\n\n\`\`\`op\nread \${secret}\n\`\`\`\n\n${sh('./deploy.sh')}`,
  );
  world.secrets.set('op://Dev/Postmark/credential', 'yes-and-no');
  world.shell = async (_, __, output) => {
    output('Step 1: deploy\n', 'stdout');
    output('deploying\nit failed: the name is taken alread', 'stderr');
    output('y\n', 'stderr');
    return answer({ exitCode: 1 });
  };
  const { events } = await play(phase(runbook, 'dev', 'Pre-flight'));
  assert.match(JSON.stringify(events), /"actual":"exit code 1: it failed: the name is taken already"/);
});

test('a count at the very end of the output is whole although a secret begins like it', async () => {
  const { runbook, world, play } = cascadeOf(
    `## Pre-flight\n\n\`\`\`op\nread \${secret}\n\`\`\`\n\n${sh('./count.sh')}`,
  );
  world.secrets.set('op://Dev/Postmark/credential', '2-fold-secret');
  world.shell = async (_, __, output) => {
    output('12 / 12');
    return answer({ exitCode: 0 });
  };
  const { events } = await play(phase(runbook, 'dev', 'Pre-flight'));
  assert.match(JSON.stringify(events), /"evidence":"12 \/ 12, exit code 0"/);
});

test('nothing counted is nothing shown, and a blank secret is none', async () => {
  const { runbook, world, play } = cascadeOf(
    `## Pre-flight\n\n${sh('./count.sh')}\n\`\`\`op\nread \${secret}\n\`\`\`\n`,
  );
  world.shell = async (_, __, output) => {
    output('0 / 0 checks passed\n');
    return answer({ exitCode: 0 });
  };
  assert.equal((await play(phase(runbook, 'dev', 'Pre-flight'), [0])).outcome, 'unknown');
  world.secrets.set('op://Dev/Postmark/credential', '  \n');
  assert.equal((await play(phase(runbook, 'dev', 'Pre-flight'), [1])).outcome, 'failed');
});

test('a change of no partition is a problem, and is refused', () => {
  const { problems } = parseRunbook(
    `---\n${frontMatter}---\n## Entry criteria\n\n\`\`\`sh\n./deploy.sh\n\`\`\`\n`,
  );
  assert.match(problems[0]?.message ?? '', /A change in the section of a gate needs a partition/);
});

test('a change that was started without a result is not repeated unless a person says so', async () => {
  const { runbook, world, play, log, gate } = cascadeOf(
    `## Entry criteria\n\n\`\`\`ask\nready\n\`\`\`\n\n## Pre-flight\n\n${sh('./a.sh')}## Deploy\n\n${sh('./d.sh', '').replace('sh \n', 'sh\n')}`,
  );
  await play(gate(0));
  await play(phase(runbook, 'dev', 'Pre-flight'));
  log.text = (log.text ?? '').replace(
    '`./d.sh` exits 0: ⏳ pending',
    '`./d.sh` exits 0: 🟡 started 2026-11-20 10:00:00 +00:00',
  );
  const before = log.text;
  const asked: LostChange[] = [];
  for (const chosen of ['leave', 'look'] as const) {
    world.runAgain = async (change) => {
      asked.push(change);
      return chosen;
    };
    const { outcome, events } = await play(phase(runbook, 'dev', 'Deploy'));
    assert.equal(outcome, 'blocked');
    const [block] = events.flatMap((event) => (event.kind === 'check-blocked' ? event.blocks : []));
    assert.equal(block?.why, './d.sh exits 0: started 2026-11-20 10:00:00 +00:00, and the log has no result');
    assert.deepEqual(block?.ways, [{ kind: 'recover', partition: 'dev' }]);
    assert.deepEqual(block?.taken, chosen === 'look' ? { kind: 'recover', partition: 'dev' } : undefined);
    assert.ok(!world.asked.includes('sh ./d.sh'));
    assert.equal(log.text, before);
  }
  const change = { partition: 'dev', title: './d.sh exits 0', started: '2026-11-20 10:00:00 +00:00' };
  assert.deepEqual(asked, [change, change]);
  world.runAgain = async () => 'run';
  assert.equal((await play(phase(runbook, 'dev', 'Deploy'))).outcome, 'passed');
  assert.match(
    log.text ?? '',
    /`\.\/d\.sh` exits 0: ✅ 2026-11-24\n {2}- 🟡 started 2026-11-20 10:00:00 \+00:00, and no result was written\n {2}- 2026-11-24 10:00:00 \+00:00 ✅ passed — exit code 0\n/u,
  );
});

test('columns are found by their titles, wherever they stand', async () => {
  const { runbook, play, log, line, gate } = cascadeOf(
    '## Entry criteria\n\n```op each\nread ${secret}\n```\n',
  );
  log.text = (log.text ?? '')
    .replace(
      '| Gate | Status | Date |\n|---|---|---|\n| Entry criteria verified | ⏳ pending | — |',
      '| Gate | Owner | Status | Date |\n|---|---|---|---|\n| Entry criteria verified | Bob ✅ | ⏳ pending | — (by noon) |',
    )
    .replace(
      '| Check | Outcome | Note |\n|---|---|---|\n| `op read "op://Dev/Postmark/credential"` returns a value | ⏳ pending |  |',
      '| Check | Note | Outcome |\n|---|---|---|\n| `op read "op://Dev/Postmark/credential"` returns a value | agreed with Bob | ⏳ pending |',
    )
    .replace('| `op read "op://Prod/Postmark/credential"` returns a value | ⏳ pending |  |\n', '');
  const read = readOverview(log.text, runbook);
  assert.equal(read.kind === 'overview' && read.overview.gates[0]?.status, 'pending');
  await play(gate(0));
  assert.match(
    line('op://Dev/'),
    /\| 2026-11-24 \S+ \S+ passed — resolves, fingerprint [0-9a-f]{8}; before that: agreed with Bob \| ✅ 2026-11-24 \|$/,
  );
  assert.match(line('op://Prod/'), /\| resolves, fingerprint [0-9a-f]{8} \| ✅ 2026-11-24 \|$/);
  assert.equal(
    line('| Entry criteria verified |'),
    '| Entry criteria verified | Bob ✅ | ✅ 2026-11-24 | 2026-11-24 — (by noon) |',
  );
});

test('a waiver stays a waiver, and a gate cleared by hand stays cleared until a check fails', async () => {
  const { world, play, log, line, gate } = cascadeOf(
    '## Entry criteria\n\n```op each\nread ${secret}\n```\n\n```ask\nready\n```\n',
  );
  const set = (status: string): void => {
    log.text = (log.text ?? '').replace(
      /\| Entry criteria verified \|.*/,
      `| Entry criteria verified | ${status} | 2026-11-20 (agreed) |`,
    );
  };
  for (const status of ['⚠️ waived 2026-11-20 by Bob: vendor down', '✅ 2026-11-20 by hand']) {
    set(status);
    await play(gate(0), [0]);
    assert.equal(
      line('| Entry criteria verified |'),
      `| Entry criteria verified | ${status} | 2026-11-20 (agreed) |`,
    );
  }
  world.secrets.delete('op://Dev/Postmark/credential');
  await play(gate(0), [0]);
  assert.equal(
    line('| Entry criteria verified |'),
    '| Entry criteria verified | ❌ 2026-11-24 1 of 3 failed; before that ✅ 2026-11-20 by hand | 2026-11-24 (agreed) |',
  );
});

test('a heading that only begins like a phase is not the phase', async () => {
  const { runbook, play, log } = cascadeOf(`## Pre-flight\n\n${sh('./a.sh')}`);
  log.text = (log.text ?? '').replace(
    '### Deploy (T-O5-dev)',
    '### Pre-flight lessons learned\n\nNone.\n\n### Deploy (T-O5-dev)',
  );
  await play(phase(runbook, 'dev', 'Pre-flight'));
  assert.match(log.text ?? '', /### Pre-flight \(T-O1-dev\) ✅ 2026-11-24\n\n- `\.\/a\.sh` exits 0: ✅/);
  assert.match(log.text ?? '', /### Pre-flight lessons learned\n\nNone\.\n/);
});

test('a result is never written to a question that was not asked', async () => {
  const { runbook, world, play, log, line } = cascadeOf(
    '## Verification\n\n```dig\nTXT ${context.dkimSelector}._domainkey.${domain} has p=\n```\n',
  );
  log.text = (log.text ?? '')
    .replace('${context.dkimSelector}', 'old')
    .replace(
      '._domainkey.dev.example.com @192.0.2.53` includes `p=`: ⏳ pending',
      '._domainkey.dev.example.com @192.0.2.53` includes `p=`: ✅ 2026-11-01',
    );
  world.contexts.set('partitionMail:Alpha002:dev', { dkimSelector: 'new' });
  world.dns.set('TXT new._domainkey.dev.example.com', { code: 'noerror', values: ['k=rsa;p=1'] });
  await play(phase(runbook, 'dev', 'Verification'));
  assert.match(line('TXT old._domainkey.dev'), /✅ 2026-11-01$/);
  assert.match(line('TXT new._domainkey.dev'), /✅ 2026-11-24 — k=rsa;p=1$/);
});

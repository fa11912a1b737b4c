import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answer, failure, type Outcome, type SenderDomain } from '../../../src/core/ports.ts';
import { Cascade } from '../../../src/core/run/cascade.ts';
import { run } from '../../../src/core/run/engine.ts';
import { parseRunbook } from '../../../src/core/runbook/runbook.ts';
import { frontMatter, phase } from '../fixture.ts';
import { memoryLog, memoryPorts, memoryWorld, senderDomain } from '../memory.ts';

const domain = senderDomain('dev.example.com', 'pm-bounces.dev.example.com', 1);
const notYet = answer(domain);
const verified = answer({ ...domain, dkimVerified: true });
const cut = failure('unknown', 'PUT', 'the connection was cut', 'Run it again.');
const refused = failure('failed', 'PUT', '401: Postmark does not take the token', 'Look at the token.');

/** What `verify dkim` makes of these answers, and how long it waits between its calls, in seconds. */
async function verify(...answers: Outcome<SenderDomain>[]) {
  const runbook = parseRunbook(
    `---\n${frontMatter}---\n## Verification\n\n\`\`\`postmark\nverify dkim \${domain}\n\`\`\`\n`,
  );
  const world = memoryWorld();
  world.secrets.set('op://Dev/Postmark/credential', 'a-token-that-is-long');
  world.domains.set(domain.name, domain);
  const memory = memoryPorts(world);
  const pauses: number[] = [];
  let calls = 0;
  const ports = {
    ...memory,
    postmark: { ...memory.postmark, verifyDkim: async () => answers[calls++] ?? notYet },
    clock: {
      ...memory.clock,
      sleep: async (milliseconds: number) => {
        pauses.push(milliseconds / 1000);
      },
    },
  };
  const cascade = new Cascade({ runbook, log: memoryLog(undefined), ports, worktree: '/worktree' });
  const signal = new AbortController().signal;
  for await (const event of run(cascade, phase(runbook, 'dev', 'Verification'), { signal })) {
    if (event.kind === 'check-finished') return { ...event.result, pauses, calls };
  }
  throw new Error('no result');
}

test('a verification waits politely, and goes on where a call had no answer', async () => {
  const second = await verify(notYet, verified);
  assert.deepEqual([second.verdict, second.pauses], ['passed', [4]]);
  const shaky = await verify(notYet, cut, notYet, cut, verified);
  assert.deepEqual([shaky.verdict, shaky.pauses], ['passed', [4, 8, 8, 16]]);
});

test('a verification ends: failed when nothing was found, unknown when nobody answered, at once on a refusal', async () => {
  const never = await verify();
  assert.deepEqual([never.verdict, never.calls], ['failed', 8]);
  const silent = await verify(cut, cut, cut);
  assert.deepEqual([silent.verdict, silent.evidence, silent.calls], ['unknown', 'the connection was cut', 3]);
  const last = await verify(...Array.from({ length: 7 }, () => notYet), cut);
  assert.deepEqual([last.verdict, last.calls], ['unknown', 8]);
  const token = await verify(notYet, refused);
  assert.deepEqual([token.verdict, token.calls], ['failed', 2]);
});

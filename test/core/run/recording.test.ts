/** How a run is written down: one event, one write; what cannot be written is kept. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newLog } from '../../../src/core/log/create.ts';
import { answer } from '../../../src/core/ports.ts';
import { Cascade } from '../../../src/core/run/cascade.ts';
import { run } from '../../../src/core/run/engine.ts';
import type { RunEvent } from '../../../src/core/run/events.ts';
import type { Target } from '../../../src/core/run/places.ts';
import { recorded } from '../../../src/core/run/record.ts';
import { parseRunbook } from '../../../src/core/runbook/runbook.ts';
import { frontMatter, phase } from '../fixture.ts';
import { canary, memoryLog, memoryPorts, memoryWorld } from '../memory.ts';

/** A cascade over a body of cells, with a fresh log, and what becomes of the log with each event. */
function cascadeOf(body: string) {
  const runbook = parseRunbook(`---\n${frontMatter}---\n${body}`);
  assert.deepEqual(runbook.problems, []);
  const world = memoryWorld();
  world.secrets.set('op://Dev/Postmark/credential', canary);
  const at = { date: '2026-11-23', time: '2026-11-23 09:00:00 +00:00' };
  const log = memoryLog(newLog(runbook, { operator: 'Op', at, worktree: '.', rehearsal: false }));
  const cascade = new Cascade({ runbook, log, ports: memoryPorts(world), worktree: '/worktree' });
  const play = async (target: Target): Promise<{ events: RunEvent[]; writes: number[] }> => {
    const events: RunEvent[] = [];
    const writes: number[] = [];
    for await (const event of recorded(
      cascade,
      run(cascade, target, { signal: new AbortController().signal }),
    )) {
      events.push(event);
      writes.push(log.history.length - writes.reduce((sum, each) => sum + each, 0));
    }
    return { events, writes };
  };
  return { runbook, world, log, cascade, play };
}

const sh = (text: string): string => `\`\`\`sh check\n${text}\n\`\`\`\n\n`;

test('each event is one write, a failed check with what it makes of its phase too', async () => {
  const { runbook, world, play, log } = cascadeOf(`## Pre-flight\n\n${sh('./a.sh')}${sh('./b.sh')}`);
  world.shell = async (text) => answer({ exitCode: text.includes('b.sh') ? 1 : 0 });
  const { events, writes } = await play(phase(runbook, 'dev', 'Pre-flight'));
  assert.deepEqual(
    events.map((event, index) => [event.kind, writes[index]]),
    [
      ['run-started', 1],
      ['check-started', 0],
      ['check-finished', 1],
      ['check-started', 0],
      ['check-finished', 1],
      ['run-finished', 1],
    ],
  );
  const failed = log.history.at(-2) ?? '';
  assert.match(failed, /`\.\/b\.sh` exits 0: ❌/);
  assert.match(failed, /### Pre-flight \(T-O1-dev\) ❌/, 'in the same write');
  assert.match(log.text ?? '', /\*\*Attempt .*\*\* failed at `\.\/b\.sh`/);
});

test('a change that refuses is answered with its failure and touches nothing', async () => {
  const log = memoryLog('text');
  const no = { kind: 'failure', verdict: 'failed', asked: 'a', came: 'b', next: 'c' } as const;
  assert.equal(await log.update(() => no), no);
  assert.equal(log.text, 'text');
  assert.deepEqual(log.history, []);
});

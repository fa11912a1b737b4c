import assert from 'node:assert/strict';
import { newLog } from '../../../src/core/log/create.ts';
import type { Clock } from '../../../src/core/ports.ts';
import { Cascade } from '../../../src/core/run/cascade.ts';
import { run } from '../../../src/core/run/engine.ts';
import type { RunEvent, RunOutcome } from '../../../src/core/run/events.ts';
import type { Target } from '../../../src/core/run/places.ts';
import { recorded } from '../../../src/core/run/record.ts';
import { parseRunbook } from '../../../src/core/runbook/runbook.ts';
import { frontMatter, phase } from '../fixture.ts';
import { canary, memoryEvidence, memoryLog, memoryPorts, memoryWorld } from '../memory.ts';

export interface CascadeOptions {
  readonly rehearsal?: boolean;
  /** Transcripts are turned off. */
  readonly off?: boolean;
  readonly sleep?: Clock['sleep'];
}

/** A cascade over a body of cells, with a fresh log and its transcripts in memory. */
export function cascadeOf(body: string, { rehearsal = false, off = false, sleep }: CascadeOptions = {}) {
  const runbook = parseRunbook(`---\n${frontMatter}---\n${body}`);
  assert.deepEqual(runbook.problems, []);
  const world = memoryWorld();
  world.secrets.set('op://Dev/Postmark/credential', canary);
  world.accounts.set('Alpha002-Admin', '139852620346');
  const at = { date: '2026-11-23', time: '2026-11-23 09:00:00 +00:00' };
  const log = memoryLog(newLog(runbook, { operator: 'Op', at, worktree: '.', rehearsal }));
  const evidence = memoryEvidence();
  const ports = memoryPorts(world);
  const cascade = new Cascade({
    runbook,
    log,
    ports: sleep === undefined ? ports : { ...ports, clock: { ...ports.clock, sleep } },
    worktree: '/worktree',
    rehearsal,
    ...(off ? {} : { evidence }),
  });
  /** @param each is told of every event when the log has it. */
  const play = async (
    target: Target = phase(runbook, 'dev', 'Pre-flight'),
    each: (event: RunEvent) => void = () => {},
  ): Promise<RunOutcome | undefined> => {
    let outcome: RunOutcome | undefined;
    const signal = new AbortController().signal;
    for await (const event of recorded(cascade, run(cascade, target, { signal }), signal)) {
      each(event);
      if (event.kind === 'run-finished') outcome = event.outcome;
    }
    return outcome;
  };
  return { runbook, world, log, evidence, files: evidence.files, cascade, play };
}

export const sh = (text: string, mark = ' check'): string => `\`\`\`sh${mark}\n${text}\n\`\`\`\n\n`;

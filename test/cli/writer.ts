/**
 * A process that does random work on a log through what the command line is made of, without being started anew for
 * each command, and ends by printing what it was told is written.
 *
 *     node writer.ts FOLDER '{"name": …, "seed": …, "until": milliseconds, "partitions": […], "phases": […], "gate": …}'
 */
import process, { argv, env } from 'node:process';
import { type OpenedCascade, openCascade, partitionNamed } from '../../src/cli/open.ts';
import { exitCode, outcomeOf, runTargets } from '../../src/cli/runs.ts';
import { decideGate, record } from '../../src/cli/write.ts';
import { nobody } from '../../src/core/ports.ts';
import type { Finished } from './command.ts';
import { randomWork } from './random-work.ts';

const [directory = '.', task = '{}'] = argv.slice(2);
const { name, seed, until, partitions, phases, gate } = JSON.parse(task);

function open(): OpenedCascade {
  return openCascade({ directory, env, person: nobody, evidence: false });
}

async function cascade([command, ...rest]: readonly string[]): Promise<Finished> {
  const opened = open();
  const option = rest.findIndex((word) => word.startsWith('--'));
  const words = rest.slice(0, option);
  const reason = rest[rest.indexOf('--reason') + 1] ?? '';
  if (command === 'record')
    return { code: await record(opened, { words, operator: name }), stdout: '', stderr: '' };
  if (command === 'gate')
    return { code: await decideGate(opened, { words, reason, operator: name }), stdout: '', stderr: '' };
  const { runbook } = opened.cascade;
  const partition = partitionNamed(runbook, words[0]);
  const phase = runbook.phases.find((each) => each.title === words[1]);
  if (phase === undefined) throw new Error(`no phase ${words[1]}`);
  const { signal } = new AbortController();
  try {
    const target = { kind: 'phase', partition, phase } as const;
    const targets = await runTargets(
      opened.cascade,
      [target],
      { signal },
      () => {},
      () => {},
    );
    return { code: exitCode(outcomeOf(targets)), stdout: JSON.stringify({ targets }), stderr: '' };
  } finally {
    await opened.cascade.close();
  }
}

const report = await randomWork(name, seed, () => Date.now() < until, {
  partitions,
  phases,
  gate,
  cascade,
});
process.stdout.write(`\n${JSON.stringify(report)}\n`);

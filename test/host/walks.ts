/** Goes through the walks, one VS Code for each; a name as argument takes one of them. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv, stdout } from 'node:process';
import { packVsix } from '../../src/tooling/package.ts';
import { runProgram } from '../../src/tooling/program.ts';
import { type Case, type Counts, runCases } from './cases.ts';
import { handOver } from './report.ts';
import { startWalk, type Walk, type WalkOptions } from './walk.ts';
import { crash } from './walks/crash.ts';
import { failure } from './walks/failure.ts';
import { firstLook } from './walks/first-look.ts';
import { gates } from './walks/gates.ts';
import { keyboard } from './walks/keyboard.ts';
import { logWalk } from './walks/log.ts';
import { operator } from './walks/operator.ts';
import { translation } from './walks/translation.ts';
import { twoHands } from './walks/two-hands.ts';
import { twoWindows } from './walks/two-windows.ts';
import { untrusted } from './walks/untrusted.ts';
import { writing } from './walks/writing.ts';

interface Plan {
  readonly name: string;
  readonly options?: WalkOptions;
  /** It waits for most of its time, for a world that is slow on purpose: it goes beside the others. */
  readonly waits?: true;
  readonly steps: (walk: Walk) => readonly Case[];
}

const plans: readonly Plan[] = [
  { name: 'first look', steps: firstLook },
  { name: 'an operator', steps: operator },
  { name: 'the keyboard', steps: keyboard },
  { name: 'an untrusted folder', options: { untrusted: true }, steps: untrusted },
  { name: 'writing', steps: writing },
  { name: 'a log', steps: logWalk },
  { name: 'gates', steps: gates },
  { name: 'another language', options: { translated: true }, steps: translation },
  { name: 'two hands', options: { speed: 1 }, steps: twoHands },
  { name: 'two windows', options: { speed: 0.5 }, waits: true, steps: twoWindows },
  // Slow enough to be met in the middle of a deploy.
  { name: 'a crash', options: { speed: 10 }, waits: true, steps: crash },
  { name: 'a failure', options: { faults: ['dkim-never'] }, steps: failure },
];

await runProgram(async (stop) => {
  const scratch = await mkdtemp(join(tmpdir(), 'cascade-walks-'));
  try {
    const vsix = join(scratch, 'cascade-runbook.vsix');
    await packVsix(vsix, stop);
    const only = argv[2];
    const wanted = plans.filter(({ name }) => only === undefined || name === only);
    return await handOver(await goThrough(wanted, vsix, stop));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
});

async function goThrough(wanted: readonly Plan[], vsix: string, stop: AbortSignal): Promise<Counts> {
  let passed = 0;
  let failed = 0;
  const inTurn = async (some: readonly Plan[]): Promise<void> => {
    for (const plan of some) {
      const counts = await go(plan, vsix, stop);
      passed += counts.passed;
      failed += counts.failed;
    }
  };
  // Both come to their ends, also where one fails: what they started is closed there.
  const ends = await Promise.allSettled([
    inTurn(wanted.filter(({ waits }) => waits !== true)),
    inTurn(wanted.filter(({ waits }) => waits === true)),
  ]);
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return { passed, failed };
}

async function go({ name, options, steps }: Plan, vsix: string, stop: AbortSignal): Promise<Counts> {
  await using walk = await startWalk(vsix, stop, options);
  return await runCases(
    steps(walk).map((step) => ({ ...step, name: `${name}: ${step.name}` })),
    {
      print: (line) => stdout.write(`${line}\n`),
      stopAtFailure: true,
      onFailure: () => walk.screenshot(`failed-${name.replaceAll(' ', '-')}`),
      deadlineMs: 180_000,
    },
  );
}

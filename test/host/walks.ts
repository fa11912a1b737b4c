/** Goes through the walks, one VS Code for each; a name as argument takes one of them. */
import { argv, stdout } from 'node:process';
import { runProgram } from '../../src/tooling/program.ts';
import { type Case, runCases } from './cases.ts';
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
import { untrusted } from './walks/untrusted.ts';
import { writing } from './walks/writing.ts';

interface Plan {
  readonly name: string;
  readonly options?: WalkOptions;
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
  // Slow enough to be met in the middle of a deploy.
  { name: 'a crash', options: { speed: 10 }, steps: crash },
  { name: 'a failure', options: { faults: ['dkim-never'] }, steps: failure },
];

await runProgram(async (stop) => {
  let passed = 0;
  let failed = 0;
  const only = argv[2];
  for (const { name, options, steps } of plans.filter((plan) => only === undefined || plan.name === only)) {
    await using walk = await startWalk(stop, options);
    const counts = await runCases(
      steps(walk).map((step) => ({ ...step, name: `${name}: ${step.name}` })),
      {
        print: (line) => stdout.write(`${line}\n`),
        stopAtFailure: true,
        onFailure: () => walk.screenshot(`failed-${name.replaceAll(' ', '-')}`),
        deadlineMs: 180_000,
      },
    );
    passed += counts.passed;
    failed += counts.failed;
  }
  return handOver({ passed, failed });
});

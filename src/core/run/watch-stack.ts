/** While a shell deploys, the stack that the next `aws stack` line asks for is watched. */
import type { AwsTarget, StackResource } from '../ports.ts';
import type { Partition } from '../runbook/front-matter.ts';
import { lookupFor } from '../runbook/names.ts';
import type { Runbook, Step } from '../runbook/runbook.ts';
import { fill } from '../runbook/template.ts';
import { awsTarget } from '../steps/aws.ts';
import type { CheckProgress } from '../steps/step.ts';
import type { Cascade } from './cascade.ts';
import type { Planned } from './plan.ts';

/** CloudFormation throttles an account that polls much faster. */
const interval = 3000;
const longestPause = 48_000;

/** The stack that the next `aws stack` line behind a step asks for. */
export function stackBehind(
  runbook: Runbook,
  step: Step,
  partition: Partition | undefined,
): { readonly target: AwsTarget; readonly name: string } | undefined {
  const later = runbook.steps.filter((each) => each.index > step.index).flatMap((each) => each.checks);
  const stack = later.find((each) => each.stack !== undefined)?.stack;
  const lookup = lookupFor(runbook, partition);
  const target = awsTarget(lookup);
  return stack === undefined || target === undefined ? undefined : { target, name: fill(stack, lookup).text };
}

/** Settles when `signal` aborts, or at once where there is nothing to watch. */
export async function watchStack(
  { runbook, ports }: Cascade,
  { check, step, partition }: Planned,
  progress: (progress: CheckProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  const stack =
    check.language === 'sh' && check.effect === 'changes' ? stackBehind(runbook, step, partition) : undefined;
  if (stack === undefined) return;
  const { target, name } = stack;
  const since = ports.clock.now();
  let pause = interval;
  let firstFailure: StackResource | undefined;
  try {
    for (;;) {
      await ports.clock.sleep(pause, signal);
      const seen = await ports.aws.stackProgress(target, name, since, signal);
      // What cannot be seen just now is asked again, but later each time: watching never decides anything.
      pause = seen.kind === 'answer' ? interval : Math.min(pause * 2, longestPause);
      if (seen.kind === 'failure' || seen.value === undefined) continue;
      // Kept although the stack rolls back, and is deleted, and what it says later is only what followed.
      firstFailure ??= seen.value.firstFailure;
      const kept = firstFailure === undefined ? {} : { firstFailure };
      progress({ kind: 'stack', progress: { ...seen.value, ...kept } });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

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
/** The result is not kept back for longer. */
const lastLook = 2000;

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

/**
 * Settles at once where there is nothing to watch, else when the shell has ended or the run is stopped.
 * @param ended aborts when the shell has ended: then it looks once more, for the end came between two looks
 * @param stop aborts when the run is stopped
 */
export async function watchStack(
  { runbook, ports }: Cascade,
  { check, step, partition }: Planned,
  progress: (progress: CheckProgress) => void,
  ended: AbortSignal,
  stop: AbortSignal,
): Promise<void> {
  const stack =
    check.language === 'sh' && check.effect === 'changes' ? stackBehind(runbook, step, partition) : undefined;
  if (stack === undefined) return;
  const { target, name } = stack;
  const since = ports.clock.now();
  let shown = false;
  let firstFailure: StackResource | undefined;
  const look = async (signal: AbortSignal): Promise<boolean> => {
    const seen = await ports.aws.stackProgress(target, name, since, signal);
    if (seen.kind === 'failure') return false;
    if (seen.value === undefined) return true;
    // Kept although the stack rolls back, and is deleted, and what it says later is only what followed.
    firstFailure ??= seen.value.firstFailure;
    const kept = firstFailure === undefined ? {} : { firstFailure };
    progress({ kind: 'stack', progress: { ...seen.value, ...kept } });
    shown = true;
    return true;
  };
  const watching = AbortSignal.any([ended, stop]);
  await untilAborted(watching, async () => {
    for (let pause = interval; ; ) {
      await ports.clock.sleep(pause, watching);
      // What cannot be seen just now is asked again, but later each time: watching never decides anything.
      pause = (await look(watching)) ? interval : Math.min(pause * 2, longestPause);
    }
  });
  if (!shown || stop.aborted) return;
  const late = new AbortController();
  const limit = AbortSignal.any([late.signal, stop]);
  const timer = untilAborted(limit, async () => {
    await ports.clock.sleep(lastLook, limit);
    late.abort();
  });
  await untilAborted(limit, async () => void (await look(limit)));
  late.abort();
  await timer;
}

/** What a signal ends is no error. */
async function untilAborted(signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

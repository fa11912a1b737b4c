/** Looks at changes that were started and have no result: what they left in the world, asked without changing it. */
import type { CascadeRecord, CheckRecord } from '../log/model.ts';
import { readLog } from '../log/read.ts';
import { statusesOf } from '../log/settle.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { meaningOf, nextFor } from '../steps/stack-states.ts';
import { type Check, type CheckContext, type CheckResult, fromFailure, unknown } from '../steps/step.ts';
import type { Cascade } from './cascade.ts';
import { type PlacedCheck, placeOf, type Target } from './places.ts';
import { type Planned, placedNow, refOf } from './plan.ts';
import { stackBehind } from './watch-stack.ts';

/** What the log says was started without saying how it ended. */
export function targetsToLookAt(runbook: Runbook, record: CascadeRecord): readonly Target[] {
  const begun = (checks: readonly CheckRecord[] | undefined): boolean =>
    checks?.some((check) => check.status?.started === true) ?? false;
  const phases = runbook.partitions.flatMap((partition) => {
    const own = record.partitions.find((each) => each.partition === partition.name);
    return (own?.phases ?? [])
      .filter(({ sections }) => begun(sections.at(-1)?.checks))
      .flatMap(({ phase: { title } }): Target[] => {
        const phase = runbook.phases.find((each) => each.title === title);
        return phase === undefined ? [] : [{ kind: 'phase', partition, phase }];
      });
  });
  const gates = record.gates.flatMap(({ declared, checks }): Target[] =>
    declared !== undefined && begun(checks) ? [{ kind: 'gate', gate: declared }] : [],
  );
  return [...phases, ...gates];
}

/** The changes of a target without a result, and the reading checks behind the first of them. */
export async function planLook(cascade: Cascade, target: Target): Promise<readonly Planned[]> {
  const begun = await startedChecks(cascade, target);
  const first = begun.at(0);
  if (first === undefined) return [];
  const placed = await placedNow(cascade, target);
  const from = placed.findIndex((each) => each.key === first.placed.key);
  return placed
    .slice(from)
    .flatMap((each): PlacedCheck[] => {
      const started = begun.find((one) => one.placed.key === each.key);
      if (started !== undefined) return [{ ...each, check: looking(cascade, each, started.token) }];
      // What only a shell or a person can tell is left to a run.
      const { effect, language } = each.check;
      return effect === 'reads' && language !== 'sh' && language !== 'ask' ? [each] : [];
    })
    .map((each, id) => ({ ...each, ref: refOf(each, id) }));
}

export interface StartedCheck {
  readonly placed: PlacedCheck;
  /** `🟡 started 2026-11-24 10:02:11 +00:00`, as it stands in the log. */
  readonly token: string;
}

/** When a change began, as its status tells: `2026-11-24 10:02:11 +00:00`. */
export const startedTime = (token: string): string =>
  /\d{4}-\d{2}-\d{2}.*$/.exec(token)?.[0] ?? 'at some time';

/** The changes of a target that the log says were started, without saying how they ended. */
export async function startedChecks(cascade: Cascade, target: Target): Promise<readonly StartedCheck[]> {
  const text = await cascade.log.read();
  if (text.kind === 'failure' || text.value === undefined) return [];
  const whole = text.value;
  const placed = await placedNow(cascade, target);
  const statuses = statusesOf(
    readLog(whole),
    placeOf(cascade.runbook, target),
    placed.map((each) => each.entry),
  );
  return placed.flatMap((each, index) => {
    const status = statuses[index];
    if (status?.started !== true) return [];
    return [{ placed: each, token: whole.slice(status.span.start, status.span.end) }];
  });
}

/** A check that looks at what a change did, in the place of the change. */
function looking(cascade: Cascade, { check, step, partition }: PlacedCheck, token: string): Check {
  return {
    ...check,
    effect: 'reads',
    bind: (lookup) => {
      const bound = check.bind(lookup);
      return {
        ...bound,
        run: async (context) => {
          const seen = await (bound.look?.(context) ?? lookAtStack(cascade, step, partition, context));
          return {
            ...seen,
            evidence: `started ${startedTime(token)} and no result was seen; ${seen.evidence}`,
          };
        },
      };
    },
  };
}

/** Milliseconds between two looks at a stack that is still moving. */
const interval = 3000;

/** What a deploy came to, as its stack tells. How its command ended nobody knows any more, so it never passes. */
async function lookAtStack(
  { runbook }: Cascade,
  step: PlacedCheck['step'],
  partition: PlacedCheck['partition'],
  { ports, signal, progress }: CheckContext,
): Promise<CheckResult> {
  const stack = stackBehind(runbook, step, partition);
  const look = 'Look at what it did; run it again when you know that it may be repeated.';
  if (stack === undefined) return unknown('no stack line behind it tells what it did', look);
  const { target, name } = stack;
  for (;;) {
    const seen = await ports.aws.stackProgress(target, name, new Date(0), signal);
    if (seen.kind === 'failure') return fromFailure(seen);
    if (seen.value === undefined)
      return unknown(
        `there is no stack ${name}`,
        // Killed alone, we leave a deploy behind that may not have got to its stack yet.
        `See that its command does not run any more: it may be about to make the stack. ${look}`,
      );
    const { stack: now, resources, firstFailure } = seen.value;
    const meaning = meaningOf(now.status);
    if (meaning === 'moving') {
      progress({ kind: 'stack', progress: seen.value });
      await ports.clock.sleep(interval, signal);
      continue;
    }
    const done = resources.filter((each) => each.status.endsWith('_COMPLETE')).length;
    const state = `the stack ${name} is ${now.status}, ${done} of ${resources.length} resources complete`;
    const because =
      firstFailure === undefined
        ? ''
        : `; ${firstFailure.logicalId}: ${firstFailure.reason ?? firstFailure.status}`;
    if (meaning === 'done')
      return unknown(
        state,
        'The stack stands. Run the phase again to have its command succeed too, or go on by a waiver.',
      );
    const next = nextFor(now.status, name);
    if (meaning !== 'undone' && meaning !== 'broken') return unknown(state + because, next);
    return { verdict: 'failed', evidence: state + because, actual: now.status, next };
  }
}

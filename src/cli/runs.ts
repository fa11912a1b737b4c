/** Runs targets one after another, reports them, and says what they came to. */
import type { Cascade } from '../core/run/cascade.ts';
import { type RunOptions, run } from '../core/run/engine.ts';
import { type RunEvent, type RunOutcome, worst } from '../core/run/events.ts';
import { type Target, targetName } from '../core/run/places.ts';
import { recorded } from '../core/run/record.ts';
import type { CheckResult } from '../core/steps/step.ts';

export interface CheckReport extends Partial<CheckResult> {
  readonly check: string;
  readonly partition?: string;
  /** Milliseconds. */
  readonly duration?: number;
  /** Why it did not run. */
  readonly notRun?: string;
}

export interface TargetReport {
  readonly target: string;
  readonly partition?: string;
  readonly phase?: string;
  readonly gate?: string;
  readonly outcome: RunOutcome;
  readonly reason?: string;
  readonly checks: readonly CheckReport[];
}

export async function runTarget(
  cascade: Cascade,
  target: Target,
  options: RunOptions,
  take: (event: RunEvent) => void,
): Promise<TargetReport> {
  const checks: CheckReport[] = [];
  let outcome: RunOutcome = 'interrupted';
  let reason: string | undefined;
  for await (const event of recorded(cascade, run(cascade, target, options), options.signal)) {
    take(event);
    const name = (check: { title: string; partition?: string }): { check: string; partition?: string } => ({
      check: check.title,
      ...(check.partition === undefined ? {} : { partition: check.partition }),
    });
    if (event.kind === 'check-finished')
      checks.push({ ...name(event.check), ...event.result, duration: event.duration });
    if (event.kind === 'check-blocked') {
      checks.push({
        ...name(event.check),
        notRun: event.blocks.map((block) => `${block.why}; ${block.clears}`).join('. '),
      });
    }
    if (event.kind === 'check-not-run') checks.push({ ...name(event.check), notRun: event.because });
    if (event.kind === 'run-finished') {
      outcome = event.outcome;
      reason = event.reason;
    }
  }
  return {
    target: targetName(target),
    ...(target.kind === 'gate' ? { gate: target.gate.id } : { partition: target.partition.name }),
    ...(target.kind === 'phase' ? { phase: target.phase.title } : {}),
    outcome,
    ...(reason === undefined ? {} : { reason }),
    checks,
  };
}

/** Runs all targets. A partition that did not pass is left; what a gate allows elsewhere goes on. */
export async function runTargets(
  cascade: Cascade,
  targets: readonly Target[],
  options: RunOptions,
  take: (event: RunEvent) => void,
  skipped: (target: Target, because: string) => void,
): Promise<readonly TargetReport[]> {
  const reports: TargetReport[] = [];
  const left = new Map<string, string>();
  // What one person started asks for a name once.
  const confirmed = new Set<string>();
  for (const target of targets) {
    if (options.signal.aborted) break;
    const partition = target.kind === 'gate' ? undefined : target.partition.name;
    const because = partition === undefined ? undefined : left.get(partition);
    if (because !== undefined) {
      skipped(target, because);
      continue;
    }
    const report = await runTarget(cascade, target, { ...options, confirmed }, take);
    reports.push(report);
    if (partition !== undefined && report.outcome !== 'passed')
      left.set(partition, `${report.target} ${report.outcome}`);
  }
  return reports;
}

export const outcomeOf = (reports: readonly TargetReport[]): RunOutcome =>
  worst(reports.map((report) => report.outcome));

const exitCodes: Readonly<Record<RunOutcome, number>> = {
  passed: 0,
  failed: 1,
  unknown: 2,
  interrupted: 2,
  blocked: 3,
};
export const exitCode = (outcome: RunOutcome): number => exitCodes[outcome];

/** A run without cells: its progress is a notification, its results are in the log. */
import * as vscode from 'vscode';
import { failureText } from '../core/ports.ts';
import type { Cascade } from '../core/run/cascade.ts';
import { type RunOptions, run } from '../core/run/engine.ts';
import type { RunOutcome } from '../core/run/events.ts';
import type { Target } from '../core/run/places.ts';
import { recorded } from '../core/run/record.ts';
import { startRun } from '../core/run/start.ts';
import { stackCount } from '../core/steps/aws.ts';
import { type Cascades, OperatorError } from './cascades.ts';
import { told } from './run-output.ts';

export interface Finished {
  readonly outcome: RunOutcome;
  readonly reason?: string;
}

export async function runInBackground(
  cascades: Cascades,
  cascade: Cascade,
  target: Target,
  title: string,
  options: Omit<RunOptions, 'signal'> = {},
): Promise<Finished> {
  const started = await startRun(cascade, { operator: cascades.operator, rehearsal: cascades.rehearsal });
  if (started.kind === 'refused') throw new OperatorError(failureText(started.failure));
  const named = cascades.rehearsal ? vscode.l10n.t('{0} · REHEARSAL', title) : title;
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: named, cancellable: true },
    async (progress, token) => {
      const stop = new AbortController();
      token.onCancellationRequested(() => stop.abort(new Error('stopped')));
      let finished: Finished = { outcome: 'interrupted' };
      let all = 1;
      let done = 0;
      const { signal } = stop;
      const events = recorded(cascade, run(cascade, target, { ...options, signal }), signal);
      for await (const event of told(cascades.output, events)) {
        if (event.kind === 'run-started') all = Math.max(1, event.checks.length);
        if (event.kind === 'check-started') progress.report({ message: event.check.title });
        if (event.kind === 'check-progress' && event.progress.kind === 'stack')
          progress.report({ message: stackCount(event.progress.progress) });
        if (event.kind === 'check-finished')
          progress.report({ increment: 100 / all, message: vscode.l10n.t('{0} of {1}', ++done, all) });
        if (event.kind === 'run-finished')
          finished = {
            outcome: event.outcome,
            ...(event.reason === undefined ? {} : { reason: event.reason }),
          };
      }
      return finished;
    },
  );
}

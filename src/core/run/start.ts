/** Starts a run: makes the log of a cascade where none exists, and tells what stands in the way of one that does. */
import { newLog } from '../log/create.ts';
import { stamp } from '../log/edits.ts';
import { readOverview } from '../log/overview.ts';
import { type Failure, failure } from '../ports.ts';
import type { Cascade } from './cascade.ts';

export type Start =
  | { readonly kind: 'created' }
  | { readonly kind: 'existing' }
  | { readonly kind: 'refused'; readonly failure: Failure };

export async function startRun(
  cascade: Cascade,
  kickoff: { readonly operator: string; readonly rehearsal: boolean },
): Promise<Start> {
  const { runbook, log, ports, worktree } = cascade;
  const text = await log.read();
  if (text.kind === 'failure') return { kind: 'refused', failure: text };
  if (text.value !== undefined) {
    const overview = readOverview(text.value, runbook);
    if (overview.kind === 'overview') return { kind: 'existing' };
    return {
      kind: 'refused',
      failure: failure('failed', `read ${log.path}`, overview.message, 'Then run again.'),
    };
  }
  const signal = AbortSignal.timeout(5000);
  const [branch, head] = await Promise.all([
    ports.repository.branch(worktree, signal).catch(() => undefined),
    ports.repository.head(worktree, signal).catch(() => undefined),
  ]);
  const made = newLog(runbook, {
    operator: kickoff.operator,
    at: stamp(ports.clock.now(), ports.clock),
    worktree: runbook.worktree,
    ...(branch?.kind === 'answer' && branch.value !== undefined ? { branch: branch.value } : {}),
    ...(head?.kind === 'answer' ? { head: head.value.slice(0, 7) } : {}),
    rehearsal: kickoff.rehearsal,
  });
  const created = await log.create(made);
  return created.kind === 'failure' ? { kind: 'refused', failure: created } : { kind: 'created' };
}

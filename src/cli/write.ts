/** `cascade gate` and `cascade record`: what a person decides or adds, written into the log. */
import { stdout } from 'node:process';
import { decideGate as decideGateIn } from '../core/gates/decide.ts';
import { type Stamp, stamp, thenAlso } from '../core/log/edits.ts';
import { type GateDecision, needsReason } from '../core/log/gate-record.ts';
import { noteLine, recordFix } from '../core/log/notes.ts';
import { ensurePlace } from '../core/log/place.ts';
import { recordNote } from '../core/log/record.ts';
import type { StatusKind } from '../core/log/status.ts';
import { unfit } from '../core/log/unfit.ts';
import { type Failure, failureText, type TextEdit } from '../core/ports.ts';
import { placeOf } from '../core/run/places.ts';
import { UsageError } from './arguments.ts';
import { type OpenedCascade, partitionNamed } from './open.ts';

export interface WriteOptions {
  readonly words: readonly string[];
  readonly reason?: string;
  readonly operator: string;
  /** Takes what is told when it is written; standard output when absent. */
  readonly say?: (text: string) => void;
}

const print = (text: string): void => void stdout.write(text);

const decisions: Readonly<Record<string, StatusKind>> = {
  cleared: 'cleared',
  partial: 'partial',
  failed: 'failed',
  waived: 'waived',
  reopened: 'pending',
};

/** `gate ID cleared|partial|failed|waived|reopened [--reason TEXT]` */
export async function decideGate(opened: OpenedCascade, options: WriteOptions): Promise<number> {
  const [id, decision] = options.words;
  const { gates } = opened.cascade.runbook;
  const gate = gates.find((each) => each.id === id);
  if (gate === undefined) {
    const known = gates.map((each) => each.id).join(', ');
    throw new UsageError(
      id === undefined
        ? `Which gate? Known: ${known}.`
        : `There is no gate "${id}" in the runbook. Known: ${known}.`,
    );
  }
  const kind = decisions[decision ?? ''];
  if (kind === undefined) {
    throw new UsageError(
      `"${decision ?? ''}" is no decision about a gate. Write one of ${Object.keys(decisions).join(', ')}.`,
    );
  }
  const reason = options.reason?.trim() ?? '';
  if (needsReason(kind) && reason === '')
    throw new UsageError(
      `A gate is ${decision} for a reason: give it with --reason TEXT. Nothing was written.`,
    );
  const made: GateDecision = { kind, by: options.operator, ...(reason === '' ? {} : { reason }) };
  const { runbook } = opened.cascade;
  await write(opened, (text, at) => decideGateIn(text, runbook, gate.title, made, at));
  (options.say ?? print)(`${gate.title}: ${decision}\n`);
  return 0;
}

/** `record note|anomaly PARTITION PHASE TEXT`, `record script-fix SCRIPT BUG FIX`, `record code-fix PARTITION ISSUE FIX [COMMIT]` */
export async function record(opened: OpenedCascade, options: WriteOptions): Promise<number> {
  const [what, ...rest] = options.words;
  switch (what) {
    case 'note':
    case 'anomaly':
      await recordNoteOf(opened, what, rest, options.operator);
      break;
    case 'script-fix': {
      const [script, bug, fix] = all(rest, 3, 'record script-fix SCRIPT BUG FIX');
      await write(opened, (text, at) => recordFix(text, { kind: 'script', script, bug, fix }, at));
      break;
    }
    case 'code-fix': {
      const usage = 'record code-fix PARTITION ISSUE FIX [COMMIT]';
      const [name, issue, fix] = all(rest.slice(0, 3), 3, usage);
      if (rest.length > 4) all(rest, 4, usage);
      const { name: partition } = partitionNamed(opened.cascade.runbook, name);
      const commit = rest[3] ?? '—';
      await write(opened, (text, at) => recordFix(text, { kind: 'code', partition, issue, fix, commit }, at));
      break;
    }
    default:
      throw new UsageError(
        `"${what ?? ''}" cannot be recorded. Write one of note, anomaly, script-fix, code-fix. "cascade --help" says more.`,
      );
  }
  (options.say ?? print)(`Recorded in ${opened.logPath}\n`);
  return 0;
}

async function recordNoteOf(
  opened: OpenedCascade,
  kind: 'note' | 'anomaly',
  rest: readonly string[],
  by: string,
): Promise<void> {
  const [name, title, words] = all(rest, 3, `record ${kind} PARTITION PHASE TEXT`);
  const { runbook } = opened.cascade;
  const partition = partitionNamed(runbook, name);
  const phase = runbook.phases.find((each) => each.title.toLowerCase() === title.toLowerCase());
  if (phase === undefined) {
    const known = runbook.phases.map((each) => each.title).join(', ');
    throw new UsageError(`There is no phase "${title}" in the runbook. Known: ${known}.`);
  }
  const place = placeOf(runbook, { kind: 'phase', partition, phase });
  await write(opened, (text, at) =>
    thenAlso(text, ensurePlace(text, place), (after) =>
      recordNote(after, place, noteLine(kind, words, by, at)),
    ),
  );
}

function all(words: readonly string[], count: number, usage: string): [string, string, string] {
  const [first = '', second = '', third = ''] = words;
  if (words.length !== count || words.some((word) => word.trim() === ''))
    throw new UsageError(`Write: cascade ${usage}. Words with blanks go into quotes. Nothing was written.`);
  return [first, second, third];
}

async function write(
  { cascade }: OpenedCascade,
  change: (text: string, at: Stamp) => readonly TextEdit[] | Failure,
): Promise<void> {
  const { log, ports } = cascade;
  const at = stamp(ports.clock.now(), ports.clock);
  const written = await log.update((text) => unfit(text, log.path) ?? change(text, at));
  if (written.kind === 'failure') throw new UsageError(failureText(written));
}

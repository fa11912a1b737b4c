/** What a person may lawfully do where something is blocked: run what comes first, open the section, clear, waive. */
import * as vscode from 'vscode';
import { type Block, blocks, type Way } from '../core/gates/may-run.ts';
import { isSettled } from '../core/log/status.ts';
import type { Target } from '../core/run/places.ts';
import { stepsOf, targetName } from '../core/run/places.ts';
import { signOff } from '../core/runbook/patterns.ts';
import type { Runbook } from '../core/runbook/runbook.ts';
import type { CurrentCascade } from './current-cascade.ts';
import type { StepArgument } from './log-help.ts';
import type { GateArgument } from './log-lenses.ts';
import { unknownPartition, withoutLog } from './refusals.ts';

/** Something that did not run, and why. */
export interface Blocked {
  readonly runbookUri: vscode.Uri;
  readonly runbook: Runbook;
  readonly log: vscode.Uri;
  readonly target: Target;
  readonly partition: string;
  readonly blocks: readonly Block[];
}

const ways = vscode.l10n.t('What Can Be Done…');
const openLog = vscode.l10n.t('Open Log');

/** Tells of a block where the run was started. A way that the person has taken already is gone at once. */
export async function tellBlocked(blocked: Blocked): Promise<void> {
  const [first] = blocked.blocks;
  if (first === undefined) return;
  const taken = blocked.blocks.find((block) => block.taken !== undefined)?.taken;
  if (taken !== undefined) {
    await choice(blocked, taken).act();
    return;
  }
  const name = targetName(blocked.target);
  const choices = choicesOf(blocked).length === 0 ? [openLog] : [ways, openLog];
  const picked = await vscode.window.showWarningMessage(
    blocked.blocks.length === 1
      ? vscode.l10n.t('{0} is blocked: {1}. To go on: {2}.', name, first.why, first.clears)
      : vscode.l10n.t(
          '{0} is blocked: {1} (and {2} more). To go on: {3}.',
          name,
          first.why,
          blocked.blocks.length - 1,
          first.clears,
        ),
    ...choices,
  );
  if (picked === ways) await chooseWay(blocked);
  if (picked === openLog) await vscode.window.showTextDocument(blocked.log, { preview: false });
}

/** The command: what blocks a phase of a partition, and what may be done about it. */
export async function showBlocks(current: CurrentCascade, partition: string, phase?: string): Promise<void> {
  const state = await current.refresh();
  if (state.kind !== 'log') throw withoutLog(state);
  const { runbook, runbookUri, log, overview, reading, now } = state;
  const open = overview.partitions
    .find((each) => each.partition === partition)
    ?.phases.find((each) => !isSettled(each.status));
  const target = targetNamed(runbook, partition, phase ?? open?.phase ?? signOff);
  if (target === undefined) {
    const known = runbook.partitions.map(({ name }) => name);
    throw unknownPartition(partition, known);
  }
  const blocked = {
    runbookUri,
    runbook,
    log,
    target,
    partition,
    blocks: blocks(runbook, reading.record, target, now),
  };
  if (blocked.blocks.length > 0) return chooseWay(blocked);
  void vscode.window.showInformationMessage(
    vscode.l10n.t('Nothing blocks {0}: it may run.', targetName(target)),
  );
}

interface Choice extends vscode.QuickPickItem {
  readonly act: () => Thenable<unknown>;
}

async function chooseWay(blocked: Blocked): Promise<void> {
  const picked = await vscode.window.showQuickPick(choicesOf(blocked), {
    title: vscode.l10n.t('{0} is blocked', targetName(blocked.target)),
    placeHolder: vscode.l10n.t('What can be done'),
    matchOnDetail: true,
  });
  await picked?.act();
}

/** One entry for each way, the first reason for it as its detail. */
function choicesOf(blocked: Blocked): readonly Choice[] {
  const seen = new Map<string, Choice>();
  for (const block of blocked.blocks) {
    for (const way of block.ways ?? []) {
      const key = JSON.stringify(way);
      if (!seen.has(key)) seen.set(key, { ...choice(blocked, way), detail: block.why });
    }
  }
  return [...seen.values()];
}

function choice({ runbook, runbookUri, log, partition }: Blocked, way: Way): Choice {
  const run = (command: string, argument: unknown) => () => vscode.commands.executeCommand(command, argument);
  switch (way.kind) {
    case 'run-phase':
      return {
        label: `$(play) ${vscode.l10n.t('Go to {0} of {1}', way.phase, way.partition)}`,
        description: vscode.l10n.t('run it until every check has passed'),
        act: reveal(phaseStep(runbook, runbookUri, way.partition, way.phase), log),
      };
    case 'run-section':
      return {
        label: `$(notebook) ${vscode.l10n.t('Go to the cells of "{0}"', titleOf(runbook, way.gate))}`,
        description: vscode.l10n.t('run them'),
        act: reveal(gateStep(runbook, runbookUri, way.gate, partition), log),
      };
    case 'clear-gate':
      return {
        label: `$(pass) ${vscode.l10n.t('Clear "{0}"', titleOf(runbook, way.gate))}`,
        description: vscode.l10n.t('it is done'),
        act: run('cascade.clearGate', { log, gate: titleOf(runbook, way.gate) } satisfies GateArgument),
      };
    case 'waive-gate':
      return {
        label: `$(debug-step-over) ${vscode.l10n.t('Waive "{0}"…', titleOf(runbook, way.gate))}`,
        description: vscode.l10n.t('go on without it, for a reason that is written down'),
        act: run('cascade.waiveGate', { log, gate: titleOf(runbook, way.gate) } satisfies GateArgument),
      };
    case 'recover':
      return {
        label: `$(search) ${vscode.l10n.t('Look at what was started on {0}', way.partition)}`,
        description: vscode.l10n.t('nothing is repeated'),
        act: run('cascade.recover', way.partition),
      };
  }
}

/** The cell to run; where the runbook has none for it, the log, in which it is written down by hand. */
const reveal = (step: StepArgument | undefined, log: vscode.Uri) => () =>
  step === undefined
    ? vscode.window.showTextDocument(log, { preview: false })
    : vscode.commands.executeCommand('cascade.revealStep', step);

const titleOf = ({ gates }: Runbook, id: string): string => gates.find((gate) => gate.id === id)?.title ?? id;

/** A phase of a partition, or its sign-off. */
function targetNamed({ partitions, phases }: Runbook, name: string, title: string): Target | undefined {
  const partition = partitions.find((each) => each.name === name);
  const phase = phases.find((each) => each.title === title);
  if (partition === undefined) return undefined;
  return phase === undefined ? { kind: 'sign-off', partition } : { kind: 'phase', partition, phase };
}

function phaseStep(
  runbook: Runbook,
  uri: vscode.Uri,
  partition: string,
  title: string,
): StepArgument | undefined {
  const target = targetNamed(runbook, partition, title);
  return target === undefined ? undefined : stepArgument(runbook, uri, target, partition);
}

function gateStep(
  runbook: Runbook,
  uri: vscode.Uri,
  id: string,
  partition: string,
): StepArgument | undefined {
  const gate = runbook.gates.find((each) => each.id === id);
  return gate === undefined ? undefined : stepArgument(runbook, uri, { kind: 'gate', gate }, partition);
}

function stepArgument(
  runbook: Runbook,
  uri: vscode.Uri,
  target: Target,
  partition: string,
): StepArgument | undefined {
  const step = stepsOf(runbook, target)[0];
  return step === undefined ? undefined : { runbook: uri.toString(), step: step.index, partition };
}

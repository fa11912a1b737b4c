/** What a person may lawfully do where something is blocked: run what comes first, open the section, clear, waive. */
import * as vscode from 'vscode';
import { type Block, blocks, type Way } from '../core/gates/may-run.ts';
import { isSettled } from '../core/log/status.ts';
import type { Target } from '../core/run/places.ts';
import { stepsOf, targetName } from '../core/run/places.ts';
import { signOff } from '../core/runbook/patterns.ts';
import type { Runbook } from '../core/runbook/runbook.ts';
import { OperatorError } from './cascades.ts';
import type { CurrentCascade } from './current-cascade.ts';
import type { StepArgument } from './log-help.ts';
import type { GateArgument } from './log-lenses.ts';

/** Something that did not run, and why. */
export interface Blocked {
  readonly runbookUri: vscode.Uri;
  readonly runbook: Runbook;
  readonly log: vscode.Uri;
  readonly target: Target;
  readonly partition: string;
  readonly blocks: readonly Block[];
}

const ways = 'What Can Be Done…';
const openLog = 'Open Log';

/** Tells of a block where the run was started. */
export async function tellBlocked(blocked: Blocked): Promise<void> {
  const [first] = blocked.blocks;
  if (first === undefined) return;
  const more = blocked.blocks.length === 1 ? '' : ` (and ${blocked.blocks.length - 1} more)`;
  const choices = choicesOf(blocked).length === 0 ? [openLog] : [ways, openLog];
  const picked = await vscode.window.showWarningMessage(
    `${targetName(blocked.target)} is blocked: ${first.why}${more}. To go on: ${first.clears}.`,
    ...choices,
  );
  if (picked === ways) await chooseWay(blocked);
  if (picked === openLog) await vscode.window.showTextDocument(blocked.log, { preview: false });
}

/** The command: what blocks a phase of a partition, and what may be done about it. */
export async function showBlocks(current: CurrentCascade, partition: string, phase?: string): Promise<void> {
  const state = await current.refresh();
  if (state.kind !== 'log')
    throw new OperatorError(
      state.kind === 'unreadable' ? state.message : 'There is no log yet. "Cascade: Start Run…" makes one.',
    );
  const { runbook, runbookUri, log, overview, reading, now } = state;
  const open = overview.partitions
    .find((each) => each.partition === partition)
    ?.phases.find((each) => !isSettled(each.status));
  const target = targetNamed(runbook, partition, phase ?? open?.phase ?? signOff);
  if (target === undefined) throw new OperatorError(`The runbook has no partition "${partition}".`);
  const blocked = {
    runbookUri,
    runbook,
    log,
    target,
    partition,
    blocks: blocks(runbook, reading.record, target, now),
  };
  if (blocked.blocks.length > 0) return chooseWay(blocked);
  void vscode.window.showInformationMessage(`Nothing blocks ${targetName(target)}: it may run.`);
}

interface Choice extends vscode.QuickPickItem {
  readonly act: () => Thenable<unknown>;
}

async function chooseWay(blocked: Blocked): Promise<void> {
  const picked = await vscode.window.showQuickPick(choicesOf(blocked), {
    title: `${targetName(blocked.target)} is blocked`,
    placeHolder: 'What can be done',
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
        label: `$(play) Go to ${way.phase} of ${way.partition}`,
        description: 'run it until every check has passed',
        act: reveal(phaseStep(runbook, runbookUri, way.partition, way.phase), log),
      };
    case 'run-section':
      return {
        label: `$(notebook) Go to the cells of "${titleOf(runbook, way.gate)}"`,
        description: 'run them',
        act: reveal(gateStep(runbook, runbookUri, way.gate, partition), log),
      };
    case 'clear-gate':
      return {
        label: `$(pass) Clear "${titleOf(runbook, way.gate)}"`,
        description: 'it is done',
        act: run('cascade.clearGate', { log, gate: titleOf(runbook, way.gate) } satisfies GateArgument),
      };
    case 'waive-gate':
      return {
        label: `$(debug-step-over) Waive "${titleOf(runbook, way.gate)}"…`,
        description: 'go on without it, for a reason that is written down',
        act: run('cascade.waiveGate', { log, gate: titleOf(runbook, way.gate) } satisfies GateArgument),
      };
    case 'recover':
      return {
        label: `$(search) Look at what was started on ${way.partition}`,
        description: 'nothing is repeated',
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

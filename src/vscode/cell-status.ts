/** The line under each cell of a runbook: where it runs, whether it changes anything, what the log says, what blocks it. */
import * as vscode from 'vscode';
import { blocks } from '../core/gates/may-run.ts';
import { statusOfStep } from '../core/help/step-status.ts';
import { signs } from '../core/log/status.ts';
import { targetOf } from '../core/run/places.ts';
import { timeLimitOf } from '../core/runbook/cells.ts';
import type { Step } from '../core/runbook/runbook.ts';
import type { PartitionControllers } from './controllers.ts';
import type { CurrentCascade, CurrentState } from './current-cascade.ts';
import { DisposableStore } from './disposables.ts';
import { notebookType, stepOf } from './runbook-serializer.ts';

type WithLog = Extract<CurrentState, { kind: 'log' }>;

export class CellStatus implements vscode.NotebookCellStatusBarItemProvider, vscode.Disposable {
  readonly #current: CurrentCascade;
  readonly #controllers: PartitionControllers;
  readonly #store = new DisposableStore();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCellStatusBarItems = this.#changed.event;

  constructor(current: CurrentCascade, controllers: PartitionControllers) {
    this.#current = current;
    this.#controllers = controllers;
    this.#store.add(this.#changed);
    this.#store.add(current.onDidChange(() => this.#changed.fire()));
    this.#store.add(controllers.onDidChange(() => this.#changed.fire()));
    this.#store.add(vscode.notebooks.registerNotebookCellStatusBarItemProvider(notebookType, this));
  }

  provideCellStatusBarItems(cell: vscode.NotebookCell): vscode.NotebookCellStatusBarItem[] {
    const { state } = this.#current;
    if (!('runbook' in state) || state.runbookUri.toString() !== cell.notebook.uri.toString()) return [];
    const index = stepOf(cell);
    const step = state.runbook.steps.find((each) => each.index === index);
    if (step === undefined) return [];
    const name = this.#controllers.selected(cell.notebook.uri);
    return [
      effect(step, name),
      ...(state.kind === 'log' && name !== undefined ? recorded(state, step, name) : []),
    ];
  }

  dispose(): void {
    this.#store.dispose();
  }
}

const left = vscode.NotebookCellStatusBarAlignment.Left;

function item(text: string, tooltip: string, command?: vscode.Command): vscode.NotebookCellStatusBarItem {
  const made = new vscode.NotebookCellStatusBarItem(text, left);
  made.tooltip = tooltip;
  made.accessibilityInformation = { label: tooltip };
  if (command !== undefined) made.command = command;
  return made;
}

function effect(step: Step, partition: string | undefined): vscode.NotebookCellStatusBarItem {
  const changes = step.checks.some((check) => check.effect === 'changes');
  const where =
    step.home.kind === 'gate'
      ? step.each
        ? vscode.l10n.t('every partition')
        : vscode.l10n.t('the cascade')
      : partition;
  const place = where ?? vscode.l10n.t('no partition chosen');
  const does = changes ? vscode.l10n.t('{0} · changes', place) : vscode.l10n.t('{0} · reads', place);
  const limit = timeLimitOf(step.marks);
  const words =
    limit === undefined ? does : vscode.l10n.t('{0} · within {1} s', does, Math.round(limit / 1000));
  return item(`${changes ? '$(edit)' : '$(eye)'} ${words}`, effectTooltip(changes, where));
}

function effectTooltip(changes: boolean, where: string | undefined): string {
  if (where === undefined)
    return changes
      ? vscode.l10n.t('This cell changes the partition that is chosen. None is chosen yet: select one first')
      : vscode.l10n.t(
          'This cell reads on the partition that is chosen. None is chosen yet: select one first',
        );
  return changes
    ? vscode.l10n.t('This cell changes {0}: gates and the account are asked before it', where)
    : vscode.l10n.t('This cell reads on {0}: it may be repeated at will', where);
}

function recorded(state: WithLog, step: Step, name: string): readonly vscode.NotebookCellStatusBarItem[] {
  const partition = state.runbook.partitions.find((each) => each.name === name);
  if (partition === undefined) return [];
  const target = targetOf(step.home, partition);
  const items: vscode.NotebookCellStatusBarItem[] = [];
  const status = statusOfStep(state.reading.text, state.runbook, target, step);
  if (status !== undefined) {
    const running = status.started && state.running.has(name);
    const words = running
      ? vscode.l10n.t('running')
      : status.started
        ? vscode.l10n.t('started, no result')
        : (status.date ?? status.kind);
    items.push(
      item(
        `${running ? '$(sync~spin)' : signs[status.kind]} ${words}`,
        running
          ? vscode.l10n.t('The log says that this cell was started on {0}, and somebody is at it', name)
          : vscode.l10n.t('The log says of this cell on {0}: {1}, {2}', name, status.kind, words),
        {
          command: 'cascade.openLog',
          title: vscode.l10n.t('Open Log'),
        },
      ),
    );
  }
  const guarded = step.checks.some(
    (check) => check.effect === 'changes' || (check.language === 'ask' && step.home.kind !== 'phase'),
  );
  const [first, ...more] = guarded ? blocks(state.runbook, state.reading.record, target, state.now) : [];
  if (first !== undefined) {
    const words =
      more.length === 0
        ? vscode.l10n.t('blocked by {0}', first.by)
        : vscode.l10n.t('blocked by {0} and {1} more', first.by, more.length);
    items.push(
      item(`$(lock) ${words}`, vscode.l10n.t('{0}. To go on: {1}.', first.why, first.clears), {
        command: 'cascade.showBlocks',
        title: vscode.l10n.t('What Blocks…'),
        arguments: [name],
      }),
    );
  }
  return items;
}

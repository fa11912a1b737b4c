import * as vscode from 'vscode';
import { readOverview } from '../core/log/overview.ts';
import { isSettled } from '../core/log/status.ts';
import { partitionNote } from '../core/run/places.ts';
import type { Partition } from '../core/runbook/front-matter.ts';
import { signOff as signOffTitle } from '../core/runbook/patterns.ts';
import type { Runbook } from '../core/runbook/runbook.ts';
import { type Cascades, OperatorError, openNotebook } from './cascades.ts';
import { DisposableStore } from './disposables.ts';
import { NotebookRuns } from './notebook-runs.ts';
import { unknownPartition } from './refusals.ts';
import { changesRunbook, editorLanguages, notebookType } from './runbook-serializer.ts';

/** Each partition of an open runbook is a kernel: choosing a partition is choosing a kernel. */
export class PartitionControllers implements vscode.Disposable {
  readonly #cascades: Cascades;
  readonly #store = new DisposableStore();
  /** By notebook, then by partition. */
  readonly #controllers = new Map<string, Map<string, vscode.NotebookController>>();
  readonly #selected = new Map<string, string>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly runs: NotebookRuns;
  /** A partition was chosen, or a run began or ended. */
  readonly onDidChange = this.#changed.event;

  constructor(cascades: Cascades) {
    this.#cascades = cascades;
    this.#store.add(this.#changed);
    this.runs = this.#store.add(
      new NotebookRuns(cascades, (notebook, runbook) => this.describe(notebook, runbook)),
    );
    this.#store.add(this.runs.onDidChange(() => this.#changed.fire()));
    for (const notebook of vscode.workspace.notebookDocuments) void this.#follow(notebook);
    this.#store.add(vscode.workspace.onDidOpenNotebookDocument((notebook) => void this.#follow(notebook)));
    this.#store.add(
      vscode.workspace.onDidChangeNotebookDocument((event) => {
        if (changesRunbook(event)) void this.#follow(event.notebook);
      }),
    );
    this.#store.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (!event.affectsConfiguration('cascade.world')) return;
        for (const notebook of vscode.workspace.notebookDocuments) void this.#follow(notebook);
        this.#changed.fire();
      }),
    );
    this.#store.add(vscode.workspace.onDidCloseNotebookDocument((notebook) => this.#drop(notebook.uri)));
  }

  /** The partition that is chosen for a notebook. */
  selected(notebook: vscode.Uri): string | undefined {
    return this.#selected.get(notebook.toString());
  }

  async select(notebook: vscode.Uri, partition: string): Promise<void> {
    const known = (): vscode.NotebookController | undefined =>
      this.#controllers.get(notebook.toString())?.get(partition);
    const open = openNotebook(notebook);
    // Opened a moment ago, it may not have its kernels yet.
    if (known() === undefined && open !== undefined) await this.#follow(open);
    const controller = known();
    if (controller === undefined) {
      const names = [...(this.#controllers.get(notebook.toString())?.keys() ?? [])];
      throw unknownPartition(partition, names);
    }
    const editor = vscode.window.visibleNotebookEditors.find(
      (each) => each.notebook.uri.toString() === notebook.toString(),
    );
    await vscode.commands.executeCommand('notebook.selectKernel', {
      id: controller.id,
      extension: 'cascade-runbook.cascade-runbook',
      ...(editor === undefined ? {} : { notebookEditor: editor }),
    });
  }

  async #follow(notebook: vscode.NotebookDocument): Promise<void> {
    if (notebook.notebookType !== notebookType) return;
    const key = notebook.uri.toString();
    const runbook = await this.#cascades.runbook(notebook.uri);
    if (notebook.isClosed) return;
    const known = this.#controllers.get(key) ?? new Map<string, vscode.NotebookController>();
    this.#controllers.set(key, known);
    for (const [name, controller] of known) {
      // A front matter in the middle of being typed, or a run, takes no kernel away.
      if (runbook.partitions.some((partition) => partition.name === name)) continue;
      if (
        runbook.problems.some((problem) => problem.severity === 'error') ||
        this.runs.isRunning(notebook.uri)
      )
        continue;
      if (this.#selected.get(key) === name) this.#selected.delete(key);
      controller.dispose();
      known.delete(name);
    }
    for (const partition of runbook.partitions) {
      const controller = known.get(partition.name) ?? this.#create(notebook, partition);
      known.set(partition.name, controller);
      const note = partitionNote(runbook, partition);
      const label = note === undefined ? partition.name : `${partition.name} · ${note}`;
      if (controller.label !== label) controller.label = label;
      controller.description = partition.protected ? vscode.l10n.t('protected') : '';
    }
    await this.describe(notebook.uri, runbook);
  }

  /** The next phase of each partition, as the detail of its kernel. */
  async describe(uri: vscode.Uri, runbook: Runbook): Promise<void> {
    const known = this.#controllers.get(uri.toString());
    if (known === undefined) return;
    const details = await this.#details(uri, runbook);
    for (const [name, controller] of known) {
      const next = details.get(name) ?? vscode.l10n.t('no log yet');
      const detail = this.#cascades.rehearsal ? vscode.l10n.t('{0} · REHEARSAL', next) : next;
      if (controller.detail !== detail) controller.detail = detail;
    }
  }

  async #details(uri: vscode.Uri, runbook: Runbook): Promise<ReadonlyMap<string, string>> {
    const details = new Map<string, string>();
    try {
      const bytes = await vscode.workspace.fs.readFile(this.#cascades.logUri(uri, runbook));
      const read = readOverview(new TextDecoder().decode(bytes), runbook);
      if (read.kind !== 'overview') return details;
      for (const { partition, phases, signOff } of read.overview.partitions) {
        const next = phases.find((phase) => !isSettled(phase.status));
        details.set(
          partition,
          next !== undefined
            ? vscode.l10n.t('next: {0}', next.phase)
            : signOff.status === 'cleared'
              ? vscode.l10n.t('signed off')
              : vscode.l10n.t('next: {0}', signOffTitle),
        );
      }
    } catch {
      // No log yet, or none that can be read: the run says so when it matters.
    }
    return details;
  }

  #create(notebook: vscode.NotebookDocument, partition: Partition): vscode.NotebookController {
    const key = notebook.uri.toString();
    const id = `cascade.${partition.name}.${hash(key)}`;
    const controller = vscode.notebooks.createNotebookController(id, notebookType, partition.name);
    controller.supportedLanguages = [...editorLanguages];
    controller.supportsExecutionOrder = false;
    controller.executeHandler = (cells, executed) => {
      if (executed.uri.toString() === key)
        return this.runs.execute({ controller, notebook: executed, cells, partition: partition.name });
      void vscode.window.showErrorMessage(
        vscode.l10n.t(
          'This {0} belongs to another runbook. Choose one of this runbook: Cascade: Select Partition…',
          partition.name,
        ),
      );
      return undefined;
    };
    controller.updateNotebookAffinity(notebook, vscode.NotebookControllerAffinity.Preferred);
    controller.interruptHandler = (interrupted) => this.runs.stop(interrupted.uri, 'stopped');
    controller.onDidChangeSelectedNotebooks(({ notebook: other, selected }) => {
      const uri = other.uri.toString();
      if (selected) {
        this.#selected.set(uri, partition.name);
        void this.#clearOutputs(other, partition.name);
      } else if (this.#selected.get(uri) === partition.name) this.#selected.delete(uri);
      this.#changed.fire();
    });
    return controller;
  }

  /** Under a partition's name never stand the results of another one: the log has them. */
  async #clearOutputs(notebook: vscode.NotebookDocument, partition: string): Promise<void> {
    const others = notebook
      .getCells()
      .some((cell) => shownPartition(cell) !== undefined && shownPartition(cell) !== partition);
    if (!others || vscode.window.activeNotebookEditor?.notebook !== notebook) return;
    await vscode.commands.executeCommand('notebook.clearAllCellsOutputs');
  }

  #drop(notebook: vscode.Uri): void {
    const key = notebook.toString();
    for (const controller of this.#controllers.get(key)?.values() ?? []) controller.dispose();
    this.#controllers.delete(key);
    this.#selected.delete(key);
    this.runs.stop(notebook, 'the notebook was closed');
    this.#changed.fire();
  }

  /** Runs one check of a cell again, one that reads; what the cell shows of the others stays. */
  async runAgain(report: string, check: string): Promise<void> {
    const shown = this.runs.reports.find(report);
    const row = shown?.progress.report.rows.find(({ key }) => key === check);
    if (shown === undefined || row === undefined)
      throw new OperatorError(vscode.l10n.t('This result is not known any more. Run the cell instead.'));
    const { cell, partition } = shown;
    const key = cell.notebook.uri.toString();
    const controller = this.#controllers.get(key)?.get(partition);
    if (!row.again || controller === undefined || this.#selected.get(key) !== partition)
      throw new OperatorError(
        vscode.l10n.t('This result is of {0}. Select that partition, then run the cell.', partition),
      );
    const { notebook } = cell;
    await this.runs.execute({ controller, notebook, cells: [cell], partition, again: { shown, check } });
  }

  dispose(): void {
    for (const known of this.#controllers.values())
      for (const controller of known.values()) controller.dispose();
    this.#controllers.clear();
    this.#store.dispose();
  }
}

/** Whose results a cell shows. */
function shownPartition(cell: vscode.NotebookCell): string | undefined {
  return cell.outputs
    .map((output): unknown => output.metadata?.['partition'])
    .find((each) => typeof each === 'string');
}

/** A short name for a long one: FNV-1a, 32 bits. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (const unit of text) value = Math.imul(value ^ (unit.codePointAt(0) ?? 0), 0x01000193);
  return (value >>> 0).toString(16);
}

import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { readOverview } from '../core/log/overview.ts';
import { isSettled } from '../core/log/status.ts';
import { failureText } from '../core/ports.ts';
import type { Cascade } from '../core/run/cascade.ts';
import { run } from '../core/run/engine.ts';
import type { RunEvent } from '../core/run/events.ts';
import { partitionNote } from '../core/run/places.ts';
import { recorded } from '../core/run/record.ts';
import { startRun } from '../core/run/start.ts';
import type { Partition } from '../core/runbook/front-matter.ts';
import { signOff as signOffTitle } from '../core/runbook/patterns.ts';
import type { Runbook } from '../core/runbook/runbook.ts';
import type { Blocked } from './blocked.ts';
import { type Cascades, OperatorError, openNotebook } from './cascades.ts';
import { CellPaint, paintRun, type Stopped } from './cell-paint.ts';
import { DisposableStore } from './disposables.ts';
import { errorText } from './messages.ts';
import { groupsOf, type Snapshot, snapshot } from './notebook-snapshot.ts';
import { unknownPartition } from './refusals.ts';
import { told } from './run-output.ts';
import { changesRunbook, editorLanguages, notebookType } from './runbook-serializer.ts';
import { type ShownReport, ShownReports } from './shown-reports.ts';

/** Each partition of an open runbook is a kernel: choosing a partition is choosing a kernel. */
export class PartitionControllers implements vscode.Disposable {
  readonly #cascades: Cascades;
  readonly #store = new DisposableStore();
  /** By notebook, then by partition. */
  readonly #controllers = new Map<string, Map<string, vscode.NotebookController>>();
  readonly #selected = new Map<string, string>();
  readonly #running = new Map<string, Promise<void>>();
  /** How far the run of a notebook is. */
  readonly #progress = new Map<string, RunProgress>();
  readonly #progressed = new vscode.EventEmitter<void>();
  /** A check of a run has ended. */
  readonly onDidProgress = this.#progressed.event;
  /** What ends the runs of a notebook, those that wait among them. */
  readonly #stops = new Map<string, Set<AbortController>>();
  readonly #blocked = new vscode.EventEmitter<Blocked>();
  /** Something did not run, for a reason that a person may do something about. */
  readonly onDidBlock = this.#blocked.event;
  readonly #changed = new vscode.EventEmitter<void>();
  /** What the cells show. */
  readonly reports = new ShownReports();
  /** A partition was chosen, or a run began or ended. */
  readonly onDidChange = this.#changed.event;

  constructor(cascades: Cascades) {
    this.#cascades = cascades;
    this.#store.add(this.#changed);
    this.#store.add(this.#progressed);
    this.#store.add(this.#blocked);
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
    this.#store.add(
      vscode.workspace.onDidCloseNotebookDocument((notebook) => this.#drop(notebook.uri.toString())),
    );
  }

  /** The partition that is chosen for a notebook. */
  selected(notebook: vscode.Uri): string | undefined {
    return this.#selected.get(notebook.toString());
  }

  isRunning(notebook: vscode.Uri): boolean {
    return this.#running.has(notebook.toString());
  }

  /** Of the phase, the sign-off or the gate that runs; undefined when nothing does. */
  progress(notebook: vscode.Uri): RunProgress | undefined {
    return this.#progress.get(notebook.toString());
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
      if (runbook.problems.some((problem) => problem.severity === 'error') || this.#running.has(key))
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
      if (executed.uri.toString() === key) return this.#execute(controller, cells, executed, partition.name);
      void vscode.window.showErrorMessage(
        vscode.l10n.t(
          'This {0} belongs to another runbook. Choose one of this runbook: Cascade: Select Partition…',
          partition.name,
        ),
      );
      return undefined;
    };
    controller.updateNotebookAffinity(notebook, vscode.NotebookControllerAffinity.Preferred);
    controller.interruptHandler = (interrupted) => this.#stop(interrupted.uri.toString(), 'stopped');
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

  /** The gates that the log has open now, by id. */
  async #openGates({ log, runbook }: Cascade): Promise<ReadonlySet<string>> {
    const text = await log.read();
    const read =
      text.kind === 'answer' && text.value !== undefined ? readOverview(text.value, runbook) : undefined;
    if (read?.kind !== 'overview') return new Set();
    const open = read.overview.gates.filter((gate) => isSettled(gate.status));
    return new Set(open.flatMap((gate) => gate.id ?? []));
  }

  #drop(key: string): void {
    for (const controller of this.#controllers.get(key)?.values() ?? []) controller.dispose();
    this.#controllers.delete(key);
    this.#selected.delete(key);
    this.#stop(key, 'the notebook was closed');
    this.#changed.fire();
  }

  /** Runs one check of a cell again, one that reads; what the cell shows of the others stays. */
  async runAgain(report: string, check: string): Promise<void> {
    const shown = this.reports.find(report);
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
    await this.#execute(controller, [cell], cell.notebook, partition, { shown, check });
  }

  /** One run at a time for a notebook; a second one waits for the first. Stop ends those that wait too. */
  async #execute(
    controller: vscode.NotebookController,
    cells: readonly vscode.NotebookCell[],
    notebook: vscode.NotebookDocument,
    partition: string,
    again?: Again,
  ): Promise<void> {
    const key = notebook.uri.toString();
    const stop = new AbortController();
    const stops = this.#stops.get(key) ?? new Set<AbortController>();
    this.#stops.set(key, stops);
    stops.add(stop);
    try {
      while (this.#running.has(key)) await this.#running.get(key);
      if (stop.signal.aborted || notebook.isClosed) return;
      const done = this.#run(controller, cells, notebook, partition, stop.signal, again).catch(
        (error: unknown) => {
          void vscode.window.showErrorMessage(errorText(error));
        },
      );
      this.#running.set(key, done);
      this.#changed.fire();
      await done;
      this.#running.delete(key);
      this.#progress.delete(key);
      this.#changed.fire();
    } finally {
      stops.delete(stop);
    }
  }

  async *#counted(key: string, events: AsyncIterable<RunEvent>): AsyncGenerator<RunEvent, void, void> {
    let all = 0;
    let done = 0;
    for await (const event of events) {
      if (event.kind === 'run-started') [all, done] = [event.checks.length, 0];
      if (event.kind === 'check-finished') done++;
      if (event.kind === 'run-started' || event.kind === 'check-finished') {
        this.#progress.set(key, { done, all });
        this.#progressed.fire();
      }
      yield event;
    }
  }

  #stop(key: string, why: string): void {
    for (const stop of this.#stops.get(key) ?? []) stop.abort(new Error(why));
  }

  /** Stops every run and waits until what it came to is written. */
  async stopAll(why: string): Promise<void> {
    for (const key of this.#stops.keys()) this.#stop(key, why);
    await Promise.allSettled([...this.#running.values()]);
  }

  async #run(
    controller: vscode.NotebookController,
    cells: readonly vscode.NotebookCell[],
    notebook: vscode.NotebookDocument,
    partitionName: string,
    signal: AbortSignal,
    again?: Again,
  ): Promise<void> {
    // A cell's text can be older than what was typed until its document is open.
    await Promise.all(cells.map((cell) => vscode.workspace.openTextDocument(cell.document.uri)));
    const { rehearsal } = this.#cascades;
    const before = again?.shown.progress;
    const paints = new Map(
      cells.map((cell) => {
        const identity = { id: randomUUID(), partition: partitionName, rehearsal };
        return [cell, new CellPaint(controller.createNotebookCellExecution(cell), identity, before)];
      }),
    );
    try {
      const shown = snapshot(notebook);
      if (again !== undefined) unchanged(again.shown, shown);
      const { cascade, log } = await this.#cascades.open(notebook.uri, shown.runbook);
      for (const [cell, { progress }] of paints) {
        const step = shown.steps.get(cell)?.index;
        if (step === undefined) continue;
        const { id, partition } = progress.report;
        this.reports.set({ id, cell, text: cell.document.getText(), step, partition, log, progress });
      }
      const partition = cascade.runbook.partitions.find((each) => each.name === partitionName);
      if (partition === undefined)
        throw new OperatorError(
          vscode.l10n.t(
            'The runbook has no partition "{0}" any more. Choose another one: Cascade: Select Partition…',
            partitionName,
          ),
        );
      const started = await startRun(cascade, {
        operator: this.#cascades.operator,
        rehearsal: this.#cascades.rehearsal,
      });
      if (started.kind === 'refused') throw new OperatorError(failureText(started.failure));
      await this.describe(notebook.uri, cascade.runbook);

      const groups = groupsOf(shown, partition, cells);
      const open = await this.#openGates(cascade);
      const confirmed = new Set<string>();
      let stopped: Stopped | undefined;
      for (const group of groups) {
        if (stopped !== undefined || group.kind === 'stray') {
          const because =
            group.kind === 'stray' ? group.because : vscode.l10n.t('Not run: {0}', stopped?.why ?? '');
          for (const cell of group.cells) await paints.get(cell)?.message(because);
          continue;
        }
        if (groups.length > 1 && group.target.kind === 'gate' && open.has(group.target.gate.id)) {
          // Once for the whole cascade: another partition must not close it again on the way.
          const because = vscode.l10n.t(
            'Not run again: the gate "{0}" is open. Run this cell by itself to check it anew.',
            group.target.gate.title,
          );
          for (const cell of group.cells) await paints.get(cell)?.message(because);
          continue;
        }
        const steps = new Map(
          group.steps.map((step, index) => [
            step.index,
            paints.get(group.cells[index] as vscode.NotebookCell),
          ]),
        );
        const events = recorded(
          cascade,
          run(cascade, group.target, {
            signal,
            confirmed,
            steps: group.steps.map((step) => step.index),
            ...(again === undefined ? {} : { checks: [again.check] }),
          }),
          signal,
        );
        const counted = this.#counted(notebook.uri.toString(), told(this.#cascades.output, events));
        stopped = await paintRun(counted, steps);
        if (stopped !== undefined && stopped.blocks.length > 0) {
          const { runbook } = cascade;
          const { blocks } = stopped;
          this.#blocked.fire({
            runbookUri: notebook.uri,
            runbook,
            log,
            target: group.target,
            partition: partitionName,
            blocks,
          });
        }
      }
      await this.describe(notebook.uri, cascade.runbook);
    } catch (error) {
      for (const paint of paints.values()) await paint.message(errorText(error));
      throw error;
    } finally {
      for (const paint of paints.values()) await paint.end();
    }
  }

  dispose(): void {
    for (const key of [...this.#controllers.keys()]) this.#drop(key);
    this.#store.dispose();
  }
}

/** Checks that have ended, of all that run. */
export interface RunProgress {
  readonly done: number;
  readonly all: number;
}

/** One check of what a cell shows, to be run again. */
interface Again {
  readonly shown: ShownReport;
  readonly check: string;
}

/** The rows of a cell stand for its lines only as long as these are the same. */
function unchanged({ cell, text, step }: ShownReport, { steps }: Snapshot): void {
  if (cell.document.getText() === text && steps.get(cell)?.index === step) return;
  throw new OperatorError(
    vscode.l10n.t('The runbook was changed since the cell was run. Run the whole cell.'),
  );
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

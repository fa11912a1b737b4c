import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { readOverview } from '../core/log/overview.ts';
import { isSettled } from '../core/log/status.ts';
import { failureText } from '../core/ports.ts';
import type { Cascade } from '../core/run/cascade.ts';
import { run } from '../core/run/engine.ts';
import type { RunEvent } from '../core/run/events.ts';
import { recorded } from '../core/run/record.ts';
import { startRun } from '../core/run/start.ts';
import type { Runbook } from '../core/runbook/runbook.ts';
import type { Blocked } from './blocked.ts';
import { type Cascades, OperatorError } from './cascades.ts';
import { CellPaint, paintRun, type Stopped } from './cell-paint.ts';
import { DisposableStore } from './disposables.ts';
import { errorText } from './messages.ts';
import { groupsOf, type Snapshot, snapshot } from './notebook-snapshot.ts';
import { told } from './run-output.ts';
import { type ShownReport, ShownReports } from './shown-reports.ts';

/** Cells to run for a partition, by its kernel. */
interface Asked {
  readonly controller: vscode.NotebookController;
  readonly notebook: vscode.NotebookDocument;
  readonly cells: readonly vscode.NotebookCell[];
  readonly partition: string;
  readonly again?: Again;
}

/** Checks that have ended, of all that run. */
interface RunProgress {
  readonly done: number;
  readonly all: number;
}

/** One check of what a cell shows, to be run again. */
interface Again {
  readonly shown: ShownReport;
  readonly check: string;
}

/** The runs of the open runbooks: one at a time for each, those that wait for it, how far they are, what ends them. */
export class NotebookRuns implements vscode.Disposable {
  readonly #cascades: Cascades;
  readonly #described: (notebook: vscode.Uri, runbook: Runbook) => Promise<void>;
  readonly #store = new DisposableStore();
  readonly #running = new Map<string, Promise<void>>();
  /** How far the run of a notebook is. */
  readonly #progress = new Map<string, RunProgress>();
  /** What ends the runs of a notebook, those that wait among them. */
  readonly #stops = new Map<string, Set<AbortController>>();
  readonly #progressed = this.#store.add(new vscode.EventEmitter<void>());
  /** A check of a run has ended. */
  readonly onDidProgress = this.#progressed.event;
  readonly #blocked = this.#store.add(new vscode.EventEmitter<Blocked>());
  /** Something did not run, for a reason that a person may do something about. */
  readonly onDidBlock = this.#blocked.event;
  readonly #changed = this.#store.add(new vscode.EventEmitter<void>());
  /** A run began or ended. */
  readonly onDidChange = this.#changed.event;
  /** What the cells show. */
  readonly reports = new ShownReports();

  /** @param described tells the kernels of a notebook anew, when the log may have changed */
  constructor(cascades: Cascades, described: (notebook: vscode.Uri, runbook: Runbook) => Promise<void>) {
    this.#cascades = cascades;
    this.#described = described;
  }

  isRunning(notebook: vscode.Uri): boolean {
    return this.#running.has(notebook.toString());
  }

  /** Of the phase, the sign-off or the gate that runs; undefined when nothing does. */
  progress(notebook: vscode.Uri): RunProgress | undefined {
    return this.#progress.get(notebook.toString());
  }

  /** One run at a time for a notebook; a second one waits for the first. Stop ends those that wait too. */
  async execute(asked: Asked): Promise<void> {
    const key = asked.notebook.uri.toString();
    const stop = new AbortController();
    const stops = this.#stops.get(key) ?? new Set<AbortController>();
    this.#stops.set(key, stops);
    stops.add(stop);
    try {
      while (this.#running.has(key)) await this.#running.get(key);
      if (stop.signal.aborted || asked.notebook.isClosed) return;
      const done = this.#run(asked, stop.signal).catch((error: unknown) => {
        void vscode.window.showErrorMessage(errorText(error));
      });
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

  /** Ends what runs of a notebook, and what waits to. */
  stop(notebook: vscode.Uri, why: string): void {
    abortAll(this.#stops.get(notebook.toString()) ?? [], why);
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

  /** Stops every run and waits until what it came to is written. */
  async stopAll(why: string): Promise<void> {
    for (const stops of this.#stops.values()) abortAll(stops, why);
    await Promise.allSettled([...this.#running.values()]);
  }

  async #run(
    { controller, notebook, cells, partition: partitionName, again }: Asked,
    signal: AbortSignal,
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
      await this.#described(notebook.uri, cascade.runbook);

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
      await this.#described(notebook.uri, cascade.runbook);
    } catch (error) {
      for (const paint of paints.values()) await paint.message(errorText(error));
      throw error;
    } finally {
      for (const paint of paints.values()) await paint.end();
    }
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

  dispose(): void {
    for (const stops of this.#stops.values()) abortAll(stops, 'the window was closed');
    this.#store.dispose();
  }
}

/** The rows of a cell stand for its lines only as long as these are the same. */
function unchanged({ cell, text, step }: ShownReport, { steps }: Snapshot): void {
  if (cell.document.getText() === text && steps.get(cell)?.index === step) return;
  throw new OperatorError(
    vscode.l10n.t('The runbook was changed since the cell was run. Run the whole cell.'),
  );
}

function abortAll(stops: Iterable<AbortController>, why: string): void {
  for (const stop of stops) stop.abort(new Error(why));
}

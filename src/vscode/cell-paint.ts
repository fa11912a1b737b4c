/** Paints a run into the cells of a notebook. */
import * as vscode from 'vscode';
import type { Block } from '../core/gates/may-run.ts';
import type { CheckRef, RunEvent } from '../core/run/events.ts';
import type { Target } from '../core/run/places.ts';
import { type CellIdentity, CellProgress } from './cell-progress.ts';
import { messageOutput, reportOutput } from './output.ts';

/** How often a running cell is painted, in milliseconds; less often where painting itself takes long. */
const paintInterval = 120;

/** Why the cells behind a run are not run. */
export interface Stopped {
  readonly why: string;
  /** What stood in the way, where something did. */
  readonly blocks: readonly Block[];
}

/** Paints a run into its cells; answers why the cells after it are not run, if so. */
export async function paintRun(
  events: AsyncIterable<RunEvent>,
  paints: ReadonlyMap<number, CellPaint | undefined>,
): Promise<Stopped | undefined> {
  let stopped: Stopped | undefined;
  const blocks: Block[] = [];
  for await (const event of events) {
    if (event.kind === 'run-started') {
      for (const [step, paint] of paints)
        paint?.begin(
          event.target,
          event.checks.filter((check) => check.step === step),
        );
    } else if (event.kind === 'run-finished') {
      if (event.outcome !== 'passed') stopped = { why: event.reason ?? event.outcome, blocks };
      for (const paint of paints.values()) await paint?.finish(event.reason);
    } else {
      if (event.kind === 'check-blocked') blocks.push(...event.blocks);
      await paints.get(event.check.step)?.take(event);
    }
  }
  return stopped;
}

/** One cell while it runs: its execution in the editor and what it shows. */
export class CellPaint {
  readonly #execution: vscode.NotebookCellExecution;
  readonly progress: CellProgress;
  #checks: readonly CheckRef[] | undefined;
  #finished = 0;
  #started = false;
  #ended = false;
  #soon: NodeJS.Timeout | undefined;
  #painting: Promise<void> = Promise.resolve();
  #notBefore = 0;

  /** @param before what the cell shows of checks that this run leaves out */
  constructor(execution: vscode.NotebookCellExecution, identity: CellIdentity, before?: CellProgress) {
    this.#execution = execution;
    this.progress = new CellProgress(identity, before);
  }

  begin(target: Target, checks: readonly CheckRef[]): void {
    this.#checks = checks;
    this.progress.expect(target, checks);
  }

  async take(event: RunEvent): Promise<void> {
    if (this.#checks === undefined || this.#ended) return;
    this.#start();
    this.progress.take(event);
    if (event.kind === 'check-finished') this.#finished++;
    if (this.#finished < this.#checks.length) this.#paintSoon();
    else await this.#end(this.progress.report.rows.every(({ state }) => state === 'passed'));
  }

  async finish(reason: string | undefined): Promise<void> {
    if (this.#ended) return;
    if (this.#checks?.length === 0)
      return this.message(
        reason ?? vscode.l10n.t('Nothing was run: the cell has no checks. Write one on each line.'),
      );
    await this.#end(this.#finished > 0 ? false : undefined);
  }

  /** Words in place of checks, or below them: why nothing was run. */
  async message(text: string): Promise<void> {
    if (this.#ended) return;
    this.#start();
    const { rows } = this.progress.report;
    const above = rows.length === 0 ? [] : [reportOutput(this.progress.report)];
    await this.#quiet();
    await this.#execution.replaceOutput([...above, messageOutput(text)]);
    this.#close(undefined);
  }

  async end(): Promise<void> {
    if (!this.#ended) await this.#end(undefined);
  }

  #start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#execution.start(Date.now());
  }

  /** Events come faster than an editor can draw. */
  #paintSoon(): void {
    this.#soon ??= setTimeout(
      () => {
        this.#soon = undefined;
        // What goes wrong here goes wrong at the end as well, where it is told.
        this.#painting = this.#painting.then(() => this.#paint()).catch(() => {});
      },
      Math.max(0, this.#notBefore - Date.now()),
    );
  }

  async #paint(): Promise<void> {
    if (this.#ended) return;
    const begun = Date.now();
    await this.#execution.replaceOutput(reportOutput(this.progress.report));
    const taken = Date.now() - begun;
    this.#notBefore = Date.now() + Math.max(paintInterval, 4 * taken);
  }

  /** No painting is under way any more. */
  async #quiet(): Promise<void> {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    await this.#painting;
  }

  async #end(success: boolean | undefined): Promise<void> {
    if (this.#ended) return;
    this.#start();
    await this.#quiet();
    try {
      if (this.progress.report.rows.length > 0) await this.#paint();
    } finally {
      this.#close(success);
    }
  }

  #close(success: boolean | undefined): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#execution.end(success, Date.now());
  }
}

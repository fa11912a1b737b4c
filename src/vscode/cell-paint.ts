/** Paints a run into the cells of a notebook. */
import type * as vscode from 'vscode';
import type { Block } from '../core/gates/may-run.ts';
import type { CheckRef, RunEvent } from '../core/run/events.ts';
import { CellProgress, cellOutputs, messageOutput } from './output.ts';

/** How often a running cell is painted, in milliseconds. */
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
  partition: string,
  rehearsal: boolean,
): Promise<Stopped | undefined> {
  let stopped: Stopped | undefined;
  const blocks: Block[] = [];
  for await (const event of events) {
    if (event.kind === 'run-started') {
      for (const [step, paint] of paints)
        paint?.begin(
          partition,
          rehearsal,
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
  #progress: CellProgress | undefined;
  #checks: readonly CheckRef[] = [];
  #started = false;
  #ended = false;
  #painted = 0;
  #verdicts: boolean[] = [];

  constructor(execution: vscode.NotebookCellExecution) {
    this.#execution = execution;
  }

  begin(partition: string, rehearsal: boolean, checks: readonly CheckRef[]): void {
    this.#checks = checks;
    this.#progress = new CellProgress(partition, rehearsal);
    this.#progress.expect(checks);
  }

  async take(event: RunEvent): Promise<void> {
    if (this.#progress === undefined) return;
    this.#start();
    this.#progress.take(event);
    if (event.kind === 'check-finished') this.#verdicts.push(event.result.verdict === 'passed');
    const settled = event.kind !== 'check-output' && event.kind !== 'check-progress';
    if (settled || Date.now() - this.#painted > paintInterval) await this.#paint();
    if (this.#verdicts.length === this.#checks.length)
      await this.#end(this.#verdicts.every((passed) => passed));
  }

  async finish(reason: string | undefined): Promise<void> {
    if (this.#ended) return;
    if (this.#checks.length === 0) return this.message(reason ?? 'Nothing to run: the cell has no checks.');
    await this.#paint();
    await this.#end(this.#verdicts.length > 0 ? false : undefined);
  }

  /** Words in place of checks: why nothing was run. */
  async message(text: string): Promise<void> {
    if (this.#ended) return;
    this.#start();
    if (this.#progress === undefined) await this.#execution.replaceOutput(messageOutput(text));
    else await this.#execution.appendOutput(messageOutput(text));
    await this.#end(undefined);
  }

  async end(): Promise<void> {
    if (!this.#ended) await this.#end(undefined);
  }

  #start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#execution.start(Date.now());
  }

  async #paint(): Promise<void> {
    if (this.#progress === undefined || this.#ended) return;
    this.#start();
    this.#painted = Date.now();
    await this.#execution.replaceOutput(cellOutputs(this.#progress.report));
  }

  async #end(success: boolean | undefined): Promise<void> {
    if (this.#ended) return;
    this.#start();
    this.#ended = true;
    this.#execution.end(success, Date.now());
  }
}

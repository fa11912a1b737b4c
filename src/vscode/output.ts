import * as vscode from 'vscode';
import { bulletText } from '../core/log/record.ts';
import type { CheckRef, RunEvent } from '../core/run/events.ts';
import { Excerpt } from '../core/run/excerpt.ts';
import { stackCount } from '../core/steps/aws.ts';
import type { CheckProgress, CheckResult, Verdict } from '../core/steps/step.ts';

/** The type of a cell's output for the renderer; `CellReport` is its JSON. */
export const checksType = 'application/vnd.cascade.checks+json';

export type CheckState = Verdict | 'running' | 'waiting' | 'blocked' | 'not-run';

export interface CheckRow {
  readonly id: number;
  /** Markdown: the command as a code span, then what is expected. */
  readonly check: string;
  readonly partition?: string;
  readonly state: CheckState;
  /** What was seen, or how far it is. */
  readonly detail?: string;
  readonly expected?: string;
  readonly actual?: string;
  readonly next?: string;
  /** Milliseconds. */
  readonly duration?: number;
}

/** What a cell shows; the JSON of `checksType`. */
export interface CellReport {
  readonly partition: string;
  readonly rehearsal: boolean;
  readonly rows: readonly CheckRow[];
  /** The beginning and the end of what a shell printed, with its colours. */
  readonly output: string;
}

const icons: Readonly<Record<CheckState, string>> = {
  passed: '✅',
  failed: '❌',
  unknown: '🟡',
  running: '⏳',
  waiting: '⏳',
  blocked: '⛔',
  'not-run': '⚪',
};

/** The cell shows this much of what a shell prints: more would slow the editor down. */
const shownOutput = { head: 4096, tail: 12_288, headLines: 12, tailLines: 40 };

/** A cell's report, brought forward by the events of its run. */
export class CellProgress {
  readonly #partition: string;
  readonly #rehearsal: boolean;
  readonly #rows = new Map<number, CheckRow>();
  readonly #output = new Excerpt(shownOutput);

  constructor(partition: string, rehearsal: boolean) {
    this.#partition = partition;
    this.#rehearsal = rehearsal;
  }

  /** A row for each check of the cell, waiting. */
  expect(checks: readonly CheckRef[]): void {
    for (const check of checks) this.#set(check, { state: 'waiting' });
  }

  take(event: RunEvent): void {
    switch (event.kind) {
      case 'check-started':
        this.#set(event.check, { state: 'running' });
        return;
      case 'check-output':
        this.#output.add(event.chunk);
        return;
      case 'check-progress':
        this.#set(event.check, { state: 'running', detail: progressText(event.progress) });
        return;
      case 'check-finished':
        this.#set(event.check, {
          state: event.result.verdict,
          ...resultRow(event.result),
          duration: event.duration,
        });
        return;
      case 'check-blocked':
        this.#set(event.check, {
          state: 'blocked',
          detail: event.blocks.map((block) => block.why).join('; '),
          next: event.blocks.map((block) => block.clears).join('; '),
        });
        return;
      case 'check-not-run':
        this.#set(event.check, { state: 'not-run', detail: event.because });
        return;
      case 'run-started':
      case 'run-finished':
        return;
    }
  }

  get report(): CellReport {
    return {
      partition: this.#partition,
      rehearsal: this.#rehearsal,
      rows: [...this.#rows.values()],
      output: this.#output.text,
    };
  }

  #set(check: CheckRef, row: Omit<CheckRow, 'id' | 'check' | 'partition'>): void {
    const partition = check.partition === undefined ? {} : { partition: check.partition };
    this.#rows.set(check.id, { id: check.id, check: bulletText(check.entry), ...partition, ...row });
  }
}

const resultRow = ({ evidence, expected, actual, next }: CheckResult) => ({
  detail: evidence,
  ...(expected === undefined ? {} : { expected }),
  ...(actual === undefined ? {} : { actual }),
  ...(next === undefined ? {} : { next }),
});

function progressText(progress: CheckProgress): string {
  if (progress.kind === 'note') return progress.text;
  const failure = progress.progress.firstFailure;
  const because = failure === undefined ? '' : `; ${failure.logicalId}: ${failure.reason ?? failure.status}`;
  return `${progress.progress.stack.status}, ${stackCount(progress.progress)}${because}`;
}

/**
 * A cell's outputs: the report as data for the renderer and as Markdown for wherever the renderer is not, and below it
 * what a shell printed, in its colours, as VS Code shows it everywhere.
 */
export function cellOutputs(report: CellReport): vscode.NotebookCellOutput[] {
  const of = (...items: vscode.NotebookCellOutputItem[]): vscode.NotebookCellOutput =>
    new vscode.NotebookCellOutput(items, { partition: report.partition });
  const checks = of(
    vscode.NotebookCellOutputItem.json(report, checksType),
    vscode.NotebookCellOutputItem.text(reportMarkdown(report), 'text/markdown'),
  );
  if (report.output.trim() === '') return [checks];
  return [checks, of(vscode.NotebookCellOutputItem.stdout(report.output))];
}

export function messageOutput(message: string): vscode.NotebookCellOutput {
  return new vscode.NotebookCellOutput([
    vscode.NotebookCellOutputItem.text(escaped(message), 'text/markdown'),
  ]);
}

const escaped = (text: string): string => text.replace(/[\\<>|*_]/g, '\\$&').replace(/\s+/g, ' ');
/** Commands keep their code spans; what stands around them is escaped. */
const words = (text: string): string =>
  text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') && part.length > 1 ? part.replaceAll('|', '\\|') : escaped(part)))
    .join('');

export function reportMarkdown({ partition, rehearsal, rows }: CellReport): string {
  const header = `| ${rehearsal ? `${partition} · REHEARSAL` : partition} | time | asked | seen |\n|---|---|---|---|`;
  const table = rows.map((row) => {
    const seen =
      row.state === 'failed' && row.expected !== undefined
        ? `expected ${words(row.expected)} · got ${words(row.actual ?? '')}`
        : words(row.detail ?? '');
    const next = row.next === undefined ? '' : ` **→** ${words(row.next)}`;
    const time = row.duration === undefined ? '' : `${(row.duration / 1000).toFixed(1)} s`;
    return `| ${icons[row.state]} ${row.state.replace('-', ' ')} | ${time} | ${words(row.check)} | ${seen}${next} |`;
  });
  return `${header}\n${table.join('\n')}`;
}

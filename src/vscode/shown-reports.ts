/** What the cells of this window show, for whoever asks about a report by its id. */
import * as vscode from 'vscode';
import type { CellProgress } from './cell-progress.ts';

export interface ShownReport {
  readonly id: string;
  readonly cell: vscode.NotebookCell;
  /** The text of the cell when it was run. */
  readonly text: string;
  /** Index of its step when it was run. */
  readonly step: number;
  readonly partition: string;
  readonly log: vscode.Uri;
  readonly progress: CellProgress;
}

/** Outputs end with their cell, and so does what is known of them. */
export class ShownReports {
  readonly #byCell = new WeakMap<vscode.NotebookCell, ShownReport>();

  set(report: ShownReport): void {
    this.#byCell.set(report.cell, report);
  }

  find(id: string): ShownReport | undefined {
    return vscode.workspace.notebookDocuments
      .flatMap((notebook) => notebook.getCells())
      .map((cell) => this.#byCell.get(cell))
      .find((report) => report?.id === id);
  }
}

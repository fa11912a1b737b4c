import * as vscode from 'vscode';
import { readCells, writeCells } from '../core/runbook/cells.ts';
import { parseRunbook } from '../core/runbook/runbook.ts';
import type { Problem } from '../core/runbook/template.ts';
import { DisposableStore } from './disposables.ts';
import { cellsOf, changesRunbook, notebookType } from './runbook-serializer.ts';

/** The problems of open runbooks, each in the cell and at the place it stands. */
export class RunbookDiagnostics implements vscode.Disposable {
  readonly #store = new DisposableStore();
  readonly #collection: vscode.DiagnosticCollection;
  /** The cells with problems, by notebook. */
  readonly #shown = new Map<string, readonly vscode.Uri[]>();

  constructor() {
    this.#collection = this.#store.add(vscode.languages.createDiagnosticCollection('cascade'));
    for (const notebook of vscode.workspace.notebookDocuments) this.#show(notebook);
    this.#store.add(vscode.workspace.onDidOpenNotebookDocument((notebook) => this.#show(notebook)));
    this.#store.add(
      vscode.workspace.onDidChangeNotebookDocument((event) => {
        if (changesRunbook(event)) this.#show(event.notebook);
      }),
    );
    this.#store.add(vscode.workspace.onDidCloseNotebookDocument((notebook) => this.#clear(notebook)));
  }

  #show(notebook: vscode.NotebookDocument): void {
    if (notebook.notebookType !== notebookType) return;
    const text = writeCells(cellsOf(notebook));
    const problems = parseRunbook(text).problems;
    const read = readCells(text);
    const shown = notebook.getCells();
    this.#clear(notebook);
    const byCell = new Map<vscode.NotebookCell, vscode.Diagnostic[]>();
    for (const problem of problems) {
      const index = Math.max(
        0,
        read.findLastIndex((cell) => cell.start <= problem.span.start),
      );
      // Cells that were joined or left out on the way are told of in the first one.
      const cell = shown.length === read.length ? shown[index] : shown[0];
      const from = read[index]?.valueStart ?? 0;
      if (cell === undefined) continue;
      byCell.set(cell, [...(byCell.get(cell) ?? []), diagnostic(cell.document, text, problem, from)]);
    }
    for (const [cell, diagnostics] of byCell) this.#collection.set(cell.document.uri, diagnostics);
    this.#shown.set(
      notebook.uri.toString(),
      [...byCell.keys()].map((cell) => cell.document.uri),
    );
  }

  /** A cell that is gone takes its problems along. */
  #clear(notebook: vscode.NotebookDocument): void {
    const key = notebook.uri.toString();
    for (const uri of this.#shown.get(key) ?? []) this.#collection.delete(uri);
    this.#shown.delete(key);
  }

  dispose(): void {
    this.#store.dispose();
  }
}

function diagnostic(
  document: vscode.TextDocument,
  text: string,
  problem: Problem,
  from: number,
): vscode.Diagnostic {
  // The editor counts a line end as one unit whatever the file has.
  const at = (offset: number): vscode.Position =>
    document.positionAt(text.slice(from, Math.max(from, offset)).replace(/\r\n/g, '\n').length);
  const severity =
    problem.severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning;
  const made = new vscode.Diagnostic(
    new vscode.Range(at(problem.span.start), at(problem.span.end)),
    problem.message,
    severity,
  );
  made.source = 'cascade';
  return made;
}

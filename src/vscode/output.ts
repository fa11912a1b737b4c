/** What stands below a cell, in every form that VS Code may show. */
import * as vscode from 'vscode';
import type { CellReport } from '../core/run/cell-report.ts';
import { escaped, reportMarkdown } from './report-markdown.ts';

/** The type of a cell's output for the renderer; `CellReport` is its JSON. */
export const checksType = 'application/vnd.cascade.checks+json';

/**
 * A report as data for the renderer, as Markdown for wherever the renderer is not, and what was printed also as VS Code
 * itself shows it.
 */
export function reportOutput(report: CellReport): vscode.NotebookCellOutput {
  const printed = report.rows.flatMap(({ output }) => output ?? []).join('\n');
  const items = [
    vscode.NotebookCellOutputItem.json(report, checksType),
    vscode.NotebookCellOutputItem.text(reportMarkdown(report), 'text/markdown'),
    ...(printed === '' ? [] : [vscode.NotebookCellOutputItem.stdout(printed)]),
  ];
  return new vscode.NotebookCellOutput(items, { partition: report.partition });
}

export function messageOutput(message: string): vscode.NotebookCellOutput {
  return new vscode.NotebookCellOutput([
    vscode.NotebookCellOutputItem.text(escaped(message), 'text/markdown'),
  ]);
}

/** What the cases share: the workspace, the runbook in it, and waiting for what the editor does in its own time. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { CascadeApi } from '../../../src/vscode/workbench.ts';

export const extensionId = 'cascade-runbook.cascade-runbook';

export async function api(): Promise<CascadeApi> {
  const extension = vscode.extensions.getExtension<CascadeApi>(extensionId);
  assert.ok(extension, 'VS Code does not know the extension');
  return extension.activate();
}

export function folder(): vscode.Uri {
  const [first] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(first, 'no folder is open');
  return first.uri;
}

export const inFolder = (name: string): vscode.Uri => vscode.Uri.joinPath(folder(), name);
export const runbookUri = (): vscode.Uri => inFolder('partition-mail.runbook.md');
export const logUri = (): vscode.Uri => inFolder('execution-log.rehearsal.md');

export async function textOf(uri: vscode.Uri): Promise<string> {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(await vscode.workspace.fs.readFile(uri));
}

export const write = (uri: vscode.Uri, text: string): Thenable<void> =>
  vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));

/** Waits until `ready` gives something; the editor tells of most things late. */
export async function until<T>(
  what: string,
  ready: () => T | undefined | Promise<T | undefined>,
  deadlineMs = 30_000,
): Promise<T> {
  const late = Date.now() + deadlineMs;
  for (;;) {
    const value = await ready();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > late) throw new Error(`waited ${deadlineMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 40));
  }
}

export async function openRunbook(uri = runbookUri()): Promise<vscode.NotebookEditor> {
  await api();
  const notebook = await vscode.workspace.openNotebookDocument(uri);
  return vscode.window.showNotebookDocument(notebook, { preview: false });
}

/** Opens the runbook and chooses a partition, as choosing the kernel does. */
export async function on(partition: string): Promise<vscode.NotebookEditor> {
  const editor = await openRunbook();
  const { controllers } = await api();
  await until('the kernels', () =>
    controllers.select(editor.notebook.uri, partition).then(
      () => true,
      () => undefined,
    ),
  );
  await until(
    `${partition} to be chosen`,
    () => controllers.selected(editor.notebook.uri) === partition || undefined,
  );
  return editor;
}

export function codeCells(notebook: vscode.NotebookDocument): vscode.NotebookCell[] {
  return notebook.getCells().filter((cell) => cell.kind === vscode.NotebookCellKind.Code);
}

export function cellWith(notebook: vscode.NotebookDocument, words: string): vscode.NotebookCell {
  const found = codeCells(notebook).find((cell) => cell.document.getText().includes(words));
  assert.ok(found, `no cell with ${words}`);
  return found;
}

/** Runs cells as the run buttons do, and waits until nothing runs any more. */
export async function runCells(
  editor: vscode.NotebookEditor,
  cells: readonly vscode.NotebookCell[] | 'all',
  deadlineMs = 45_000,
): Promise<void> {
  await vscode.window.showNotebookDocument(editor.notebook, { preview: false });
  if (cells === 'all') await vscode.commands.executeCommand('notebook.execute');
  else {
    const ranges = cells.map((cell) => ({ start: cell.index, end: cell.index + 1 }));
    await vscode.commands.executeCommand('notebook.cell.execute', { ranges, document: editor.notebook.uri });
  }
  const { controllers } = await api();
  await until(
    'the run to end',
    () => (controllers.runs.isRunning(editor.notebook.uri) ? undefined : true),
    deadlineMs,
  );
}

export interface Row {
  readonly key: string;
  readonly check: string;
  readonly state: string;
  readonly detail?: string;
}

/** What a cell shows: its report as data, its Markdown, and what a shell printed. */
export function shown(cell: vscode.NotebookCell): {
  id: string;
  rows: readonly Row[];
  markdown: string;
  printed: string;
} {
  const items = cell.outputs.flatMap((output) => output.items);
  const text = (mime: string): string =>
    items
      .filter((item) => item.mime === mime)
      .map((item) => new TextDecoder().decode(item.data))
      .join('\n');
  const json = text('application/vnd.cascade.checks+json');
  const report: { id: string; rows: readonly Row[] } = json === '' ? { id: '', rows: [] } : JSON.parse(json);
  return {
    ...report,
    markdown: text('text/markdown'),
    printed: text('application/vnd.code.notebook.stdout'),
  };
}

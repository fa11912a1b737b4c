/** What VS Code loads first: it can open runbooks, and fetches the rest. */
import * as vscode from 'vscode';
import { notebookType, RunbookSerializer } from './runbook-serializer.ts';
import type { CascadeApi } from './workbench.ts';

let close: (() => Promise<void>) | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<CascadeApi> {
  context.subscriptions.push(
    vscode.workspace.registerNotebookSerializer(notebookType, new RunbookSerializer(), {
      transientOutputs: true,
    }),
  );
  // What the editor has waiting for the serializer goes first: loading the rest keeps the host busy for some time.
  await new Promise((resolve) => setImmediate(resolve));
  const { openWorkbench } = await import('./workbench.ts');
  const workbench = openWorkbench(context);
  close = workbench.close;
  return workbench.api;
}

/** Shells and the embedded world end with the window. */
export async function deactivate(): Promise<void> {
  await close?.();
}

import * as vscode from 'vscode';
import { DisposableStore } from './disposables.ts';
import type { Logs } from './logs.ts';

/** Tells the editor's menus which of the open files are logs. */
export class OpenLogs implements vscode.Disposable {
  readonly #logs: Logs;
  readonly #store = new DisposableStore();
  #shown = '';

  constructor(logs: Logs) {
    this.#logs = logs;
    const show = (): void => void this.#show();
    this.#store.add(vscode.workspace.onDidOpenTextDocument(show));
    this.#store.add(vscode.workspace.onDidCloseTextDocument(show));
    this.#store.add(logs.onDidChange(show));
    show();
  }

  async #show(): Promise<void> {
    const markdown = vscode.workspace.textDocuments.filter(({ languageId }) => languageId === 'markdown');
    const homes = await Promise.all(markdown.map(({ uri }) => this.#logs.home(uri)));
    const paths = homes.flatMap((home) => home?.log.fsPath ?? []);
    const shown = paths.sort().join('\n');
    if (shown === this.#shown) return;
    this.#shown = shown;
    await vscode.commands.executeCommand('setContext', 'cascade.openLogs', paths);
  }

  dispose(): void {
    this.#store.dispose();
  }
}

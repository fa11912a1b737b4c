import * as vscode from 'vscode';
import type { Cascades } from './cascades.ts';
import type { PartitionControllers } from './controllers.ts';
import { DisposableStore } from './disposables.ts';
import { notebookType } from './runbook-serializer.ts';

/** One item: the partition that the open runbook runs on, whether it runs, and whether it is a rehearsal. */
export class PartitionStatusBar implements vscode.Disposable {
  readonly #store = new DisposableStore();
  readonly #item: vscode.StatusBarItem;
  readonly #cascades: Cascades;
  readonly #controllers: PartitionControllers;

  constructor(cascades: Cascades, controllers: PartitionControllers) {
    this.#cascades = cascades;
    this.#controllers = controllers;
    this.#item = this.#store.add(
      vscode.window.createStatusBarItem('cascade.partition', vscode.StatusBarAlignment.Left, 100),
    );
    this.#item.name = vscode.l10n.t('Cascade Partition');
    this.#item.command = 'cascade.selectPartition';
    this.#store.add(controllers.onDidChange(() => this.#show()));
    this.#store.add(controllers.runs.onDidProgress(() => this.#show()));
    this.#store.add(vscode.window.onDidChangeActiveNotebookEditor(() => this.#show()));
    this.#show();
  }

  #show(): void {
    const notebook = vscode.window.activeNotebookEditor?.notebook;
    if (notebook?.notebookType !== notebookType) {
      this.#item.hide();
      return;
    }
    const partition = this.#controllers.selected(notebook.uri);
    const icon = this.#controllers.runs.isRunning(notebook.uri) ? '$(sync~spin)' : '$(layers)';
    const marked = (words: string): string =>
      this.#cascades.rehearsal ? vscode.l10n.t('{0} · REHEARSAL', words) : words;
    const run = this.#controllers.runs.progress(notebook.uri);
    const named = partition ?? vscode.l10n.t('Select Partition');
    const shown = run === undefined ? named : vscode.l10n.t('{0} {1} of {2}', named, run.done, run.all);
    this.#item.text = `${icon} ${marked(shown)}`;
    this.#item.tooltip =
      partition === undefined
        ? vscode.l10n.t('No partition is chosen, so nothing runs. Select one here')
        : marked(vscode.l10n.t('The runbook runs on {0}', partition));
    this.#item.show();
  }

  dispose(): void {
    this.#store.dispose();
  }
}

import * as vscode from 'vscode';
import { parseRunbook } from '../core/runbook/runbook.ts';
import type { Problem } from '../core/runbook/template.ts';
import { DisposableStore } from './disposables.ts';
import { changesRunbook, notebookType } from './runbook-serializer.ts';
import { RunbookText, type RunbookTexts, runbookSelector } from './runbook-texts.ts';

/** The problems of open runbooks, each in the cell and at the place it stands. */
export class RunbookDiagnostics implements vscode.Disposable {
  readonly #store = new DisposableStore();
  readonly #collection: vscode.DiagnosticCollection;
  /** The documents with problems, by what is open. */
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
    this.#store.add(
      vscode.workspace.onDidCloseNotebookDocument((notebook) => this.#clear(notebook.uri.toString())),
    );
    for (const document of vscode.workspace.textDocuments) this.#showText(document);
    this.#store.add(vscode.workspace.onDidOpenTextDocument((document) => this.#showText(document)));
    this.#store.add(vscode.workspace.onDidChangeTextDocument(({ document }) => this.#showText(document)));
    this.#store.add(vscode.workspace.onDidCloseTextDocument((document) => this.#clear(textKey(document))));
  }

  #show(notebook: vscode.NotebookDocument): void {
    if (notebook.notebookType !== notebookType) return;
    this.#set(notebook.uri.toString(), RunbookText.ofNotebook(notebook));
  }

  /** A runbook that is open as text has its problems there. */
  #showText(document: vscode.TextDocument): void {
    if (document.uri.scheme !== 'file' || vscode.languages.match(runbookSelector, document) === 0) return;
    this.#set(textKey(document), RunbookText.ofDocument(document));
  }

  #set(key: string, text: RunbookText): void {
    const { problems } = parseRunbook(text.text);
    this.#clear(key);
    const byCell = new Map<vscode.TextDocument, vscode.Diagnostic[]>();
    for (const problem of problems) {
      const place = text.placeOf(problem.span);
      if (place === undefined) continue;
      const { document, range } = place;
      byCell.set(document, [...(byCell.get(document) ?? []), diagnostic(problem, range)]);
    }
    for (const [document, diagnostics] of byCell) this.#collection.set(document.uri, diagnostics);
    this.#shown.set(
      key,
      [...byCell.keys()].map((document) => document.uri),
    );
  }

  /** A cell that is gone takes its problems along. */
  #clear(key: string): void {
    for (const uri of this.#shown.get(key) ?? []) this.#collection.delete(uri);
    this.#shown.delete(key);
  }

  dispose(): void {
    this.#store.dispose();
  }
}

const textKey = ({ uri }: vscode.TextDocument): string => `text ${uri.toString()}`;

function diagnostic({ severity, message }: Problem, range: vscode.Range): vscode.Diagnostic {
  const made = new vscode.Diagnostic(
    range,
    message,
    severity === 'error' ? vscode.DiagnosticSeverity.Error : vscode.DiagnosticSeverity.Warning,
  );
  made.source = 'cascade';
  return made;
}

/** Where a word was probably meant to be another one, it may be changed to that. */
export class RunbookFixes implements vscode.CodeActionProvider {
  static readonly kinds: vscode.CodeActionProviderMetadata = {
    providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
  };
  readonly #texts: RunbookTexts;

  constructor(texts: RunbookTexts) {
    this.#texts = texts;
  }

  async provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    context: vscode.CodeActionContext,
  ): Promise<vscode.CodeAction[]> {
    const reading = await this.#texts.read(document);
    if (reading === undefined) return [];
    return reading.runbook.problems.flatMap(({ meant, span, message }) => {
      const place = meant === undefined ? undefined : reading.text.placeOf(span);
      if (meant === undefined || place?.document !== document) return [];
      if (place.range.intersection(range) === undefined) return [];
      const action = new vscode.CodeAction(
        vscode.l10n.t('Change to "{0}"', meant),
        vscode.CodeActionKind.QuickFix,
      );
      action.edit = new vscode.WorkspaceEdit();
      action.edit.replace(document.uri, place.range, meant);
      action.isPreferred = true;
      action.diagnostics = context.diagnostics.filter(
        (each) => each.source === 'cascade' && each.message === message,
      );
      return [action];
    });
  }
}

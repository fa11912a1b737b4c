import * as vscode from 'vscode';
import type { Severity } from '../core/lint/codes.ts';
import { type Finding, whileRunning } from '../core/lint/lint.ts';
import { positionAt, type Span } from '../core/text.ts';
import type { CurrentCascade, CurrentState } from './current-cascade.ts';
import { DisposableStore } from './disposables.ts';
import { openDocument } from './log-documents.ts';
import { type LogReading, type Logs, rangeOf } from './logs.ts';

/** How long the log must have been left alone, in milliseconds. */
const settleMilliseconds = 150;

/** What the linter finds in logs: in those that are open, and in the log that the views show. */
export class LogDiagnostics implements vscode.Disposable {
  readonly #logs: Logs;
  readonly #current: CurrentCascade;
  /** The page that says more of each rule. */
  readonly #rules: vscode.Uri;
  readonly #store = new DisposableStore();
  readonly #collection: vscode.DiagnosticCollection;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** The log that was told of although it is not open. */
  #closed: vscode.Uri | undefined;

  constructor(logs: Logs, current: CurrentCascade, rules: vscode.Uri) {
    this.#logs = logs;
    this.#current = current;
    this.#rules = rules;
    this.#collection = this.#store.add(vscode.languages.createDiagnosticCollection('cascade-log'));
    const all = (): void => vscode.workspace.textDocuments.forEach((document) => void this.#later(document));
    this.#store.add(vscode.workspace.onDidOpenTextDocument((document) => this.#later(document)));
    this.#store.add(vscode.workspace.onDidChangeTextDocument(({ document }) => this.#later(document)));
    this.#store.add(vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#close(uri)));
    this.#store.add(logs.onDidChange(all));
    this.#store.add(current.onDidChange((state) => this.#follow(state)));
    all();
  }

  #later(document: vscode.TextDocument): void {
    const { uri, languageId } = document;
    if (uri.scheme !== 'file' || languageId !== 'markdown') return;
    const key = uri.toString();
    clearTimeout(this.#timers.get(key));
    this.#timers.set(
      key,
      setTimeout(() => void this.#show(document), settleMilliseconds),
    );
  }

  async #show(document: vscode.TextDocument): Promise<void> {
    this.#timers.delete(document.uri.toString());
    const reading = await this.#logs.read(document);
    if (document.isClosed) return;
    if (reading === undefined) {
      this.#collection.delete(document.uri);
      return;
    }
    // Typed in between: the next turn tells of it.
    if (reading.text !== document.getText()) return;
    this.#collection.set(document.uri, this.#diagnostics(reading));
  }

  #close(uri: vscode.Uri): void {
    const key = uri.toString();
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
    this.#collection.delete(uri);
    this.#showClosed(this.#current.state);
  }

  #follow(state: CurrentState): void {
    this.#showClosed(state);
    const open = state.kind === 'log' ? openDocument(state.log) : undefined;
    if (open !== undefined) this.#later(open);
  }

  /** The log that the views show is told of too while nobody has it open: it was read for them anyway. */
  #showClosed(state: CurrentState): void {
    const log = state.kind === 'log' ? state.log : undefined;
    const left = this.#closed;
    if (left !== undefined && left.toString() !== log?.toString() && openDocument(left) === undefined)
      this.#collection.delete(left);
    this.#closed = log;
    if (state.kind !== 'log' || openDocument(state.log) !== undefined) return;
    this.#collection.set(state.log, this.#diagnostics(state.reading));
  }

  #diagnostics(reading: LogReading): vscode.Diagnostic[] {
    const range = rangeIn(reading);
    const { state } = this.#current;
    const running =
      state.kind === 'log' && state.log.toString() === reading.log.toString() ? state.running : none;
    const found = whileRunning(this.#logs.findings(reading), running).map((finding) => {
      const made = new vscode.Diagnostic(range(finding.span), finding.message, severities[finding.severity]);
      made.source = 'cascade';
      made.code = { value: finding.code, target: this.#rules.with({ fragment: finding.code }) };
      made.relatedInformation = (finding.related ?? []).map(
        ({ span, message }) =>
          new vscode.DiagnosticRelatedInformation(new vscode.Location(reading.log, range(span)), message),
      );
      return made;
    });
    return reading.whole ? found : [unwhole(reading), ...found];
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#store.dispose();
  }
}

const none: ReadonlySet<string> = new Set();

const severities: Readonly<Record<Severity, vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
  hint: vscode.DiagnosticSeverity.Hint,
};

/** The editor's lines are those of the reading, whether or not the log is open. */
const rangeIn = ({ record }: LogReading): ((span: Span) => vscode.Range) => {
  const at = (offset: number): vscode.Position => {
    const { line, column } = record.log.lines.positionAt(offset);
    return new vscode.Position(line, column);
  };
  return ({ start, end }) => new vscode.Range(at(start), at(end));
};

/** Said once, in place of everything that the names of the runbook would be needed for. */
function unwhole({ runbookUri, runbook }: LogReading): vscode.Diagnostic {
  const name = vscode.workspace.asRelativePath(runbookUri);
  const made = new vscode.Diagnostic(
    new vscode.Range(0, 0, 0, 0),
    vscode.l10n.t(
      'The front matter of {0} has problems, so this log is checked for its dates and statuses only. Mend the runbook first.',
      name,
    ),
    vscode.DiagnosticSeverity.Information,
  );
  made.source = 'cascade';
  const first = runbook.problems.find(({ severity }) => severity === 'error');
  if (first !== undefined) {
    const { line, column } = positionAt(runbook.text, first.span.start);
    made.relatedInformation = [
      new vscode.DiagnosticRelatedInformation(
        new vscode.Location(runbookUri, new vscode.Position(line, column)),
        first.message,
      ),
    ];
  }
  return made;
}

/** The findings at a range, for what can be done about them. */
export const findingsAt = (
  document: vscode.TextDocument,
  findings: readonly Finding[],
  range: vscode.Range,
): readonly Finding[] =>
  findings.filter(({ span }) => rangeOf(document, span).intersection(range) !== undefined);

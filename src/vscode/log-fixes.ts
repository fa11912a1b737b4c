import * as vscode from 'vscode';
import { type Finding, fixAll } from '../core/lint/lint.ts';
import type { Fix } from '../core/lint/rule.ts';
import type { TextEdit } from '../core/ports.ts';
import { type Cascades, OperatorError } from './cascades.ts';
import { findingsAt } from './log-diagnostics.ts';
import type { Logs } from './logs.ts';
import { notALog } from './refusals.ts';

const everythingFixed = vscode.l10n.t('Fix everything that follows from the log');
const fixAllKind = vscode.CodeActionKind.SourceFixAll.append('cascade');

/** An action whose edit is made when it is chosen, and only for the text that it was offered for. */
class LogFix extends vscode.CodeAction {
  readonly document: vscode.TextDocument;
  readonly version: number;
  readonly edits: () => readonly TextEdit[];

  constructor(
    title: string,
    kind: vscode.CodeActionKind,
    document: vscode.TextDocument,
    edits: () => readonly TextEdit[],
  ) {
    super(title, kind);
    this.document = document;
    this.version = document.version;
    this.edits = edits;
  }
}

/** What may be done about the findings in a log. */
export class LogFixes implements vscode.CodeActionProvider<LogFix> {
  static readonly kinds: vscode.CodeActionProviderMetadata = {
    providedCodeActionKinds: [vscode.CodeActionKind.QuickFix, fixAllKind],
  };
  readonly #logs: Logs;
  readonly #cascades: Cascades;

  constructor(logs: Logs, cascades: Cascades) {
    this.#logs = logs;
    this.#cascades = cascades;
  }

  async provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    context: vscode.CodeActionContext,
  ): Promise<LogFix[]> {
    const reading = await this.#logs.read(document);
    if (reading === undefined || !reading.whole || reading.text !== document.getText()) return [];
    const findings = this.#logs.findings(reading);
    const safe = findings.filter(({ fixes }) => fixes?.some((fix) => fix.safe));
    const everything = (): readonly TextEdit[] =>
      fixAll(reading.text, reading.runbook, this.#cascades.now().date).edits;
    const all = (title: string, kind: vscode.CodeActionKind): LogFix =>
      new LogFix(title, kind, document, everything);
    if (context.only?.contains(fixAllKind) && !context.only.contains(vscode.CodeActionKind.QuickFix))
      return safe.length === 0 ? [] : [all(everythingFixed, fixAllKind)];
    const here = findingsAt(document, findings, range);
    const actions = here.flatMap((finding) =>
      (finding.fixes ?? []).map((fix) => quickFix(document, finding, fix, context)),
    );
    if (actions.length > 0 && safe.length > 1)
      actions.push(all(everythingFixed, vscode.CodeActionKind.QuickFix));
    return actions;
  }

  resolveCodeAction(action: LogFix): LogFix {
    // Made for another text, it would hit other words: then the editor offers anew what fits.
    if (action.document.version !== action.version) return action;
    action.edit = workspaceEdit(action.document, action.edits());
    return action;
  }
}

function quickFix(
  document: vscode.TextDocument,
  finding: Finding,
  fix: Fix,
  context: vscode.CodeActionContext,
): LogFix {
  const action = new LogFix(fix.title, vscode.CodeActionKind.QuickFix, document, () => fix.edits());
  action.isPreferred = fix.safe;
  action.diagnostics = context.diagnostics.filter(
    ({ source, message }) => source === 'cascade' && message === finding.message,
  );
  return action;
}

/** One change of a document: one step of undo. */
export function workspaceEdit(
  document: vscode.TextDocument,
  edits: readonly TextEdit[],
): vscode.WorkspaceEdit {
  const edit = new vscode.WorkspaceEdit();
  for (const { offset, length, text } of edits) {
    const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
    edit.replace(document.uri, range, text);
  }
  return edit;
}

const tries = 5;

/** Makes every fix that follows from a log, in the editor, where it can be looked at and taken back. */
export async function fixLog(logs: Logs, cascades: Cascades, log: vscode.Uri): Promise<void> {
  const document = await vscode.workspace.openTextDocument(log);
  await vscode.window.showTextDocument(document, { preview: false });
  for (let attempt = 0; attempt < tries; attempt++) {
    const reading = await logs.read(document);
    if (reading === undefined) throw notALog(log);
    if (!reading.whole)
      throw new OperatorError(
        vscode.l10n.t(
          'The front matter of the runbook has problems, so nothing was changed. Mend it first: see the Problems view.',
        ),
      );
    const before = logs.findings(reading).length;
    const { edits, rest } = fixAll(reading.text, reading.runbook, cascades.now().date);
    const { version } = document;
    if (edits.length > 0 && !(await vscode.workspace.applyEdit(workspaceEdit(document, edits)))) {
      if (document.version === version)
        throw new OperatorError(
          vscode.l10n.t(
            'The editor did not take the change, so nothing was changed. The log may be read-only: make it writable, then try again.',
          ),
        );
      // Typed in between: the fixes are made anew for the newer text.
      continue;
    }
    const mended = Math.max(0, before - rest.length);
    void vscode.window.showInformationMessage(words(edits.length > 0, mended, rest.length));
    return;
  }
  throw new OperatorError(
    vscode.l10n.t('The log was being edited all the time. Pause typing in it, then try again.'),
  );
}

function words(changed: boolean, mended: number, rest: number): string {
  if (!changed && rest === 0) return vscode.l10n.t('Nothing in the log contradicts itself.');
  const done = changed
    ? vscode.l10n.t('{0} mended.', mended)
    : vscode.l10n.t('Nothing could be mended without asking.');
  if (rest === 0) return vscode.l10n.t('{0} Nothing contradicts itself any more.', done);
  return rest === 1
    ? vscode.l10n.t('{0} 1 needs a person: see the Problems view.', done)
    : vscode.l10n.t('{0} {1} need a person: see the Problems view.', done, rest);
}

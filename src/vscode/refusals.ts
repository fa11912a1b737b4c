/** What several commands refuse for the same reason, in the same words. */
import * as vscode from 'vscode';
import { OperatorError } from './cascades.ts';
import type { CurrentState } from './current-cascade.ts';

/** There is no log, or none that can be read. */
export const withoutLog = (state: Exclude<CurrentState, { readonly kind: 'log' }>): OperatorError =>
  new OperatorError(
    state.kind === 'unreadable'
      ? state.message
      : vscode.l10n.t('There is no log yet. "Cascade: Start Run…" makes one.'),
  );

export const unknownPartition = (name: string, known: readonly string[]): OperatorError =>
  new OperatorError(
    known.length === 0
      ? vscode.l10n.t(
          'The runbook has no partition "{0}". Declare it under "partitions:" in its front matter.',
          name,
        )
      : vscode.l10n.t(
          'The runbook has no partition "{0}". Choose one that it has: {1}.',
          name,
          known.join(', '),
        ),
  );

export const notALog = (uri: vscode.Uri): OperatorError =>
  new OperatorError(
    vscode.l10n.t(
      '{0} is not the log of a runbook in this workspace. Open the log that a runbook names under "log:".',
      vscode.workspace.asRelativePath(uri),
    ),
  );

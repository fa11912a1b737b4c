import * as vscode from 'vscode';
import type { Confirmation } from '../core/ports.ts';
import { answered, inLines } from './question.ts';

/**
 * Asks for the name of a protected partition, with all that a person is to know before they type it in view. No entry
 * of the list is an answer and there is no button: only the name typed in full goes on.
 */
export function typeName(
  { partition, facts }: Confirmation,
  signal: AbortSignal,
): Promise<string | undefined> {
  const question = vscode.window.createQuickPick();
  question.title = vscode.l10n.t('Change {0}? It is protected', partition);
  question.placeholder = vscode.l10n.t('Type {0} and press Enter to go on. Escape stops the run.', partition);
  question.ignoreFocusOut = true;
  question.items = facts.flatMap(inLines);
  return answered(question, signal, () => {
    const value = question.value.trim();
    if (value === partition) return value;
    question.title =
      value === ''
        ? vscode.l10n.t('Change {0}? Its name has to be typed', partition)
        : vscode.l10n.t('Change {0}? "{1}" is not its name', partition, value);
    return undefined;
  });
}

import * as vscode from 'vscode';
import type { Confirmation } from '../core/ports.ts';

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
  question.matchOnDescription = false;
  question.items = facts.map((fact) => ({ ...inTwoLines(fact), alwaysShow: true }));
  return new Promise((resolve) => {
    const close = (): void => question.hide();
    signal.addEventListener('abort', close);
    let typed: string | undefined;
    question.onDidAccept(() => {
      const value = question.value.trim();
      if (value === partition) {
        typed = value;
        close();
      } else {
        question.title =
          value === ''
            ? vscode.l10n.t('Change {0}? Its name has to be typed', partition)
            : vscode.l10n.t('Change {0}? "{1}" is not its name', partition, value);
      }
    });
    question.onDidHide(() => {
      signal.removeEventListener('abort', close);
      question.dispose();
      resolve(typed);
    });
    if (signal.aborted) question.dispose();
    else question.show();
    if (signal.aborted) resolve(undefined);
  });
}

/** An entry of the list cuts what is longer. */
const longest = 72;

/** What does not fit goes below, from the last blank that lets the head fit. */
function inTwoLines(fact: string): { label: string; detail?: string } {
  if (fact.length <= longest) return { label: fact };
  const colon = fact.indexOf(': ') + 1;
  const blank = fact.lastIndexOf(' ', longest);
  const end = colon > 0 && colon <= longest ? colon : blank > 0 ? blank : longest;
  return { label: fact.slice(0, end), detail: fact.slice(end).trim() };
}

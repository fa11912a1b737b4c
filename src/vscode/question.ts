import * as vscode from 'vscode';
import { fold, longestEntry } from './fold.ts';

interface Answer<T> extends vscode.QuickPickItem {
  readonly value: T;
}

interface Question<T> {
  readonly title: string;
  /** What is asked: in the empty field where it fits, else in lines above the answers. */
  readonly words: string;
  /** The first of them is the one that changes nothing; Enter gives it. */
  readonly answers: readonly [Answer<T>, ...Answer<T>[]];
}

/** Asks in a list of answers. Closing it, and a signal that aborts, is no answer; nor is a line of the question. */
export function choose<T>(
  { title, words, answers }: Question<T>,
  signal: AbortSignal,
): Promise<T | undefined> {
  const list = vscode.window.createQuickPick<vscode.QuickPickItem>();
  list.title = title;
  list.ignoreFocusOut = true;
  const fits = words.length <= longestEntry;
  list.placeholder = fits ? words : vscode.l10n.t('Choose an answer. Escape gives none.');
  list.items = [...(fits ? [] : inLines(words)), ...answers];
  list.activeItems = [answers[0]];
  return answered(list, signal, () => answers.find((each) => list.activeItems.includes(each))?.value);
}

/**
 * Shows a list until an entry of it is accepted that makes an answer, it is closed, or the signal aborts.
 *
 * @param answer what is accepted; undefined keeps the list open
 */
export function answered<T>(
  list: vscode.QuickPick<vscode.QuickPickItem>,
  signal: AbortSignal,
  answer: () => T | undefined,
): Promise<T | undefined> {
  return new Promise((resolve) => {
    const close = (): void => list.hide();
    let given: T | undefined;
    list.onDidAccept(() => {
      given = answer();
      if (given !== undefined) close();
    });
    list.onDidHide(() => {
      signal.removeEventListener('abort', close);
      list.dispose();
      resolve(given);
    });
    if (signal.aborted) {
      list.dispose();
      resolve(undefined);
      return;
    }
    signal.addEventListener('abort', close);
    list.show();
  });
}

/** A text as entries of a list, each seen whole; those behind the first are set in. */
export const inLines = (text: string): readonly vscode.QuickPickItem[] =>
  fold(text).map((line, index) => ({ label: index === 0 ? line : `\u{2003}${line}`, alwaysShow: true }));

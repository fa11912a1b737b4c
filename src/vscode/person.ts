import * as vscode from 'vscode';
import { failureText, type Person } from '../core/ports.ts';
import { typeName } from './confirmation.ts';

/** The person in front of the editor. Closing a question is no answer. */
export function editorPerson(operator: () => string): Person {
  return {
    ask: async (question, signal) => {
      const title =
        question.partition === undefined
          ? vscode.l10n.t('Cascade: for all partitions')
          : vscode.l10n.t('Cascade: {0}', question.partition);
      const picked = await pick(title, question.text, signal);
      if (picked === undefined) return undefined;
      return { yes: picked === 'yes', by: operator() };
    },
    typeName,
    unwritten: async ({ failure, result }, signal) => {
      const again = vscode.l10n.t('Try Again');
      const copy = vscode.l10n.t('Copy Result');
      const words = vscode.l10n.t(
        'The result could not be written into the log. {0} Closing this message keeps the result in a file.',
        failureText(failure),
      );
      for (;;) {
        const picked = await orAborted(vscode.window.showWarningMessage(words, again, copy), signal);
        if (picked === again) return 'again';
        if (picked !== copy) return 'leave';
        await vscode.env.clipboard.writeText(result);
      }
    },
  };
}

/** A message cannot be taken back, but nobody need wait for it. */
async function orAborted<T>(answer: Thenable<T>, signal: AbortSignal): Promise<T | undefined> {
  const stop = new AbortController();
  const aborted = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { signal: stop.signal });
    if (signal.aborted) resolve(undefined);
  });
  try {
    return await Promise.race([answer, aborted]);
  } finally {
    stop.abort();
  }
}

async function pick(title: string, text: string, signal: AbortSignal): Promise<'yes' | 'no' | undefined> {
  const items = [
    {
      label: `$(close) ${vscode.l10n.t('No')}`,
      description: vscode.l10n.t('it is not so, or not yet'),
      answer: 'no' as const,
    },
    {
      label: `$(check) ${vscode.l10n.t('Yes')}`,
      description: vscode.l10n.t('I confirm it'),
      answer: 'yes' as const,
    },
  ];
  const picked = await cancellable(signal, (token) =>
    vscode.window.showQuickPick(items, { title, placeHolder: text, ignoreFocusOut: true }, token),
  );
  return picked?.answer;
}

async function cancellable<T>(
  signal: AbortSignal,
  ask: (token: vscode.CancellationToken) => Thenable<T>,
): Promise<T> {
  const source = new vscode.CancellationTokenSource();
  const cancel = (): void => source.cancel();
  signal.addEventListener('abort', cancel);
  try {
    return await ask(source.token);
  } finally {
    signal.removeEventListener('abort', cancel);
    source.dispose();
  }
}

import * as vscode from 'vscode';
import { failureText, type Person } from '../core/ports.ts';
import { typeName } from './confirmation.ts';
import { choose } from './question.ts';

/** The person in front of the editor. Closing a question is no answer. */
export function editorPerson(operator: () => string): Person {
  return {
    ask: async (question, signal) => {
      const title =
        question.partition === undefined
          ? vscode.l10n.t('Cascade: for all partitions')
          : vscode.l10n.t('Cascade: {0}', question.partition);
      const yes = await choose(
        {
          title,
          words: question.text,
          answers: [
            {
              label: `$(close) ${vscode.l10n.t('No')}`,
              description: vscode.l10n.t('it is not so, or not yet'),
              value: false,
            },
            {
              label: `$(check) ${vscode.l10n.t('Yes')}`,
              description: vscode.l10n.t('I confirm it'),
              value: true,
            },
          ],
        },
        signal,
      );
      return yes === undefined ? undefined : { yes, by: operator() };
    },
    typeName,
    runAgain: async ({ partition, title, started }, signal) => {
      const answer = await choose<'look' | 'run'>(
        {
          title: vscode.l10n.t('Cascade: run it again on {0}?', partition),
          words: vscode.l10n.t('{0}: started {1}, and the log has no result.', title, started),
          answers: [
            {
              label: `$(search) ${vscode.l10n.t('Look First')}`,
              detail: vscode.l10n.t('sees what it did and writes that into the log; runs nothing'),
              value: 'look',
            },
            {
              label: `$(debug-rerun) ${vscode.l10n.t('Run It Again')}`,
              detail: vscode.l10n.t('what it did may be done twice'),
              value: 'run',
            },
          ],
        },
        signal,
      );
      return answer ?? 'leave';
    },
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

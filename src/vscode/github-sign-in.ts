import * as vscode from 'vscode';
import { Secret } from '../core/secret.ts';

/** VS Code's own sign-in to GitHub; nobody is asked before a line needs it. */
export async function gitHubSignIn(ask: boolean, signal: AbortSignal): Promise<Secret | undefined> {
  const stopped = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  try {
    const session = vscode.authentication.getSession('github', ['repo'], {
      ...(ask
        ? {
            createIfNone: {
              detail: vscode.l10n.t('Cascade compares the worktree with the head of a pull request.'),
            },
          }
        : { silent: true }),
    });
    // VS Code's question cannot be taken back, but a stopped run does not wait for it.
    const given = await Promise.race([session, stopped]);
    signal.throwIfAborted();
    return given === undefined ? undefined : new Secret('the sign-in to GitHub', given.accessToken);
  } catch {
    signal.throwIfAborted();
    // Declined, or an editor without GitHub.
    return undefined;
  }
}

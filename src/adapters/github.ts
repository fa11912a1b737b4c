import { answer, type Failure, failure, type Outcome } from '../core/ports.ts';
import type { Secret } from '../core/secret.ts';
import { certificateNext, certificateWords, isCertificateCode } from './certificates.ts';
import { DeadlineError, withDeadline } from './deadline.ts';
import { fetchCause, isProxyCause, proxyNext, proxyWantsSignIn, proxyWords } from './fetch-cause.ts';

/**
 * Gives a token for GitHub: of a sign-in that is there, or with `ask` also of one that the person makes now; undefined
 * where there is none.
 */
export type GitHubSignIn = (ask: boolean, signal: AbortSignal) => Promise<Secret | undefined>;

export interface GitHubOptions {
  /** `GITHUB_API_URL` (`https://github.example.com/api/v3`) is asked in place of GitHub's own. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** 15 s when absent. */
  readonly deadlineMs?: number;
}

/** Host and `owner/name` of a remote: `git@github.com:o/n.git`, `https://github.com/o/n`. */
export function repositoryOf(remote: string): { readonly host: string; readonly name: string } | undefined {
  const [, host, name] =
    /^(?:[a-z+]+:\/\/)?(?:[^@/]*@)?([^/:@]+)(?::\d+\/|[:/])([^/]+\/[^/]+?)(?:\.git)?\/?$/i.exec(
      remote.trim(),
    ) ?? [];
  return host === undefined || name === undefined ? undefined : { host: host.toLowerCase(), name };
}

/** The head of a pull request, asked of GitHub itself. */
export async function pullRequestHead(
  { env, deadlineMs = 15_000 }: GitHubOptions,
  token: Secret,
  repository: string,
  number: number,
  signal: AbortSignal,
): Promise<Outcome<string>> {
  const base = (env['GITHUB_API_URL'] || 'https://api.github.com').replace(/\/$/, '');
  const asked = `GET ${base}/repos/${repository}/pulls/${number}`;
  const unknown = (came: string, next = 'Run it again.'): Failure => failure('unknown', asked, came, next);
  try {
    return await withDeadline(deadlineMs, signal, async (inner) => {
      const response = await fetch(asked.slice('GET '.length), {
        headers: {
          accept: 'application/vnd.github+json',
          authorization: `Bearer ${token.reveal()}`,
          'x-github-api-version': '2022-11-28',
          'user-agent': 'cascade-runbook',
        },
        redirect: 'error',
        signal: inner,
      });
      if (response.ok) return headIn(await response.text(), unknown);
      switch (response.status) {
        case 401:
          return unknown(
            'GitHub does not take the sign-in',
            'Sign out of GitHub in VS Code (Accounts), then run it again.',
          );
        case 404:
          return failure(
            'failed',
            asked,
            `no pull request ${number} in ${repository} that this sign-in may see`,
            'Mend its number in the runbook, or sign in as somebody who may see the repository.',
          );
        case proxyWantsSignIn:
          return unknown(proxyWords, proxyNext);
        default:
          return unknown(`status ${response.status}`, 'Wait a little, then run it again.');
      }
    });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof DeadlineError) return unknown(error.message);
    if (error instanceof TypeError === false) throw error;
    const code = fetchCause(error) ?? error.message;
    if (isProxyCause(code)) return unknown(code, proxyNext);
    return isCertificateCode(code)
      ? unknown(certificateWords(code), certificateNext)
      : unknown(`no answer from GitHub (${code})`);
  }
}

function headIn(text: string, unknown: (came: string) => Failure): Outcome<string> {
  let sha: unknown;
  try {
    const body: unknown = JSON.parse(text);
    const head = typeof body === 'object' && body !== null && 'head' in body ? body.head : undefined;
    sha = typeof head === 'object' && head !== null && 'sha' in head ? head.sha : undefined;
  } catch {
    // Told of as an answer that cannot be read.
  }
  return typeof sha === 'string' && /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(sha)
    ? answer(sha)
    : unknown('an answer without a commit hash');
}

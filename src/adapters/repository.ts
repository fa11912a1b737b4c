import { answer, type Failure, failure, type Outcome, type Repository } from '../core/ports.ts';
import { runChild } from './child.ts';
import { type GitHubSignIn, pullRequestHead, repositoryOf } from './github.ts';

const deadlineMs = 30_000;

/** A worktree, through `git`, and its pull requests, through `gh`. */
export function gitRepository({
  env,
  signIn,
}: {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The host's own sign-in to GitHub, where it has one. */
  readonly signIn?: GitHubSignIn;
}): Repository {
  const quiet = {
    ...env,
    // Neither may ask: nobody sits at their terminal. And `status` must not hold up the operator's own git.
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GH_PROMPT_DISABLED: '1',
    LC_ALL: 'C',
  };
  const run = async (
    command: 'git' | 'gh',
    args: readonly string[],
    directory: string,
    signal: AbortSignal,
  ): Promise<Outcome<string>> => {
    const asked = [command, ...args].join(' ');
    const result = await runChild({ command, args, env: quiet, cwd: directory, deadlineMs, signal });
    if (result.kind === 'timed-out') {
      return failure('unknown', asked, `no answer within ${result.seconds} s`, 'Run it again.');
    }
    // ENOENT is the folder's, too; which of the two it was, only another look could tell.
    if (result.kind === 'not-started') return notStarted(command, asked, directory, result.code);
    if (result.exitCode !== 0) return said(command, asked, directory, result.exitCode, result.stderr);
    return answer(result.stdout);
  };
  return {
    async changes(directory, signal) {
      const out = await run('git', ['status', '--porcelain', '-z'], directory, signal);
      return out.kind === 'failure' ? out : answer(changedPaths(out.value));
    },
    async branch(directory, signal) {
      const out = await run('git', ['branch', '--show-current'], directory, signal);
      return out.kind === 'failure' ? out : answer(out.value.trim() || undefined);
    },
    async head(directory, signal) {
      const out = await run('git', ['rev-parse', '--verify', 'HEAD'], directory, signal);
      return out.kind === 'failure' ? out : hash(out.value.trim(), 'git rev-parse --verify HEAD');
    },
    async pullRequestHead(directory, pullRequest, signal) {
      const remote =
        signIn === undefined
          ? undefined
          : await run('git', ['remote', 'get-url', 'origin'], directory, signal);
      const named = remote?.kind === 'answer' ? repositoryOf(remote.value) : undefined;
      // To another host a sign-in to GitHub is not shown.
      const repository = named?.host === 'github.com' || env['GITHUB_API_URL'] ? named?.name : undefined;
      const ours = async (ask: boolean): Promise<Outcome<string> | undefined> => {
        const token = repository === undefined ? undefined : await signIn?.(ask, signal);
        return token === undefined || repository === undefined
          ? undefined
          : pullRequestHead({ env }, token, repository, pullRequest, signal);
      };
      // Nobody is asked to sign in who is signed in with one of the two.
      const signedIn = await ours(false);
      if (signedIn !== undefined) return signedIn;
      const args = ['pr', 'view', String(pullRequest), '--json', 'headRefOid'];
      const out = await run('gh', args, directory, signal);
      if (out.kind === 'failure') return (out.verdict === 'unknown' ? await ours(true) : undefined) ?? out;
      return hash(headRefOid(out.value), `gh ${args.join(' ')}`);
    },
  };
}

/** `-z` gives names as they are, and after a renamed one its old name. */
function changedPaths(text: string): string[] {
  const fields = text.split('\0').filter((field) => field.length > 0);
  const paths: string[] = [];
  for (let index = 0; index < fields.length; index += 1) {
    const field = fields[index] ?? '';
    paths.push(field.slice(3));
    if (/[RC]/.test(field.slice(0, 2))) index += 1;
  }
  return paths;
}

function headRefOid(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && 'headRefOid' in value) return String(value.headRefOid);
  } catch {
    // Told of as an answer that cannot be read.
  }
  return '';
}

function hash(text: string, asked: string): Outcome<string> {
  if (/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(text)) return answer(text);
  return failure('unknown', asked, 'an answer without a commit hash', 'Run it in a terminal to see more.');
}

function notStarted(command: 'git' | 'gh', asked: string, directory: string, code: string): Failure {
  const install =
    command === 'git'
      ? 'Install git'
      : 'Install the GitHub command (https://cli.github.com), then: gh auth login';
  return failure(
    'unknown',
    asked,
    `"${command}" is not installed, or there is no folder ${directory} (${code})`,
    `${install}; or mend "worktree" in the runbook.`,
  );
}

function said(
  command: 'git' | 'gh',
  asked: string,
  directory: string,
  exitCode: number | undefined,
  stderr: string,
): Failure {
  const first = stderr.trim().split('\n')[0]?.slice(0, 300) ?? '';
  if (/not a git repository/i.test(stderr)) {
    return failure(
      'failed',
      asked,
      `${directory} is not a git repository`,
      'Mend "worktree" in the runbook.',
    );
  }
  if (command === 'git' && /needed a single revision|unknown revision/i.test(stderr)) {
    return failure('failed', asked, 'the repository has no commit yet', 'Commit first.');
  }
  if (/dubious ownership/i.test(stderr)) {
    return failure('unknown', asked, first, `git config --global --add safe.directory ${directory}`);
  }
  if (command === 'gh' && (exitCode === 4 || /gh auth login|HTTP 401/i.test(stderr))) {
    return failure('unknown', asked, 'gh is not signed in', 'gh auth login');
  }
  if (command === 'gh' && /could not resolve to a pullrequest|no pull requests found/i.test(stderr)) {
    return failure('failed', asked, 'there is no such pull request', 'Mend its number in the runbook.');
  }
  if (command === 'gh' && /no git remotes|none of the git remotes/i.test(stderr)) {
    return failure('failed', asked, 'the worktree has no remote on GitHub', 'git remote add origin …');
  }
  const ended = exitCode === undefined ? 'ended by a signal' : `exit code ${exitCode}`;
  return failure('unknown', asked, first ? `${ended}: ${first}` : ended, 'Run it in a terminal to see more.');
}

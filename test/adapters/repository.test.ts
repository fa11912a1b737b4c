import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gitRepository } from '../../src/adapters/repository.ts';
import { failureOf, given, never, temporaryFolder } from './stand-in.ts';

test('changes, branch, head and the head of a pull request', async (t) => {
  const folder = await temporaryFolder(t);
  const bin = await temporaryFolder(t);
  const who = ['-c', 'user.name=a', '-c', 'user.email=a@b.c'];
  const git = (...args: string[]) =>
    execFileSync('git', [...who, ...args], { cwd: folder, encoding: 'utf8' });
  const env = { ...process.env, PATH: `${bin}:${process.env['PATH']}` };
  const repository = gitRepository({ env });
  assert.match(failureOf(await repository.head(folder, never)).came, /not a git repository/);
  git('init', '-q', '-b', 'mail/run-2');
  assert.match(failureOf(await repository.head(folder, never)).came, /no commit/);
  await writeFile(join(folder, 'old name'), 'text\n'.repeat(9));
  git('add', '.');
  git('commit', '-qm', 'first');
  assert.deepEqual(given(await repository.changes(folder, never)), []);
  git('mv', 'old name', 'new é');
  await writeFile(join(folder, 'other'), '');
  assert.deepEqual(given(await repository.changes(folder, never)), ['new é', 'other']);
  assert.equal(given(await repository.branch(folder, never)), 'mail/run-2');
  const head = git('rev-parse', 'HEAD').trim();
  assert.equal(given(await repository.head(folder, never)), head);
  git('checkout', '-q', '--detach');
  assert.equal(given(await repository.branch(folder, never)), undefined);

  const gh = (script: string) => writeFile(join(bin, 'gh'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  await gh(`test "$*" = "pr view 462 --json headRefOid" && echo '{"headRefOid":"${head}"}'`);
  assert.equal(given(await repository.pullRequestHead(folder, 462, never)), head);
  for (const [script, verdict, words] of [
    [
      'echo "GraphQL: Could not resolve to a PullRequest with the number of 4." >&2; exit 1',
      'failed',
      /pull request/,
    ],
    [
      'echo "To get started with GitHub CLI, please run:  gh auth login" >&2; exit 4',
      'unknown',
      /not signed in/,
    ],
    ['echo "error connecting to api.github.com" >&2; exit 1', 'unknown', /connecting/],
    ['echo "{}"', 'unknown', /hash/],
  ] as const) {
    await gh(script);
    const failed = failureOf(await repository.pullRequestHead(folder, 4, never));
    assert.equal(failed.verdict, verdict);
    assert.match(failed.came, words);
  }
  const bare = gitRepository({ env: { PATH: '/nowhere' } });
  assert.match(failureOf(await bare.changes(folder, never)).next, /Install git/);
  assert.match(failureOf(await bare.pullRequestHead(folder, 1, never)).next, /gh auth login/);
});

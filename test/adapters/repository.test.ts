import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { repositoryOf } from '../../src/adapters/github.ts';
import { gitRepository } from '../../src/adapters/repository.ts';
import { Secret } from '../../src/core/secret.ts';
import { failureOf, given, never, type Reply, standIn, temporaryFolder } from './stand-in.ts';

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

test('the head of a pull request through the sign-in of the editor, which is asked for last', async (t) => {
  const folder = await temporaryFolder(t);
  const bin = await temporaryFolder(t);
  execFileSync('git', ['init', '-q'], { cwd: folder });
  execFileSync('git', ['remote', 'add', 'origin', 'git@github.example.com:arda/infrastructure.git'], {
    cwd: folder,
  });
  const head = 'c'.repeat(40);
  let reply: Reply = { body: JSON.stringify({ head: { sha: head } }) };
  const asked: string[] = [];
  const url = await standIn(t, ({ path, headers }) => {
    asked.push(`${path} ${headers.authorization}`);
    return reply;
  });
  await writeFile(join(bin, 'gh'), '#!/bin/sh\necho "run: gh auth login" >&2; exit 4\n', { mode: 0o755 });
  const env = { ...process.env, PATH: `${bin}:${process.env['PATH']}`, GITHUB_API_URL: url };
  const signIns: boolean[] = [];
  const repository = (have: 'signed in' | 'asked' | 'declined') =>
    gitRepository({
      env,
      signIn: async (ask) => {
        signIns.push(ask);
        const given = have === 'signed in' || (have === 'asked' && ask);
        return given ? new Secret('GitHub', 'gho_canary') : undefined;
      },
    });
  assert.equal(given(await repository('signed in').pullRequestHead(folder, 462, never)), head);
  assert.deepEqual(asked, ['/repos/arda/infrastructure/pulls/462 Bearer gho_canary']);
  assert.deepEqual(signIns, [false]);
  assert.equal(given(await repository('asked').pullRequestHead(folder, 462, never)), head);
  assert.deepEqual(signIns, [false, false, true], 'gh is tried before anybody is asked');
  assert.match(
    failureOf(await repository('declined').pullRequestHead(folder, 462, never)).next,
    /gh auth login/,
  );
  for (const [made, verdict] of [
    [{ status: 404, body: '{}' }, 'failed'],
    [{ status: 401, body: '{}' }, 'unknown'],
    [{ status: 403, body: 'rate limit' }, 'unknown'],
    [{ type: 'text/html', body: '<html>' }, 'unknown'],
    [{ body: '{"head":{"sha":"abc"}}' }, 'unknown'],
    ['cut', 'unknown'],
  ] as const) {
    reply = made;
    const failed = failureOf(await repository('signed in').pullRequestHead(folder, 462, never));
    assert.equal(failed.verdict, verdict, JSON.stringify(made));
    assert.doesNotMatch(JSON.stringify(failed), /canary/);
  }
});

test('the repository of a remote', () => {
  for (const remote of [
    'git@github.com:arda/infrastructure.git',
    'https://github.com/arda/infrastructure',
    'https://user@github.com/arda/infrastructure.git/',
    'ssh://git@github.com:22/arda/infrastructure.git',
  ])
    assert.deepEqual(
      repositoryOf(`${remote}\n`),
      { host: 'github.com', name: 'arda/infrastructure' },
      remote,
    );
  assert.equal(repositoryOf('/srv/git/infrastructure.git'), undefined);
});

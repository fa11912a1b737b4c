import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { composePorts } from '../../src/adapters/compose.ts';
import { logPathFor, rehearsalEnvironment, worktreeFor } from '../../src/adapters/environment.ts';
import { nobody } from '../../src/core/ports.ts';

test('nothing of the machine leads a rehearsal out of its world', () => {
  const base = {
    PATH: '/usr/bin',
    HOME: '/home/x',
    AWS_ENDPOINT_URL_STS: 'https://sts.example.com',
    AWS_PROFILE: 'real',
    GIT_DIR: '/real/.git',
    BASH_ENV: '/real/rc',
    OP_SERVICE_ACCOUNT_TOKEN: 'ops_real',
    HTTPS_PROXY: 'http://proxy',
    https_proxy: 'http://proxy',
  };
  const world = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', PATH: '/world:/usr/bin' };
  assert.deepEqual(rehearsalEnvironment(base, world), { HOME: '/home/x', ...world });
});

test('a rehearsal without a world is refused, for it would act on the real one', () => {
  const env = { CASCADE_REHEARSAL: '1', AWS_ENDPOINT_URL: 'http://127.0.0.1:1' };
  assert.throws(
    () => composePorts({ env, worktree: tmpdir(), person: nobody, onePassword: { method: 'command' } }),
    /CASCADE_WORKTREE, POSTMARK_API_URL, CASCADE_RESOLVER, CASCADE_NAME_SERVERS, CASCADE_WORLD_URL is not: there is no world/,
  );
});

test('a rehearsal has a log and a worktree of its own', () => {
  const env = { CASCADE_REHEARSAL: '1', CASCADE_WORKTREE: '/world/worktree' };
  assert.equal(logPathFor(env, 'logs/execution-log.md'), 'logs/execution-log.rehearsal.md');
  assert.equal(logPathFor(env, 'log'), 'log.rehearsal.md');
  assert.equal(worktreeFor(env, '/repo', '../infrastructure'), '/world/worktree');
  assert.equal(logPathFor({}, 'log.md'), 'log.md');
  assert.equal(worktreeFor({}, '/repo/runbooks', '../infrastructure'), '/repo/infrastructure');
});

/** Who is written into the log where git knows nobody, and where the machine has no name for its user either. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chownSync, cpSync, readFileSync } from 'node:fs';
import { devNull, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { folder, workspace } from './command.ts';

/** Has no entry in passwd. */
const stranger = 54_321;

/** No git identity anywhere, and nothing of whoever runs the tests. */
const env = (more: Readonly<Record<string, string>> = {}) => ({
  PATH: process.env['PATH'],
  HOME: folder(),
  GIT_CONFIG_GLOBAL: devNull,
  GIT_CONFIG_SYSTEM: devNull,
  ...more,
});

/** What `cascade record` writes as the name of its operator. */
function recorded(options: { uid?: number; env: Readonly<Record<string, string | undefined>> }): string {
  const path = workspace();
  const log = join(path, 'execution-log.md');
  cpSync('test/fixtures/hand-kept.md', log);
  if (options.uid !== undefined) for (const each of [path, log]) chownSync(each, options.uid, options.uid);
  const words = ['record', 'note', 'dev', 'Deploy', 'Seen.'];
  const { status, stderr } = spawnSync(process.execPath, [resolve('src/cli/main.ts'), ...words], {
    cwd: path,
    encoding: 'utf8',
    env: options.env,
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  });
  assert.equal(status, 0, stderr);
  const line = readFileSync(log, 'utf8')
    .split('\n')
    .find((each) => each.includes('Seen.'));
  return line ?? '';
}

test('without a git identity it is the user of the machine', () => {
  assert.match(recorded({ env: env() }), new RegExp(`\\(${userInfo().username}\\): Seen\\.`));
});

test('a blank git identity is none', () => {
  const blank = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'user.name', GIT_CONFIG_VALUE_0: ' ' };
  assert.match(recorded({ env: env(blank) }), new RegExp(`\\(${userInfo().username}\\): Seen\\.`));
});

test('without git at all too', () => {
  assert.match(recorded({ env: { ...env(), PATH: folder() } }), /\([^)]+\): Seen\./);
});

// Only the superuser can become somebody without a name.
const needsRoot = process.getuid?.() === 0 ? false : 'needs a superuser';

test('a user without a name is told by the environment, else by the number', { skip: needsRoot }, () => {
  assert.match(recorded({ uid: stranger, env: env({ USER: 'ada' }) }), /\(ada\): Seen\./);
  assert.match(recorded({ uid: stranger, env: env() }), new RegExp(`\\(uid ${stranger}\\): Seen\\.`));
});

/** The log goes wrong while a cell runs: the message tells it, and the result is in a file. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { cascade, type Finished, folder } from './command.ts';

/** A workspace whose one cell is this shell text. */
function workspaceOf(cell: string): string {
  const path = folder();
  writeFileSync(
    join(path, 'small.runbook.md'),
    `---\nrunbook: small\nlog: execution-log.md\nworktree: .\npartitions: { dev: {} }\nphases: [{ title: Check }]\n---\n## Check\n\n\`\`\`sh check\n${cell}\n\`\`\`\n`,
  );
  return path;
}

const limited = (cwd: string, blocks: number, args: readonly string[]): Finished => {
  const words = [process.execPath, resolve('src/cli/main.ts'), ...args];
  const { status, stdout, stderr } = spawnSync(
    '/bin/sh',
    ['-c', `ulimit -f ${blocks}; exec "$@"`, 'sh', ...words],
    {
      cwd,
      encoding: 'utf8',
    },
  );
  return { code: status, stdout, stderr };
};

const unwritten = (path: string): string => {
  const [name, ...more] = readdirSync(path).filter((each) => each.includes('.unwritten-'));
  assert.ok(name !== undefined && more.length === 0, readdirSync(path).join(', '));
  return readFileSync(join(path, name), 'utf8');
};

const run = ['run', 'dev', 'Check'];

test('no room for the log', async () => {
  const path = workspaceOf('true');
  const log = join(path, 'execution-log.md');
  assert.equal((await cascade(run, { cwd: path })).code, 0);
  const whole = readFileSync(log, 'utf8') + 'words\n'.repeat(40_000);
  writeFileSync(log, whole);
  const { code, stderr } = limited(path, 64, run);
  assert.equal(code, 1, stderr);
  assert.match(
    stderr,
    /the log could not be written: write execution-log\.md: .* \(EFBIG\)\. Raise the limit/,
  );
  assert.match(stderr, /is in execution-log\.md\.unwritten-\d{8}T\d{6}Z\.md: put its lines into the log/);
  assert.equal(readFileSync(log, 'utf8'), whole);
  assert.match(unwritten(path), /\n- `true` exits 0: ✅ \d{4}-\d{2}-\d{2} — exit code 0\n/);
});

for (const [what, cell, says] of [
  ['renamed', 'mv execution-log.md moved.md', /there is no such file\. Put the file back where it was/],
  ['emptied', ': > execution-log.md', /the log is empty\. Put it back/],
  ['made read-only', 'chmod a-w execution-log.md', /may not be read or written \(EACCES\)\. .*chmod/],
  [
    'merged with conflicts',
    'printf "<<<<<<< HEAD\\n=======\\n>>>>>>> x\\n" >> execution-log.md',
    /line \d+ is a conflict marker that git left\. Resolve/,
  ],
  ['made binary', 'printf "\\000" >> execution-log.md', /not a text file/],
  ['replaced by a folder', 'rm execution-log.md; mkdir execution-log.md', /is a folder/],
] as const) {
  test(`a log that is ${what} while a cell runs`, async () => {
    const path = workspaceOf(cell);
    const { code, stderr } = await cascade(run, { cwd: path });
    assert.equal(code, 1, stderr);
    assert.match(stderr, says);
    assert.match(stderr, /is in execution-log\.md\.unwritten-/);
    assert.doesNotMatch(stderr, /\n\s+at /, 'no stack trace');
    assert.match(unwritten(path), /exits 0: ✅ \d{4}-\d{2}-\d{2} — exit code 0\n/);
  });
}

test('a log that is too large is refused before anything runs', async () => {
  const path = workspaceOf('touch ran');
  writeFileSync(join(path, 'execution-log.md'), '');
  truncateSync(join(path, 'execution-log.md'), 33 * 1024 * 1024);
  const { code, stderr } = await cascade(run, { cwd: path });
  assert.equal(code, 64);
  assert.match(stderr, /execution-log\.md has 33 MB, more than the 32 MB that are read\. Move what is old/);
  assert.ok(!readdirSync(path).includes('ran'));
});

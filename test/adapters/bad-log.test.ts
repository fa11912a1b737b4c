/** Logs that are none, or that the system does not give out: a clear message, and every byte stays. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { chmod, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { logFile } from '../../src/adapters/log-file.ts';
import type { Failure } from '../../src/core/ports.ts';
import { failureOf, given, temporaryFolder } from './stand-in.ts';

const append = (path: string) =>
  logFile({ path, label: 'log.md' }).update((text) => [{ offset: text.length, length: 0, text: 'x' }]);

test('a log of a hundred megabytes is refused with its size and the limit', async (t) => {
  const path = join(await temporaryFolder(t), 'log.md');
  const file = await open(path, 'w');
  await file.truncate(100 * 1024 * 1024);
  await file.close();
  for (const outcome of [await logFile({ path, label: 'log.md' }).read(), await append(path)]) {
    const { asked, came, next } = failureOf(outcome);
    assert.equal(asked, 'read log.md');
    assert.equal(came, 'log.md has 100 MB, more than the 32 MB that are read');
    assert.match(next, /^Move what is old into another file/);
  }
  assert.equal((await stat(path)).size, 100 * 1024 * 1024);
});

test('a pipe is refused, and not waited for', async (t) => {
  const path = join(await temporaryFolder(t), 'log.md');
  execFileSync('mkfifo', [path]);
  assert.equal(failureOf(await append(path)).came, 'log.md is not a file');
});

test('a log that was deleted or renamed is told, and is written again when it is back', async (t) => {
  const path = join(await temporaryFolder(t), 'log.md');
  await writeFile(path, 'text');
  await rename(path, `${path}.moved`);
  const gone = failureOf(await append(path));
  assert.match(`${gone.came} ${gone.next}`, /^there is no such file Put the file back where it was, or /);
  await rename(`${path}.moved`, path);
  assert.equal(given(await append(path)), 'textx');
});

/** What the adapter answers in a process of its own, which may be held in check by other means than ours. */
function answered(path: string, before: string, command: (node: string[]) => string[]): Promise<Failure> {
  const module = new URL('../../src/adapters/log-file.ts', import.meta.url).href;
  const script = `
    const { logFile } = await import(${JSON.stringify(module)});
    ${before}
    const log = logFile({ path: process.argv[1], label: 'log.md' });
    console.log(JSON.stringify(await log.update((text) => [{ offset: text.length, length: 0, text: 'x' }])));`;
  const [program = '', ...words] = command([process.execPath, '--input-type=module', '-e', script, path]);
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  let told = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    told += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => {
      try {
        resolve(failureOf(JSON.parse(told)));
      } catch (error) {
        reject(error);
      }
    });
  });
}

test('an unreadable log is told with the command that mends it', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'log.md');
  await writeFile(path, 'text');
  await chmod(folder, 0o755);
  await chmod(path, 0o000);
  // To the super-user every file is readable: the process becomes somebody else when it is one.
  const nobody = 'if (process.geteuid() === 0) process.seteuid(65534);';
  const refused = await answered(path, nobody, (node) => node);
  assert.equal(refused.asked, 'read log.md');
  assert.match(refused.came, /^log\.md may not be read or written \(EACCES\)$/);
  assert.match(refused.next, /chmod u\+rw log\.md/);
});

test('no room for the log: the old one stays whole, and nothing is left beside it', async (t) => {
  const path = join(await temporaryFolder(t), 'log.md');
  const text = 'line\n'.repeat(40_000);
  await writeFile(path, text);
  // The limit of a process does to a write what a full disk does, on every system and for every user.
  const limited = (node: string[]): string[] => ['/bin/sh', '-c', 'ulimit -f 64; exec "$@"', 'sh', ...node];
  const refused = await answered(path, '', limited);
  assert.equal(refused.came, 'log.md would be larger than this process may write (EFBIG)');
  assert.match(refused.next, /ulimit -f/);
  assert.equal(await readFile(path, 'utf8'), text);
  assert.deepEqual(await readdir(join(path, '..')), ['log.md']);
});

test('what is set aside stands beside the log, else in the temporary folder, and is never written over', async (t) => {
  const folder = await temporaryFolder(t);
  const log = logFile({ path: join(folder, 'log.md'), label: 'sub/log.md' });
  assert.equal(given(await log.setAside('T', 'one')), join('sub', 'log.md.unwritten-T.md'));
  assert.equal(given(await log.setAside('T', 'two')), join('sub', 'log.md.unwritten-T-2.md'));
  assert.equal(await readFile(join(folder, 'log.md.unwritten-T.md'), 'utf8'), 'one');
  assert.equal(await readFile(join(folder, 'log.md.unwritten-T-2.md'), 'utf8'), 'two');

  const away = `${basename(folder)}-log.md`;
  await mkdir(join(folder, 'gone'));
  const lost = logFile({ path: join(folder, 'gone', away) });
  await rm(join(folder, 'gone'), { recursive: true });
  const kept = given(await lost.setAside('T', 'three'));
  t.after(() => rm(kept));
  assert.equal(kept, join(tmpdir(), `${away}.unwritten-T.md`));
  assert.equal(await readFile(kept, 'utf8'), 'three');
});

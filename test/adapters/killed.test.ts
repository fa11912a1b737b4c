/**
 * A writer killed at every call of the file system: the log is the old or the new text, and the next writer writes. So
 * it is with an editor, which empties a file and writes it anew.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { availableParallelism, hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { logFile } from '../../src/adapters/log-file.ts';
import { given, temporaryFolder } from './stand-in.ts';

const before = 'é old text\r\nof two lines';
const after = `${before}\r\nand a result`;
const modes = ['before', 'half', 'after'] as const;

const adapter = (name: string): string =>
  JSON.stringify(new URL(`../../src/adapters/${name}.ts`, import.meta.url).href);

const script = `
  const { logFile } = await import(${adapter('log-file')});
  const log = logFile({ path: process.argv[1] });
  process.env.CASCADE_KILL_ARMED = '1';
  const done = await log.update((text) => [{ offset: text.length, length: 0, text: '\\r\\nand a result' }]);
  if (done.kind !== 'answer') throw new Error(JSON.stringify(done));`;

/** As the editor's file service writes, in blocks; with the copy that we keep of it. */
const editorScript = `
  const { open } = await import('node:fs/promises');
  const { underLock } = await import(${adapter('file-lock')});
  const { keepCopy } = await import(${adapter('safety-copy')});
  const path = process.argv[1];
  process.env.CASCADE_KILL_ARMED = '1';
  await underLock(path + '.lock', 1000, async () => {
    const settle = await keepCopy(path, ${JSON.stringify(after)});
    const file = await open(path, 'w');
    await file.writeFile(${JSON.stringify(after.slice(0, 20))});
    await file.writeFile(${JSON.stringify(after.slice(20))});
    await file.close();
    await settle(true);
    return { kind: 'answer', value: undefined };
  });`;

/** What ended the writer: a signal, or nothing did. */
function write(
  path: string,
  env: Readonly<Record<string, string>>,
  program = script,
): Promise<string | null> {
  const preload = new URL('kill-at.ts', import.meta.url).href;
  const child = spawn(process.execPath, ['--import', preload, '--input-type=module', '-e', program, path], {
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (code === null || code === 0) resolve(signal);
      else reject(new Error(`the writer ended with ${code}`));
    });
  });
}

async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const turns = Array.from({ length: availableParallelism() + 2 }, async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  });
  await Promise.all(turns);
}

for (const start of ['no lock', 'the lock of a dead process'] as const) {
  test(`killed at every call, beginning with ${start}`, async (t) => {
    const folder = await temporaryFolder(t);
    const gone = spawn('true');
    await new Promise((resolve) => gone.on('exit', resolve));
    const fresh = async (name: string): Promise<string> => {
      await mkdir(join(folder, name));
      const path = join(folder, name, 'log.md');
      await writeFile(path, before, { mode: 0o640 });
      if (start !== 'no lock')
        await writeFile(`${path}.lock`, JSON.stringify({ pid: gone.pid, host: hostname(), since: '' }));
      return path;
    };

    const noted = join(folder, 'calls');
    assert.equal(await write(await fresh('whole'), { CASCADE_KILL_CALLS: noted }), null);
    const calls = (await readFile(noted, 'utf8')).split('\n');
    for (const expected of ['promises.open', 'handle.writeFile', 'handle.sync', 'promises.rename'])
      assert.ok(calls.includes(expected), `${expected} is not among ${calls.join(', ')}`);

    const points = calls.flatMap((call, index) =>
      modes
        .filter((mode) => mode !== 'half' || call === 'handle.writeFile')
        // One after another they are called: after one is before the next.
        .filter((mode) => mode !== 'after' || start === 'no lock' || index === calls.length - 1)
        .map((mode) => ({ call, at: index + 1, mode })),
    );
    const seen = new Set<string>();
    await inTurns(points, async ({ call, at, mode }) => {
      const what = `${mode} call ${at}, ${call}`;
      const path = await fresh(`${mode}-${at}`);
      const ended = await write(path, { CASCADE_KILL_AT: String(at), CASCADE_KILL_WHEN: mode });
      assert.equal(ended, 'SIGKILL', what);
      const text = await readFile(path, 'utf8');
      assert.ok(text === before || text === after, `${what}: ${JSON.stringify(text)}`);
      assert.equal((await stat(path)).mode & 0o777, 0o640, what);
      seen.add(text);

      const next = async (words: string): Promise<string> =>
        given(await logFile({ path }).update((now) => [{ offset: now.length, length: 0, text: words }]));
      assert.equal(await next(' next'), `${text} next`, what);
      // What another one may still be at work with is left for some seconds.
      for (const name of await readdir(join(path, '..')))
        if (name !== 'log.md') await utimes(join(path, '..', name), 0, 0);
      assert.equal(await next(' again'), `${text} next again`, what);
      assert.deepEqual(await readdir(join(path, '..')), ['log.md'], what);
    });
    assert.deepEqual([...seen].toSorted(), [before, after], 'both texts were met');
    const past = { CASCADE_KILL_AT: String(calls.length + 1), CASCADE_KILL_WHEN: 'before' };
    assert.equal(await write(await fresh('past'), past), null, 'no call is left out');
  });
}

test('an editor is killed at every call of its save', async (t) => {
  const folder = await temporaryFolder(t);
  const fresh = async (name: string): Promise<string> => {
    await mkdir(join(folder, name));
    const path = join(folder, name, 'log.md');
    await writeFile(path, before, { mode: 0o640 });
    return path;
  };
  const noted = join(folder, 'calls');
  assert.equal(await write(await fresh('whole'), { CASCADE_KILL_CALLS: noted }, editorScript), null);
  const calls = (await readFile(noted, 'utf8')).split('\n');
  const points = calls.flatMap((call, index) =>
    (['before', 'half'] as const)
      .filter((mode) => mode === 'before' || call === 'handle.writeFile')
      .map((mode) => ({ call, at: index + 1, mode })),
  );
  const seen = new Set<string>();
  let cutOff = 0;
  await inTurns(points, async ({ call, at, mode }) => {
    const what = `${mode} call ${at}, ${call}`;
    const path = await fresh(`${mode}-${at}`);
    const env = { CASCADE_KILL_AT: String(at), CASCADE_KILL_WHEN: mode };
    assert.equal(await write(path, env, editorScript), 'SIGKILL', what);
    const left = await readFile(path, 'utf8');
    if (left !== before && left !== after) cutOff += 1;
    const text = given(await logFile({ path }).read()) ?? '';
    assert.ok(text === before || text === after, `${what}: ${JSON.stringify(text)}`);
    assert.equal(await readFile(path, 'utf8'), text, what);
    assert.equal((await stat(path)).mode & 0o777, 0o640, what);
    seen.add(text);
    const next = await logFile({ path }).update((now) => [{ offset: now.length, length: 0, text: ' next' }]);
    assert.equal(given(next), `${text} next`, what);
    assert.deepEqual(await readdir(join(path, '..')), ['log.md'], what);
  });
  assert.deepEqual([...seen].toSorted(), [before, after], 'both texts were met');
  assert.ok(cutOff >= 3, `the file itself was cut off ${cutOff} times`);
});

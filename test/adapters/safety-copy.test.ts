/** The copy of what an editor is about to write: when it takes the place of the file, and when it does not. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmod, readdir, readFile, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { underLock } from '../../src/adapters/file-lock.ts';
import { keepCopy, restoreCopy, restoreLeftCopy } from '../../src/adapters/safety-copy.ts';
import { answer } from '../../src/core/ports.ts';
import { temporaryFolder } from './stand-in.ts';

const old = '# Log\n\n- a: ⏳ pending\n';
const whole = '# Log\n\n- a: ✅ 2026-11-24\n- b: ⏳ pending\n';

async function given(
  t: TestContext,
  before = old,
): Promise<{ path: string; names: () => Promise<string[]> }> {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'log.md');
  await writeFile(path, before);
  return { path, names: async () => (await readdir(folder)).toSorted() };
}

test('a save that ends leaves what it wrote, and no copy', async (t) => {
  const { path, names } = await given(t);
  const settle = await keepCopy(path, whole);
  assert.deepEqual(await names(), ['.log.md.saving', 'log.md']);
  // A formatter on save may take the last line end away.
  await writeFile(path, whole.trimEnd());
  await settle(true);
  assert.equal(await readFile(path, 'utf8'), whole.trimEnd());
  assert.deepEqual(await names(), ['log.md']);
});

test('cut off at any byte, the text is whole again, with its mode and its byte order mark', async (t) => {
  const size = Buffer.byteLength(whole);
  for (const bytes of Array.from({ length: size }, (_, index) => index)) {
    const { path, names } = await given(t, `\uFEFF${old}`);
    await chmod(path, 0o640);
    await keepCopy(path, whole);
    await writeFile(path, Buffer.from(`\uFEFF${whole}`).subarray(0, bytes));
    await restoreLeftCopy(path);
    assert.equal(await readFile(path, 'utf8'), `\uFEFF${whole}`, `${bytes} bytes`);
    assert.equal((await stat(path)).mode & 0o777, 0o640);
    assert.deepEqual(await names(), ['log.md']);
  }
});

test('a save that was refused leaves the file as it was, though the new text begins like it', async (t) => {
  const { path, names } = await given(t);
  await utimes(path, new Date(), new Date(Date.now() - 1000));
  const settle = await keepCopy(path, `${old}- b: ⏳ pending\n`);
  await settle(false);
  assert.equal(await readFile(path, 'utf8'), old);
  assert.deepEqual(await names(), ['log.md']);
});

test('what is saved differently is not undone, whether its end was seen or not', async (t) => {
  const { path, names } = await given(t);
  await keepCopy(path, whole);
  await writeFile(path, whole.replace('# Log', '# The log'));
  await restoreLeftCopy(path);
  assert.equal(await readFile(path, 'utf8'), whole.replace('# Log', '# The log'));
  assert.deepEqual(await names(), ['log.md']);
});

test('an end that was taken away long after is not brought back', async (t) => {
  const { path, names } = await given(t);
  await keepCopy(path, whole);
  await writeFile(path, whole);
  await truncate(path, 7);
  await utimes(path, new Date(), new Date(Date.now() + 60_000));
  await restoreCopy(path);
  assert.equal(await readFile(path, 'utf8'), whole.slice(0, 7));
  assert.deepEqual(await names(), ['log.md']);
});

test('while somebody saves, a reader leaves file and copy alone', async (t) => {
  const { path, names } = await given(t);
  await underLock(`${path}.lock`, 1000, async () => {
    await keepCopy(path, whole);
    await truncate(path, 0);
    await restoreLeftCopy(path);
    assert.equal(await readFile(path, 'utf8'), '');
    assert.deepEqual(await names(), ['.log.md.saving', 'log.md', 'log.md.lock']);
    return answer(undefined);
  });
  await restoreLeftCopy(path);
  assert.equal(await readFile(path, 'utf8'), whole);
});

test('half a copy is none', async (t) => {
  const { path, names } = await given(t);
  const module = new URL('../../src/adapters/safety-copy.ts', import.meta.url).href;
  // The limit of a file's size stands in for a full disk: the system refuses the same call.
  const script = `
    process.on('SIGXFSZ', () => {});
    const { keepCopy } = await import(${JSON.stringify(module)});
    const kept = keepCopy(process.argv[1], 'x'.repeat(100_000));
    console.log(await kept.then(() => 'kept', ({ code }) => code));`;
  const told = execFileSync('sh', [
    ...['-c', 'ulimit -f 8; exec "$@"', 'sh'],
    ...[process.execPath, '--input-type=module', '-e', script, path],
  ]);
  assert.equal(told.toString().trim(), 'EFBIG');
  assert.deepEqual(await names(), ['log.md']);
  assert.equal(await readFile(path, 'utf8'), old);
});

test('where nothing can be written the file is read as it is', async (t) => {
  const { path } = await given(t);
  await keepCopy(path, whole);
  await writeFile(`${path}.lock`, JSON.stringify({ pid: 1, host: 'another', since: '' }));
  await truncate(path, 0);
  await restoreLeftCopy(path);
  assert.equal(await readFile(path, 'utf8'), '');
});

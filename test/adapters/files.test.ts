import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '../../src/adapters/clock.ts';
import { contextFile } from '../../src/adapters/context-file.ts';
import { logFile } from '../../src/adapters/log-file.ts';
import { applyEdits } from '../../src/core/log/edits.ts';
import { failureOf, given, never, temporaryFolder } from './stand-in.ts';

const context = `{
    "vpc-provider:account=1": { "vpcId": "vpc-1",   "n": 1.50e3 },
    "partitionMail:Alpha002:dev": {
        "dkimSelector": "old", "count": 1.0,
        "returnPathTarget": "pm.mtasv.net"
    },
    "z": [1,2]
}`;

test('two partitions that register at once keep both entries', async (t) => {
  const path = join(await temporaryFolder(t), 'cdk.context.json');
  const keys = Array.from({ length: 12 }, (_, index) => `partitionMail:A:${index}`);
  await Promise.all(keys.map((key) => contextFile({ path }).write(key, { dkimSelector: key })));
  assert.deepEqual(Object.keys(JSON.parse(await readFile(path, 'utf8'))).sort(), keys.sort());
});

test('context: only the values change, every other byte stays', async (t) => {
  const path = join(await temporaryFolder(t), 'cdk.context.json');
  for (const eol of ['\n', '\r\n']) {
    const before = context.replaceAll('\n', eol);
    await writeFile(path, before);
    const file = contextFile({ path });
    assert.deepEqual(given(await file.read('partitionMail:Alpha002:dev')), {
      dkimSelector: 'old',
      returnPathTarget: 'pm.mtasv.net',
    });
    given(
      await file.write('partitionMail:Alpha002:dev', { dkimSelector: 'new', dkimPublicKey: 'k=rsa; p="x' }),
    );
    const after = await readFile(path, 'utf8');
    const expected = before
      .replace('"old"', '"new"')
      .replace('"pm.mtasv.net"', `"pm.mtasv.net",${eol}        "dkimPublicKey": "k=rsa; p=\\"x"`);
    assert.equal(after, expected);
  }
});

test('context: a new entry takes the indentation of the file; a file is made where there is none', async (t) => {
  const path = join(await temporaryFolder(t), 'cdk.context.json');
  const file = contextFile({ path });
  assert.equal(given(await file.read('k')), undefined);
  given(await file.write('k', { a: '1' }));
  assert.equal(await readFile(path, 'utf8'), '{\n  "k": {\n    "a": "1"\n  }\n}\n');
  await writeFile(path, '{\n\t"x": 1\n}\n');
  given(await file.write('k', { a: '1' }));
  assert.equal(await readFile(path, 'utf8'), '{\n\t"x": 1,\n\t"k": {\n\t\t"a": "1"\n\t}\n}\n');
  await writeFile(path, '\uFEFF{}');
  given(await file.write('k', { a: '1' }));
  assert.deepEqual(JSON.parse((await readFile(path, 'utf8')).slice(1)), { k: { a: '1' } });
});

test('context: equal values leave the file alone; mode and link are kept', async (t) => {
  const folder = await temporaryFolder(t);
  const real = join(folder, 'real.json');
  const path = join(folder, 'cdk.context.json');
  await writeFile(real, context, { mode: 0o600 });
  await symlink('real.json', path);
  const file = contextFile({ path });
  const { ino } = await stat(path);
  given(await file.write('partitionMail:Alpha002:dev', { dkimSelector: 'old' }));
  assert.equal((await stat(path)).ino, ino);
  given(await file.write('partitionMail:Alpha002:dev', { dkimSelector: 'new' }));
  assert.equal(await readlink(path), 'real.json');
  assert.equal((await stat(real)).mode & 0o777, 0o600);
  assert.equal(await readFile(real, 'utf8'), context.replace('"old"', '"new"'));
  assert.deepEqual((await readdir(folder)).toSorted(), ['cdk.context.json', 'real.json']);
});

for (const [what, text] of [
  ['broken JSON', '{ "k": '],
  ['a comment', '{ /* no */ }'],
  ['no object', '[]'],
  ['an entry that is no object', '{ "k": "text" }'],
  ['an entry that stands there twice', '{ "k": {}, "k": {} }'],
  ['an empty file', ''],
] as const) {
  test(`context: ${what} is a failure and stays as it is`, async (t) => {
    const path = join(await temporaryFolder(t), 'cdk.context.json');
    await writeFile(path, text);
    const file = contextFile({ path });
    failureOf(await file.read('k'));
    failureOf(await file.write('k', { a: '1' }));
    assert.equal(await readFile(path, 'utf8'), text);
  });
}

test('log: edits count from one text, in any order; no edits leave the file alone', async (t) => {
  const path = join(await temporaryFolder(t), 'execution-log.md');
  const log = logFile({ path, label: 'execution-log.md' });
  assert.equal(log.path, 'execution-log.md');
  assert.equal(given(await log.read()), undefined);
  failureOf(await log.update(() => []));
  given(await log.create('\uFEFFone two\r\n'));
  assert.match(failureOf(await log.create('x')).came, /already/);
  const written = await log.update((text) => [
    { offset: text.length, length: 0, text: 'é\r\n' },
    { offset: text.indexOf('one'), length: 3, text: '1' },
  ]);
  assert.equal(given(written), '\uFEFF1 two\r\né\r\n');
  assert.equal(await readFile(path, 'utf8'), '\uFEFF1 two\r\né\r\n');
  const { ino } = await stat(path);
  given(await log.update(() => []));
  assert.equal((await stat(path)).ino, ino);
  const no = { kind: 'failure', verdict: 'failed', asked: 'a', came: 'b', next: 'c' } as const;
  assert.equal(await log.update(() => no), no);
  assert.equal((await stat(path)).ino, ino, 'a refusal leaves the file alone');
  await assert.rejects(
    log.update(() => [
      { offset: 0, length: 3, text: '' },
      { offset: 2, length: 1, text: '' },
    ]),
    RangeError,
  );
  assert.throws(() => applyEdits('ab', [{ offset: 1, length: 2, text: '' }]), RangeError);
  assert.deepEqual(await readdir(join(path, '..')), ['execution-log.md']);
});

test('log: a folder, a binary, other encodings, read-only files are failures and stay', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'log.md');
  const append = (file: string) =>
    logFile({ path: file }).update(() => [{ offset: 0, length: 0, text: 'x' }]);
  await mkdir(join(folder, 'sub'));
  assert.match(failureOf(await append(join(folder, 'sub'))).came, /folder/);
  for (const bytes of [Buffer.from([0x61, 0xe9, 0x0a]), Buffer.from('a\0b')]) {
    await writeFile(path, bytes);
    failureOf(await logFile({ path }).read());
    failureOf(await append(path));
    assert.deepEqual(await readFile(path), bytes);
  }
  await writeFile(path, 'text');
  await chmod(path, 0o444);
  assert.match(failureOf(await append(path)).next, /chmod/);
  assert.equal(await readFile(path, 'utf8'), 'text');
  assert.match(
    failureOf(await logFile({ path: join(folder, 'none', 'log.md') }).create('x')).came,
    /does not exist/,
  );
  assert.deepEqual((await readdir(folder)).toSorted(), ['log.md', 'sub']);
});

test('log: what a program without our lock writes in between is not written over', async (t) => {
  const path = join(await temporaryFolder(t), 'log.md');
  await writeFile(path, 'one');
  const texts: string[] = [];
  const written = await logFile({ path }).update((text) => {
    texts.push(text);
    if (texts.length < 3) writeFileSync(path, `${text} more`);
    return [{ offset: text.length, length: 0, text: ' result' }];
  });
  assert.equal(given(written), 'one more more result');
  assert.deepEqual(texts, ['one', 'one more', 'one more more']);
  assert.equal(await readFile(path, 'utf8'), 'one more more result');
  const busy = await logFile({ path }).update((text) => {
    writeFileSync(path, `${text}!`);
    return [{ offset: 0, length: 0, text: 'x' }];
  });
  assert.match(failureOf(busy).came, /^another program was writing it all the time$/);
  assert.match(await readFile(path, 'utf8'), /^one more more result!+$/);
  assert.deepEqual(await readdir(join(path, '..')), ['log.md']);
});

test('log: two processes, and many updates of each, lose nothing and keep their order', async (t) => {
  const path = join(await temporaryFolder(t), 'log.md');
  given(await logFile({ path }).create('## a\n\n## b\n'));
  const module = new URL('../../src/adapters/log-file.ts', import.meta.url).href;
  const count = 100;
  // Each behind its own heading, as two partitions of one log are written.
  const script = `
    const { logFile } = await import(${JSON.stringify(module)});
    const [path, name] = process.argv.slice(1);
    const log = logFile({ path });
    for (let index = 0; index < ${count}; index++) {
      const done = await log.update((text) => {
        const next = text.indexOf('\\n## ', text.indexOf('## ' + name));
        return [{ offset: next < 0 ? text.length : next, length: 0, text: '- ' + name + index + '\\n' }];
      });
      if (done.kind !== 'answer') throw new Error(JSON.stringify(done));
    }`;
  const codes = await Promise.all(
    ['a', 'b'].map(
      (name) =>
        new Promise((resolve) =>
          spawn(process.execPath, ['--input-type=module', '-e', script, path, name], {
            stdio: 'inherit',
          }).on('exit', resolve),
        ),
    ),
  );
  assert.deepEqual(codes, [0, 0]);
  const lines = (name: string): string =>
    Array.from({ length: count }, (_, index) => `- ${name}${index}\n`).join('');
  assert.equal(await readFile(path, 'utf8'), `## a\n${lines('a')}\n## b\n${lines('b')}`);
  assert.deepEqual(await readdir(join(path, '..')), ['log.md']);
});

test('log: the lock of a dead process is taken over, by one of many', async (t) => {
  const path = join(await temporaryFolder(t), 'log.md');
  await writeFile(path, '');
  const gone = spawn('true');
  await new Promise((resolve) => gone.on('exit', resolve));
  await writeFile(`${path}.lock`, JSON.stringify({ pid: gone.pid, host: hostname(), since: '2026-11-23' }));
  const add = () => logFile({ path }).update((text) => [{ offset: text.length, length: 0, text: 'x' }]);
  for (const outcome of await Promise.all([1, 2, 3, 4, 5].map(add))) given(outcome);
  assert.equal(await readFile(path, 'utf8'), 'xxxxx');
  assert.deepEqual(await readdir(join(path, '..')), ['log.md']);
});

test('log: a lock that is held is waited for, then its holder is named', async (t) => {
  const path = join(await temporaryFolder(t), 'log.md');
  await writeFile(path, '');
  await writeFile(`${path}.lock`, JSON.stringify({ pid: 1, host: hostname(), since: '2026-11-23T10:00' }));
  const waiting = logFile({ path, lockWaitMs: 100 }).update(() => []);
  const failed = failureOf(await waiting);
  assert.equal(failed.verdict, 'unknown');
  assert.match(failed.came, /process 1 on .* since 2026-11-23T10:00/);
});

test('clock: only a rehearsal is faster; a sleep ends with the reason of its signal', async () => {
  const begun = Date.now();
  await systemClock({ env: { CASCADE_REHEARSAL: '1', CASCADE_SPEED: '100' } }).sleep(1000, never);
  assert.ok(Date.now() - begun < 500);
  const clock = systemClock({ env: { CASCADE_SPEED: '100' } });
  const controller = new AbortController();
  const reason = new Error('stop');
  setTimeout(() => controller.abort(reason), 20);
  await assert.rejects(clock.sleep(60_000, controller.signal), (error) => error === reason);
  const date = new Date(2026, 10, 22, 12);
  assert.equal(clock.offsetMinutes(date), 0 - date.getTimezoneOffset());
});

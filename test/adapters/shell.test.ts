import assert from 'node:assert/strict';
import { access, mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { posixShell } from '../../src/adapters/shell.ts';
import { failureOf, given, never, temporaryFolder } from './stand-in.ts';

async function session(t: TestContext, shell?: string) {
  const directory = await realpath(await temporaryFolder(t));
  const opened = posixShell({ env: process.env, ...(shell === undefined ? {} : { shell }) }).open(directory);
  t.after(() => opened.close());
  const run = async (text: string, env: Record<string, string> = {}, signal: AbortSignal = never) => {
    let stdout = '';
    let stderr = '';
    const outcome = await opened.run(
      text,
      env,
      (chunk, stream) => {
        if (stream === 'stdout') stdout += chunk;
        else stderr += chunk;
      },
      signal,
    );
    return { ...given(outcome), stdout, stderr };
  };
  return { opened, directory, run };
}

const alive = async (pid: string): Promise<boolean> => {
  const stat = await readFile(`/proc/${pid.trim()}/stat`, 'utf8').catch(() => '');
  return stat !== '' && !/\) Z /.test(stat);
};

for (const shell of ['/bin/bash', '/bin/sh']) {
  test(`${shell}: exports and the directory survive; the streams are apart`, async (t) => {
    const { run, directory } = await session(t, shell);
    await mkdir(join(directory, 'a b'));
    assert.deepEqual(await run("export A='x y'; cd 'a b'; echo out; echo err >&2; printf end"), {
      exitCode: 0,
      stdout: 'out\nend',
      stderr: 'err\n',
    });
    assert.equal((await run('echo "$A"; pwd')).stdout, `x y\n${directory}/a b\n`);
  });

  test(`${shell}: the exit code is the command's own`, async (t) => {
    const { run, directory } = await session(t, shell);
    await writeFile(join(directory, 'plain'), 'text', { mode: 0o644 });
    for (const [text, code] of [
      ['true', 0],
      ['false', 1],
      ['exit 3', 3],
      ['exit 255', 255],
      ['sh -c "exit 255"', 255],
      ['./plain', 126],
      ['no-such-command', 127],
      ['set -e; false; echo not reached', 1],
      ['true | false', 1],
      ['if then', 2],
      ['echo "not closed', 2],
      ['', 0],
      ['true', 0],
    ] as const) {
      const { exitCode, stdout } = await run(text);
      assert.equal(exitCode, code, text);
      assert.equal(stdout, '', text);
    }
    assert.deepEqual((({ exitCode, signal }) => ({ exitCode, signal }))(await run('kill -9 $$')), {
      exitCode: undefined,
      signal: 'SIGKILL',
    });
    const after = await run('echo on');
    assert.match(after.stderr, /new one/);
    assert.equal(after.stdout, 'on\n');
    assert.equal((await run("sh -c 'kill -9 $$'")).exitCode, 137);
  });

  test(`${shell}: values are values, never shell text; stdin is closed`, async (t) => {
    const { run } = await session(t, shell);
    const value = `a'b"c\n$(touch pwned) \`touch pwned\` \\ $HOME é`;
    assert.equal((await run('printf %s "$V"; ls pwned 2>/dev/null', { V: value })).stdout, value);
    assert.equal((await run('printf %s "$V"')).stdout, value);
    assert.equal((await run('cat; read x; echo "read $?"')).stdout, 'read 1\n');
    await assert.rejects(run('true', { 'A;touch pwned': '' }), /environment variable/);
    assert.equal((await run('ls')).stdout, '');
  });
}

test('bash: a cell that ends the shell leaves its exports to the next', async (t) => {
  const { run, directory } = await session(t);
  await mkdir(join(directory, 'sub'));
  assert.equal((await run("export A='1\n2'; cd sub; exit 4")).exitCode, 4);
  assert.deepEqual(await run('echo "$A $PWD"'), {
    exitCode: 0,
    stdout: `1\n2 ${directory}/sub\n`,
    stderr: '',
  });
  assert.equal((await run('export B=1; set -eu; echo "$NOT_SET"')).exitCode, 1);
  assert.equal((await run('echo $A $B; false; echo on')).stdout, '1 2 1\non\n');
});

test('output cannot pass for the end of a cell, nor take the channel away', async (t) => {
  const { run } = await session(t);
  const faked = await run('echo status 0; set | grep REPLY; exec 3>&1; echo x >&3; sh -c "exit 5"');
  assert.equal(faked.exitCode, 5);
  assert.match(faked.stdout, /^status 0\n/);
  assert.equal((await run('exec >/dev/null; echo gone')).exitCode, 0);
  assert.equal((await run('false')).exitCode, 1);
});

test('characters are whole, and a background job does not hold up its cell', async (t) => {
  const { run } = await session(t);
  assert.equal((await run("printf '\\303'; sleep 0.1; printf '\\251'")).stdout, 'é');
  const begun = Date.now();
  const { stdout } = await run('sleep 30 & echo $!');
  assert.ok(Date.now() - begun < 5000);
  assert.equal(await alive(stdout), true);
});

test('close ends the shell and what it left running, and leaves no files', async (t) => {
  const { run, opened } = await session(t);
  const { stdout } = await run('sleep 30 & echo $!');
  const [folder = ''] = /\/\S*cascade-shell-\w+/.exec((await run('if then')).stderr) ?? [];
  await access(folder);
  await opened.close();
  assert.equal(await alive(stdout), false);
  await assert.rejects(access(folder), { code: 'ENOENT' });
});

test('an abort ends the whole tree, also what ignores TERM and left the session', async (t) => {
  const { run, directory } = await session(t);
  const pids = join(directory, 'pids');
  const controller = new AbortController();
  const reason = new Error('stopped');
  const stubborn = `trap "" TERM; echo $$ >> ${pids}; while :; do sleep 0.1; done`;
  const running = run(
    `export A=1; trap '' TERM; setsid sh -c '${stubborn} & wait' & sh -c '${stubborn}'`,
    {},
    controller.signal,
  );
  while ((await readFile(pids, 'utf8').catch(() => '')).split('\n').length < 3) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const begun = Date.now();
  controller.abort(reason);
  await assert.rejects(running, (error) => error === reason);
  assert.ok(Date.now() - begun < 5000);
  for (const pid of (await readFile(pids, 'utf8')).trim().split('\n')) assert.equal(await alive(pid), false);
  assert.equal((await run('echo on')).stdout, 'on\n');
  await assert.rejects(run('echo no', {}, controller.signal), (error) => error === reason);
});

test('an abort of what heeds TERM is quick and keeps the exports', async (t) => {
  const { run } = await session(t);
  await run('export A=kept');
  const controller = new AbortController();
  setTimeout(() => controller.abort(new Error('stopped')), 100);
  const begun = Date.now();
  await assert.rejects(run('sleep 30', {}, controller.signal), /stopped/);
  assert.ok(Date.now() - begun < 1500);
  assert.equal((await run('echo $A')).stdout, 'kept\n');
});

test('20 MB of output pass through flat memory', async (t) => {
  const { opened } = await session(t);
  let length = 0;
  let most = 0;
  const before = process.memoryUsage().rss;
  const outcome = await opened.run(
    'head -c 20000000 /dev/zero | tr "\\0" x',
    {},
    (chunk) => {
      length += chunk.length;
      most = Math.max(most, process.memoryUsage().rss);
    },
    never,
  );
  assert.equal(given(outcome).exitCode, 0);
  assert.equal(length, 20_000_000);
  assert.ok(most - before < 80e6, `${(most - before) / 1e6} MB more`);
});

test('no folder and no shell are failures', async () => {
  const nothing = () => {};
  const gone = posixShell({ env: {} }).open('/no/such/folder');
  assert.match(failureOf(await gone.run('true', {}, nothing, never)).came, /no such folder/);
  const none = posixShell({ env: {}, shell: '/no/such/shell' }).open('/');
  assert.match(failureOf(await none.run('true', {}, nothing, never)).came, /ENOENT/);
});

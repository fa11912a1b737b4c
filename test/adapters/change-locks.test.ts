/** The locks of changes, between processes: taken, refused, released, and what is left of dead ones taken over. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { changeLocks } from '../../src/adapters/change-locks.ts';
import type { Failure } from '../../src/core/ports.ts';
import { given, temporaryFolder } from './stand-in.ts';

/** Takes the lock of dev and lets it go, as it is told line by line, and says what came of it. */
const script = `
  const { createInterface } = await import('node:readline');
  const { changeLocks } = await import(${JSON.stringify(new URL('../../src/adapters/change-locks.ts', import.meta.url).href)});
  const locks = changeLocks(process.argv[1]);
  let taken;
  console.log('ready');
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'take') console.log(JSON.stringify(taken = await locks.take('dev', 'dev · Deploy')));
    if (line === 'release') {
      if (taken.kind === 'answer') await taken.value.release();
      console.log('released');
    }
  }`;

interface Other {
  readonly pid: number;
  /** Answers with how it went: `answer`, or the failure. */
  take(): Promise<{ readonly kind: 'answer' } | Failure>;
  release(): Promise<void>;
  kill(): Promise<void>;
}

/** Another process with the log. */
async function other(t: TestContext, log: string): Promise<Other> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, log], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  const said = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => String((await said.next()).value);
  assert.equal(await next(), 'ready');
  const told = (words: string): Promise<string> => {
    child.stdin.write(`${words}\n`);
    return next();
  };
  return {
    pid: child.pid ?? 0,
    take: async () => JSON.parse(await told('take')),
    release: async () => void (await told('release')),
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function place(t: TestContext): Promise<{ log: string; lock: string; folder: string }> {
  const folder = await temporaryFolder(t);
  const log = join(folder, 'log.md');
  await writeFile(log, '');
  return { folder, log, lock: `${log}.dev.lock` };
}

const mine = (log: string) => changeLocks(log).take('dev', 'dev · Deploy');

function refused(outcome: { readonly kind: string }): Failure {
  assert.equal(outcome.kind, 'failure', JSON.stringify(outcome));
  return outcome as Failure;
}

const now = '2026-11-24T10:00:00.000Z';
const holding = (lock: string, holder: object): Promise<void> =>
  writeFile(lock, `${JSON.stringify({ since: now, what: 'dev · Deploy', ...holder })}\n`);

/** When a process began, as the lock of one that holds it says. */
const beganOf = async (lock: string): Promise<string> => JSON.parse(await readFile(lock, 'utf8')).began;

test('a partition that another process changes is refused with its words, and free when that has ended', async (t) => {
  const { log, lock, folder } = await place(t);
  const first = await other(t, log);
  assert.equal((await first.take()).kind, 'answer');
  const { came, next, verdict } = refused(await mine(log));
  const words = new RegExp(
    `dev · Deploy, process ${first.pid} on ${hostname().replaceAll('.', '\\.')} since \\d{4}-\\d{2}-\\d{2} \\d{2}:\\d{2}:\\d{2} UTC$`,
  );
  assert.match(came, words);
  assert.match(came, /^dev is being changed: /);
  assert.equal(next, 'Wait until it has ended, or stop it where it runs; then run again.');
  assert.equal(verdict, 'unknown');
  assert.match((await changeLocks(log).holder('dev')) ?? '', words);
  assert.equal(await changeLocks(log).holder('stage'), undefined);

  const stage = given(await changeLocks(log).take('stage', 'stage · Deploy'));
  await stage.release();
  await first.release();
  await assert.rejects(readFile(lock), /ENOENT/);
  const lockNow = given(await mine(log));
  assert.equal(refused(await mine(log)).came.includes(`process ${process.pid} `), true, 'not even by itself');
  await lockNow.release();
  assert.deepEqual(await readdir(folder), ['log.md']);
});

test('the lock of a process that was killed is taken over', async (t) => {
  const { log, folder } = await place(t);
  const first = await other(t, log);
  await first.take();
  await first.kill();
  assert.equal(await changeLocks(log).holder('dev'), undefined);
  const lock = given(await mine(log));
  assert.match((await changeLocks(log).holder('dev')) ?? '', new RegExp(`process ${process.pid} `));
  await lock.release();
  assert.deepEqual(await readdir(folder), ['log.md']);
});

test('a pid that was given to another process since is no holder', async (t) => {
  const { log, lock } = await place(t);
  const living = await other(t, log);
  await living.take();
  const began = await beganOf(lock);
  const [boot = '', ticks = ''] = began.split(' ');
  const { pid } = living;
  const earlier = `${boot} ${Number(ticks) - 1}`;
  const otherBoot = `00000000-0000-0000-0000-000000000000 ${ticks}`;
  for (const [what, holder, held] of [
    ['the same process', { pid, began }, true],
    ['a process of this boot before it', { pid, began: earlier }, false],
    ['a process of another boot', { pid, began: otherBoot }, false],
    // Of a system that does not tell it, only that there is such a process is known.
    ['nobody knows when it began', { pid }, true],
  ] as const) {
    await holding(lock, { host: hostname(), ...holder });
    assert.equal((await changeLocks(log).holder('dev')) !== undefined, held, what);
    const taken = await mine(log);
    assert.equal(taken.kind, held ? 'failure' : 'answer', what);
    if (taken.kind === 'answer') await taken.value.release();
  }
});

test('a process before us with our own pid is no holder', async (t) => {
  const { log, lock } = await place(t);
  await holding(lock, { host: hostname(), pid: process.pid });
  await given(await mine(log)).release();
});

test('the lock of another machine is refused, and it is said what to delete', async (t) => {
  const { log, lock } = await place(t);
  await holding(lock, { host: 'atlas', pid: 4711, began: 'x 1' });
  const before = await readFile(lock, 'utf8');
  // However old: whether its process lives cannot be seen from here.
  await utimes(lock, 0, 0);
  const { came, next } = refused(await mine(log));
  assert.equal(
    came,
    `dev is being changed: dev · Deploy, process 4711 on atlas since 2026-11-24 10:00:00 UTC`,
  );
  assert.ok(next.includes(`delete ${lock}`) && next.includes('Recover'), next);
  assert.equal(await readFile(lock, 'utf8'), before);
  assert.equal(
    await changeLocks(log).holder('dev'),
    `dev · Deploy, process 4711 on atlas since 2026-11-24 10:00:00 UTC`,
  );
});

test('a lock that names nobody is one being made at first, and left by a dead process later', async (t) => {
  const { log, lock } = await place(t);
  for (const text of ['', '{"pid":', '[]', '{"pid":"4711","host":"atlas","since":""}', '\u0000\u0001']) {
    await writeFile(lock, text);
    const { came, next } = refused(await mine(log));
    assert.equal(came, 'dev is being changed: somebody');
    assert.ok(next.includes(`delete ${lock}`));
    await utimes(lock, 0, 0);
    assert.equal(await changeLocks(log).holder('dev'), undefined, text);
    await given(await mine(log)).release();
  }
});

test('who was told to delete a lock and took it keeps it when the one before ends after all', async (t) => {
  const { log, lock } = await place(t);
  const before = given(await mine(log));
  await rm(lock);
  const next = await other(t, log);
  assert.equal((await next.take()).kind, 'answer');
  await before.release();
  assert.match((await changeLocks(log).holder('dev')) ?? '', new RegExp(`process ${next.pid} `));
  await next.release();
  await given(await mine(log)).release();
});

test('a lock that cannot be made is told as what the file system says', async (t) => {
  const { log, lock } = await place(t);
  await mkdir(lock);
  await utimes(lock, 0, 0);
  const failed = refused(await mine(log));
  assert.doesNotMatch(failed.came, /Error/);
  assert.equal(await changeLocks(log).holder('dev'), undefined);
  const missing = refused(await mine(join(log, '..', 'no-such-folder', 'log.md')));
  assert.match(missing.came, /ENOENT/);
});

test('a link to the log has the lock of the log', async (t) => {
  const { log, folder } = await place(t);
  await mkdir(join(folder, 'elsewhere'));
  const link = join(folder, 'elsewhere', 'link.md');
  await symlink(log, link);
  const first = await other(t, link);
  assert.equal((await first.take()).kind, 'answer');
  assert.match(refused(await mine(log)).came, new RegExp(`process ${first.pid} `));
  await first.release();
  assert.deepEqual(await readdir(join(folder, 'elsewhere')), ['link.md']);
});

test('of processes that race for the lock of a dead one, exactly one gets it', async (t) => {
  const { log, lock } = await place(t);
  const gone = spawn('true');
  await once(gone, 'exit');
  const racers = await Promise.all([1, 2, 3].map(() => other(t, log)));
  for (let round = 0; round < 60; round++) {
    await holding(lock, { host: hostname(), pid: gone.pid });
    const results = await Promise.all(racers.map((racer) => racer.take()));
    const [winner, ...more] = racers.filter((_, index) => results[index]?.kind === 'answer');
    assert.ok(winner !== undefined && more.length === 0, JSON.stringify(results));
    assert.match((await changeLocks(log).holder('dev')) ?? '', new RegExp(`process ${winner.pid} `));
    await Promise.all(racers.map((racer) => racer.release()));
    assert.equal(await changeLocks(log).holder('dev'), undefined);
  }
});

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { opCommand } from '../../src/adapters/onepassword-command.ts';
import { opSdk } from '../../src/adapters/onepassword-sdk.ts';
import { Secret } from '../../src/core/secret.ts';
import { failureOf, given, never, temporaryFolder } from './stand-in.ts';

/** An `op` that notes its arguments and then runs `script`, with the reference in $3. */
async function op(t: TestContext, script: string, deadlineMs = 5000) {
  const folder = await temporaryFolder(t);
  const calls = join(folder, 'calls');
  await writeFile(join(folder, 'op'), `#!/bin/sh\necho "$*" >> ${calls}\n${script}\n`, { mode: 0o755 });
  const store = opCommand({ env: { PATH: `${folder}:/usr/bin:/bin` }, deadlineMs });
  return { store, calls: async () => (await readFile(calls, 'utf8').catch(() => '')).trim().split('\n') };
}

const a = 'op://V/Item A/field';
const b = 'op://V/B/section/field';
const locked = `echo "[ERROR] 2026/11/22 10:00:00 could not read secret '$3': error initializing client: authorization timeout" >&2; exit 1`;

test('command: each reference once, in one go, the values as they are', async (t) => {
  const { store, calls } = await op(t, `cat; printf 'value of %s' "$3"`);
  const [first, second, third] = await store.read([a, b, a], never);
  assert.equal(given(first).reveal(), `value of ${a}`);
  assert.equal(given(second).reveal(), `value of ${b}`);
  assert.equal(given(third).reference, a);
  assert.deepEqual(await calls(), [`read -n ${a}`, `read -n ${b}`]);
});

test('command: the session ends ten minutes after the last reading; a service account has none', async (t) => {
  const { store } = await op(t, 'test "$3" = "op://V/none/field" && exit 1; printf x');
  failureOf((await store.read(['op://V/none/field'], never))[0]);
  assert.equal(store.session(), undefined);
  given((await store.read([a], never))[0]);
  const left = (store.session()?.ends?.getTime() ?? 0) - Date.now();
  assert.ok(left > 9 * 60_000 && left <= 10 * 60_000);
  const account = opCommand({ env: { OP_SERVICE_ACCOUNT_TOKEN: 'ops_x' } });
  assert.deepEqual(account.session(), { by: 'the 1Password command with a service account' });
});

test('command: after a refusal nobody is asked again', async (t) => {
  const { store, calls } = await op(t, locked);
  const outcomes = await store.read([a, b], never);
  assert.deepEqual(
    outcomes.map((outcome) => failureOf(outcome).came),
    Array(2).fill('1Password is locked: nobody approved in time'),
  );
  assert.equal(failureOf(outcomes[1]).asked, `op read "${b}"`);
  assert.equal((await calls()).length, 1);
});

test('command: two reads at once do not run two of them', async (t) => {
  const { store, calls } = await op(t, 'echo begin >> "$0.log"; sleep 0.1; echo end >> "$0.log"; printf x');
  await Promise.all([store.read([a], never), store.read([b], never)]);
  assert.equal((await calls()).length, 2);
});

for (const [words, verdict, next] of [
  ['You are not currently signed in. Please run op signin', 'unknown', /op signin/],
  ['No accounts configured for use with 1Password CLI.', 'unknown', /Integrate/],
  [
    `could not read secret: error initializing client: authorization prompt dismissed, please try again`,
    'unknown',
    /approve/,
  ],
  [
    'could not read secret: error initializing client: connecting to desktop app: no such file',
    'unknown',
    /Integrate/,
  ],
  [`could not read secret: "B" isn't an item in the "V" vault. Specify the item`, 'failed', /Mend/],
  [`could not read secret: "V" isn't a vault in this account`, 'failed', /Mend/],
  ['something else', 'unknown', /terminal/],
] as const) {
  test(`command: ${words.slice(0, 60)}`, async (t) => {
    const text = words.replaceAll('"', '\\"');
    const { store } = await op(t, `printf canary; echo "[ERROR] 2026/11/22 10:00:00 ${text}" >&2; exit 1`);
    const failed = failureOf((await store.read([a], never))[0]);
    assert.equal(failed.verdict, verdict);
    assert.match(failed.next, next);
    assert.doesNotMatch(JSON.stringify(failed), /canary|\[ERROR\]/);
  });
}

test('command: no op, a wrong reference, an empty field, a prompt nobody answers, an abort', async (t) => {
  const none = opCommand({ env: { PATH: '/nowhere' } });
  assert.match(failureOf((await none.read([a], never))[0]).next, /Install/);
  const { store, calls } = await op(t, 'case $3 in *empty) exit 0;; *) sleep 30;; esac', 200);
  assert.equal(failureOf((await store.read(['--help'], never))[0]).verdict, 'failed');
  assert.deepEqual(await calls(), ['']);
  assert.match(failureOf((await store.read(['op://V/I/empty'], never))[0]).came, /empty/);
  assert.match(failureOf((await store.read([a], never))[0]).came, /within 1 s/);
  const controller = new AbortController();
  const reason = new Error('stopped');
  setTimeout(() => controller.abort(reason), 50);
  const slow = (await op(t, 'sleep 30')).store.read([a], controller.signal);
  await assert.rejects(slow, (thrown) => thrown === reason);
});

test('SDK: a token that is none, an app that is not there, wrong references', async () => {
  const token = new Secret('OP_SERVICE_ACCOUNT_TOKEN', 'ops_canary');
  const store = opSdk({ auth: { kind: 'service-account', token }, version: '0.1.0', deadlineMs: 10_000 });
  const [first, second] = await store.read([a, 'not a reference'], never);
  assert.match(failureOf(first).came, /service-account token/);
  assert.equal(failureOf(first).asked, `op read "${a}"`);
  assert.equal(failureOf(second).verdict, 'failed');
  assert.doesNotMatch(JSON.stringify([first, second]), /canary/);
  const desktop = opSdk({ auth: { kind: 'desktop', account: 'arda' }, version: '0.1.0', deadlineMs: 10_000 });
  assert.match(failureOf((await desktop.read([a], never))[0]).next, /1Password/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run, world } from './fixture.ts';

const REFERENCE = 'op://Arda-DevOAM/Postmark/credential';

test('op reads secrets; partitions that share a Postmark account share its token', async (t) => {
  const started = await world(t);
  const { code, stdout: token } = await run(started, 'op', ['read', '-n', REFERENCE]);
  assert.equal(code, 0);
  assert.match(token, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  assert.equal((await run(started, 'op', ['read', REFERENCE])).stdout, `${token}\n`);
  const stage = await run(started, 'op', ['read', '--no-newline', 'op://Arda-StageOAM/Postmark/credential']);
  assert.equal(stage.stdout, token);
  const demo = await run(started, 'op', ['read', '-n', 'op://Arda-DemoOAM/Postmark/credential']);
  assert.notEqual(demo.stdout, token);
  assert.equal((await run(started, 'op', ['whoami'])).code, 0);
});

test('op says what is wrong on stderr and exits 1', async (t) => {
  const started = await world(t);
  for (const [words, message] of [
    [['read', 'op://None/Postmark/credential'], /"None" isn't a vault in this account/],
    [['read', 'op://Arda-DevOAM/None/credential'], /"None" isn't an item in the "Arda-DevOAM" vault/],
    [['read', 'op://Arda-DevOAM/Postmark/none'], /does not have a field 'none'/],
    [['read', 'nonsense'], /invalid secret reference/],
    [['read'], /accepts 1 arg/],
    [['run', '--', 'env'], /knows read and whoami, not "run"/],
  ] as const) {
    const { code, stdout, stderr } = await run(started, 'op', words);
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /^\[ERROR\] \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d /);
    assert.match(stderr, message);
  }
});

test('gh knows the head of the described pull requests', async (t) => {
  const started = await world(t);
  const { stdout: head } = await run(started, 'git', ['rev-parse', 'HEAD']);
  const view = (...words: readonly string[]) => run(started, 'gh', ['pr', 'view', ...words]);
  assert.deepEqual(JSON.parse((await view('462', '--json', 'headRefOid')).stdout), {
    headRefOid: head.trim(),
  });
  assert.equal((await view('462', '--json', 'headRefOid', '--jq', '.headRefOid')).stdout, head);
  assert.equal((await view('462', '--json=headRefOid', '-q', '.headRefOid')).stdout, head);
  const unknown = await view('1', '--json', 'headRefOid');
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /Could not resolve to a PullRequest with the number of 1\./);
  assert.equal((await run(started, 'gh', ['repo', 'view'])).code, 1);
});

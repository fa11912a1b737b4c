import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startWorld } from '../../src/rehearsal/world.ts';
import { DESCRIPTION, register, run, SAMPLES, temporaryFolder, world } from './fixture.ts';

const DEPLOY = ['--profile', 'Alpha002-Admin', 'Alpha002', 'dev'] as const;

test('the worktree is a clean repository on the described branch, with the bytes of the sample', async (t) => {
  const started = await world(t);
  assert.equal((await run(started, 'git', ['status', '--porcelain'])).stdout, '');
  assert.equal((await run(started, 'git', ['branch', '--show-current'])).stdout, 'email/run-2\n');
  assert.equal(
    await readFile(join(started.worktree, 'cdk.context.json'), 'utf8'),
    await readFile(join(SAMPLES, 'cdk.context.json'), 'utf8'),
  );
});

test('a folder that is given keeps its files and becomes a repository', async (t) => {
  const directory = await temporaryFolder(t);
  const worktree = await temporaryFolder(t);
  await writeFile(join(worktree, 'own.txt'), 'own');
  const started = await startWorld({ description: DESCRIPTION, directory, worktree });
  t.after(() => started.close());
  assert.equal(started.worktree, worktree);
  assert.equal((await run(started, 'git', ['status', '--porcelain'])).stdout, '');
  assert.match((await run(started, 'git', ['ls-files'])).stdout, /^own\.txt$/m);
});

test('without samples and without a worktree there is a clear error', async (t) => {
  const directory = await temporaryFolder(t);
  await assert.rejects(startWorld({ description: DESCRIPTION, directory }), /no sample to make it from/);
});

test('a partition is deployed and validated from the command line', async (t) => {
  const started = await world(t);
  const before = await run(started, './amm.sh', DEPLOY);
  assert.equal(before.code, 1);
  assert.match(before.stderr, /no partitionMail:Alpha002:dev/);
  const local = await run(started, './validate-exit.sh', ['dev']);
  assert.equal(local.code, 0);
  assert.match(
    local.stdout,
    /^PASS {2}build\nPASS {2}lint\nPASS {2}jest\nPASS {2}synth\n4 \/ 4 checks PASS\n$/,
  );
  const early = await run(started, './validate-exit.sh', ['dev', '--post-merge']);
  assert.equal(early.code, 1);
  assert.match(early.stdout, /\n4 \/ 12 checks PASS\n$/);

  await register(started, 'dev');
  const deployed = await run(started, './amm.sh', DEPLOY);
  assert.equal(deployed.code, 0, deployed.stderr);
  assert.match(deployed.stdout, /✅ {2}Alpha002-dev-Email\n/);
  assert.match(
    deployed.stderr,
    /^Alpha002-dev-Email \| 25\/25 \| \S+ [AP]M \| CREATE_COMPLETE {4}\| Custom::CrossAccountZoneDelegation \| NsDelegation$/m,
  );
  const whole = await run(started, './validate-exit.sh', ['dev', '--post-merge']);
  assert.equal(whole.code, 0, whole.stdout);
  assert.match(whole.stdout, /\n12 \/ 12 checks PASS\n$/);

  const again = await run(started, './amm.sh', DEPLOY);
  assert.equal(again.code, 0);
  assert.match(again.stdout, /\(no changes\)/);
  const file = join(started.worktree, 'cdk.context.json');
  await writeFile(file, (await readFile(file, 'utf8')).replace(/"20\d{12}pm"/, '"20260101000000pm"'));
  const updated = await run(started, './amm.sh', DEPLOY);
  assert.equal(updated.code, 0, updated.stderr);
  assert.match(updated.stderr, /UPDATE_COMPLETE/);
});

test('amm.sh derives a profile where none is given, as the recorded script did', async (t) => {
  const started = await world(t);
  const { code, stderr } = await run(started, './amm.sh', ['Alpha002', 'dev']);
  assert.equal(code, 255);
  assert.equal(
    stderr,
    'ERROR: AWS region is not set\nThe config profile (Admin-Alpha002) could not be found\n',
  );
});

test('amm.sh warms up 1Password when told to, and shows nothing of it', async (t) => {
  const started = await world(t);
  await register(started, 'dev');
  const warm = (reference: string) =>
    run(started, './amm.sh', DEPLOY, undefined, { OP_PREWARM_REF: reference });
  const refused = await warm('op://None/x/y');
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /isn't a vault/);
  const { stdout: token } = await run(started, 'op', ['read', '-n', 'op://Arda-DevOAM/Postmark/credential']);
  const { code, stdout, stderr } = await warm('op://Arda-DevOAM/Postmark/credential');
  assert.equal(code, 0);
  assert.ok(!(stdout + stderr).includes(token));
});

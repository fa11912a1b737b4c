import assert from 'node:assert/strict';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { aws, DEV_DEPLOYED, dig, postmark, register, run, temporaryFolder, world } from './fixture.ts';

test('a restarted world remembers, and a stack goes on where it stopped', async (t) => {
  const directory = await temporaryFolder(t);
  const stateFile = join(directory, 'state', 'world.json');
  const options = { directory, stateFile, deployed: [DEV_DEPLOYED] };

  // Slow enough to be stopped in the middle, which the first progress line tells.
  const first = await world(t, { ...options, speed: 20 });
  const { stdout: token } = await run(first, 'op', ['read', '-n', 'op://Arda-DevOAM/Postmark/credential']);
  const { id } = await register(first, 'stage');
  let closing: Promise<void> | undefined;
  const stopped = await run(
    first,
    './amm.sh',
    ['--profile', 'Alpha002-Admin', 'Alpha002', 'stage'],
    (text) => {
      if (text.includes('| CREATE_COMPLETE')) closing ??= first.close();
    },
  );
  assert.notEqual(stopped.code, 0, 'the world went away');
  await closing;
  const kept = await readFile(stateFile, 'utf8');
  assert.match(kept, /CREATE_IN_PROGRESS/);
  assert.equal((await stat(stateFile)).mode & 0o777, 0o600);

  const second = await world(t, options);
  assert.equal(
    (await run(second, 'op', ['read', '-n', 'op://Arda-DevOAM/Postmark/credential'])).stdout,
    token,
  );
  assert.equal((await (await postmark(second, 'stage')).getDomain(id)).Name, 'stage.ardamails.com');
  const again = await run(second, './amm.sh', ['--profile', 'Alpha002-Admin', 'Alpha002', 'stage']);
  assert.equal(again.code, 0, again.stderr);
  assert.match(again.stdout, /no changes/);
  const { Stacks } = await new CloudFormationClient(await aws(second)).send(new DescribeStacksCommand({}));
  assert.equal(Stacks?.length, 2);
  assert.match(await dig(second, '+short', 'NS', 'stage.ardamails.com'), /awsdns/);
});

test('a token stands in the state file and in no other file', async (t) => {
  const directory = await temporaryFolder(t);
  const stateFile = join(directory, 'world.json');
  const started = await world(t, { directory, stateFile, deployed: [DEV_DEPLOYED] });
  const { stdout: token } = await run(started, 'op', ['read', '-n', 'op://Arda-DevOAM/Postmark/credential']);
  const holders = [];
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile() && (await readFile(file, 'utf8')).includes(token)) holders.push(file);
  }
  assert.deepEqual(holders, [stateFile]);
});

test('a file that is no state is not overwritten', async (t) => {
  const directory = await temporaryFolder(t);
  const stateFile = join(directory, 'other.json');
  await writeFile(stateFile, '{"mine":true}');
  await assert.rejects(world(t, { directory, stateFile }), /is not the state of a rehearsal/);
  assert.equal(await readFile(stateFile, 'utf8'), '{"mine":true}');
});

test('close may be called twice and leaves nothing that answers', async (t) => {
  const started = await world(t);
  await started.close();
  await started.close();
  await assert.rejects(fetch(started.url));
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { evidenceFolder } from '../../src/adapters/evidence-folder.ts';
import { failureOf, given, temporaryFolder } from './stand-in.ts';

test('evidence: no file is written over; the folder is made with the first', async (t) => {
  const folder = await temporaryFolder(t);
  const evidence = evidenceFolder(join(folder, 'execution-log.md'));
  assert.deepEqual(await readdir(folder), []);
  const files = await Promise.all([1, 2, 3].map(() => evidence.open('20261124T100211Z-dev-deploy')));
  for (const [index, file] of files.entries()) {
    given(await given(file).append(`${index} first é\n`));
    given(await given(file).append('second\n'));
    await given(file).close();
  }
  const home = join(folder, 'execution-log.md.evidence');
  const stem = '20261124T100211Z-dev-deploy';
  assert.deepEqual((await readdir(home)).toSorted(), [`${stem}-2.txt`, `${stem}-3.txt`, `${stem}.txt`]);
  for (const file of files)
    assert.match(await readFile(join(folder, given(file).path), 'utf8'), /^\d first é\nsecond\n$/);
});

test('evidence: a file where the folder is to be, and a closed file, are failures', async (t) => {
  const folder = await temporaryFolder(t);
  const evidence = evidenceFolder(join(folder, 'log.md'));
  await writeFile(join(folder, 'log.md.evidence'), 'mine');
  assert.match(failureOf(await evidence.open('a')).came, /is a file, not a folder/);
  assert.equal(await readFile(join(folder, 'log.md.evidence'), 'utf8'), 'mine');
  assert.match(
    failureOf(await evidenceFolder(join(folder, 'none', 'log.md')).open('a')).came,
    /does not exist/,
  );
});

test('evidence: a hundred megabytes go through a memory that could not hold them', async (t) => {
  const folder = await temporaryFolder(t);
  const at = (path: string): string => JSON.stringify(new URL(`../../${path}`, import.meta.url).href);
  const script = `
    const { phase, sample } = await import(${at('test/core/fixture.ts')});
    const { memoryLog, memoryPorts, memoryWorld } = await import(${at('test/core/memory.ts')});
    const { newLog } = await import(${at('src/core/log/create.ts')});
    const { Cascade } = await import(${at('src/core/run/cascade.ts')});
    const { recorded } = await import(${at('src/core/run/record.ts')});
    const { evidenceFolder } = await import(${at('src/adapters/evidence-folder.ts')});
    const runbook = sample();
    const kickoff = { operator: 'Op', at: { date: '2026-11-24', time: '' }, worktree: '.', rehearsal: false };
    const log = memoryLog(newLog(runbook, kickoff));
    const evidence = evidenceFolder(process.argv[1]);
    const cascade = new Cascade({ runbook, log, ports: memoryPorts(memoryWorld()), worktree: '.', evidence });
    const check = { id: 0, key: '', step: 0, language: 'sh', effect: 'reads', title: 'big', entry: { label: 'big' } };
    async function* events() {
      yield { kind: 'run-started', target: phase(runbook, 'dev', 'Pre-flight'), checks: [], at: new Date() };
      for (let index = 0; index < 1600; index++)
        yield { kind: 'check-output', check, chunk: (index + ' ' + 'x'.repeat(98) + '\\n').repeat(625), stream: 'stdout' };
    }
    for await (const event of recorded(cascade, events()));`;
  const path = join(folder, 'log.md');
  const child = spawn(
    process.execPath,
    ['--max-old-space-size=64', '--input-type=module', '-e', script, path],
    { stdio: 'inherit' },
  );
  assert.equal(await new Promise((resolve) => child.on('exit', resolve)), 0);
  const [file = ''] = await readdir(`${path}.evidence`);
  assert.ok((await stat(join(`${path}.evidence`, file))).size > 100_000_000);
});

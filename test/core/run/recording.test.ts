/** How a run is written down: one event, one write; what the log does not take is offered again, and kept. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conflictMarker } from '../../../src/core/log/conflict.ts';
import { answer, failure } from '../../../src/core/ports.ts';
import { LogError } from '../../../src/core/run/record.ts';
import { phase } from '../fixture.ts';
import { canary, memoryLog } from '../memory.ts';
import { cascadeOf, sh } from './cascade-of.ts';

const no = { kind: 'failure', verdict: 'failed', asked: 'a', came: 'b', next: 'c' } as const;

test('each event is one write, a failed check with what it makes of its phase too', async () => {
  const { world, play, log } = cascadeOf(`## Pre-flight\n\n${sh('./a.sh')}${sh('./b.sh')}`);
  world.shell = async (text) => answer({ exitCode: text.includes('b.sh') ? 1 : 0 });
  const seen: (readonly [string, number])[] = [];
  await play(undefined, (event) =>
    seen.push([event.kind, log.history.length - seen.reduce((sum, [, writes]) => sum + writes, 0)]),
  );
  assert.deepEqual(seen, [
    ['run-started', 1],
    ['check-started', 0],
    ['check-finished', 1],
    ['check-started', 0],
    ['check-finished', 1],
    ['run-finished', 1],
  ]);
  const failed = log.history.at(-2) ?? '';
  assert.match(failed, /`\.\/b\.sh` exits 0: ❌/);
  assert.match(failed, /### Pre-flight \(T-O1-dev\) ❌/, 'in the same write');
  assert.match(log.text ?? '', /\*\*Attempt .*\*\* failed at `\.\/b\.sh`/);
});

test('a change that refuses is answered with its failure and touches nothing', async () => {
  const log = memoryLog('text');
  assert.equal(await log.update(() => no), no);
  assert.equal(log.text, 'text');
  assert.deepEqual(log.history, []);
});

/** A cell that does something to the log while it runs. */
function meddled(meddle: (text: string) => string | undefined, sleep?: (log: { text?: string }) => void) {
  const pauses: number[] = [];
  const made = cascadeOf(`## Pre-flight\n\n${sh('./a.sh')}`, {
    sleep: async (milliseconds) => {
      pauses.push(milliseconds);
      sleep?.(made.log as { text?: string });
    },
  });
  const whole = made.log.text ?? '';
  made.world.shell = async () => {
    made.log.text = meddle(whole);
    return answer({ exitCode: 0 });
  };
  return { ...made, whole, pauses };
}

for (const [what, broken] of [
  ['emptied', ''],
  ['half-written', '# sample — execution log\n\n## Run kick'],
  ['deleted', undefined],
] as const) {
  test(`a log that is ${what} for a moment is waited for, and takes the result then`, async () => {
    const { play, log, pauses, whole } = meddled(
      () => broken,
      (each) => {
        if (pauses.length === 2) each.text = whole;
      },
    );
    assert.equal(await play(), 'passed');
    assert.match(log.text ?? '', /`\.\/a\.sh` exits 0: ✅ 2026-11-24 — exit code 0\n/);
    assert.equal(pauses.length, 2);
  });

  test(`a log that stays ${what} is told, and the result is offered again`, async () => {
    const { play, log, pauses, whole, world } = meddled(() => broken);
    const offered: string[] = [];
    world.unwritten = ({ failure: why, result }) => {
      offered.push(`${why.came} ${why.next}`);
      assert.match(result, /- `\.\/a\.sh` exits 0: ✅ 2026-11-24 — exit code 0\n/);
      if (offered.length === 2) log.text = whole;
      return 'again';
    };
    assert.equal(await play(), 'passed');
    assert.equal(offered.length, 2);
    assert.match(offered[0] ?? '', /^(the log is empty|the log has no summary table|no such file)/);
    assert.ok(pauses.reduce((sum, each) => sum + each, 0) >= 2 * 1800);
    assert.match(log.text ?? '', /`\.\/a\.sh` exits 0: ✅/);
    assert.equal(log.aside.size, 0);
  });
}

test('a result that is left is kept in a file that tells all of it, and the run ends', async () => {
  const { play, log, world } = meddled(() => '');
  const meddle = world.shell;
  world.shell = async (text, env, output) => {
    output(`${canary}\n`);
    await meddle(text, env, output);
    return answer({ exitCode: 3 });
  };
  await assert.rejects(play(), (error) => {
    assert.ok(error instanceof LogError);
    assert.match(error.message, /^write execution-log\.md: the log is empty\. Put it back /);
    assert.match(error.message, /is in execution-log\.md\.unwritten-20261124T100000Z\.md: put its lines/);
    return true;
  });
  assert.equal(log.text, '', 'nothing is written into what is no log');
  const kept = log.aside.get('20261124T100000Z') ?? '';
  assert.match(
    kept,
    /^# Not in execution-log\.md\n\nsample, dev · Pre-flight, 2026-11-24 10:00:00 \+00:00\. /,
  );
  assert.match(kept, /\n- `\.\/a\.sh` exits 0: ❌ 2026-11-24 — expected exit code 0, got exit code 3/);
  assert.match(kept, /\n {4}expected: exit code 0\n {4}actual: exit code 3/);
  assert.ok(kept.endsWith('\n') && !kept.includes('undefined'));
});

test('where the result can be kept nowhere, the message itself tells it', async () => {
  const { play, log } = meddled(() => '');
  log.setAside = async () => failure('failed', 'keep', 'there is no space left (ENOSPC)', 'Make room.');
  await assert.rejects(
    play(),
    /could not be kept in a file either \(there is no space left \(ENOSPC\)\)\. Not in the log: `\.\/a\.sh` exits 0: ✅/,
  );
});

test('conflict markers are refused with their line, and nothing is waited for', async () => {
  const { play, log, pauses, world } = meddled((text) =>
    text.replace('## Cascade summary', '<<<<<<< HEAD\n=======\n>>>>>>> theirs\n## Cascade summary'),
  );
  let came = '';
  world.unwritten = (unwritten) => {
    came = unwritten.failure.came;
    log.text = (log.text ?? '').replace('<<<<<<< HEAD\n=======\n>>>>>>> theirs\n', '');
    return 'again';
  };
  assert.equal(await play(), 'passed');
  assert.equal(came, 'line 9 is a conflict marker that git left');
  assert.deepEqual(pauses, []);
  assert.match(log.text ?? '', /`\.\/a\.sh` exits 0: ✅/);
});

test('what only looks like a conflict marker is none', () => {
  for (const text of [
    'Title\n=======\n',
    'a <<<<<<< b',
    '<<<<<<<<<< x',
    '> > > > > > > quote',
    '<<<<<<<',
    '',
  ])
    assert.equal(conflictMarker(text), undefined, text);
  assert.equal(conflictMarker('a\r\n<<<<<<< HEAD\r\n'), 3);
  assert.equal(conflictMarker('a\n>>>>>>> theirs'), 2);
  assert.equal(conflictMarker('a\n||||||| base\n'), 2);
});

test('a change whose "started" cannot be written does not begin', async () => {
  const made = cascadeOf(
    `## Entry criteria\n\n\`\`\`ask\nready\n\`\`\`\n\n## Pre-flight\n\n${sh('./a.sh')}## Deploy\n\n${sh('./d.sh', '')}`,
  );
  const { runbook, play, log, world } = made;
  const [gate] = runbook.gates;
  assert.ok(gate);
  await play({ kind: 'gate', gate });
  await play();
  const { update } = log;
  log.update = async (change) => {
    const probe = await update((text) => {
      const edits = change(text);
      const words = 'kind' in edits ? '' : edits.map((edit) => edit.text).join('');
      return words.includes('started') ? failure('failed', 'write', 'no space left', 'Make room.') : edits;
    });
    return probe;
  };
  world.unwritten = () => assert.fail('nothing was done that could be offered');
  await assert.rejects(
    play(phase(runbook, 'dev', 'Deploy')),
    /^LogError: write: no space left\. Make room\. Nothing was begun\.$/,
  );
  assert.ok(!world.asked.includes('sh ./d.sh'), 'the change did not begin');
});

test('a sign-off that the log does not take is kept with its answers', async () => {
  const made = cascadeOf(`## Pre-flight\n\n${sh('./a.sh')}## Sign-off\n\n\`\`\`ask\none\n\`\`\`\n`);
  const { runbook, log, play, world } = made;
  const [dev] = runbook.partitions;
  assert.ok(dev);
  log.text = (log.text ?? '')
    .replace('| ⏳ | ⏳ | ⏳ | — |', '| ✅ 2026-11-23 | ✅ 2026-11-23 | ✅ 2026-11-23 | — |')
    .replace('`./a.sh` exits 0: ⏳ pending', '`./a.sh` exits 0: ✅ 2026-11-23');
  world.answers = () => {
    log.text = undefined;
    return { yes: true, by: 'Miguel' };
  };
  await assert.rejects(play({ kind: 'sign-off', partition: dev }), LogError);
  assert.match([...log.aside.values()].join(''), /In the headings and tables: dev · Sign-off: passed\./);
  assert.match([...log.aside.values()].join(''), /\n- one: ✅ 2026-11-24 — confirmed by Miguel\n/);
});

test('what a run came to is kept when only that could not be written', async () => {
  const { play, log } = cascadeOf(`## Pre-flight\n\n${sh('./a.sh')}`);
  await assert.rejects(
    play(undefined, (event) => {
      if (event.kind === 'check-finished') log.text = 'gone';
    }),
    LogError,
  );
  const kept = [...log.aside.values()].join('');
  assert.match(kept, /In the headings and tables: dev · Pre-flight: passed\.\n/);
  assert.doesNotMatch(kept, /a\.sh/, 'the check is in the log');
});

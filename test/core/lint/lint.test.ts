/** The linter as a whole: logs that the product wrote, severities, fixes together. */
import assert from 'node:assert/strict';
import { env } from 'node:process';
import { test } from 'node:test';
import fc from 'fast-check';
import { ruleCodes } from '../../../src/core/lint/codes.ts';
import { fixAll, lint } from '../../../src/core/lint/lint.ts';
import { newLog } from '../../../src/core/log/create.ts';
import { applyEdits } from '../../../src/core/log/edits.ts';
import { answer } from '../../../src/core/ports.ts';
import type { Target } from '../../../src/core/run/places.ts';
import { parseRunbook, type Runbook } from '../../../src/core/runbook/runbook.ts';
import { body, frontMatter, sample, sampleText } from '../fixture.ts';
import { runbook as grammarRunbook, randomLog } from '../log/grammar.ts';
import { canary } from '../memory.ts';
import { cascadeOf } from '../run/cascade-of.ts';
import { changed, sound, threePartitions, today, told } from './logs.ts';

/** Everything that the runbook of the fixture runs, in an order that its gates allow. */
function targetsOf({ gates, partitions, phases }: Runbook): readonly Target[] {
  const gate = (index: number): readonly Target[] => {
    const found = gates[index];
    return found === undefined ? [] : [{ kind: 'gate', gate: found }];
  };
  const all = (index: number): readonly Target[] => {
    const partition = partitions[index];
    if (partition === undefined) return [];
    return [
      ...phases.map((phase): Target => ({ kind: 'phase', partition, phase })),
      { kind: 'sign-off', partition },
    ];
  };
  return [...gate(0), ...all(0), ...gate(1), ...all(1)];
}

/** A cascade whose world lets everything pass. */
function willing(rehearsal: boolean) {
  const cascade = cascadeOf(body, { rehearsal });
  const { world } = cascade;
  world.secrets.set('op://Prod/Postmark/credential', canary);
  world.accounts.set('Admin-Alpha1', '009765408297');
  world.typed = 'prod';
  for (const [name, infrastructure] of [
    ['dev', 'Alpha002'],
    ['prod', 'Alpha001'],
  ] as const) {
    world.contexts.set(`partitionMail:${infrastructure}:${name}`, {
      dkimSelector: 's1',
      dkimPublicKey: 'k=rsa;p=1',
      returnPathTarget: 'pm.mtasv.net',
    });
    world.dns
      .set(`NS ${name}.example.com`, { code: 'noerror', values: ['ns-1.example.net', 'ns-2.example.net'] })
      .set(`TXT s1._domainkey.${name}.example.com`, { code: 'noerror', values: ['k=rsa;p=1'] })
      .set(`TXT 20261124100000pm._domainkey.${name}.example.com`, {
        code: 'noerror',
        values: ['k=rsa;p=MIGfMA0'],
      });
  }
  world.shell = async () => answer({ exitCode: 0 });
  return cascade;
}

for (const rehearsal of [false, true]) {
  test(`a new log has no finding, nor has any log on the way to the end of ${rehearsal ? 'a rehearsal' : 'a run'}`, async () => {
    const { runbook, log, play } = willing(rehearsal);
    assert.deepEqual(told(log.text ?? '', runbook), []);
    for (const target of targetsOf(runbook)) {
      assert.equal(await play(target), 'passed', log.text);
      assert.deepEqual(told(log.text ?? '', runbook), [], log.text);
    }
    assert.doesNotMatch(log.text?.split('## Closeout')[0] ?? '', /: ⏳/);
  });
}

test('a run that failed, and is made good, leaves a log without contradictions', async () => {
  const { runbook, world, log, play } = willing(false);
  const targets = targetsOf(runbook);
  world.shell = async () => answer({ exitCode: 1 });
  for (const target of targets) {
    await play(target);
    assert.deepEqual(told(log.text ?? '', runbook), [], log.text);
  }
  world.shell = async () => answer({ exitCode: 0 });
  for (const target of targets) {
    assert.equal(await play(target), 'passed', log.text);
    assert.deepEqual(told(log.text ?? '', runbook), [], log.text);
  }
});

test('nobody knows how a change ended that was cut off, and the log says so', async () => {
  const { runbook, log, play } = willing(false);
  const [gate, preflight, deploy] = targetsOf(runbook);
  assert.ok(gate && preflight && deploy);
  await play(gate);
  await play(preflight);
  await assert.rejects(
    play(deploy, (event) => {
      if (event.kind === 'check-started') throw new Error('the computer went off');
    }),
  );
  assert.deepEqual(
    lint(log.text ?? '', runbook, today).map(({ code, severity }) => `${severity} ${code}`),
    ['error no-result'],
  );
});

test('the front matter sets how grave a finding is, or turns it off', () => {
  const broken = changed(sound, [
    ['- Nameservers answer for dev: ✅ 2026-11-22', '- Nameservers answer for dev: ⏳'],
  ]);
  const severity = (extra: string): readonly string[] => {
    const runbook = threePartitions(extra);
    assert.deepEqual(runbook.problems, []);
    return lint(broken, runbook, today).map((finding) => `${finding.severity} ${finding.code}`);
  };
  assert.deepEqual(severity(''), ['warning open-check']);
  assert.deepEqual(severity('lint: { open-check: hint }\n'), ['hint open-check']);
  assert.deepEqual(severity('lint:\n  open-check: error\n  dates: off\n'), ['error open-check']);
  assert.deepEqual(severity('lint: { open-check: off }\n'), []);
});

for (const [name, extra, wrong, says] of [
  [
    'a code',
    'lint: { open-checks: hint }\n',
    'open-checks',
    /"open-checks" is no rule about the log\. Known: merge-conflict, /,
  ],
  [
    'a severity',
    'lint: { dates: fatal }\n',
    'fatal',
    /"fatal" is no severity\. Known: error, warning, information, hint, off/,
  ],
  ['a form', 'lint: [dates]\n', 'lint', /./],
] as const) {
  test(`${name} that is not known is a problem at its place`, () => {
    const { problems } = threePartitions(extra);
    const text = `---\n${frontMatter}`;
    assert.equal(problems.length, 1, JSON.stringify(problems));
    assert.match(problems[0]?.message ?? '', says);
    assert.ok((problems[0]?.span.start ?? 0) > text.length, 'behind all that the fixture has');
    assert.equal((problems[0]?.span.end ?? 0) - (problems[0]?.span.start ?? 0) >= wrong.length, true);
  });
}

test('marks of a merge are the only finding, whatever else is wrong', () => {
  const broken = changed(sound, [
    ['# Sample\n', '# Sample\n\n<<<<<<< HEAD\n'],
    [
      '- Nameservers answer for dev: ✅ 2026-11-22',
      '- Nameservers answer for dev: ⏳\n=======\n>>>>>>> other',
    ],
  ]);
  const found = lint(broken, threePartitions(), today);
  assert.deepEqual(
    found.map(({ code, severity, span }) => [code, severity, broken.slice(span.start, span.end)]),
    [['merge-conflict', 'error', '<<<<<<< HEAD']],
  );
});

test('every rule can be turned off, and then says nothing', () => {
  const off = threePartitions(`lint:\n${ruleCodes.map((code) => `  ${code}: off\n`).join('')}`);
  assert.deepEqual(off.problems, []);
  assert.deepEqual(lint('# Nothing\n', off, today), []);
});

test('fixing all of a random log is done at once, takes no word, and finds nothing new', () => {
  fc.assert(
    fc.property(randomLog, ({ text }) => {
      const found = lint(text, grammarRunbook, today);
      for (const { span } of found) assert.ok(span.start <= span.end && span.end <= text.length);
      const { edits, rest } = fixAll(text, grammarRunbook, today);
      for (const { offset, length } of edits) {
        const gone = text.slice(offset, offset + length);
        assert.match(gone, /^(?:[✅🟡❌⚠⏳]\uFE0F?(?: [\w:+ -]*)?|[—–-]?|\d{4}-\d{2}-\d{2})$/u);
      }
      const mended = applyEdits(text, edits);
      assert.deepEqual(told(mended, grammarRunbook), told(mended, grammarRunbook, rest));
      assert.equal(applyEdits(mended, fixAll(mended, grammarRunbook, today).edits), mended);
      assert.ok(rest.length <= found.length);
    }),
    { numRuns: Number(env['RANDOM_LOGS'] ?? 150) },
  );
});

test('a gate that no change waits for is cleared by a safe fix, one that holds a change back is not', () => {
  const log = newLog(sample(), {
    operator: 'Op',
    at: { date: today, time: `${today} 10:00:00 +00:00` },
    worktree: '.',
    rehearsal: false,
  }).replace(
    '- The production deploy proceeds: ⏳ pending',
    '- The production deploy proceeds: ✅ 2026-11-23',
  );
  const safe = (text: string): boolean[] =>
    lint(log, parseRunbook(text), today)
      .filter((finding) => finding.code === 'gate-section')
      .flatMap((finding) => (finding.fixes ?? []).map((fix) => fix.safe));
  assert.deepEqual(safe(sampleText), [false]);
  assert.deepEqual(safe(sampleText.replace(', blocks: [prod/Deploy]', '')), [true]);
});

/** Transcripts: what the log has no room for, whole, and nothing of a secret in it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fitsLine, harmless, harmlessCell } from '../../../src/core/log/edits.ts';
import { readLog } from '../../../src/core/log/read.ts';
import { answer, failure } from '../../../src/core/ports.ts';
import type { Target } from '../../../src/core/run/places.ts';
import { transcriptStem } from '../../../src/core/run/transcript.ts';
import { canary } from '../memory.ts';
import { cascadeOf, sh } from './cascade-of.ts';

const path = 'execution-log.md.evidence/20261124T100000Z-dev-pre-flight.txt';
const link = `([transcript](${path}))`;

const dig = '```dig\nTXT x.com has v=1\n```\n\n';

test('a transcript holds the output as it came, the verdicts and the whole evidence', async () => {
  const { world, play, files, log } = cascadeOf(`## Pre-flight\n\n${dig}${sh('./a.sh')}${sh('./b.sh')}`, {
    rehearsal: true,
  });
  world.dns.set('TXT x.com', { code: 'noerror', values: ['v=1'] });
  world.shell = async (text, _, output) => {
    for (const chunk of text.includes('a.sh')
      ? [
          '\u001B[32mone\u001B[0m\r',
          '\ntwo ',
          '\uD83C',
          '\uDF89\n50%\r100%\r',
          '\u001B',
          '[3',
          '1mbell\u0007\u001B]0;title\u0007 \u202Eback\u2028end',
        ]
      : ['3 / 4\n'])
      output(chunk);
    return answer({ exitCode: 0 });
  };
  assert.equal(await play(), 'unknown');
  assert.equal(
    files.get(path),
    `Runbook  sample
Target   dev · Pre-flight
Started  2026-11-24 10:00:00 +00:00
REHEARSAL: a simulated world on this machine; no account was touched.

=== dig +short TXT x.com @192.0.2.53 includes \`v=1\`
--- passed after 0.0 s: v=1

=== ./a.sh exits 0
one
two 🎉
50%
100%
bell␇ <U+202E>back<U+2028>end
--- passed after 0.0 s: exit code 0

=== ./b.sh exits 0
3 / 4
--- unknown after 0.0 s: exit code 0 although the output counts 3 / 4
    next: Read the output: the exit code and the count disagree.
`,
  );
  const text = log.text ?? '';
  assert.match(text, /`\.\/a\.sh` exits 0: ✅ 2026-11-24 — exit code 0\n/, 'short evidence needs no link');
  assert.ok(text.includes(`the output counts 3 / 4 ${link}\n`), 'the note of the attempt has one');
});

test('nothing to keep is no transcript, and turned off there is none', async () => {
  const quiet = cascadeOf(`## Pre-flight\n\n${dig}${sh('./a.sh')}`);
  quiet.world.dns.set('TXT x.com', { code: 'noerror', values: ['v=1'] });
  assert.equal(await quiet.play(), 'passed');
  assert.equal(quiet.files.size, 0);

  const off = cascadeOf(`## Pre-flight\n\n${dig}`, { off: true });
  off.world.dns.set('TXT x.com', failure('failed', '', 'y'.repeat(500), 'Look.'));
  assert.equal(await off.play(), 'failed');
  assert.match(off.log.text ?? '', /y{400}…\n/);
  assert.doesNotMatch(off.log.text ?? '', /transcript/);
});

test('evidence that was cut links the transcript, in a bullet, below one, in a note', async () => {
  const { world, play, files, log } = cascadeOf(`## Pre-flight\n\n${dig}`);
  world.dns.set('TXT x.com', failure('failed', '', `${'y'.repeat(600)}END`, 'Look.'));
  await play();
  assert.match(files.get(path) ?? '', /y{600}END\n {4}actual: y{600}END\n {4}next: Look\.\n$/);
  await play();
  const lines = (log.text ?? '').split('\n').filter((line) => line.endsWith(`y… ${link}`));
  assert.deepEqual(
    lines.map((line) => line.replace(/y{400}/, 'Y')),
    [
      `- \`dig +short TXT x.com @192.0.2.53\` includes \`v=1\`: ❌ 2026-11-24 — Y… ${link}`,
      `  - 2026-11-24 10:00:00 +00:00 ❌ failed — Y… ${link}`,
      `- **Attempt 2026-11-24 10:00:00 +00:00** failed at \`dig +short TXT x.com @192.0.2.53\`: Y… ${link}`,
      `- **Attempt 2026-11-24 10:00:00 +00:00** failed at \`dig +short TXT x.com @192.0.2.53\`: Y… ${link}`,
    ],
  );
});

test('a transcript that cannot be written is said once, and the run goes on', async () => {
  const { world, play, log, evidence } = cascadeOf(`## Pre-flight\n\n${sh('./a.sh')}${sh('./b.sh')}`);
  evidence.refusal = failure('failed', 'make', 'there is no space left (ENOSPC)', 'Make room.');
  world.shell = async (_, __, output) => {
    output('much\n');
    return answer({ exitCode: 0 });
  };
  assert.equal(await play(), 'passed');
  const said = 'exit code 0 (transcript not written: there is no space left (ENOSPC))';
  assert.match(log.text ?? '', /`\.\/b\.sh` exits 0: ✅ 2026-11-24 — exit code 0\n/);
  assert.equal((log.text ?? '').split(said).length, 2, log.text);
});

test('a disk that fills up in the middle leaves a transcript that is not whole, and says so', async () => {
  const { world, play, log, files, evidence } = cascadeOf(`## Pre-flight\n\n${sh('./a.sh')}`);
  world.shell = async (_, __, output) => {
    output('first\n');
    await new Promise((resolve) => setImmediate(resolve));
    evidence.refusal = failure('failed', 'write', 'there is no space left (ENOSPC)', 'Make room.');
    output('second\n');
    return answer({ exitCode: 0 });
  };
  assert.equal(await play(), 'passed');
  assert.match(files.get(path) ?? '', /first\n$/);
  assert.match(log.text ?? '', /exit code 0 \(transcript not whole: there is no space left \(ENOSPC\)\)\n/);
});

test('nothing of a secret is in a transcript, however it came', async () => {
  const { world, play, files } = cascadeOf(
    `## Pre-flight\n\n\`\`\`op\nread \${secret}\n\`\`\`\n\n${sh(`./print.sh ${canary}`)}`,
  );
  world.shell = async (_, __, output) => {
    for (const unit of `token=${canary}.`) output(unit);
    output(`\u001B[1m${canary.slice(0, 8)}\u001B[0m${canary.slice(8)}\n${'x'.repeat(500)} ${canary}`);
    return answer({ exitCode: 1 });
  };
  assert.equal(await play(), 'failed');
  const text = [...files.values()].join('');
  assert.match(text, /token=\[op:\/\/Dev\/Postmark\/credential\]\./);
  for (let length = 8; length <= canary.length; length++)
    assert.ok(!text.includes(canary.slice(0, length)), text);
});

test('the name of a transcript is of safe characters', () => {
  const { runbook } = cascadeOf('');
  const at = new Date('2026-11-24T10:02:11Z');
  const [dev] = runbook.partitions;
  const [first] = runbook.phases;
  const [gate] = runbook.gates;
  assert.ok(dev && first && gate);
  const stem = (target: Target): string => transcriptStem(target, at);
  assert.equal(stem({ kind: 'phase', partition: dev, phase: first }), '20261124T100211Z-dev-pre-flight');
  assert.equal(stem({ kind: 'sign-off', partition: dev }), '20261124T100211Z-dev-sign-off');
  assert.equal(stem({ kind: 'gate', gate }), '20261124T100211Z-gate-entry');
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (title) => {
      const named = stem({ kind: 'phase', partition: dev, phase: { ...first, title } });
      assert.match(named, /^20261124T100211Z-[a-z0-9-]{1,60}$/);
    }),
  );
});

test('a link leads to the file whatever the log is called', async () => {
  const { world, play, log, evidence } = cascadeOf(`## Pre-flight\n\n${sh('./a.sh')}`);
  const { open } = evidence;
  evidence.open = async (stem) => {
    const made = await open(stem);
    return made.kind === 'answer' ? answer({ ...made.value, path: 'my log (2).md.evidence/a|b.txt' }) : made;
  };
  world.shell = async (_, __, output) => {
    output('x');
    return answer({ exitCode: 1 });
  };
  await play();
  assert.ok((log.text ?? '').includes('([transcript](my%20log%20%282%29.md.evidence/a%7Cb.txt))'));
});

const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.constantFrom(
        '|',
        '\\',
        '\\|',
        '\\\\|',
        '`',
        '<b>',
        '\\<',
        '\r\n',
        '🎉',
        '✅ ',
        '❌',
        '\u202E',
        '\u001B[1m',
      ),
      fc.constantFrom('y'.repeat(150), '|'.repeat(150), '🎉'.repeat(80), '<'.repeat(120)),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

test('evidence stays in its cell and on its line, is no status, and is never cut in the middle of a sign', () => {
  fc.assert(
    fc.property(hostile, (evidence) => {
      for (const made of [harmless(evidence), harmlessCell(evidence)]) {
        assert.ok(made.isWellFormed());
        assert.doesNotMatch(made, /[\u0000-\u001F\u007F-\u009F\u2028-\u202E\u2066-\u2069✅🟡❌⏳`]/u);
        // An even number of backslashes before a bracket would leave it bare.
        for (const [, slashes = ''] of made.matchAll(/(\\*)</g)) assert.equal(slashes.length % 2, 1, made);
        assert.equal(fitsLine(evidence), !made.endsWith('…') || evidence.trimEnd().endsWith('…'));
      }
      const table = readLog(`| a | b |\n|---|---|\n| x | ${harmlessCell(evidence)} |\n`).tables[0];
      assert.deepEqual(table?.rows.length, 1);
      assert.equal(table?.rows[0]?.cells.length, 2, harmlessCell(evidence));
      assert.equal(readLog(`- c: ${harmless(evidence)}\n- d\n`).bullets.length, 2);
    }),
    { numRuns: 2000 },
  );
});

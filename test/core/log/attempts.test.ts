/** Which attempt of a phase passed: read from what the log says, written behind it and into the heading. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { attemptRemark, attemptsOf, recordPassedAttempt } from '../../../src/core/log/attempts.ts';
import { newLog } from '../../../src/core/log/create.ts';
import { applyEdits, type Stamp, thenAlso } from '../../../src/core/log/edits.ts';
import { sectionOf } from '../../../src/core/log/place.ts';
import { readLog } from '../../../src/core/log/read.ts';
import { recordCheck, recordNote } from '../../../src/core/log/record.ts';
import { settle } from '../../../src/core/log/settle.ts';
import { placedChecks, placeOf } from '../../../src/core/run/places.ts';
import { phase, sample } from '../fixture.ts';

const runbook = sample();
const target = phase(runbook, 'dev', 'Deploy');
const place = placeOf(runbook, target);
const checks = placedChecks(runbook, target, () => ({})).map(({ entry }) => entry);
const [register, deploy] = checks;
const at = (day: number): Stamp => ({ date: `2026-11-${day}`, time: `2026-11-${day} 10:02:11 +00:00` });
const fresh = newLog(runbook, { operator: 'Op', at: at(20), worktree: '.', rehearsal: false });

const deploySection = (...lines: readonly string[]): string =>
  fresh.replace(
    /^### Deploy \(T-O5-dev\)[\s\S]*?(?=^### )/m,
    `### Deploy (T-O5-dev)\n\n${lines.join('\n')}\n\n`,
  );

function read(text: string) {
  const log = readLog(text);
  const section = sectionOf(log, place);
  assert.ok(section);
  return { attempts: attemptsOf(log, section), remark: attemptRemark(log, section) };
}

const heading = (text: string): string => /^### Deploy \(T-O5-dev\).*$/m.exec(text)?.[0] ?? '';
const cell = (text: string): string => /^\| `dev` \|.*$/m.exec(text)?.[0].split(' | ')[4] ?? '';

/** What a run does to the log, in the order of a run. */
function ran(text: string, verdict: 'passed' | 'failed', day: number): string {
  assert.ok(register && deploy && place.kind === 'phase');
  const when = at(day);
  const again = /^### Deploy \(T-O5-dev\) ✅/.test(heading(text));
  let now = applyEdits(
    text,
    recordCheck(
      text,
      place,
      register,
      checks,
      { kind: 'result', verdict: 'passed', evidence: 'there' },
      when,
    ),
  );
  now = applyEdits(now, recordCheck(now, place, deploy, checks, { kind: 'started' }, when));
  now = applyEdits(now, settle(now, place, checks, when));
  now = applyEdits(
    now,
    recordCheck(now, place, deploy, checks, { kind: 'result', verdict, evidence: 'seen' }, when),
  );
  const told =
    verdict === 'failed'
      ? recordNote(now, place, `**Attempt ${when.time}** failed at \`./deploy.sh dev\`: seen`)
      : again
        ? []
        : recordPassedAttempt(now, place, checks.length, when);
  return applyEdits(
    now,
    thenAlso(now, told, (after) => settle(after, place, checks, when)),
  );
}

test('the heading says which attempt passed, and the summary only that it did', () => {
  const twice = ran(ran(fresh, 'failed', 21), 'passed', 22);
  assert.equal(heading(twice), '### Deploy (T-O5-dev) ✅ 2026-11-22 (second attempt)');
  assert.equal(cell(twice), '✅ 2026-11-22');
  assert.match(twice, /^- \*\*Attempt 2026-11-21 10:02:11 \+00:00\*\* failed at /m);
  assert.match(twice, /^- \*\*Second attempt 2026-11-22 10:02:11 \+00:00\*\* passed: 2 of 2 checks$/m);
  const words = [21, 22, 23].reduce((text, day) => ran(text, 'failed', day), fresh);
  assert.equal(heading(ran(words, 'passed', 24)), '### Deploy (T-O5-dev) ✅ 2026-11-24 (attempt 4)');
  assert.match(ran(words, 'passed', 24), /^- \*\*Attempt 4, 2026-11-24 10:02:11 \+00:00\*\* passed/m);
});

test('what passes at once is no attempt to tell of', () => {
  const once = ran(fresh, 'passed', 21);
  assert.equal(heading(once), '### Deploy (T-O5-dev) ✅ 2026-11-21');
  assert.doesNotMatch(once, /attempt/i);
});

test('a phase that is run again keeps its number; one that fails later goes on counting', () => {
  const second = ran(ran(fresh, 'failed', 20), 'passed', 21);
  const again = ran(ran(second, 'passed', 22), 'passed', 23);
  assert.equal(heading(again), '### Deploy (T-O5-dev) ✅ 2026-11-23 (second attempt)');
  assert.equal(again.match(/\*\* passed/g)?.length, 1);
  const failed = ran(again, 'failed', 24);
  assert.equal(heading(failed), '### Deploy (T-O5-dev) ❌ 2026-11-24');
  assert.equal(
    heading(ran(failed, 'passed', 25)),
    '### Deploy (T-O5-dev) ✅ 2026-11-25 (attempt 4)',
    'failed, passed, failed, passed',
  );
});

test('an attempt has its day, its time and its words, as they are written', () => {
  const told = (line: string) => {
    const [attempt] = read(deploySection(line)).attempts;
    return [attempt?.date, attempt?.time, attempt?.words];
  };
  assert.deepEqual(told('- **First attempt (2026-11-20 16:08 PDT)** failed at Step 0.2: no profile'), [
    '2026-11-20',
    '16:08 PDT',
    'failed at Step 0.2: no profile',
  ]);
  assert.deepEqual(told('- **Attempt 2026-11-21 10:02:11 +00:00** failed at `./amm.sh`'), [
    '2026-11-21',
    '10:02:11 +00:00',
    'failed at `./amm.sh`',
  ]);
  assert.deepEqual(told('- **Second attempt**: ✅'), [undefined, undefined, '✅']);
});

test('attempts that a person told of are counted, by their words where they have numbers', () => {
  const told = (...lines: readonly string[]) =>
    read(deploySection(...lines)).attempts.map(({ number, passed }) => ({ number, passed }));
  assert.deepEqual(told('- **First attempt (2026-11-20 16:08 PDT)** failed at Step 0.2: no profile'), [
    { number: 1, passed: false },
  ]);
  assert.deepEqual(
    told(
      '- **First attempt 18:14**: the role name was taken',
      '- **Second attempt 22:54**: ✅',
      '- **A note on the first attempt**: it left the domain',
    ),
    [
      { number: 1, passed: false },
      { number: 2, passed: true },
      { number: 1, passed: false },
    ],
  );
  assert.deepEqual(
    told(
      '- **3rd attempt** failed',
      '- **Attempt 2026-11-21 10:02:11 +00:00** failed',
      '- **Attempt #5:** passed',
    ),
    [
      { number: 3, passed: false },
      { number: 4, passed: false },
      { number: 5, passed: true },
    ],
  );
  assert.deepEqual(told('- **Anomaly**: the attempt was slow', '- an attempt'), []);
});

test("a person's words behind a heading stay, whatever happens next", () => {
  const byHand = deploySection(
    '- `dev.example.com` registered: ✅ 2026-11-20',
    '- **First attempt 18:14**: the role name was taken',
    '- **Second attempt 22:54**: went well',
  ).replace(
    '### Deploy (T-O5-dev)',
    '### Deploy (T-O5-dev) ✅ 2026-11-20 (second attempt; the first was blocked)',
  );
  const failed = ran(byHand, 'failed', 21);
  assert.equal(
    heading(failed),
    '### Deploy (T-O5-dev) ❌ 2026-11-21; before that ✅ 2026-11-20 (second attempt; the first was blocked)',
  );
  assert.equal(
    heading(ran(failed, 'passed', 22)),
    '### Deploy (T-O5-dev) ✅ 2026-11-22 (attempt 4); before that ✅ 2026-11-20 (second attempt; the first was blocked)',
  );
});

test('however it goes, one line tells of each attempt and the heading names the one that passed', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('passed' as const, 'failed' as const), { maxLength: 7 }),
      (verdicts) => {
        let text = fresh;
        let told = 0;
        let before: 'passed' | 'failed' | undefined;
        for (const [index, verdict] of verdicts.entries()) {
          const earlier = text.split('\n').filter((line) => line.startsWith('- **'));
          text = ran(text, verdict, 10 + index);
          if (verdict === 'failed' || (before === 'failed' && told > 0)) told++;
          before = verdict;
          const now = text.split('\n').filter((line) => line.startsWith('- **'));
          assert.equal(now.length, told);
          assert.deepEqual(now.slice(0, earlier.length), earlier, 'nothing that was told is changed');
          const { attempts, remark } = read(text);
          assert.deepEqual(
            attempts.map(({ number }) => number),
            Array.from({ length: told }, (_, each) => each + 1),
          );
          const status =
            verdict === 'passed' ? `✅ 2026-11-${10 + index}${remark}` : `❌ 2026-11-${10 + index}`;
          assert.equal(heading(text), `### Deploy (T-O5-dev) ${status}`);
          assert.equal(remark !== '', verdict === 'passed' && told > 0);
          assert.ok(place.kind === 'phase');
          assert.deepEqual(
            settle(text, place, checks, at(10 + index)).filter(
              (edit) => text.slice(edit.offset, edit.offset + edit.length) !== edit.text,
            ),
            [],
            'told again',
          );
        }
      },
    ),
    { numRuns: 60 },
  );
});

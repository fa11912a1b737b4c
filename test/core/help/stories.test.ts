import assert from 'node:assert/strict';
import { test } from 'node:test';
import { knownChecks } from '../../../src/core/help/known-checks.ts';
import { storyAt } from '../../../src/core/help/stories.ts';
import { readRecord } from '../../../src/core/log/model.ts';
import { readLog } from '../../../src/core/log/read.ts';
import { greetingText } from '../../host/cases/greeting-text.ts';
import { runbook } from './greeting.ts';

function storyOf(words: string, text = greetingText) {
  const record = readRecord(readLog(text), runbook);
  const offset = text.indexOf(words);
  assert.ok(offset >= 0, words);
  return storyAt(record, runbook, knownChecks(record, runbook), offset, {
    date: '2026-11-24',
    time: '2026-11-24 10:02:11 +00:00',
  });
}

test('a check tells its verdict, evidence, history and its line in the runbook', () => {
  const story = storyOf('`test -s "dev');
  assert.ok(story?.kind === 'check');
  assert.equal(story.where, 'dev · Verification');
  assert.deepEqual([story.status?.kind, story.status?.date], ['cleared', '2026-05-20']);
  assert.match(story.evidence, /^the file \[is there\]/);
  assert.equal(story.latest, undefined, 'the status was written after it');
  assert.deepEqual(
    story.history.map(({ text }) => text),
    ['2026-05-19 10:00:00 +00:00 ❌ failed — no file'],
  );
  assert.equal(runbook.text.split('\n')[(story.runbook?.line ?? 0) - 1], 'test -s "${host}.txt"');
  assert.equal(story.runbook?.known.target.kind, 'phase');
});

test('of a long history the newest five are told', () => {
  const line = '  - 2026-05-19 10:00:00 +00:00 ❌ failed — no file\n';
  const many = Array.from({ length: 8 }, (_, day) => line.replace('19 ', `${11 + day} `)).join('');
  const story = storyOf('`test -s "dev', greetingText.replace(line, many));
  assert.ok(story?.kind === 'check');
  assert.deepEqual(
    story.history.map(({ time }) => time?.slice(8, 10)),
    ['18', '17', '16', '15', '14'],
  );
  assert.equal(story.older, 3);
});

test('what was last seen is the newest result below a check that was verified again', () => {
  const failed = '  - 2026-05-19 10:00:00 +00:00 ❌ failed — no file\n';
  const again = `${failed}  - 2026-05-20 11:00:00 +00:00 ✅ passed — 12 bytes\n`;
  const story = storyOf('`test -s "dev', greetingText.replace(failed, again));
  assert.ok(story?.kind === 'check');
  assert.equal(story.latest?.text, '2026-05-20 11:00:00 +00:00 ✅ passed — 12 bytes');
  assert.deepEqual(
    story.history.map(({ time }) => time?.slice(8, 10)),
    ['19'],
  );
});

test('a check that the runbook does not have is told without a line', () => {
  const story = storyOf(
    'Console',
    greetingText.replace('- `dig', '- Console is green: ✅ 2026-05-20\n- `dig'),
  );
  assert.ok(story?.kind === 'check');
  assert.equal(story.runbook, undefined);
});

test('a gate tells what it blocks, what it requires, and what would open it', () => {
  const story = storyOf('We go |');
  assert.ok(story?.kind === 'gate');
  assert.deepEqual(
    [story.title, story.status?.kind, story.blocks, story.requires],
    ['We go', 'pending', ['prod/Deploy'], ['dev/Verification']],
  );
  assert.equal(story.closed.length, 1);
  assert.match(story.closed[0]?.clears ?? '', /run the cells under "Go"/);
  const late = storyOf('We go |', greetingText.replace('✅ 2026-05-20 | — |', '❌ 2026-05-20 | — |'));
  assert.ok(late?.kind === 'gate');
  assert.match(late.closed[0]?.why ?? '', /requires dev\/Verification cleared, and it is failed/);
  const waived = storyOf('We go |', greetingText.replace('go | ⏳ pending', 'go | ⚠️ waived 2026-05-20 — x'));
  assert.ok(waived?.kind === 'gate');
  assert.deepEqual(waived.closed, []);
});

test('the command of a check is known where it stands, a question has none', () => {
  const record = readRecord(readLog(greetingText), runbook);
  const known = [...knownChecks(record, runbook).values()].map(({ command, placed, target }) => [
    command === undefined ? placed.entry.label : greetingText.slice(command.start, command.end),
    placed.step.index,
    target.kind === 'gate' ? target.gate.id : target.partition.name,
  ]);
  assert.deepEqual(known, [
    ['`echo "hello dev" > "dev.example.com.txt"`', 0, 'dev'],
    ['`test -s "dev.example.com.txt"`', 1, 'dev'],
    ['`dig +short NS dev.example.com @8.8.8.8`', 2, 'dev'],
    ['`echo "hello prod" > "www.example.com.txt"`', 0, 'prod'],
    ['The team agreed', 3, 'go'],
  ]);
});

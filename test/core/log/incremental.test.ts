/** A text that is read after another one says what it says when it is read alone. */
import assert from 'node:assert/strict';
import { env } from 'node:process';
import { test } from 'node:test';
import fc from 'fast-check';
import { lintRecord } from '../../../src/core/lint/lint.ts';
import { readRecord } from '../../../src/core/log/model.ts';
import { overviewOf } from '../../../src/core/log/overview.ts';
import { logReader } from '../../../src/core/log/read.ts';
import { randomLog, runbook } from './grammar.ts';

const runs = Number(env['RANDOM_LOGS'] ?? 60);

/** Everything that a value says: its getters asked, its maps as lists, its fixes as the edits that they make. */
function said(value: unknown): unknown {
  if (typeof value === 'function') return said(value());
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(said);
  if (value instanceof Map) return [...value].map(said);
  const prototype: unknown = Object.getPrototypeOf(value);
  const getters =
    prototype === Object.prototype
      ? []
      : Object.entries(Object.getOwnPropertyDescriptors(prototype)).flatMap(([key, { get }]) =>
          get === undefined ? [] : [[key, said(get.call(value))]],
        );
  const own = Object.entries(value).map(([key, each]) => [key, said(each)]);
  return Object.fromEntries([...own, ...getters]);
}

function reading(text: string, readLog = logReader()): unknown {
  const record = readRecord(readLog(text), runbook);
  return said({
    record,
    overview: overviewOf(record, runbook),
    findings: lintRecord(record, runbook, '2026-11-24'),
  });
}

/** What is typed or deleted: some of it opens what the rest of the log then stands in. */
const words = fc.oneof(
  fc.constantFrom(
    ...[
      '',
      'a',
      ' ',
      '\n',
      '\r\n',
      '\n\n',
      '#',
      '\n# ',
      '\n## § dev\n',
      '\n### Deploy ✅\n',
      '\n===\n',
      '\n---\n',
    ],
    ...[
      '```\n',
      '\n```',
      '~~~\n',
      '<!--',
      '-->',
      '<div>\n',
      '\n\n',
      '\n- ',
      '  - 2026-11-23 10:00:00 +00:00 ✅ passed\n',
    ],
    ...[
      '✅',
      '❌ 2026-11-24',
      '⏳ pending',
      '🟡 started',
      '⚠️ 2027-02-31',
      '👍',
      '|',
      '| dev | ✅ |\n',
      'TODO',
      '`',
    ],
    ...[
      '**Sign-off**: ✅ 2026-11-24\n',
      '**Notes**:\n',
      '<<<<<<< HEAD\n',
      '\n>>>>>>> b\n',
      '**First attempt** ❌\n',
    ],
  ),
  fc.string({ maxLength: 5 }),
);

const edits = fc.array(
  fc.record({
    /** Where in the text, as a share of it. */
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    gone: fc.oneof(fc.constant(0), fc.nat({ max: 60 }), fc.nat({ max: 600 })),
    words,
  }),
  { minLength: 1, maxLength: 6 },
);

test('record, overview and findings are those of a reading anew, whatever was typed before', () => {
  fc.assert(
    fc.property(randomLog, edits, ({ text }, typed) => {
      const texts = [text];
      for (const { at, gone, words } of typed) {
        const before = texts.at(-1) ?? '';
        const offset = Math.floor(at * before.length);
        texts.push(before.slice(0, offset) + words + before.slice(offset + gone));
      }
      // And back, as undo does.
      texts.push(...texts.toReversed());
      const readLog = logReader();
      const inARow = texts.map((each) => reading(each, readLog));
      for (const [index, each] of texts.entries()) assert.deepEqual(inARow[index], reading(each));
    }),
    { numRuns: runs },
  );
});

test('a fence that was open at the end takes along what is written behind it', () => {
  const readLog = logReader();
  readLog('# a\n\n```\n');
  assert.deepEqual(
    readLog('# a\n\n```\n# b\n').headings.map(({ title }) => title),
    ['a'],
  );
});

test('what was read of a log stays while the files beside it are read', () => {
  const readLog = logReader();
  const piecesOf = (text: string): readonly unknown[] => readLog(text).headings.map(({ piece }) => piece);
  const log = '# Log\n\n## § dev\n- `a`: ⏳ pending\n\n## § prod\n- `a`: ⏳ pending\n';
  const [, , prod] = piecesOf(log);
  for (const beside of ['# Verification\n\n| id | status |\n|---|---|\n', '# Rehearsal\n\n## § dev\n']) {
    piecesOf(beside);
    piecesOf(`${beside}typed\n`);
  }
  const [, , again] = piecesOf(log.replace('⏳ pending', '✅ 2026-11-24'));
  assert.equal(again, prod);
});

test('of many logs only the last few are kept', () => {
  const readLog = logReader();
  const first = readLog('# 0\n');
  assert.equal(readLog('# 0\n'), first);
  for (const other of [1, 2, 3]) readLog(`# ${other}\n`);
  assert.notEqual(readLog('# 0\n'), first);
});

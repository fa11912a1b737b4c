/** A text that is read after another one says what it says when it is read alone. */
import assert from 'node:assert/strict';
import { env } from 'node:process';
import { test } from 'node:test';
import fc from 'fast-check';
import { lintRecord } from '../../../src/core/lint/lint.ts';
import { readRecord } from '../../../src/core/log/model.ts';
import { overviewOf } from '../../../src/core/log/overview.ts';
import { readLog } from '../../../src/core/log/read.ts';
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

function reading(text: string): unknown {
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
      readLog('');
      const inARow = texts.map(reading);
      for (const [index, each] of texts.entries()) {
        readLog('');
        assert.deepEqual(inARow[index], reading(each));
      }
    }),
    { numRuns: runs },
  );
});

test('a fence that was open at the end takes along what is written behind it', () => {
  readLog('# a\n\n```\n');
  assert.deepEqual(
    readLog('# a\n\n```\n# b\n').headings.map(({ title }) => title),
    ['a'],
  );
});

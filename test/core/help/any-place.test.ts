import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { offersAt } from '../../../src/core/help/line-offers.ts';
import { lineStoryAt } from '../../../src/core/help/line-stories.ts';
import { occurrences } from '../../../src/core/help/occurrences.ts';
import { renameTo } from '../../../src/core/help/rename.ts';
import { lookupFor } from '../../../src/core/runbook/names.ts';
import { parseRunbook, type Runbook } from '../../../src/core/runbook/runbook.ts';
import { inCell } from './caret.ts';

const piece = fc.constantFrom(
  ...[
    'NS',
    'TXT',
    'read',
    'stack',
    'register',
    'verify',
    'dkim',
    'is',
    'has',
    'at',
    'least',
    '2',
    'as',
    'token',
  ],
  ...['${domain}', '${domane}', '${', '${}', '}', '$host', '${host', '${context.dkimSelector}', 'op://a/b/c'],
  ...[
    '#',
    "'",
    '"',
    '\\',
    '|',
    '\t',
    ' ',
    '  ',
    '\n',
    '\r\n',
    '\u00A0',
    '😀',
    'שלום',
    '\u202E',
    '```',
    'host=x',
  ],
);
const lines = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(' '));
const language = fc.constantFrom('op', 'aws', 'postmark', 'dig', 'git', 'ask', 'sh', 'sh check', 'cobol');
const runbookText = fc
  .tuple(language, lines, fc.boolean(), fc.constantFrom('Deploy', 'Production confirmation', 'Nowhere'))
  .map(([id, written, crlf, heading]) => {
    const text = inCell(id, written, heading).replace('postmark: NonProd,', 'postmark: NonProd, host: a.b,');
    return crlf ? text.replaceAll(/\r?\n/g, '\r\n') : text;
  });

const runs = { numRuns: 1500 };

test('at any place of any text there is an answer, and it is about the place', () => {
  fc.assert(
    fc.property(runbookText, fc.double({ min: 0, max: 1, noNaN: true }), (text, where) => {
      const runbook = parseRunbook(text);
      const caret = Math.round(where * text.length);
      for (const { span, insert, label } of offersAt(runbook, caret, { partition: 'dev' })) {
        assert.ok(span.start <= caret && caret <= span.end && span.end <= text.length, label);
        assert.ok(!/[\r\n]/.test(text.slice(span.start, span.end)), 'an offer stays in its line');
        assert.ok(insert.length > 0);
      }
      const story = lineStoryAt(runbook, caret, { partition: 'dev' });
      if (story !== undefined) assert.ok(story.span.start <= caret && caret <= story.span.end);
    }),
    runs,
  );
});

/** The values of all names on all partitions, by name. */
const values = (runbook: Runbook, names: readonly string[]): (string | undefined)[] =>
  names.flatMap((name) => runbook.partitions.map((partition) => lookupFor(runbook, partition)(name)));

test('a rename changes names and nothing else: every value stays, nothing that was known is unknown', () => {
  let done = 0;
  fc.assert(
    fc.property(runbookText, fc.nat(), (text, pick) => {
      const runbook = parseRunbook(text);
      const all = occurrences(runbook).filter(({ name }) => name === 'domain' || name === 'host');
      const at = all[pick % Math.max(1, all.length)];
      if (at === undefined) return;
      const renamed = renameTo(runbook, at.span.start, 'another');
      if (renamed.kind === 'refused') return;
      done++;
      const after = renamed.edits.reduceRight(
        (made, { offset, length, text: put }) => made.slice(0, offset) + put + made.slice(offset + length),
        text,
      );
      const again = parseRunbook(after);
      assert.equal(again.problems.length, runbook.problems.length);
      assert.deepEqual(
        values(again, ['another', 'stack', 'region']),
        values(runbook, [at.name, 'stack', 'region']),
      );
      assert.equal(after.replaceAll('another', at.name), text);
    }),
    runs,
  );
  assert.ok(done > 300, `only ${done} renames`);
});

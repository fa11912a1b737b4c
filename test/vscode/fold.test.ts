import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fold, longestEntry } from '../../src/vscode/fold.ts';

test('what is too long for an entry stands in lines: a name before what is said of it, then words', () => {
  assert.deepEqual(fold('stack Alpha001-prod-Email'), ['stack Alpha001-prod-Email']);
  assert.deepEqual(
    fold(`gate "Production deploy confirmation given": waived 2026-11-28 — ${'word '.repeat(14)}end`),
    [
      'gate "Production deploy confirmation given":',
      `waived 2026-11-28 — ${'word '.repeat(10)}`.trimEnd(),
      `${'word '.repeat(4)}end`,
    ],
  );
  assert.deepEqual(fold(`${'x'.repeat(71)}😀y`), ['x'.repeat(71), '😀y']);
});

test('any text is there whole, in lines that fit and have whole characters', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', ' ', ': ', 'é', '😀', 'ש', 'word', '-'.repeat(50)),
    maxLength: 60,
  });
  fc.assert(
    fc.property(text, (given) => {
      const lines = fold(given);
      for (const line of lines) {
        assert.ok(line.length <= longestEntry);
        assert.ok(line.isWellFormed());
      }
      const without = (words: string): string => words.replaceAll(' ', '');
      assert.equal(without(lines.join('')), without(given));
    }),
  );
});

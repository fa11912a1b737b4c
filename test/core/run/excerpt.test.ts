import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Excerpt } from '../../../src/core/run/excerpt.ts';

const limits = { head: 40, tail: 60, headLines: 2, tailLines: 3 };

function excerpt(...chunks: readonly string[]): string {
  const made = new Excerpt(limits);
  for (const chunk of chunks) made.add(chunk);
  return made.text;
}

const numbered = (count: number): string =>
  Array.from({ length: count }, (_, index) => `line ${index + 1}\n`).join('');

test('a short text is whole, without colours', () => {
  assert.equal(excerpt('one\n\u001B[31mtwo\u001B[0m\n', 'three'), 'one\ntwo\nthree');
});

test('of a long text its first and its last lines are shown, and how many lie between', () => {
  const shown = 'line 1\nline 2\n… 95 lines left out here …\nline 98\nline 99\nline 100\n';
  assert.equal(excerpt(numbered(100)), shown);
  assert.equal(excerpt(...(numbered(100).match(/.{1,7}/gs) ?? [])), shown);
  assert.equal(excerpt(numbered(7)), 'line 1\nline 2\n… 2 lines left out here …\nline 5\nline 6\nline 7\n');
});

test('of one endless line both ends are shown', () => {
  const shown = excerpt('a'.repeat(1000), 'b'.repeat(1000));
  assert.equal(shown, `${'a'.repeat(40)}\n… 1900 characters left out here …\n${'b'.repeat(60)}`);
});

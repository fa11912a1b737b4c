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

test('a short text is whole, with its colours', () => {
  assert.equal(excerpt('one\n\u001B[31mtwo\u001B[0m\n', 'three'), 'one\n\u001B[31mtwo\u001B[0m\nthree');
});

test('a cut leaves no half of a colour, and colours end where something is left out', () => {
  const red = (text: string): string => `\u001B[31m${text}\u001B[0m`;
  for (let shift = 0; shift < 12; shift++) {
    const shown = excerpt('x'.repeat(shift), ...Array.from({ length: 90 }, () => red('y')));
    const [head = '', tail = ''] = shown.split(/\n….*…\n/);
    assert.match(head, /^x*(\u001B\[31my?|\u001B\[0m|y)*\u001B\[0m$/);
    assert.match(tail, /^(\u001B\[31m)?y?(\u001B\[0m)?(\u001B\[31my\u001B\[0m)+$/);
  }
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

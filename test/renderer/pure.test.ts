import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CheckState } from '../../src/core/run/cell-report.ts';
import { stretches } from '../../src/renderer/ansi.ts';
import { difference } from '../../src/renderer/difference.ts';
import { find } from '../../src/renderer/find.ts';
import { durationText, inlineCode, pick, shown, summary } from '../../src/renderer/words.ts';

const key = `k=rsa;p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQD${'x7Vn2kQ9'.repeat(20)}wIDAQAB`;
const joined = (pieces: readonly { readonly text: string }[] = []): string =>
  pieces.map(({ text }) => text).join('');

test('a DKIM key that differs in one character is marked at that character', () => {
  const at = 137;
  const other = `${key.slice(0, at)}${key[at] === 'Q' ? 'O' : 'Q'}${key.slice(at + 1)}`;
  const found = difference(key, other);
  assert.deepEqual(
    found?.actual.filter(({ kind }) => kind === 'different'),
    [{ kind: 'different', text: other[at] }],
  );
  assert.equal(found?.words, `Character ${at + 1} is “${other[at]}”, expected “${key[at]}”.`);
});

test('what is missing, what is too much, and what only looks the same is told', () => {
  assert.equal(difference(`${key}=`, key)?.words, `Before character ${key.length + 1} “=” is missing.`);
  assert.match(
    difference('v=spf1 include:a.example ~all', 'v=spf1 include:a.example  ~all')?.words ?? '',
    /is too much/,
  );
  assert.match(
    difference('paypal.example.com', 'p\u0430ypal.example.com')?.words ?? '',
    /“\u0430” \(U\+0430\), expected “a”/,
  );
});

test('texts with little in common are not marked, equal ones neither', () => {
  assert.equal(difference('at least 2 nameservers', 'NXDOMAIN: dev.example.com does not exist'), undefined);
  assert.equal(difference(key, key), undefined);
});

test('no sign of several units is cut apart', () => {
  const found = difference('family 👨‍👩‍👧 here and there', 'family 👨‍👩‍👦 here and there');
  assert.deepEqual(
    found?.actual.filter(({ kind }) => kind === 'different').map(({ text }) => text),
    ['👨‍👩‍👦'],
  );
});

test('the pieces are the texts, whatever the texts are', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' ', '👍', 'ש'), maxLength: 60 });
  fc.assert(
    fc.property(letters, letters, (a, b) => {
      const found = difference(a, b);
      if (found === undefined) return;
      assert.equal(joined(found.expected), a);
      assert.equal(joined(found.actual), b);
    }),
  );
});

test('a long text that differs everywhere ends soon', () => {
  const long = 'ab'.repeat(2000);
  const begun = performance.now();
  difference(long, 'ba c'.repeat(1000));
  assert.ok(performance.now() - begun < 1000);
});

test('colours and weights of a terminal become looks; all other sequences are left out', () => {
  assert.deepEqual(stretches('\u001B[1;31mno\u001B[22m red\u001B[0m\u001B[2K\u001B]0;title\u0007 end'), [
    { text: 'no', look: { colour: 1, bold: true } },
    { text: ' red', look: { colour: 1 } },
    { text: ' end', look: {} },
  ]);
  assert.deepEqual(stretches('\u001B[38;5;196mx\u001B[48;2;0;0;200my\u001B[39;49mz'), [
    { text: 'x', look: { colour: 9 } },
    { text: 'y', look: { colour: 9, ground: 4 } },
    { text: 'z', look: {} },
  ]);
});

test('no unit that steers is left in what is shown', () => {
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom(
          'a',
          '\u001B',
          '[',
          ']',
          '3',
          ';',
          'm',
          '\u0007',
          '\u202E',
          '\u0000',
          '\n',
          '\r',
        ),
      }),
      (text) => {
        const all = joined(stretches(text));
        assert.doesNotMatch(all, /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E]/);
      },
    ),
  );
});

test('a word is found in any case, with its line', () => {
  assert.deepEqual(find('one\nTwo two\n(x', 'two'), [
    { start: 4, end: 7, line: 2 },
    { start: 8, end: 11, line: 2 },
  ]);
  assert.deepEqual(find('one\n(x', '(X'), [{ start: 4, end: 6, line: 2 }]);
  assert.deepEqual(find('anything', ''), []);
  assert.equal(find('a'.repeat(5000), 'a').length, 1000);
});

test('the code of a check is told from its words', () => {
  assert.deepEqual(inlineCode('`dig +short NS a` returns ≥ 2, `` a`b ``'), [
    { kind: 'code', text: 'dig +short NS a' },
    { kind: 'words', text: ' returns ≥ 2, ' },
    { kind: 'code', text: 'a`b' },
  ]);
  assert.deepEqual(inlineCode('no `end'), [{ kind: 'words', text: 'no `end' }]);
});

test('the sum names what is open first', () => {
  const rows = (...states: readonly CheckState[]) => states.map((state) => ({ state }));
  assert.equal(
    summary(rows('passed', 'running', 'failed', 'passed', 'not-run')),
    '2 of 5 passed, 1 failed, 1 running, 1 not run',
  );
});

test('of too many rows those that are open are kept, in their order', () => {
  const rows = Array.from({ length: 1000 }, (_, id) => ({
    id,
    state: id === 7 || id === 990 ? ('failed' as const) : ('passed' as const),
  }));
  assert.deepEqual(
    pick(rows, 4).map(({ id }) => id),
    [0, 1, 7, 990],
  );
  assert.equal(pick(rows.slice(0, 4), 4).length, 4);
});

test('times and long texts are for people', () => {
  assert.equal(durationText(840), '0.8 s');
  assert.equal(durationText(64_000), '1 min 4 s');
  assert.match(shown('😀'.repeat(3000)), /^(?:😀)+… \(6000 characters\)$/u);
});

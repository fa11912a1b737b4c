import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boardPicture } from '../../src/board/picture.ts';
import { many, middle, strange } from './boards.ts';

test('a picture tells what the board tells', () => {
  const { svg } = boardPicture(middle);
  for (const words of [
    'partition-mail',
    'REHEARSAL · execution-log.rehearsal.md · as of 2026-11-24 10:02:11 +00:00',
    '2 things wait for a person',
    '• demo · Verification failed.',
    'protected',
    'failed 2026-11-24',
    'started, no result',
    'The gate "Production',
    '1 of 10 failed',
    'Entry criteria verified: cleared 2026-11-24 · open',
    'Deploy, attempt 1 failed 09:10:11 +00:00',
    'Without a date',
  ])
    assert.ok(svg.includes(words), words);
});

test('what is cut is there whole for whoever rests on it', () => {
  const { svg } = boardPicture(strange);
  assert.match(svg, /<title>a{400}[^<]*<\/title>a{10,60}…/);
});

test('markup in words stays words, and nothing stands in it that XML does not know', () => {
  const { svg } = boardPicture(strange);
  assert.ok(!svg.includes('<script'));
  assert.ok(svg.includes('&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;'));
  assert.doesNotMatch(svg, /[\u0000-\u0008\u000b-\u001f\ufffe]/);
  assert.ok(svg.isWellFormed());
});

test('it grows with the board, and every part of it stands within', () => {
  const small = boardPicture(middle);
  const large = boardPicture(many(200));
  assert.ok(large.height > small.height * 10);
  for (const { svg, width, height } of [small, large]) {
    for (const [, x, y] of svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)"/g)) {
      assert.ok(Number(x) < width && Number(y) < height, `${x},${y}`);
    }
  }
});

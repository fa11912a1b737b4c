import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { builtPages, hasNoColours, pictures } from '../pages/built-pages.ts';
import { themes } from '../pages/themes.ts';
import { many, middle, strange } from './boards.ts';
import { openBoard } from './page.ts';

const built = builtPages();

test('it is small, and its style knows no colour but those of the theme', async () => {
  const { size } = await stat(join(built.dist, 'board.js'));
  assert.ok(size < 40_000, `${size} bytes`);
  await hasNoColours('src/board/style.css');
});

for (const [name, theme] of Object.entries(themes)) {
  test(`axe finds nothing, and the policy refuses nothing: ${name}`, async () => {
    await using board = await openBoard(built.browser, { dist: built.dist });
    await board.paint(theme);
    await board.tell({ kind: 'board', board: middle });
    await board.page.getByRole('heading', { name: '2 things wait for a person' }).waitFor();
    assert.deepEqual(await board.refused(), []);
    await board.page.screenshot({ path: join(pictures, `board-${name}.png`), fullPage: true });
    assert.deepEqual(await board.axe(), []);
  });
}

test('a cell tells its partition, its phase and its state, and leads to the log', async () => {
  await using board = await openBoard(built.browser, { dist: built.dist });
  await board.tell({ kind: 'board', board: middle });
  const cell = board.page.getByRole('button', { name: 'demo, Verification: failed 2026-11-24' });
  assert.match((await cell.textContent()) ?? '', /1 of 10 failed/);
  await cell.focus();
  await board.page.keyboard.press('Enter');
  assert.deepEqual(await board.posts(), [{ kind: 'ready' }, { kind: 'reveal', span: { start: 0, end: 0 } }]);
});

test('doors stand before what they block, open or closed in words and shape', async () => {
  await using board = await openBoard(built.browser, { dist: built.dist });
  await board.tell({ kind: 'board', board: middle });
  const row = board.page.getByRole('row', { name: /prod Alpha001|prod protected/ });
  await row.getByRole('button', { name: 'Gate Entry criteria verified open' }).waitFor();
  await row.getByRole('button', { name: 'Gate Production deploy confirmation given closed' }).waitFor();
  const dev = board.page.getByRole('row', { name: /^dev / });
  assert.equal(await dev.getByRole('button', { name: /^Gate / }).count(), 1);
});

test('what has not changed stays the same element, and what has keeps the focus', async () => {
  await using board = await openBoard(built.browser, { dist: built.dist });
  await board.tell({ kind: 'board', board: middle });
  const { page } = board;
  await page.evaluate("document.querySelectorAll('tbody tr').forEach((row, index) => { row.mark = index; })");
  await page.getByRole('button', { name: 'stage, Deploy: running' }).focus();
  const cells = middle.rows[1]?.cells.map((each, index) =>
    index === 1 ? { ...each, status: 'cleared' as const } : each,
  );
  const rows = middle.rows.map((row, index) => (index === 1 ? { ...row, cells: cells ?? [] } : row));
  await board.tell({ kind: 'board', board: { ...middle, rows } });
  await page.getByRole('button', { name: 'stage, Deploy: cleared' }).waitFor();
  assert.deepEqual(
    await page.evaluate("[...document.querySelectorAll('tbody tr')].map((row) => row.mark ?? 'new')"),
    [0, 'new', 2, 3],
  );
  assert.match(await page.evaluate('document.activeElement.textContent'), /^stage, Deploy: cleared/);
});

test('nothing to draw: what is missing, and the way on', async () => {
  await using board = await openBoard(built.browser, { dist: built.dist });
  await board.tell({ kind: 'message', message: 'The runbook mail has no log yet.', action: 'start-run' });
  await board.page.getByRole('button', { name: 'Start Run' }).click();
  assert.deepEqual(await board.posts(), [{ kind: 'ready' }, { kind: 'act', action: 'start-run' }]);
  await board.tell({ kind: 'board', board: middle });
  await board.page.getByRole('heading', { name: 'partition-mail' }).waitFor();
  assert.equal(await board.page.getByRole('button', { name: 'Start Run' }).count(), 0);
  assert.deepEqual(await board.axe(), []);
});

test('strange words stay words, and nothing is wider than its window at 400 pixels and twice the size', async () => {
  await using board = await openBoard(built.browser, {
    dist: built.dist,
    viewport: { width: 400, height: 900 },
  });
  for (const [name, shown] of Object.entries({ middle, strange })) {
    for (const zoom of [1, 2]) {
      await board.page.evaluate(`document.documentElement.style.zoom = ${zoom}`);
      await board.tell({ kind: 'board', board: shown });
      await board.page.screenshot({
        path: join(pictures, `board-narrow-${name}-${zoom}.png`),
        fullPage: true,
      });
      const wide = await board.page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      assert.equal(wide, 0, `${name} at ${zoom}`);
    }
  }
  assert.equal(await board.page.locator('main script').count(), 0);
  assert.deepEqual(await board.refused(), []);
});

test('nothing moves for whoever wants less motion', async () => {
  await using board = await openBoard(built.browser, { dist: built.dist, reducedMotion: true });
  await board.tell({ kind: 'board', board: middle });
  assert.deepEqual(await board.page.evaluate('document.getAnimations().length'), 0);
});

test('a thousand partitions: one that changes is made anew, the others stay', async () => {
  await using board = await openBoard(built.browser, { dist: built.dist });
  await board.tell({ kind: 'board', board: many(1000) });
  assert.equal(await board.page.locator('tbody tr').count(), 1000);
  await board.page.evaluate("document.querySelectorAll('tbody tr').forEach((row) => { row.kept = true; })");
  const next = many(1000);
  const rows = next.rows.map((row, index) => (index === 500 ? { ...row, note: 'another' } : row));
  await board.tell({ kind: 'board', board: { ...next, rows } });
  assert.equal(
    await board.page.evaluate("[...document.querySelectorAll('tbody tr')].filter((row) => row.kept).length"),
    999,
  );
});

for (const [name, drawn] of Object.entries({ middle, strange })) {
  test(`it draws itself as SVG and as PNG for the change record: ${name}`, async () => {
    await using board = await openBoard(built.browser, { dist: built.dist });
    await board.tell({ kind: 'board', board: drawn });
    await board.tell({ kind: 'draw', format: 'svg', request: 1 });
    const { data: svg } = await board.told('drawn');
    assert.match(svg, /^<svg /);
    await writeFile(join(pictures, `board-export-${name}.svg`), svg);
    await using again = await openBoard(built.browser, { dist: built.dist });
    await again.tell({ kind: 'board', board: drawn });
    await again.tell({ kind: 'draw', format: 'png', request: 2 });
    const png = Buffer.from((await again.told('drawn')).data, 'base64');
    await writeFile(join(pictures, `board-export-${name}.png`), png);
    assert.deepEqual([...png.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    const [, width = '', height = ''] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg) ?? [];
    const dots = png.readUInt32BE(16);
    assert.ok(dots >= Number(width) && dots <= Number(width) * 2 + 1, `${dots} for ${width}`);
    assert.ok(Math.abs(png.readUInt32BE(20) / dots - Number(height) / Number(width)) < 0.01);
    assert.deepEqual(await again.refused(), []);
  });
}

test('a board that is too large for a PNG says so', async () => {
  await using board = await openBoard(built.browser, { dist: built.dist });
  await board.tell({ kind: 'board', board: many(1000) });
  await board.tell({ kind: 'draw', format: 'png', request: 1 });
  assert.match((await board.told('not-drawn')).why, /too large for a PNG; an SVG has room/);
});

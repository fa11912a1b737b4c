/** What the walks do with cells and their outputs. */
import assert from 'node:assert/strict';
import axe from 'axe-core';
import type { Locator } from 'playwright-core';
import type { Window } from '../walk.ts';

/** Turns the wheel over the notebook until a cell with these words is well in sight; the editor shows blanks as hard ones. */
export async function scrollTo({ page }: Window, words: RegExp): Promise<Locator> {
  const cell = page.locator('.code-cell-row:visible', { hasText: words }).first();
  const rows = page.locator('.notebookOverlay .monaco-list-rows').first();
  /** How far the rows are above the list, `-350px`. */
  const top = async (): Promise<string | undefined> =>
    /\btop: (-?[\d.]+px)/.exec((await rows.getAttribute('style')) ?? '')?.[1];
  /** The editor goes 50 px at each turn of the wheel, however far that is said to be. */
  const wheel = async (by: 1 | -1): Promise<void> => {
    for (let turn = 0; turn < 7; turn++) await page.mouse.wheel(0, by * 100);
  };
  // In the margin: an output that scrolls by itself would take the wheel.
  const margin = await rows.boundingBox();
  await page.mouse.move((margin?.x ?? 0) + 20, 500);
  for (const from of ['here', 'the top'] as const) {
    for (let look = 0; from === 'the top' && look < 60 && (await top()) !== '0px'; look++) await wheel(-1);
    for (let look = 0, before: string | undefined; look < 60; look++) {
      await page.waitForTimeout(120);
      const box = (await cell.isVisible()) ? await cell.boundingBox() : null;
      if (box !== null && box.y > 100 && box.y < 500) return cell;
      const now = await top();
      if (from === 'here' && now === before) break;
      before = now;
      await wheel(1);
    }
  }
  throw new Error(`no cell with ${words} came into sight`);
}

/**
 * Brings a cell with these words into sight and selects it. The mouse clicks where the cell is: `locator.click` would
 * scroll what is half out of sight by itself, and the editor, which draws its rows where it believes to have scrolled
 * to, would have others there.
 */
export async function selectCell(window: Window, words: RegExp): Promise<Locator> {
  const { page } = window;
  for (let turn = 0; turn < 10; turn++) {
    const cell = await scrollTo(window, words);
    const line = await cell.locator('.view-line').first().boundingBox();
    if (line === null) continue;
    await page.mouse.click(line.x + 2, line.y + line.height / 2);
    // The rows may have moved meanwhile: then another is selected.
    const selected = page.locator('.code-cell-row.focused', { hasText: words });
    if (
      await selected
        .waitFor({ timeout: 2000 })
        .then(() => true)
        .catch(() => false)
    )
      return cell;
  }
  throw new Error(`the cell with ${words} could not be selected`);
}

/** Chooses a partition in the runbook, and runs its cell with these words. */
export async function runCell(window: Window, partition: string, words: RegExp): Promise<void> {
  const { page } = window;
  await window.openFile('partition-mail.runbook.md');
  const chosen = page.locator('.statusbar-item', { hasText: `${partition} · REHEARSAL` });
  const offer = page.locator('.quick-input-list .monaco-list-row', { hasText: partition }).first();
  const button = page.getByRole('button', { name: /Select Partition/ }).first();
  // A notebook that is still being shown takes the focus, and with it the list away: then it is opened again.
  for (let turn = 0; !(await chosen.isVisible()); turn++) {
    assert.ok(turn < 20, `${partition} could not be chosen`);
    await button.click();
    await offer.click({ timeout: 5000 }).catch(() => {});
    await chosen.waitFor({ timeout: 5000 }).catch(() => {});
  }
  await selectCell(window, words);
  await window.command('Notebook: Execute Cell');
}

/** The row of the renderer that a text of an output stands in. */
export const outputRow = (place: Locator): Locator => place.locator('xpath=ancestor-or-self::li[1]');

/** What axe has against the results on the page of the outputs, in words. */
export const axeFindings = (place: Locator): Promise<readonly string[]> => axeIn(place, '.cascade-checks');

/** What axe has against a part of the page that a place stands in. */
export async function axeIn(place: Locator, part: string): Promise<readonly string[]> {
  await place.evaluate(axe.source);
  const found: unknown = await place.evaluate(
    `axe.run({ include: ['${part}'] }).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => id + ': ' + html.slice(0, 200) + ' ' + failureSummary)))`,
  );
  return Array.isArray(found) ? found.map(String) : ['axe gave no answer'];
}

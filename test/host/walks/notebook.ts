import type { Walk } from '../walk.ts';

/** Turns the wheel over the notebook until a cell with these words is well in sight; the editor shows blanks as hard ones. */
export async function scrollTo({ page }: Walk, words: RegExp) {
  const cell = page.locator('.code-cell-row:visible', { hasText: words }).first();
  await page.mouse.move(800, 500);
  for (let turn = 0; turn < 60; turn++) {
    await page.mouse.wheel(0, -2000);
    await page.waitForTimeout(30);
  }
  for (let turn = 0; turn < 80; turn++) {
    await page.waitForTimeout(120);
    const box = (await cell.isVisible()) ? await cell.boundingBox() : null;
    if (box !== null && box.y > 100 && box.y < 500) return cell;
    await page.mouse.wheel(0, 1500);
  }
  throw new Error(`no cell with ${words} came into sight`);
}

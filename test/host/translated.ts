/** Our extension as it is when somebody has translated all of its texts: English in letters that nobody overlooks. */
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import l10n from '@vscode/l10n-dev';
import { listFiles, PackageManager } from '@vscode/vsce';
import type { Page } from 'playwright-core';
import { bundleFile } from '../../src/tooling/l10n.ts';
import { root } from '../../src/tooling/paths.ts';

const language = 'de';

/** A text of ours in the other letters; `{0}` and its like stay. */
export const inOtherLetters = (text: string): string => String(l10n.getL10nPseudoLocalized({ text })['text']);

/** Copies what is packed into a folder, with a translation of every text. */
export async function translate(folder: string): Promise<void> {
  const files = await listFiles({ cwd: root, packageManager: PackageManager.None });
  for (const file of [...files, '.vscodeignore']) await cp(join(root, file), join(folder, file));
  for (const file of ['package.nls.json', bundleFile]) {
    const texts = l10n.getL10nPseudoLocalized(JSON.parse(await readFile(join(root, file), 'utf8')));
    await writeFile(join(folder, file.replace(/\.json$/, `.${language}.json`)), JSON.stringify(texts));
  }
}

/** The editor takes itself to speak the language; its own texts stay English without a language pack. */
export async function speakIt(page: Page): Promise<void> {
  await page.addInitScript(`globalThis._VSCODE_NLS_LANGUAGE = ${JSON.stringify(language)};`);
}

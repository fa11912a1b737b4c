/** `npm run l10n`: collects the texts that the editor shows, for whoever translates them, into l10n/. */
import { globSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stdout } from 'node:process';
import l10n, { type l10nJsonFormat } from '@vscode/l10n-dev';
import { root } from './paths.ts';
import { runProgram } from './program.ts';

/** Named so by VS Code; a translation stands beside it as bundle.l10n.<language>.json. */
export const bundleFile = 'l10n/bundle.l10n.json';

export interface Source {
  readonly file: string;
  readonly text: string;
}

/** Where texts are shown by the editor, in the order of their names. */
export function editorSources(): readonly Source[] {
  return globSync('src/vscode/**/*.ts', { cwd: root })
    .sort()
    .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));
}

/** The texts by themselves, in the order of the alphabet, so that two changes rarely meet in one place. */
export async function collectTexts(sources = editorSources()): Promise<l10nJsonFormat> {
  const texts = await l10n.getL10nJson(sources.map(({ text }) => ({ contents: text, extension: '.ts' })));
  return Object.fromEntries(Object.entries(texts).sort(([a], [b]) => (a < b ? -1 : 1)));
}

export const written = (texts: l10nJsonFormat): string => `${JSON.stringify(texts, null, 2)}\n`;

if (import.meta.main) {
  await runProgram(async () => {
    const texts = await collectTexts();
    await mkdir(dirname(join(root, bundleFile)), { recursive: true });
    await writeFile(join(root, bundleFile), written(texts));
    stdout.write(`${bundleFile}: ${Object.keys(texts).length} texts\n`);
    return 0;
  });
}

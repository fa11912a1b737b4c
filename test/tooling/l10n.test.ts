/** The texts that the editor shows: all of them are collected, whole, and hold the places that the code fills. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import l10n from '@vscode/l10n-dev';
import { listFiles, PackageManager } from '@vscode/vsce';
import manifestTexts from '../../package.nls.json' with { type: 'json' };
import { bundleFile, collectTexts, editorSources, written } from '../../src/tooling/l10n.ts';

const sources = editorSources().map(({ file, text }) => ({ file, text: withoutComments(text) }));
const bundle: Readonly<Record<string, string>> = JSON.parse(readFileSync(bundleFile, 'utf8'));

/** Comments as blanks, so that every place stays where it was. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, (comment) => comment.replace(/[^\n]/g, ' '));
}

interface Call {
  readonly at: string;
  readonly args: readonly string[];
}

/** What stands between the brackets of a call, cut at its own commas. */
function argumentsAt(text: string, start: number): readonly string[] {
  const args: string[] = [];
  let from = start;
  let depth = 0;
  for (let index = start; index < text.length; index++) {
    const char = text[index] ?? '';
    if (char === "'" || char === '"') {
      while (text[++index] !== char) if (text[index] === '\\') index++;
    } else if ('([{'.includes(char)) depth++;
    else if (')]}'.includes(char) && depth-- === 0) {
      args.push(text.slice(from, index).trim());
      return args.filter((each) => each !== '');
    } else if (char === ',' && depth === 0) {
      args.push(text.slice(from, index).trim());
      from = index + 1;
    }
  }
  throw new Error('A call has no end.');
}

const calls: readonly Call[] = sources.flatMap(({ file, text }) =>
  [...text.matchAll(/\bl10n\.t\(/g)].map((match) => ({
    at: `${file}:${text.slice(0, match.index).split('\n').length}`,
    args: argumentsAt(text, match.index + match[0].length),
  })),
);

const places = (text: string): readonly number[] =>
  [...new Set([...text.matchAll(/\{(\d+)\}/g)].map((match) => Number(match[1])))].sort((a, b) => a - b);

/** The value of a string of the code. */
const textOf = (literal: string): string =>
  literal
    .slice(1, -1)
    .replace(/\\(?:u\{(\w+)\}|(.))/g, (_, code: string | undefined, char: string) =>
      code === undefined ? (char === 'n' ? '\n' : char) : String.fromCodePoint(Number.parseInt(code, 16)),
    );

test('the bundle is what "npm run l10n" makes of the sources', async () => {
  assert.equal(readFileSync(bundleFile, 'utf8'), written(await collectTexts()), 'Run "npm run l10n".');
});

test('every text is a plain string: one that is put together would never be found in a bundle', () => {
  assert.ok(calls.length > 200, `only ${calls.length} calls found`);
  const wrong = calls.filter(({ args }) => !/^(?:'[^\n]*'|"[^\n]*")$/.test(args[0] ?? ''));
  assert.deepEqual(wrong, []);
  const found = new Set(calls.map(({ args }) => textOf(args[0] ?? '')));
  assert.deepEqual([...found].sort(), Object.keys(bundle).sort());
});

test('every place in a text is filled, and nothing is given for which there is no place', () => {
  for (const { at, args } of calls) {
    const text = args[0] ?? '';
    assert.deepEqual(places(text), [...args.slice(1).keys()], `${at}: ${text}`);
  }
});

test('a translation keeps the places: tried with one that only changes the letters', () => {
  for (const [key, text] of Object.entries(bundle)) assert.equal(text, key);
  const pseudo = Object.entries(l10n.getL10nPseudoLocalized(bundle));
  assert.equal(pseudo.length, Object.keys(bundle).length);
  for (const [key, text] of pseudo) {
    assert.ok(typeof text === 'string', key);
    assert.deepEqual(places(text), places(key), key);
    if (/\p{L}/u.test(key.replace(/\{\d+\}/g, ''))) assert.notEqual(text, key);
  }
  const targets = (text: unknown): readonly string[] => String(text).match(/\]\([^)]+\)/g) ?? [];
  const named = l10n.getL10nPseudoLocalized(manifestTexts);
  for (const [key, text] of Object.entries(manifestTexts))
    assert.deepEqual(targets(named[key]), targets(text), `${key}: its links lead elsewhere`);
});

test('one voice: no exclamation marks, no emoji, no blanks around', () => {
  for (const text of Object.keys(bundle)) {
    assert.doesNotMatch(text, /!|\p{Extended_Pictographic}/u);
    assert.equal(text, text.trim());
    // An icon is no text.
    assert.doesNotMatch(text, /\$\(/);
  }
});

test('an error or a warning says more than what happened', () => {
  const refusals = sources.flatMap(({ text }) =>
    [
      ...text.matchAll(/(?:new OperatorError|showErrorMessage|showWarningMessage)\(\s*vscode\.l10n\.t\(/g),
    ].map((match) => textOf(argumentsAt(text, match.index + match[0].length)[0] ?? '')),
  );
  assert.ok(refusals.length > 30, `only ${refusals.length} found`);
  for (const text of refusals.filter((each) => each !== '{0}: {1}')) {
    assert.match(text, /[.…]$|\)\.$/);
    assert.match(text, /[.:,] \S/, `"${text}" says what happened, not how to go on`);
  }
});

/** What speaks one language, whatever that of the editor is. */
const others: Readonly<Record<string, string>> = {
  'src/vscode/board.ts': 'the words of the page',
  'src/vscode/report-markdown.ts': 'what stands for the page where there is none',
  'src/vscode/open-log.ts': 'what the command line says too',
};
const own = sources.filter(({ file }) => others[file] === undefined);

/** They go into the log, or name something. */
const names: readonly string[] = [
  'by CASCADE_ANSWERS',
  'the notebook was closed',
  'the window was closed',
  'the sign-in to GitHub',
  'may be empty',
  'Cascade Runbook',
  'partition-mail',
];

/** A string, and whether it goes through the bundle. */
const strings = /(l10n\.t\(\s*)?(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\\n]|\\.)*)`)/g;

test('no sentence of the editor is left out', () => {
  const left = own.flatMap(({ file, text }) =>
    [...text.matchAll(strings)]
      .filter(([, call]) => call === undefined)
      .map(([, , ...found]) => (found.find((each) => each !== undefined) ?? '').replace(/\$\{[^}]*\}/g, ''))
      .filter((words) => /\p{L}{2} \p{L}{2}/u.test(words) && !names.includes(words))
      .map((words) => `${file}: ${words}`),
  );
  assert.deepEqual(left, []);
});

test('no word is shown beside the bundle: titles, labels, buttons', () => {
  const shown =
    /(?:\b(?:title|label|placeHolder|prompt|tooltip|description|detail|message)(?::| =)|\b(?:show\w+Message|new OperatorError)\()\s*['"`]([^'"`]*)/g;
  const left = own.flatMap(({ file, text }) =>
    [...text.matchAll(shown)]
      .map((match) => (match[1] ?? '').replace(/\$\{[^}]*\}?|\$\([\w~-]+\)/g, ''))
      .filter((words) => /\p{L}/u.test(words) && !names.includes(words))
      .map((words) => `${file}: ${words}`),
  );
  assert.deepEqual(left, []);
});

test('the texts are packed with the extension', async () => {
  const files = await listFiles({ packageManager: PackageManager.None });
  for (const file of ['package.nls.json', bundleFile]) assert.ok(files.includes(file), file);
});

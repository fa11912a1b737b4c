/** The search for secrets in the files of a VS Code finds what it is for. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { writtenForms } from '../../src/core/run/secret-forms.ts';
import { temporaryFolder } from '../adapters/stand-in.ts';
import { filesWithCopies } from './leaks.ts';

const value = '0d9f6a41-5c1e-4b7a-9a35-2f0e8c7d6b12';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

async function folderWith(t: TestContext, files: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const folder = await temporaryFolder(t);
  mkdirSync(join(folder, 'logs', 'exthost1'), { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

test('a copy is found in each form, at any depth, and its file is named', async (t) => {
  const planted: Readonly<Record<string, string | Buffer>> = {
    plain: `2026-11-24 [info] token ${value}\n`,
    'among bytes': Buffer.concat([Buffer.from([0, 255, 254, 10]), Buffer.from(value), Buffer.alloc(9)]),
    'UTF-16': Buffer.from(value, 'utf16le'),
    'over two lines': `${value.slice(0, 15)}\r\n${value.slice(15)}`,
    coloured: `\u001B[31m${value.slice(0, 5)}\u001B[0m${value.slice(5)}`,
    'in base64': base64(value),
    'in base64 of more': base64(`Basic x:${value}@host`),
    ...Object.fromEntries(writtenForms(value).map((form, index) => [`form ${index}`, `"${form}"`])),
    [`${value}.json`]: '{}',
    [join('logs', 'exthost1', 'output.log')]: value,
  };
  const folder = await folderWith(t, {
    ...planted,
    clean: `op://Vault/Postmark/credential ${value.slice(0, 20)}`,
  });
  const found = await filesWithCopies([folder], [], [value]);
  assert.deepEqual(
    [...found].sort(),
    Object.keys(planted)
      .map((name) => join(folder, name))
      .sort(),
  );
});

test('a file is passed over only by its whole path', async (t) => {
  const folder = await folderWith(t, { 'state.json': value, [join('logs', 'state.json')]: value });
  const found = await filesWithCopies([folder], [join(folder, 'state.json')], ['another secret', value]);
  assert.deepEqual(found, [join(folder, 'logs', 'state.json')]);
});

test('a search that could find nothing is an error', async (t) => {
  const folder = await folderWith(t, {});
  await assert.rejects(filesWithCopies([folder], [], [value]), /no file to look into/);
  writeFileSync(join(folder, 'a'), '');
  await assert.rejects(filesWithCopies([folder], [], []), /no secret to look for/);
  await assert.rejects(filesWithCopies([folder], [], ['']), /no secret to look for/);
  await assert.rejects(filesWithCopies([join(folder, 'gone')], [], [value]), /ENOENT/);
});

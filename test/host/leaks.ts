/** Looks for copies of a rehearsal's secrets in everything that a VS Code keeps. */
import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { writtenForms } from '../../src/core/run/secret-forms.ts';

/** The one file that has the secrets by design: the world, which gives them to `op`, must not forget them. */
const worldState = join('.rehearsal', 'state.json');

export interface Places {
  readonly workspace: string;
  /** Of the server: its logs, and what it and its extensions store. */
  readonly dataDirectory: string;
  readonly page: Page;
  /** What is written when VS Code ends is looked at too. */
  readonly end: () => Promise<void>;
}

/** Ends VS Code, and names each place that has a copy of a secret of its world. */
export async function leaks({ workspace, dataDirectory, page, end }: Places): Promise<readonly string[]> {
  const state = join(workspace, worldState);
  const values = secretsIn(await readFile(state, 'utf8'));
  const stored = await browserStorage(page);
  await end();
  // Without transcripts and logs there would be nothing to find.
  for (const folder of [
    join(workspace, 'execution-log.rehearsal.md.evidence'),
    join(dataDirectory, 'data', 'logs'),
  ])
    await access(folder);
  return [
    ...stored.filter(({ text }) => hasCopy(text, values)).map(({ name }) => name),
    ...(await filesWithCopies([workspace, dataDirectory], [state], values)),
  ];
}

function secretsIn(state: string): readonly string[] {
  const { tokens }: { tokens: Readonly<Record<string, string>> } = JSON.parse(state);
  return Object.values(tokens);
}

/** @param except paths of files, one by one */
export async function filesWithCopies(
  folders: readonly string[],
  except: readonly string[],
  values: readonly string[],
): Promise<readonly string[]> {
  if (values.length === 0 || values.some((value) => writtenForms(value).length === 0))
    throw new Error('there is no secret to look for');
  const found: string[] = [];
  for (const folder of folders) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
    if (files.length === 0) throw new Error(`${folder} has no file to look into`);
    for (const file of files) {
      if (except.includes(file)) continue;
      if (hasCopy(`${file}\n${await readFile(file, 'latin1')}`, values)) found.push(file);
    }
  }
  return found;
}

/** @param text bytes, one a character */
function hasCopy(text: string, values: readonly string[]): boolean {
  // Colours and line ends may stand within a copy, and UTF-16 has a zero behind each letter.
  const plain = text.replace(/\u001B\[[0-9;]*m|[\r\n\0]/g, '');
  return values
    .flatMap((value) => writtenForms(value))
    .some((form) => plain.includes(Buffer.from(form).toString('latin1')));
}

interface Stored {
  readonly name: string;
  readonly text: string;
}

/** A served VS Code keeps its state, that of its extensions included, in the browser. */
async function browserStorage(page: Page): Promise<readonly Stored[]> {
  const stored = await page.evaluate<readonly Stored[]>(`(async () => {
    const result = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const isBytes = (value) => ArrayBuffer.isView(value) || value instanceof ArrayBuffer;
    const bytes = (_, value) => isBytes(value) ? new TextDecoder('latin1').decode(value) : value;
    const stored = [
      { name: 'localStorage', text: JSON.stringify(localStorage) },
      { name: 'sessionStorage', text: JSON.stringify(sessionStorage) },
    ];
    for (const { name } of await indexedDB.databases()) {
      const database = await result(indexedDB.open(name));
      for (const store of database.objectStoreNames) {
        const values = await result(database.transaction(store).objectStore(store).getAll());
        stored.push({ name: 'IndexedDB ' + name + '/' + store, text: JSON.stringify(values, bytes) });
      }
      database.close();
    }
    return stored;
  })()`);
  if (!stored.some(({ name, text }) => name.startsWith('IndexedDB') && text.length > 2))
    throw new Error('the browser stores nothing of VS Code: it was looked for in the wrong place');
  return stored;
}

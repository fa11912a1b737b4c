import { unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { answer, type Outcome } from '../core/ports.ts';
import { fileFailure } from './file-failure.ts';
import { newFile } from './new-file.ts';

/** Keeps a text in a new file beside the log, else in the system's temporary folder, and answers with its path. */
export async function setAside(
  path: string,
  label: string,
  tag: string,
  text: string,
): Promise<Outcome<string>> {
  const name = `${basename(path)}.unwritten-${tag}`;
  const places = [
    { folder: dirname(path), shown: dirname(label) },
    { folder: tmpdir(), shown: tmpdir() },
  ];
  let last: unknown;
  for (const { folder, shown } of places) {
    try {
      return answer(join(shown, await written(folder, name, text)));
    } catch (error) {
      last = error;
    }
  }
  return fileFailure(last, `keep ${name}.md`, tmpdir());
}

/** The name of the file that holds the text now. */
async function written(folder: string, name: string, text: string): Promise<string> {
  for (let count = 1; ; count++) {
    const file = count === 1 ? `${name}.md` : `${name}-${count}.md`;
    const handle = await newFile(join(folder, file));
    if (handle === undefined) continue;
    try {
      await handle.writeFile(text, 'utf8');
      await handle.sync();
      return file;
    } catch (error) {
      // Half of a result would be taken for the whole.
      await unlink(join(folder, file)).catch(() => {});
      throw error;
    } finally {
      await handle.close().catch(() => {});
    }
  }
}

/**
 * A copy of what an editor is about to write. It empties a file and writes it anew: killed in between, or on a full
 * disk, it leaves the beginning of a text, or nothing. Whoever comes next finds the whole text in the copy.
 */
import { lstat, open, readFile, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { realFile } from './atomic-write.ts';
import { claim, lockOf } from './file-lock.ts';

const mark = '\uFEFF';
/**
 * Milliseconds after the copy in which the file was begun to be written: cut off later, its end may have been taken
 * away on purpose.
 */
const fresh = 30_000;

const copyOf = (file: string): string => join(dirname(file), `.${basename(file)}.saving`);

/**
 * Ends the keeping of a copy. Of a file that is not known to be saved it takes the place where that was left cut off;
 * one that is saved may have lost its end to a formatter.
 */
export type Settle = (saved: boolean) => Promise<void>;

/**
 * Keeps a copy until it is settled. Only for whoever holds the file's lock. Throws what the file system throws: a disk
 * without room for the copy has none for the file.
 *
 * @param file where the bytes really are
 * @param text as the editor has it, which hides a byte order mark
 */
export async function keepCopy(file: string, text: string): Promise<Settle> {
  const mode = (await stat(file)).mode & 0o7777;
  const copy = await open(copyOf(file), 'w', mode);
  try {
    await copy.chmod(mode);
    await copy.writeFile((await beginsWithMark(file)) ? mark + text : text, 'utf8');
    await copy.sync();
  } catch (error) {
    // Half a copy is worse than none.
    await unlink(copyOf(file)).catch(() => {});
    throw error;
  } finally {
    await copy.close();
  }
  // Left where it cannot be removed: the next writer tells why.
  return (saved) => (saved ? unlink(copyOf(file)) : restoreCopy(file)).catch(() => {});
}

/** Puts a copy that was left over in the place of a file that was cut off. Only for whoever holds the file's lock. */
export async function restoreCopy(file: string): Promise<void> {
  const copy = copyOf(file);
  if (!(await exists(copy))) return;
  // A file that is gone is told of as such.
  if ((await exists(file)) && (await isCutOff(file, copy))) await rename(copy, file);
  else await unlink(copy);
}

/** The same for one who only reads: nothing is done while somebody has the lock, or where nothing can be written. */
export async function restoreLeftCopy(path: string): Promise<void> {
  try {
    const file = await realFile(path);
    if (!(await exists(copyOf(file)))) return;
    const taken = await claim(lockOf(file));
    if (taken.kind === 'held') return;
    await restoreCopy(file).finally(() => taken.release());
  } catch {
    // The file is read as it is.
  }
}

/** Written after the copy was, and the beginning of it: a save that was refused leaves the file as it was before. */
async function isCutOff(file: string, copy: string): Promise<boolean> {
  const [found, kept] = await Promise.all([stat(file), stat(copy)]);
  const after = found.mtimeMs - kept.mtimeMs;
  if (after < 0 || after > fresh || found.size >= kept.size) return false;
  const [there, whole] = await Promise.all([readFile(file), readFile(copy)]);
  return whole.subarray(0, there.length).equals(there);
}

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

async function beginsWithMark(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer } = await handle.read(Buffer.alloc(3), 0, 3, 0);
    return buffer.toString('utf8') === mark;
  } finally {
    await handle.close();
  }
}

import { randomBytes } from 'node:crypto';
import {
  access,
  constants,
  type FileHandle,
  lstat,
  open,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  stat,
  unlink,
} from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/** Where the bytes really are: links followed, also one whose file does not exist yet. */
export async function realFile(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  const link = await lstat(path).catch(() => undefined);
  if (link?.isSymbolicLink()) return resolve(dirname(path), await readlink(path));
  return path;
}

/**
 * Puts new bytes in a file's place in one step: whoever reads sees the old file or the new one, also after a loss
 * of power. Mode and symbolic link stay. Throws what the file system throws; then the old file is untouched.
 *
 * @param before what the new text was made of. When the file holds something else by now it is left alone, and the
 * answer is false: not every program waits for a lock. The look is taken right before the rename, for a sync may take
 * long.
 */
export async function replaceFile(path: string, text: string, before?: string): Promise<boolean> {
  const target = await realFile(path);
  const mode = await writableMode(target);
  const written = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`);
  let file: FileHandle | undefined;
  try {
    file = await open(written, 'wx', mode ?? 0o666);
    await file.writeFile(text, 'utf8');
    // Again, because the process's umask took its part when the file was made.
    if (mode !== undefined) await file.chmod(mode);
    await file.sync();
    await file.close();
    if (before !== undefined && !(await readFile(target)).equals(Buffer.from(before))) {
      await unlink(written).catch(() => {});
      return false;
    }
    await rename(written, target);
  } catch (error) {
    await file?.close().catch(() => {});
    await unlink(written).catch(() => {});
    throw error;
  }
  await syncFolder(dirname(target));
  return true;
}

const temporary = /^\.(.+)\.[0-9a-f]{12}\.tmp$/;

/**
 * Removes what writers of this file left that were killed before their rename. Only for whoever holds the one lock
 * under which the file is replaced: no living writer has a temporary file then.
 */
export async function removeLeftovers(target: string): Promise<void> {
  const folder = dirname(target);
  const names = await readdir(folder).catch(() => []);
  for (const name of names)
    if (temporary.exec(name)?.[1] === basename(target)) await unlink(join(folder, name)).catch(() => {});
}

/** The mode to keep, undefined for a new file. A rename would replace a read-only file without asking. */
async function writableMode(target: string): Promise<number | undefined> {
  const found = await stat(target).catch((error) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
  if (found === undefined) return undefined;
  if (found.isDirectory()) throw Object.assign(new Error('is a folder'), { code: 'EISDIR' });
  // The bits too, because to root every file looks writable.
  if ((found.mode & 0o222) === 0) throw Object.assign(new Error('is read-only'), { code: 'EACCES' });
  await access(target, constants.W_OK);
  return found.mode & 0o7777;
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  // Not every system lets a folder be synced (Windows does not); the file itself is on the disk by now.
  await handle?.sync().catch(() => {});
  await handle?.close().catch(() => {});
}

export const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

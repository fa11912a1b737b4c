import { type FileHandle, open } from 'node:fs/promises';

/** Makes a file for appending, or answers undefined where one of this name exists: nothing is written over. */
export async function newFile(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'ax');
  } catch (error) {
    if (isThere(error)) return undefined;
    throw error;
  }
}

export const isThere = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EEXIST';

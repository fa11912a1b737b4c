import { readFile, stat } from 'node:fs/promises';
import { answer, failure, type Outcome } from '../core/ports.ts';
import { isMissing } from './atomic-write.ts';
import { fileFailure } from './file-failure.ts';

/** Bytes. A log of a year has one megabyte; what is larger is something else, or would stop the editor. */
const most = 32 * 1024 * 1024;

const megabytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1).replace(/\.0$/, '');

/**
 * A file's text, every byte accounted for: a byte order mark stays, and what is not UTF-8 is refused, never
 * replaced, because the next write would make the damage last. undefined where there is no file.
 */
export async function readText(path: string, label = path): Promise<Outcome<string | undefined>> {
  const asked = `read ${label}`;
  let bytes: Buffer;
  try {
    const found = await stat(path);
    if (found.size > most)
      return failure(
        'failed',
        asked,
        `${label} has ${megabytes(found.size)} MB, more than the ${megabytes(most)} MB that are read`,
        'Move what is old into another file, or name another one in the runbook.',
      );
    if (!found.isFile() && !found.isDirectory())
      return failure('failed', asked, `${label} is not a file`, 'Name a text file in the runbook.');
    bytes = await readFile(path);
  } catch (error) {
    return isMissing(error) ? answer(undefined) : fileFailure(error, asked, label);
  }
  if (bytes.includes(0)) {
    return failure('failed', asked, `${label} is not a text file`, 'Name a text file in the runbook.');
  }
  try {
    return answer(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return failure(
      'failed',
      asked,
      `${label} is not UTF-8`,
      'Save it as UTF-8 in an editor, then run again.',
    );
  }
}

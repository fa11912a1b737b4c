import { readFile } from 'node:fs/promises';
import { answer, failure, type Outcome } from '../core/ports.ts';
import { isMissing } from './atomic-write.ts';
import { fileFailure } from './file-failure.ts';

/**
 * A file's text, every byte accounted for: a byte order mark stays, and what is not UTF-8 is refused, never
 * replaced, because the next write would make the damage last. undefined where there is no file.
 */
export async function readText(path: string, label = path): Promise<Outcome<string | undefined>> {
  const asked = `read ${label}`;
  let bytes: Buffer;
  try {
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

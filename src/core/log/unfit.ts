/** Texts that no result may be written into, because they are no log, or not one now. */
import { type Failure, failure } from '../ports.ts';
import { positionAt } from '../text.ts';
import { summaryTable } from './find.ts';
import { readLog } from './read.ts';

/** Why this text of the log at `path` must not be written into; undefined where it may. */
export function unfit(text: string, path: string): Failure | undefined {
  const asked = `write ${path}`;
  const log = readLog(text);
  const marker = log.conflict;
  if (marker !== undefined) {
    const line = positionAt(text, marker).line + 1;
    return failure(
      'failed',
      asked,
      `line ${line} is a conflict marker that git left`,
      'Resolve the conflict in the log and save it, then try again.',
    );
  }
  if (summaryTable(log) !== undefined) return undefined;
  return failure(
    'failed',
    asked,
    text.trim() === ''
      ? 'the log is empty'
      : 'the log has no summary table any more: it was emptied, or another program is in the middle of writing it',
    'Put it back (undo in the editor, or take the file from git), then try again.',
  );
}

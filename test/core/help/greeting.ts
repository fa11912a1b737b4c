/** A small cascade to ask about: its runbook and a log that was kept by hand. */
import { readRecord } from '../../../src/core/log/model.ts';
import { readLog } from '../../../src/core/log/read.ts';
import { parseRunbook } from '../../../src/core/runbook/runbook.ts';
import { greetingRunbookText } from '../../host/cases/greeting-text.ts';

export const runbook = parseRunbook(greetingRunbookText);

/** A log with one caret in it, written as `^`. */
export function marked(text: string): { record: ReturnType<typeof readRecord>; caret: number } {
  const caret = text.indexOf('^');
  const log = text.replace('^', '');
  return { record: readRecord(readLog(log), runbook), caret };
}

import { applyChange } from '../core/log/edits.ts';
import { answer, type Failure, failure, type LogChange, type LogFile, type Outcome } from '../core/ports.ts';
import { realFile, removeLeftovers, replaceFile } from './atomic-write.ts';
import { fileFailure } from './file-failure.ts';
import { lockOf, underLock } from './file-lock.ts';
import { restoreCopy, restoreLeftCopy } from './safety-copy.ts';
import { setAside } from './set-aside.ts';
import { readText } from './text-file.ts';

export interface LogFileOptions {
  /** Absolute. */
  readonly path: string;
  /** How people are told of it; the path when absent. */
  readonly label?: string;
  /** How long another writer is waited for; 10 s when absent. */
  readonly lockWaitMs?: number;
}

/** The execution log as a file. */
export function logFile(options: LogFileOptions): LogFile {
  const { path, label = path } = options;
  return {
    path: label,
    async read() {
      await restoreLeftCopy(path);
      return readText(path, label);
    },
    async update(change) {
      // Without this a missing or unreadable log would be told of as a lock that cannot be made.
      const first = await existing(path, label);
      if (first.kind === 'failure') return first;
      return aloneAtLog(options, `write ${label}`, async (file) => {
        for (let attempt = 0; attempt < tries; attempt++) {
          const before = await existing(file, label);
          if (before.kind === 'failure') return before;
          const written = await replaceLog(file, before.value, change);
          if (written !== 'changed') return written;
        }
        return busy(label);
      });
    },
    create: (text) =>
      aloneAtLog(options, `create ${label}`, async (file) => {
        const before = await readText(file, label);
        if (before.kind === 'failure') return before;
        if (before.value !== undefined) return exists(label);
        await replaceFile(file, text);
        return answer(undefined);
      }),
    setAside: (tag, text) => setAside(path, label, tag, text),
  };
}

/**
 * Does `work` while no other writer does its own, on a log that is whole.
 * @param work gets the file where the bytes really are
 */
export async function aloneAtLog<T>(
  { path, label = path, lockWaitMs = 10_000 }: LogFileOptions,
  asked: string,
  work: (file: string) => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  try {
    // Beside the real file, so that a link to the log and the log itself have one lock.
    const file = await realFile(path);
    return await underLock(lockOf(file), lockWaitMs, async () => {
      await restoreCopy(file);
      return work(file);
    });
  } catch (error) {
    return fileFailure(error, asked, label);
  }
}

/** How often a log is read again that a program without our lock is writing too. */
const tries = 20;

/**
 * Replaces the log, which holds `text`, by what a change makes of it; `changed` when it holds something else by now.
 * Only under the log's lock.
 */
export async function replaceLog(
  file: string,
  text: string,
  change: LogChange,
): Promise<Outcome<string> | 'changed'> {
  const after = applyChange(text, change);
  if (after.kind === 'failure' || after.value === text) return after;
  await removeLeftovers(file);
  return (await replaceFile(file, after.value, text)) ? after : 'changed';
}

const busy = (label: string): Failure =>
  failure(
    'unknown',
    `write ${label}`,
    'another program was writing it all the time',
    'Wait until that is done, then try again.',
  );

async function existing(path: string, label: string): Promise<Outcome<string>> {
  const text = await readText(path, label);
  if (text.kind === 'failure') return text;
  if (text.value !== undefined) return answer(text.value);
  return failure(
    'failed',
    `read ${label}`,
    'there is no such file',
    'Put the file back where it was, or make a new log: Cascade: Start Run…',
  );
}

const exists = (label: string): Failure =>
  failure('failed', `create ${label}`, 'there is a log already', 'Go on with that log, or name another one.');

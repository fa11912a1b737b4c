/** Changes of one partition, kept apart by a file beside the log: `execution-log.md.dev.lock`. */
import { hostname } from 'node:os';
import { answer, type ChangeLocks, failure } from '../core/ports.ts';
import { realFile } from './atomic-write.ts';
import { fileFailure } from './file-failure.ts';
import { claim, type Holder, holderWords, lockHolder } from './file-lock.ts';

/** @param logPath absolute; a link to a log and the log itself have the same locks */
export function changeLocks(logPath: string): ChangeLocks {
  const lockOf = async (partition: string): Promise<string> => `${await realFile(logPath)}.${partition}.lock`;
  return {
    async take(partition, what) {
      const asked = `change ${partition}`;
      try {
        const lock = await lockOf(partition);
        const claimed = await claim(lock, what);
        if (claimed.kind === 'taken') return answer({ release: claimed.release });
        const { holder } = claimed;
        return failure(
          'unknown',
          asked,
          `${partition} is being changed: ${told(holder)}`,
          next(holder, lock),
        );
      } catch (error) {
        return fileFailure(error, asked, `${logPath}.${partition}.lock`);
      }
    },
    async holder(partition) {
      try {
        const holder = await lockHolder(await lockOf(partition));
        return holder === undefined ? undefined : told(holder);
      } catch {
        // What cannot be read is told when the partition is to be changed.
        return undefined;
      }
    },
  };
}

const told = (holder: Holder | 'nameless'): string =>
  holder === 'nameless' || holder.what === undefined
    ? holderWords(holder)
    : `${holder.what}, ${holderWords(holder)}`;

/** Whether a process on another machine lives cannot be seen from here. */
const next = (holder: Holder | 'nameless', lock: string): string =>
  holder !== 'nameless' && holder.host === hostname()
    ? 'Wait until it has ended, or stop it where it runs; then run again.'
    : `Wait until it has ended. If nothing runs there any more, delete ${lock}, look at what it did (Cascade: Recover…), then run again.`;

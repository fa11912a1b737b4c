/** Processes that carry a mark in their environment, which all that they start inherits. */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

const name = 'CASCADE_TEST_MARK';

export type Mark = Readonly<Record<string, string>>;
export const marker = (): Mark => ({ [name]: randomUUID() });

/** The living processes with a mark. */
export function marked(mark: Mark): number[] {
  const words = `${name}=${mark[name]}\0`;
  return readdirSync('/proc')
    .filter((each) => /^\d+$/.test(each))
    .map(Number)
    .filter((pid) => {
      try {
        // A process that has ended and was not waited for has no environment any more.
        return `${readFileSync(`/proc/${pid}/environ`, 'latin1')}\0`.includes(words);
      } catch {
        return false;
      }
    });
}

/** Kills them all, those among them that come up meanwhile too. */
export async function killAll(mark: Mark): Promise<void> {
  for (let left = marked(mark); left.length > 0; left = marked(mark)) {
    for (const pid of left) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself.
      }
    }
    await sleep(5);
  }
}

/** Waits until they have ended by themselves. */
export async function allEnded(mark: Mark): Promise<void> {
  while (marked(mark).length > 0) await sleep(10);
}

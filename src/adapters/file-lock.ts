import { open, readFile, stat, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { failure, type Outcome } from '../core/ports.ts';
import { isMissing } from './atomic-write.ts';

export interface Holder {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601. */
  readonly since: string;
  /** When its process began, as the system counts it; absent where that is not known. A pid is given out again. */
  readonly began?: string;
  /** What it is held for, and by whom. */
  readonly what?: string;
}

/** The lock of a file that several programs write, beside where its bytes really are. */
export const lockOf = (file: string): string => `${file}.lock`;

/** Locks of this very process: a file that names our pid and is not one of these is from a process before us. */
const held = new Set<string>();
/** A lock that stays without a holder's name this long was left by a process that died while making it. */
const namelessMs = 3000;

/** A lock that was taken, or who has it. */
export type Claim =
  | { readonly kind: 'taken'; release(): Promise<void> }
  | { readonly kind: 'held'; readonly holder: Holder | 'nameless' };

/** Takes a lock for longer than one piece of work, without waiting; one of a dead process is taken over. */
export async function claim(lock: string, what?: string): Promise<Claim> {
  for (let attempt = 0; ; attempt++) {
    if (await take(lock, what)) {
      return {
        kind: 'taken',
        release: async () => {
          // Somebody may have deleted it by hand, and another process have taken it since.
          const now = await holderOf(lock);
          if (now !== undefined && isMine(now)) await unlink(lock).catch(() => {});
          held.delete(lock);
        },
      };
    }
    const holder = await holderOf(lock);
    if (holder === undefined) continue;
    if (attempt < takeovers && (await abandoned(lock, holder))) await clear(lock);
    else return { kind: 'held', holder };
  }
}

const isMine = (holder: Holder | 'nameless'): boolean =>
  holder !== 'nameless' && holder.pid === process.pid && holder.host === hostname();

const takeovers = 5;

/** Who has a lock now; a dead process has none. */
export async function lockHolder(lock: string): Promise<Holder | 'nameless' | undefined> {
  const holder = await holderOf(lock);
  return holder === undefined || (await abandoned(lock, holder)) ? undefined : holder;
}

/** Does `work` while no other process does its own under the same lock. Throws what the file system throws. */
export async function underLock<T>(
  lock: string,
  waitMs: number,
  work: () => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  const until = Date.now() + waitMs;
  while (!(await take(lock))) {
    const holder = await holderOf(lock);
    if (holder !== undefined && (await abandoned(lock, holder))) await clear(lock);
    if (Date.now() > until) return heldBy(lock, holder ?? 'nameless', waitMs);
    await sleep(10 + Math.random() * 30);
  }
  try {
    await dropOldGuard(lock);
    return await work();
  } finally {
    await unlink(lock).catch(() => {});
    held.delete(lock);
  }
}

async function take(lock: string, what?: string): Promise<boolean> {
  if (held.has(lock)) return false;
  held.add(lock);
  try {
    const file = await open(lock, 'wx', 0o644);
    const began = await beganAt(process.pid);
    const holder: Holder = {
      pid: process.pid,
      host: hostname(),
      since: new Date().toISOString(),
      ...(began === undefined ? {} : { began }),
      ...(what === undefined ? {} : { what }),
    };
    try {
      await file.writeFile(`${JSON.stringify(holder)}\n`);
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    held.delete(lock);
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Who holds the lock; `nameless` while its file is being written; undefined when it is free by now. */
async function holderOf(lock: string): Promise<Holder | 'nameless' | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(lock, 'utf8'));
    return isHolder(value) ? value : 'nameless';
  } catch (error) {
    return isMissing(error) ? undefined : 'nameless';
  }
}

const isHolder = (value: unknown): value is Holder =>
  typeof value === 'object' &&
  value !== null &&
  'pid' in value &&
  typeof value.pid === 'number' &&
  'host' in value &&
  typeof value.host === 'string' &&
  'since' in value &&
  typeof value.since === 'string';

async function abandoned(lock: string, holder: Holder | 'nameless'): Promise<boolean> {
  if (held.has(lock)) return false;
  if (holder === 'nameless') {
    const made = await stat(lock).then(
      ({ mtimeMs }) => mtimeMs,
      () => Date.now(),
    );
    return Date.now() - made > namelessMs;
  }
  if (holder.host !== hostname()) return false;
  if (holder.pid === process.pid) return true;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
  const began = holder.began === undefined ? undefined : await beganAt(holder.pid);
  return began !== undefined && began !== holder.began;
}

/** When a process began, in ticks since this boot of the machine; Linux tells it, other systems are not asked. */
async function beganAt(pid: number): Promise<string | undefined> {
  const [stat, boot] = await Promise.all(
    [`/proc/${pid}/stat`, '/proc/sys/kernel/random/boot_id'].map((path) =>
      readFile(path, 'utf8').catch(() => undefined),
    ),
  );
  // The name of the program, in brackets, may hold anything.
  const ticks = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return ticks === undefined || boot === undefined ? undefined : `${boot.trim()} ${ticks}`;
}

/** Takes an abandoned lock away. Under a guard, or two that saw it could remove the lock a third has taken since. */
async function clear(lock: string): Promise<void> {
  const guard = guardOf(lock);
  try {
    await (await open(guard, 'wx')).close();
  } catch {
    await dropOldGuard(lock);
    return;
  }
  try {
    const holder = await holderOf(lock);
    if (holder !== undefined && (await abandoned(lock, holder))) await unlink(lock).catch(() => {});
  } finally {
    await unlink(guard).catch(() => {});
  }
}

const guardOf = (lock: string): string => `${lock}.takeover`;

/** The guard of a process that died while it took a lock away. */
async function dropOldGuard(lock: string): Promise<void> {
  const guard = guardOf(lock);
  const age = await stat(guard).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
  if (age > namelessMs) await unlink(guard).catch(() => {});
}

function heldBy(lock: string, holder: Holder | 'nameless', waitMs: number): Outcome<never> {
  return failure(
    'unknown',
    `lock ${lock}`,
    `it is held by ${holderWords(holder)}; waited ${waitMs / 1000} s`,
    `Wait until that run has ended. If there is no such process, delete ${lock}.`,
  );
}

/** `process 4711 on atlas since 2026-11-24 10:02:11 UTC` */
export const holderWords = (holder: Holder | 'nameless'): string =>
  holder === 'nameless'
    ? 'somebody'
    : `process ${holder.pid} on ${holder.host} since ${holder.since.replace(/T(\d{2}:\d{2}:\d{2}).*/, ' $1 UTC')}`;

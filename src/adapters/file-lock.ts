import { open, readFile, stat, unlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { failure, type Outcome } from '../core/ports.ts';
import { isMissing } from './atomic-write.ts';

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
}

/** Locks of this very process: a file that names our pid and is not one of these is from a process before us. */
const held = new Set<string>();
/** A lock that stays without a holder's name this long was left by a process that died while making it. */
const namelessMs = 3000;

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

async function take(lock: string): Promise<boolean> {
  if (held.has(lock)) return false;
  held.add(lock);
  try {
    const file = await open(lock, 'wx', 0o644);
    const holder: Holder = { pid: process.pid, host: hostname(), since: new Date().toISOString() };
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
  'host' in value;

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
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
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
  const who =
    holder === 'nameless' ? 'somebody' : `process ${holder.pid} on ${holder.host} since ${holder.since}`;
  return failure(
    'unknown',
    `lock ${lock}`,
    `it is held by ${who}; waited ${waitMs / 1000} s`,
    `Wait until that run has ended. If there is no such process, delete ${lock}.`,
  );
}

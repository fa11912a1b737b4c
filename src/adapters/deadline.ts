import { setTimeout as delay } from 'node:timers/promises';

/** Nothing answered in time. A class of its own, so that nobody has to compare messages. */
export class DeadlineError extends Error {
  readonly seconds: number;

  constructor(milliseconds: number) {
    const seconds = Math.max(1, Math.round(milliseconds / 1000));
    super(`no answer within ${seconds} s`);
    this.name = 'DeadlineError';
    this.seconds = seconds;
  }
}

/**
 * Runs `work` with a signal that aborts with the caller's or when the time is up, and settles then even where the
 * work takes no notice. Rejects with the caller's reason, with a `DeadlineError`, or as the work did.
 */
export async function withDeadline<T>(
  milliseconds: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const inner = new AbortController();
  const forward = () => inner.abort(signal.reason);
  signal.addEventListener('abort', forward, { once: true });
  const timer = setTimeout(() => inner.abort(new DeadlineError(milliseconds)), milliseconds);
  const ended = new Promise<never>((_, reject) => {
    inner.signal.addEventListener('abort', () => reject(inner.signal.reason), { once: true });
  });
  try {
    return await Promise.race([work(inner.signal), ended]);
  } catch (error) {
    // Libraries wrap an abort in errors of their own; the reason is what the caller is owed.
    if (inner.signal.aborted) throw inner.signal.reason;
    throw error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', forward);
  }
}

/** Sleeps, or rejects with the signal's own reason (and not with an AbortError around it). */
export async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  try {
    await delay(milliseconds, undefined, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

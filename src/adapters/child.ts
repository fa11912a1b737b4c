import { spawn } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';
import { DeadlineError } from './deadline.ts';
import { endProcessTree } from './process-tree.ts';

export interface ChildOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

export type ChildResult =
  | {
      readonly kind: 'ended';
      readonly exitCode: number | undefined;
      readonly stdout: string;
      readonly stderr: string;
    }
  /** The program could not be started at all; `code` is `ENOENT`, `EACCES`, … */
  | { readonly kind: 'not-started'; readonly code: string }
  | { readonly kind: 'timed-out'; readonly seconds: number };

/** Runs a program to its end with its stdin closed. Rejects with the signal's reason only. */
export async function runChild(options: ChildOptions): Promise<ChildResult> {
  const { command, args, env, cwd, deadlineMs, signal } = options;
  signal.throwIfAborted();
  const child = spawn(command, args, {
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that ending it ends what it started.
    detached: process.platform !== 'win32',
    windowsHide: true,
    ...(cwd === undefined ? {} : { cwd }),
  });
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    const decoder = new StringDecoder('utf8');
    child[name].on('data', (chunk: Buffer) => {
      text[name] += decoder.write(chunk);
    });
    child[name].on('end', () => {
      text[name] += decoder.end();
    });
  }
  let stop: () => void = () => {};
  const stopped = new Promise<'stopped'>((resolve) => {
    stop = () => resolve('stopped');
  });
  signal.addEventListener('abort', stop, { once: true });
  const timer = setTimeout(stop, deadlineMs);
  const ended = new Promise<ChildResult>((resolve) => {
    child.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ kind: 'not-started', code: error.code ?? 'unknown' }),
    );
    child.on('close', (code) => resolve({ kind: 'ended', exitCode: code ?? undefined, ...text }));
  });
  try {
    const first = await Promise.race([ended, stopped]);
    if (typeof first !== 'string') return first;
    if (child.pid !== undefined) await endProcessTree(child.pid, 500);
    child.stdout.destroy();
    child.stderr.destroy();
    signal.throwIfAborted();
    return { kind: 'timed-out', seconds: new DeadlineError(deadlineMs).seconds };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

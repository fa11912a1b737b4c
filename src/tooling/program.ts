import process, { exit, stderr } from 'node:process';
import { setInterval } from 'node:timers';

/** A failure of the surroundings, told to the person at the terminal: what was asked, what came, what to do. */
export class ToolingError extends Error {
  override readonly name = 'ToolingError';
}

/** Wrong words on the command line. */
export class UsageError extends ToolingError {}

/**
 * Runs a program of the tooling; its result is the exit code. The signal is aborted by Ctrl-C and its like, and
 * when the process that started this one has gone: npm may die without passing a signal on.
 */
export async function runProgram(main: (stop: AbortSignal) => Promise<number>): Promise<never> {
  const stopping = new AbortController();
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent)
      stopping.abort(new ToolingError('Stopped: the process that started this ended.'));
  }, 500).unref();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => stopping.abort(new ToolingError(`Stopped by ${name}.`)));
  }
  try {
    exit(await main(stopping.signal));
  } catch (error) {
    if (stopping.signal.aborted) exit(130);
    stderr.write(error instanceof ToolingError ? `${error.message}\n` : `${failureText(error)}\n`);
    exit(error instanceof UsageError ? 64 : 1);
  }
}

function failureText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

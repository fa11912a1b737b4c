import { spawn } from 'node:child_process';
import { stderr } from 'node:process';
import { endProcessTree } from '../adapters/process-tree.ts';
import { ToolingError } from './program.ts';

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stop?: AbortSignal;
  /** What the person is to do when it fails. */
  readonly advice: string;
}

/** Runs a command to its end; its output is shown only when it fails. */
export async function runCommand(
  command: string,
  words: readonly string[],
  { cwd, env, stop, advice }: CommandOptions,
): Promise<string> {
  stop?.throwIfAborted();
  const child = spawn(command, words, { cwd, env: env ?? process.env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk));
  const end = (): void => {
    if (child.pid !== undefined) void endProcessTree(child.pid, 2000);
  };
  stop?.addEventListener('abort', end, { once: true });
  const result = await new Promise<string | undefined>((done) => {
    child.on('error', (error) => done(error.message));
    child.on('close', (code, signal) => done(code === 0 ? undefined : (signal ?? `exit code ${code}`)));
  });
  stop?.removeEventListener('abort', end);
  stop?.throwIfAborted();
  const text = Buffer.concat(output).toString();
  if (result === undefined) return text;
  stderr.write(text);
  throw new ToolingError(
    `"${[command, ...words].join(' ')}" failed: ${result}. Its output is above.\n${advice}`,
  );
}

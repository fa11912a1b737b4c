import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real command line as a process of its own, without a terminal. */
export function cascade(
  args: readonly string[],
  options: { cwd?: string; env?: Readonly<Record<string, string | undefined>>; program?: string } = {},
): Promise<Finished> {
  const child = spawn(process.execPath, [options.program ?? resolve('src/cli/main.ts'), ...args], {
    cwd: options.cwd ?? process.cwd(),
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (code) => done({ code, stdout, stderr }));
  });
}

const folders: string[] = [];
// Not with the test that made it: a world may outlive the hook that started it.
process.on('exit', () => {
  for (const path of folders) rmSync(path, { recursive: true, force: true, maxRetries: 3 });
});

/** A new folder, gone after the tests. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'cascade-test-'));
  folders.push(path);
  return path;
}

/** A workspace with the sample runbook. */
export function workspace(): string {
  const path = folder();
  mkdirSync(path, { recursive: true });
  cpSync('runbooks/partition-mail/partition-mail.runbook.md', join(path, 'partition-mail.runbook.md'));
  return path;
}

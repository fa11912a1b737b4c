import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { platform, env as processEnv } from 'node:process';
import { endProcessTree } from '../adapters/process-tree.ts';
import { root } from './paths.ts';
import { ToolingError } from './program.ts';
import { findProgram } from './system-packages.ts';

/** The command that opens the desktop VS Code. */
export const desktopCommand = (): string | undefined =>
  findProgram(...(platform === 'win32' ? ['code.cmd'] : ['code']));

export interface DesktopOptions {
  readonly command: string;
  readonly workspace: string;
  /** For its settings and extensions; the person's own stay untouched. */
  readonly dataDirectory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stop: AbortSignal;
}

/** Opens the desktop VS Code with the extension from this repository, and waits until its window is closed. */
export async function openDesktop({
  command,
  workspace,
  dataDirectory,
  env,
  stop,
}: DesktopOptions): Promise<void> {
  stop.throwIfAborted();
  const userData = join(dataDirectory, 'user-data');
  await mkdir(join(userData, 'User'), { recursive: true });
  // The folder is a copy of the sample in this repository, and these are not the person's settings.
  const settings = { 'security.workspace.trust.enabled': false, 'telemetry.telemetryLevel': 'off' };
  await writeFile(join(userData, 'User', 'settings.json'), JSON.stringify(settings));
  const words = [
    ...['--user-data-dir', userData, '--extensions-dir', join(dataDirectory, 'extensions')],
    ...[`--extensionDevelopmentPath=${root}`, '--new-window', '--wait', workspace],
  ];
  const child = spawn(command, words, {
    env: { ...processEnv, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
    // Out of the terminal's group: a command that dies of Ctrl-C by itself leaves its window behind, unfound.
    detached: platform !== 'win32',
    shell: platform === 'win32',
  });
  let ending: Promise<void> | undefined;
  const end = (): void => {
    if (child.pid !== undefined) ending = endProcessTree(child.pid, 3000);
  };
  stop.addEventListener('abort', end, { once: true });
  const failure = await new Promise<string | undefined>((done) => {
    child.on('error', (error) => done(error.message));
    child.on('exit', (code) => done(code === 0 ? undefined : `exit code ${code}`));
  });
  await ending;
  if (failure !== undefined && !stop.aborted)
    throw new ToolingError(
      `"${command} ${words.join(' ')}" failed: ${failure}. Try "npm start -- --host served", which needs no desktop.`,
    );
}

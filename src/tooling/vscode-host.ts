import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { env as processEnv } from 'node:process';
import { endProcessTree } from '../adapters/process-tree.ts';
import { runCommand } from './command.ts';
import { ToolingError } from './program.ts';
import type { VsCodeServer } from './vscode-install.ts';

export interface HostOptions {
  /** The folder of its settings, extensions and logs. */
  readonly dataDirectory: string;
  /** Added to the environment of the server, and so of the extension host. */
  readonly env: Readonly<Record<string, string>>;
  /** A free one when absent. */
  readonly port?: number;
  /** Packed extensions to install first. */
  readonly vsix?: readonly string[];
  /** Lets a page name development and test paths in its address; for tests only. */
  readonly testDriver?: boolean;
  /** Keeps the question whether to trust the folder; else every folder is trusted. */
  readonly workspaceTrust?: boolean;
  readonly stop?: AbortSignal;
}

export interface Host {
  readonly url: string;
  readonly port: number;
  /** Settles when the server has ended, by itself or by `close`. */
  readonly ended: Promise<void>;
  /** Ends the server and all that came of it, extension hosts included. */
  close(): Promise<void>;
}

/** Serves VS Code on the loopback address. */
export async function startHost(server: VsCodeServer, options: HostOptions): Promise<Host> {
  const data = ['--server-data-dir', options.dataDirectory, '--accept-server-license-terms'];
  const env = { ...processEnv, ...options.env };
  for (const vsix of options.vsix ?? []) {
    await runCommand(server.node, [server.main, '--install-extension', vsix, '--force', ...data], {
      env,
      advice: `See that ${vsix} is a whole extension package: npm run package makes one.`,
      ...(options.stop === undefined ? {} : { stop: options.stop }),
    });
  }
  options.stop?.throwIfAborted();
  await calm(options.dataDirectory);
  const child = spawn(
    server.node,
    [
      server.main,
      ...['--host', '127.0.0.1', '--port', String(options.port ?? 0), '--without-connection-token'],
      ...['--telemetry-level', 'off', ...data],
      // A login shell would replace the PATH that the world has set.
      '--force-disable-user-env',
      ...(options.testDriver === true ? ['--enable-smoke-test-driver'] : []),
      ...(options.workspaceTrust === true ? [] : ['--disable-workspace-trust']),
    ],
    // A group of its own: its processes are found by it when their parents are gone.
    { env, cwd: join(server.main, '../..'), stdio: ['ignore', 'pipe', 'pipe'], detached: true },
  );
  const ended = new Promise<void>((done) => child.on('close', () => done()));
  const close = async (): Promise<void> => {
    if (child.pid !== undefined) await endProcessTree(child.pid, 3000);
  };
  try {
    const port = await listening(child, options.stop);
    return { url: `http://127.0.0.1:${port}`, port, ended, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Settings of the machine that leave nothing on the screen but the work. */
async function calm(dataDirectory: string): Promise<void> {
  const folder = join(dataDirectory, 'data', 'Machine');
  await mkdir(folder, { recursive: true });
  const settings = {
    'workbench.secondarySideBar.defaultVisibility': 'hidden',
    'chat.disableAIFeatures': true,
  };
  await writeFile(join(folder, 'settings.json'), JSON.stringify(settings));
}

/** The address of a page that shows a folder. */
export function folderUrl(host: Host, folder: string): string {
  return `${host.url}/?folder=${encodeURI(folder)}`;
}

/** The port, once the server says that it listens. */
function listening(child: ChildProcess, stop: AbortSignal | undefined): Promise<number> {
  const deadlineMs = 60_000;
  let output = '';
  return new Promise<number>((resolve, reject) => {
    const fail = (what: string): void =>
      reject(new ToolingError(`Started VS Code's server: ${what}. It printed:\n${output}\nTry again.`));
    const timer = setTimeout(() => fail(`no port after ${deadlineMs / 1000} s`), deadlineMs);
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const port = /Extension host agent listening on (\d+)/.exec(output)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      resolve(Number(port));
      // What it prints from now on is for nobody, and must not be kept.
      for (const stream of [child.stdout, child.stderr]) stream?.removeAllListeners('data').resume();
    };
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', read);
    child.on('error', (error) => fail(error.message));
    child.on('close', (code) => {
      clearTimeout(timer);
      fail(`it ended with exit code ${code}`);
    });
    stop?.addEventListener('abort', () => reject(stop.reason), { once: true });
  });
}

/**
 * The VS Code that npm delivers: the package code-server carries VS Code's own server, web workbench and built-in
 * extensions. It serves wherever the download of the desktop VS Code cannot be reached.
 */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { env as processEnv, stderr } from 'node:process';
import { runCommand } from './command.ts';
import { withFileLock } from './file-lock.ts';
import { cache } from './paths.ts';

export interface VsCodeServer {
  /** The Node that this VS Code wants. */
  readonly node: string;
  /** Its main module. */
  readonly main: string;
}

/** It goes into the stamp: a new version is a new installation. */
const wanted = {
  private: true,
  dependencies: { 'code-server': '4.139.1', node: '24.21.0' },
  allowScripts: { node: true },
};

export async function installVsCodeServer(stop?: AbortSignal): Promise<VsCodeServer> {
  const folder = join(cache, 'host');
  const server: VsCodeServer = {
    node: join(folder, 'node_modules/node/bin/node'),
    main: join(folder, 'node_modules/code-server/lib/vscode/out/server-main.js'),
  };
  if (await isInstalled(folder)) return server;
  await mkdir(cache, { recursive: true });
  await withFileLock(`${folder}.lock`, async () => {
    if (await isInstalled(folder)) return;
    stderr.write('Installing VS Code from npm (once, about half a minute) …\n');
    const part = `${folder}.part`;
    await rm(part, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
    await install(part, stop);
    await writeFile(join(part, 'stamp.json'), JSON.stringify(wanted));
    // The folder appears only when it is whole.
    await rename(part, folder);
  });
  return server;
}

async function isInstalled(folder: string): Promise<boolean> {
  const stamp = await readFile(join(folder, 'stamp.json'), 'utf8').catch(() => '');
  return stamp === JSON.stringify(wanted) && existsSync(join(folder, 'node_modules/node/bin/node'));
}

async function install(folder: string, stop: AbortSignal | undefined): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify(wanted));
  const env = {
    // What npm told the script that runs now would lead its child to the wrong project.
    ...Object.fromEntries(
      Object.entries(processEnv).filter(
        ([name]) => !/^npm_(package|lifecycle|config_local_prefix)/i.test(name),
      ),
    ),
    PATH: [join(folder, 'node_modules/node/bin'), processEnv['PATH'] ?? ''].join(delimiter),
  };
  const npm = (cwd: string, ...words: readonly string[]): Promise<string> =>
    runCommand('npm', words, {
      cwd,
      env,
      advice: 'See that the npm registry can be reached and that the disk has 1 GB left, then try again.',
      ...(stop === undefined ? {} : { stop }),
    });
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts'];
  await npm(folder, 'install', ...quiet, '--no-package-lock');
  // The package `node` fetches its program in its install script.
  await npm(folder, 'rebuild', 'node', '--ignore-scripts=false');
  // Native parts are prebuilt, but for the log writer, whose absence only prints an error.
  const server = join(folder, 'node_modules/code-server/lib/vscode');
  await npm(server, 'install', ...quiet, '--omit=dev', '--no-package-lock');
}

import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ContextEntries } from './deployed.ts';
import type { WorldDescription } from './description.ts';

/**
 * Makes `directory` a git worktree to rehearse in, with everything committed. One that is already there is left
 * as it is; a folder that is no repository keeps its files and becomes one.
 *
 * @param samples the folder of the sample worktree; needed only where `directory` is missing or empty
 * @param entries what stands in `cdk.context.json` beside what the sample has there
 */
export async function makeWorktree(
  directory: string,
  description: WorldDescription,
  samples: string | undefined,
  entries: ContextEntries = {},
): Promise<void> {
  if (await exists(join(directory, '.git'))) return;
  if (!(await exists(directory)) || (await readdir(directory)).length === 0) {
    if (samples === undefined)
      throw new Error(`There is no worktree at ${directory}, and no sample to make it from`);
    await mkdir(directory, { recursive: true });
    await cp(samples, directory, { recursive: true });
    // A packed extension may have lost the mode.
    for (const name of await readdir(directory)) {
      if (name.endsWith('.sh')) await chmod(join(directory, name), 0o755);
    }
  }
  await writeInstances(directory, description);
  await writeContext(directory, entries);
  const git = (...words: readonly string[]): Promise<string> => runGit(directory, ...words);
  await git('init', '--quiet');
  await git('symbolic-ref', 'HEAD', `refs/heads/${description.branch ?? 'main'}`);
  await git('config', 'user.name', 'Rehearsal');
  await git('config', 'user.email', 'rehearsal@localhost');
  await git('config', 'commit.gpgSign', 'false');
  await git('config', 'core.autocrlf', 'false');
  await git('add', '--all');
  await git(
    'commit',
    '--quiet',
    '--no-verify',
    '--allow-empty',
    '--message',
    'Sample worktree for a rehearsal',
  );
}

/** The commit at HEAD. */
export const worktreeHead = (directory: string): Promise<string> => runGit(directory, 'rev-parse', 'HEAD');

/** What the sample scripts know of each partition: the bindings, written down as in a real worktree. */
async function writeInstances(directory: string, { partitions, region }: WorldDescription): Promise<void> {
  for (const { name, infrastructure, profile, domain, stack } of partitions) {
    const file = join(directory, 'instances', infrastructure, `${name}.json`);
    if (await exists(file)) continue;
    await mkdir(join(directory, 'instances', infrastructure), { recursive: true });
    await writeFile(file, `${JSON.stringify({ profile, region, domain, stack }, undefined, 2)}\n`);
  }
}

async function writeContext(directory: string, entries: ContextEntries): Promise<void> {
  if (Object.keys(entries).length === 0) return;
  const file = join(directory, 'cdk.context.json');
  const context: unknown = (await exists(file)) ? JSON.parse(await readFile(file, 'utf8')) : {};
  await writeFile(file, `${JSON.stringify(Object.assign({}, context, entries), undefined, 2)}\n`);
}

async function runGit(directory: string, ...words: readonly string[]): Promise<string> {
  // Variables of a git that may have started this process would lead to another repository.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));
  const { stdout } = await promisify(execFile)('git', words, { cwd: directory, env });
  return stdout.trim();
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

/** A working copy whose dev is ready to be deployed, made once and copied; each copy has a world of its own. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { describeWorld } from '../../src/rehearsal/describe-world.ts';
import { startWorld } from '../../src/rehearsal/world.ts';
import { keepNames } from '../../src/tooling/commonjs-names.ts';
import { compiled } from '../../src/tooling/paths.ts';
import { cascade, type Finished, folder } from './command.ts';
import { type Door, openDoor } from './door.ts';

const sample = 'runbooks/partition-mail';
export const logName = 'execution-log.rehearsal.md';

export interface WorkingCopy {
  readonly path: string;
  readonly log: string;
  /** What a process needs to reach the world of this copy, through its door. */
  readonly env: Readonly<Record<string, string>>;
  readonly door: Door;
  /** How often `./amm.sh` was started. */
  deploys(): number;
  /** Resources of all stacks that are complete. */
  resources(): number;
  /** The command line, as the package has it. */
  readonly program: string;
  run(...args: readonly string[]): Promise<Finished>;
  close(): Promise<void>;
}

/** @param from a folder to copy; the sample when absent */
export async function workingCopy(from: string = sample, speed = 200): Promise<WorkingCopy> {
  const path = folder();
  cpSync(from, path, { recursive: true });
  const stateFile = join(path, '.world', 'state.json');
  const world = await startWorld({
    description: describeWorld(readFileSync(join(path, 'partition-mail.runbook.md'), 'utf8')),
    directory: join(path, '.world'),
    worktree: join(path, 'infrastructure'),
    samples: join(sample, 'infrastructure'),
    stateFile,
    speed,
  });
  const door = await openDoor(world.url);
  const program = await bundled();
  const env = {
    ...world.env,
    AWS_ENDPOINT_URL: door.url,
    POSTMARK_API_URL: door.url,
    NODE_COMPILE_CACHE: compiled,
  };
  return {
    path,
    log: join(path, logName),
    env,
    door,
    deploys: () => countLines(join(path, 'deploys')),
    resources: () => {
      const state: { stacks: { resources: { status: string }[] }[] } = JSON.parse(
        readFileSync(stateFile, 'utf8'),
      );
      return state.stacks.flatMap(({ resources }) =>
        resources.filter(({ status }) => status === 'CREATE_COMPLETE'),
      ).length;
    },
    program,
    run: (...args) => cascade(args, { cwd: path, env, program }),
    close: async () => {
      await door.close();
      await world.close();
    },
  };
}

/** Gates cleared and Pre-flight passed; every start of the deploy is counted from now on. */
export async function readyToDeploy(): Promise<string> {
  const copy = await workingCopy();
  try {
    for (const args of [
      ['run', '--gate', 'entry-criteria'],
      ['run', 'dev', 'Pre-flight'],
    ]) {
      const { code, stdout, stderr } = await copy.run(...args, '--answers', 'yes', '--operator', 'Operator');
      if (code !== 0) throw new Error(stdout + stderr);
    }
  } finally {
    await copy.close();
  }
  const script = join(copy.path, 'infrastructure', 'amm.sh');
  const text = readFileSync(script, 'utf8');
  writeFileSync(script, text.replace('set -u\n', 'set -u\necho started >> "$(dirname "$0")/../deploys"\n'));
  return copy.path;
}

let bundle: Promise<string> | undefined;

/** In one file, made once: many processes of it are started, and the sources take twice as long to load. */
export function bundled(): Promise<string> {
  bundle ??= (async () => {
    const outfile = join(folder(), 'cascade.mjs');
    await build({
      entryPoints: ['src/cli/main.ts'],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      mainFields: ['module', 'main'],
      logLevel: 'warning',
      external: ['@1password/sdk'],
      plugins: [keepNames(['postmark'])],
      // Bundled CommonJS packages call require, which an ES module does not have.
      banner: {
        js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
      },
    });
    return outfile;
  })();
  return bundle;
}

function countLines(file: string): number {
  try {
    return readFileSync(file, 'utf8').split('\n').length - 1;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0;
    throw error;
  }
}

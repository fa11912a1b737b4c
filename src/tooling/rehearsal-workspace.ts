/** A folder to rehearse in, and the simulated world around it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWorld } from '../rehearsal/describe-world.ts';
import type { FaultName } from '../rehearsal/faults.ts';
import { startWorld, type World } from '../rehearsal/world.ts';
import { sample } from './paths.ts';
import { ToolingError } from './program.ts';

export interface RehearsalOptions {
  /** Kept between rehearsals; a fresh one in the temp folder when absent. */
  readonly workspace?: string;
  readonly faults?: readonly FaultName[];
  readonly speed?: number;
}

export interface Rehearsal {
  readonly workspace: string;
  /** The runbook's path in the workspace. */
  readonly runbook: string;
  readonly world: World;
}

/** Where the world of a workspace keeps its files, out of the explorer's sight. */
const worldFolder = '.rehearsal';

/** Settings that leave nothing on the screen but the work. */
const calm = {
  'chat.disableAIFeatures': true,
  'extensions.ignoreRecommendations': true,
  'files.exclude': { [worldFolder]: true },
  'git.openRepositoryInParentFolders': 'never',
  'telemetry.telemetryLevel': 'off',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

export async function startRehearsal({ workspace, faults, speed }: RehearsalOptions): Promise<Rehearsal> {
  const folder = await prepare(workspace);
  const runbook = runbookIn(folder);
  if (runbook === undefined)
    throw new ToolingError(`Looked for a *.runbook.md in ${folder}: there is none. Name another folder.`);
  const directory = join(folder, worldFolder);
  const world = await startWorld({
    description: describeWorld(readFileSync(join(folder, runbook), 'utf8')),
    directory,
    worktree: join(folder, 'infrastructure'),
    samples: join(sample, 'infrastructure'),
    stateFile: join(directory, 'state.json'),
    ...(faults === undefined ? {} : { faults }),
    ...(speed === undefined ? {} : { speed }),
  });
  return { workspace: folder, runbook, world };
}

async function prepare(workspace: string | undefined): Promise<string> {
  const folder = workspace ?? join(await mkdtemp(join(tmpdir(), 'cascade-')), 'partition-mail');
  await mkdir(folder, { recursive: true });
  if (runbookIn(folder) === undefined) await cp(sample, folder, { recursive: true });
  const settings = join(folder, '.vscode', 'settings.json');
  if (!existsSync(settings)) {
    await mkdir(join(folder, '.vscode'), { recursive: true });
    await writeFile(settings, `${JSON.stringify(calm, undefined, 2)}\n`);
  }
  return folder;
}

const runbookIn = (folder: string): string | undefined =>
  readdirSync(folder).find((name) => name.endsWith('.runbook.md'));

/** `cascade rehearse`: a folder of its own, a world of its own, the whole cascade. */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, isAbsolute, join, normalize, resolve } from 'node:path';
import { describeWorld } from '../rehearsal/describe-world.ts';
import { FAULTS, type FaultName, isFaultName } from '../rehearsal/faults.ts';
import { startWorld, type World } from '../rehearsal/world.ts';
import { UsageError } from './arguments.ts';
import { openRunbook } from './open.ts';

export interface Rehearsal {
  readonly directory: string;
  readonly runbook: string;
  readonly world: World;
}

/** @param samples the folder of the sample runbook; its `infrastructure` is the worktree of every rehearsal. */
export async function startRehearsal(options: {
  readonly cwd: string;
  readonly samples: string;
  readonly runbook?: string;
  readonly directory?: string;
  readonly faults: readonly string[];
  readonly speed: number;
}): Promise<Rehearsal> {
  const source = openRunbook(
    options.cwd,
    options.runbook ?? join(options.samples, 'partition-mail.runbook.md'),
  );
  const directory =
    options.directory === undefined
      ? mkdtempSync(join(tmpdir(), 'cascade-rehearsal-'))
      : resolve(options.cwd, options.directory);
  mkdirSync(directory, { recursive: true });
  const runbook = join(directory, basename(source.path));
  if (existsSync(runbook))
    throw new UsageError(`${directory} holds a rehearsal already. Name another folder with --directory.`);
  cpSync(source.path, runbook);
  copyBeside(source, directory);
  const world = await startWorld({
    description: describeWorld(readFileSync(runbook, 'utf8')),
    directory: join(directory, 'world'),
    samples: join(options.samples, 'infrastructure'),
    faults: faultNames(options.faults),
    speed: options.speed,
  });
  return { directory, runbook, world };
}

/** The verification document goes along, so that the rehearsal fills a copy of it. */
function copyBeside({ path, runbook }: ReturnType<typeof openRunbook>, directory: string): void {
  const { verification } = runbook;
  if (verification === undefined || isAbsolute(verification) || normalize(verification).startsWith('..'))
    return;
  const original = resolve(dirname(path), verification);
  if (existsSync(original)) cpSync(original, join(directory, verification));
}

export function faultNames(names: readonly string[]): readonly FaultName[] {
  return names.map((name) => {
    if (isFaultName(name)) return name;
    throw new UsageError(
      `There is no fault "${name}". Known: ${FAULTS.map((fault) => fault.name).join(', ')}.`,
    );
  });
}

export const faultList = (): string =>
  FAULTS.map(({ name, title, seen }) => `${name.padEnd(18)} ${title}\n${''.padEnd(18)} → ${seen}\n`).join('');

/** Programs that no npm package brings: they are looked up on PATH, and installed where that can be done. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import { env, getuid, stderr } from 'node:process';
import { runCommand } from './command.ts';
import { ToolingError } from './program.ts';

/** The Debian packages of each program. */
const packages = {
  dig: ['bind9-dnsutils'],
  named: ['bind9'],
  git: ['git'],
  aws: ['awscli'],
  // Without a font of signs every status in a picture would be an empty box.
  chromium: ['chromium', 'fonts-noto-color-emoji'],
} as const;

export type Program = keyof typeof packages;

/** @returns the path of the first of these programs, named or given by their path, that is there */
export function findProgram(...names: readonly string[]): string | undefined {
  // A login without root often has no sbin on its PATH, where servers such as named are.
  const folders = [...(env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin'];
  return names.flatMap((name) => folders.map((folder) => resolve(folder, name))).find(isExecutable);
}

/** Makes sure of the programs, by apt where this runs as root, else by telling what to type. */
export async function ensurePrograms(programs: readonly Program[], stop?: AbortSignal): Promise<void> {
  const missing = programs.filter((program) => findProgram(program) === undefined);
  if (missing.length > 0) await installPackages(missing, stop);
}

export async function installPackages(programs: readonly Program[], stop?: AbortSignal): Promise<void> {
  const names = programs.flatMap((program) => packages[program]);
  const install = ['install', '--yes', '--no-install-recommends', ...names];
  const byHand = `apt-get update && apt-get ${install.join(' ')}`;
  const asked = `Looked for ${programs.join(', ')} on PATH, and did not find ${programs.length > 1 ? 'them' : 'it'}.`;
  if (findProgram('apt-get') === undefined)
    throw new ToolingError(
      `${asked} Install ${programs.join(', ')} with the package manager of this machine; on Debian:\n  ${byHand}`,
    );
  if (getuid?.() !== 0)
    throw new ToolingError(`${asked} Type this, then try again:\n  sudo sh -c '${byHand}'`);
  stderr.write(`Installing ${names.join(', ')} …\n`);
  const options = {
    env: { ...env, DEBIAN_FRONTEND: 'noninteractive' },
    advice: `See that the package mirror can be reached, or install by hand:\n  ${byHand}`,
    ...(stop === undefined ? {} : { stop }),
  };
  await runCommand('apt-get', ['update', '--quiet'], options);
  await runCommand('apt-get', install, options);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

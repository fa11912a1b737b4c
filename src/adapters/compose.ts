/** All ports of the real world, or of a simulated one: only the environment tells them apart. */
import { resolve } from 'node:path';
import type { Person, Ports, SecretStore } from '../core/ports.ts';
import { awsSdk } from './aws.ts';
import { systemClock } from './clock.ts';
import { contextFile } from './context-file.ts';
import { dnsResolver } from './dns.ts';
import { opCommand } from './onepassword-command.ts';
import { postmarkApi } from './postmark.ts';
import { gitRepository } from './repository.ts';
import { posixShell } from './shell.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Composition {
  readonly env: Environment;
  /** Absolute. */
  readonly worktree: string;
  readonly person: Person;
  /** 1Password; the `op` command found on PATH when absent. */
  readonly secrets?: SecretStore;
}

export function composePorts({ env, worktree, person, secrets }: Composition): Ports {
  return {
    secrets: secrets ?? opCommand({ env }),
    aws: awsSdk({ env }),
    postmark: postmarkApi({ env }),
    dns: dnsResolver({ env }),
    shell: posixShell({ env }),
    repository: gitRepository({ env }),
    person,
    context: contextFile({ path: resolve(worktree, 'cdk.context.json') }),
    clock: systemClock({ env }),
  };
}

export const isRehearsal = (env: Environment): boolean => env['CASCADE_REHEARSAL'] === '1';

/** `execution-log.md` becomes `execution-log.rehearsal.md`: a rehearsal never touches the real log. */
export function logPathFor(env: Environment, log: string): string {
  return isRehearsal(env)
    ? log.replace(/(\.[^./\\]+)?$/, (extension) => `.rehearsal${extension || '.md'}`)
    : log;
}

/** The worktree of a rehearsal is the world's: a simulated run never touches the real one. */
export function worktreeFor(env: Environment, runbookDirectory: string, worktree: string): string {
  return env['CASCADE_WORKTREE'] ?? resolve(runbookDirectory, worktree);
}

/** All ports of the real world, or of a simulated one: only the environment tells them apart. */
import { resolve } from 'node:path';
import type { Person, Ports, SecretStore } from '../core/ports.ts';
import { Secret } from '../core/secret.ts';
import { awsSdk } from './aws.ts';
import { systemClock } from './clock.ts';
import { contextFile, contextName } from './context-file.ts';
import { dnsResolver } from './dns.ts';
import type { GitHubSignIn } from './github.ts';
import { opCommand } from './onepassword-command.ts';
import { opSdk } from './onepassword-sdk.ts';
import { postmarkApi } from './postmark.ts';
import { gitRepository } from './repository.ts';
import { posixShell } from './shell.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** How 1Password is read. */
export interface OnePasswordChoice {
  readonly method: 'command' | 'desktop' | 'service-account';
  /** Path of the `op` command; the one on PATH when absent. */
  readonly command?: string;
  /** The account of the desktop app, by name or id. */
  readonly account?: string;
}

export interface Composition {
  readonly env: Environment;
  /** Absolute. */
  readonly worktree: string;
  readonly person: Person;
  readonly onePassword: OnePasswordChoice;
  /** The shell of `sh` cells; bash or sh when absent. */
  readonly shell?: string;
  /** The host's own sign-in to GitHub; the `gh` command alone when absent. */
  readonly gitHub?: GitHubSignIn;
}

export function composePorts({ env, worktree, person, onePassword, shell, gitHub }: Composition): Ports {
  mustBeWhole(env);
  return {
    secrets: secretStore(env, onePassword),
    aws: awsSdk({ env }),
    postmark: postmarkApi({ env }),
    dns: dnsResolver({ env }),
    shell: posixShell({ env, ...(shell === undefined ? {} : { shell }) }),
    // The pull requests of a rehearsal are its own.
    repository: gitRepository({
      env,
      ...(gitHub === undefined || isRehearsal(env) ? {} : { signIn: gitHub }),
    }),
    person,
    context: contextFile({ path: resolve(worktree, contextName) }),
    clock: systemClock({ env }),
  };
}

/** A rehearsal always takes the `op` of its world: no other way can be redirected. */
function secretStore(env: Environment, { method, command, account }: OnePasswordChoice): SecretStore {
  if (isRehearsal(env)) return opCommand({ env });
  switch (method) {
    case 'command':
      return opCommand({ env, ...(command === undefined ? {} : { command }) });
    case 'desktop':
      return opSdk({ auth: { kind: 'desktop', account: account ?? '' }, version: productVersion });
    case 'service-account': {
      const token = new Secret('OP_SERVICE_ACCOUNT_TOKEN', env['OP_SERVICE_ACCOUNT_TOKEN'] ?? '');
      return opSdk({ auth: { kind: 'service-account', token }, version: productVersion });
    }
  }
}

/** As 1Password shows it to the person who is asked. */
const productVersion = '0.1.0';

/** What could lead a rehearsal out of its world: it is taken away before the world's own variables are added. */
const leadsOut = /^(?:AWS_|OP_|GIT_|BASH_ENV$|ENV$|(?:https?|all)_proxy$)/i;

/** The environment of a rehearsal: the machine's, and nothing in it that leads elsewhere than the world. */
export function rehearsalEnvironment(
  base: Environment,
  world: Readonly<Record<string, string>>,
): Environment {
  return { ...Object.fromEntries(Object.entries(base).filter(([name]) => !leadsOut.test(name))), ...world };
}

const worldVariables = [
  'CASCADE_WORKTREE',
  'AWS_ENDPOINT_URL',
  'POSTMARK_API_URL',
  'CASCADE_RESOLVER',
  'CASCADE_NAME_SERVERS',
  'CASCADE_WORLD_URL',
];

/** A rehearsal was asked for, and there is no world to rehearse in. */
export class NoWorldError extends Error {
  override readonly name = 'NoWorldError';
}

/** A rehearsal without a whole world around it would act on the real one. */
function mustBeWhole(env: Environment): void {
  const missing = isRehearsal(env) ? worldVariables.filter((name) => env[name] === undefined) : [];
  if (missing.length === 0) return;
  throw new NoWorldError(
    `CASCADE_REHEARSAL is set, but ${missing.join(', ')} is not: there is no world to rehearse in. Unset it, or start one: npm start`,
  );
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

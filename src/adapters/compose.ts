/** All ports of the real world, or of a simulated one: only the environment tells them apart. */
import { resolve } from 'node:path';
import type { Person, Ports, SecretStore } from '../core/ports.ts';
import { Secret } from '../core/secret.ts';
import { awsSdk } from './aws.ts';
import { systemClock } from './clock.ts';
import { contextFile, contextName } from './context-file.ts';
import { dnsResolver } from './dns.ts';
import { type Environment, isRehearsal, mustBeWhole } from './environment.ts';
import type { GitHubSignIn } from './github.ts';
import { opCommand } from './onepassword-command.ts';
import { opSdk } from './onepassword-sdk.ts';
import { postmarkApi } from './postmark.ts';
import { gitRepository } from './repository.ts';
import { posixShell } from './shell.ts';

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

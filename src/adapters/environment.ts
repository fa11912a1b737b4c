/** What an environment says of the world that runs act on: the real one, or a simulated one. */
import { resolve } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

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
export function mustBeWhole(env: Environment): void {
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

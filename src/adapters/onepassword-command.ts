import { answer, type Failure, failure, type Outcome, type SecretStore } from '../core/ports.ts';
import { Secret } from '../core/secret.ts';
import { runChild } from './child.ts';
import { askedFor, empty, malformed, opFailure } from './onepassword-failures.ts';

export interface OpCommandOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The program, a path or a name on the PATH; `op` when absent. */
  readonly command?: string;
  /** For one reference; 2 minutes when absent, because a person may have to find their finger first. */
  readonly deadlineMs?: number;
}

/** After so long without a reading 1Password asks again (and after 12 hours in any case). */
const idleMs = 10 * 60_000;

type Read = { readonly outcome: Outcome<Secret>; readonly forAll?: boolean };

/**
 * 1Password through its command. References are read one after the other: several `op` at once would each ask for
 * the fingerprint, and after one refusal nobody is asked again.
 */
export function opCommand({ env, command = 'op', deadlineMs = 120_000 }: OpCommandOptions): SecretStore {
  let last: Promise<unknown> = Promise.resolve();
  let lastRead: number | undefined;

  const read = async (reference: string, signal: AbortSignal): Promise<Read> => {
    const wrong = malformed(reference);
    if (wrong !== undefined) return { outcome: wrong };
    const result = await runChild({ command, args: ['read', '-n', reference], env, deadlineMs, signal });
    if (result.kind === 'not-started')
      return { outcome: notStarted(command, reference, result.code), forAll: true };
    if (result.kind === 'timed-out') return { outcome: timedOut(reference, result.seconds), forAll: true };
    if (result.exitCode !== 0) {
      const { failure: outcome, forAll } = opFailure(reference, result.exitCode, result.stderr);
      return { outcome, forAll };
    }
    lastRead = Date.now();
    return {
      outcome: result.stdout === '' ? empty(reference) : answer(new Secret(reference, result.stdout)),
    };
  };

  const readAll = async (
    references: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly Outcome<Secret>[]> => {
    const outcomes = new Map<string, Outcome<Secret>>();
    let stopped: Failure | undefined;
    for (const reference of new Set(references)) {
      if (stopped !== undefined) {
        outcomes.set(reference, malformed(reference) ?? { ...stopped, asked: askedFor(reference) });
        continue;
      }
      const { outcome, forAll } = await read(reference, signal);
      outcomes.set(reference, outcome);
      if (forAll && outcome.kind === 'failure') stopped = outcome;
    }
    return references.flatMap((reference) => outcomes.get(reference) ?? []);
  };

  return {
    session: () => {
      const by = 'the 1Password command';
      // A service account has no session that could end.
      if (env['OP_SERVICE_ACCOUNT_TOKEN']) return { by: `${by} with a service account` };
      return lastRead === undefined ? undefined : { by, ends: new Date(lastRead + idleMs) };
    },
    read(references, signal) {
      const before = last;
      const result = (async () => {
        await before;
        return readAll(references, signal);
      })();
      last = result.catch(() => {});
      return result;
    },
  };
}

function notStarted(command: string, reference: string, code: string): Failure {
  const install =
    'Install the 1Password command (https://developer.1password.com/docs/cli/get-started), or set "cascade.onePassword.command" (on the command line CASCADE_OP) to where it is.';
  const came =
    code === 'ENOENT' ? `there is no command "${command}"` : `"${command}" cannot be started (${code})`;
  return failure('unknown', askedFor(reference), came, install);
}

const timedOut = (reference: string, seconds: number): Failure =>
  failure(
    'unknown',
    askedFor(reference),
    `no answer within ${seconds} s: 1Password is locked, or its prompt is waiting`,
    'Unlock 1Password, then run again and approve the prompt.',
  );

import type { Client } from '@1password/sdk';
import { answer, type Failure, failure, type Outcome, type SecretStore } from '../core/ports.ts';
import { Secret } from '../core/secret.ts';
import { DeadlineError, withDeadline } from './deadline.ts';
import { askedFor, empty, malformed, typedFailure } from './onepassword-failures.ts';

export interface OpSdkOptions {
  readonly auth:
    | { readonly kind: 'service-account'; readonly token: Secret }
    /** @param account the account's name as the app shows it, or its UUID */
    | { readonly kind: 'desktop'; readonly account: string };
  /** Of this product; 1Password shows it to the person who is asked. */
  readonly version: string;
  /** For one go of references; 1 minute when absent. The desktop app may never answer after a sleep. */
  readonly deadlineMs?: number;
}

/** After so long without a reading the app asks again. */
const idleMs = 10 * 60_000;

/** 1Password through its SDK: all references in one request, and one prompt. */
export function opSdk({ auth, version, deadlineMs = 60_000 }: OpSdkOptions): SecretStore {
  let client: Promise<Client> | undefined;
  let lastRead = 0;

  const connect = async (): Promise<Client> => {
    // 14 MB of WebAssembly, so on first use only.
    const { createClient, DesktopAuth } = await import('@1password/sdk');
    return createClient({
      auth: auth.kind === 'desktop' ? new DesktopAuth(auth.account) : auth.token.reveal(),
      integrationName: 'Cascade Runbook',
      integrationVersion: version,
    });
  };

  const resolve = async (references: readonly string[], signal: AbortSignal) => {
    try {
      return await withDeadline(deadlineMs, signal, async () => {
        client ??= connect();
        const resolved = await (await client).secrets.resolveAll([...references]);
        lastRead = Date.now();
        return resolved;
      });
    } catch (error) {
      // A session that ended, or never began, must not be kept for the next time.
      client = undefined;
      if (signal.aborted) throw signal.reason;
      return sdkFailure(error, auth);
    }
  };

  return {
    session: () => {
      if (client === undefined) return undefined;
      return auth.kind === 'desktop'
        ? { by: `the 1Password app for ${auth.account}`, ends: new Date(lastRead + idleMs) }
        : { by: '1Password with a service account' };
    },
    async read(references, signal) {
      signal.throwIfAborted();
      const valid = [...new Set(references)].filter((reference) => malformed(reference) === undefined);
      const resolved = valid.length === 0 ? undefined : await resolve(valid, signal);
      return references.map((reference): Outcome<Secret> => {
        const wrong = malformed(reference);
        if (wrong !== undefined) return wrong;
        if (resolved === undefined || 'kind' in resolved) {
          return { ...(resolved ?? noAnswer), asked: askedFor(reference) };
        }
        const one = resolved.individualResponses[reference];
        if (one?.content !== undefined) {
          const value = one.content.secret;
          return value === '' ? empty(reference) : answer(new Secret(reference, value));
        }
        return one?.error === undefined
          ? { ...noAnswer, asked: askedFor(reference) }
          : typedFailure(reference, one.error.type);
      });
    },
  };
}

const noAnswer = failure('unknown', '', '1Password left this reference out of its answer', 'Run again.');

/** `asked` is filled in for each reference. Of the SDK's own words none is shown: they may repeat a token. */
async function sdkFailure(error: unknown, auth: OpSdkOptions['auth']): Promise<Failure> {
  if (error instanceof DeadlineError) {
    return failure(
      'unknown',
      '',
      `${error.message} from 1Password`,
      auth.kind === 'desktop'
        ? 'Unlock the 1Password app (restart it after a sleep), then run again.'
        : 'Look at https://status.1password.com, then run again.',
    );
  }
  const sdk = await import('@1password/sdk');
  if (error instanceof sdk.RateLimitExceededError) {
    return failure(
      'unknown',
      '',
      '1Password takes no more requests for now',
      'Wait a while, then run again.',
    );
  }
  if (error instanceof sdk.DesktopSessionExpiredError || error instanceof sdk.AuthExpiredError) {
    return failure('unknown', '', 'the session of 1Password has ended', 'Unlock 1Password, then run again.');
  }
  if (auth.kind === 'desktop') {
    return failure(
      'unknown',
      '',
      `the 1Password app did not let us in as "${auth.account}"`,
      'Open 1Password on this machine, turn on Settings › Developer › Integrate with other apps, and look whether the account is named as in the app.',
    );
  }
  return failure(
    'unknown',
    '',
    '1Password did not take the service-account token, or was not reached',
    `Look whether ${auth.token.reference} holds a valid service-account token, and whether this machine is on the network.`,
  );
}

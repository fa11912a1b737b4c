import type { AccountClient } from 'postmark';
import { answer, failure, type Outcome, type Postmark, type SenderDomain } from '../core/ports.ts';
import type { Secret } from '../core/secret.ts';
import { withDeadline } from './deadline.ts';
import { fetchCause } from './fetch-cause.ts';
import { postmarkFailure, UnreadableAnswer } from './postmark-failures.ts';
import { Turns } from './turns.ts';

export interface PostmarkOptions {
  /** `POSTMARK_API_URL` (`http://127.0.0.1:8080`) sends the calls to a rehearsal. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** For one call to the service; 30 s when absent. */
  readonly deadlineMs?: number;
}

type Details = Awaited<ReturnType<AccountClient['getDomain']>>;

const pageSize = 500;
const alreadyExists = 512;

/** Postmark answers 429 to more than it can take, and tells nobody how much that is. */
export const postmarkAtOnce = 4;

/** Postmark's account API: the sender domains of the account that a token belongs to. */
export function postmarkApi({ env, deadlineMs = 30_000 }: PostmarkOptions): Postmark {
  const turns = new Turns(postmarkAtOnce);
  /** One call; `signal` reaches its request. */
  const call = async <T>(
    token: Secret,
    asked: string,
    signal: AbortSignal,
    work: (client: AccountClient) => Promise<T>,
  ): Promise<Outcome<T>> => {
    try {
      return answer(
        await turns.take(signal, () =>
          withDeadline(deadlineMs, signal, async (inner) =>
            work(await client(token, env, deadlineMs, inner)),
          ),
        ),
      );
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      return postmarkFailure(error, asked, token.reference);
    }
  };
  const domain = (
    token: Secret,
    asked: string,
    signal: AbortSignal,
    work: (client: AccountClient) => Promise<Details>,
  ) => call(token, asked, signal, async (client) => senderDomain(await work(client)));

  const find: Postmark['find'] = async (token, name, signal) => {
    for (let offset = 0; ; ) {
      const page = await call(
        token,
        `GET /domains?count=${pageSize}&offset=${offset}`,
        signal,
        async (client) => checkedPage(await client.getDomains({ count: pageSize, offset })),
      );
      if (page.kind === 'failure') return page;
      const { Domains: rows, TotalCount: total } = page.value;
      const found = rows.find((row) => row.Name.toLowerCase() === name.toLowerCase());
      // A row of the list has no DKIM host, so the domain is asked for by its number.
      if (found)
        return domain(token, `GET /domains/${found.ID}`, signal, (client) => client.getDomain(found.ID));
      offset += rows.length;
      if (rows.length === 0 || offset >= total) return answer(undefined);
    }
  };

  return {
    find,
    async create(token, name, returnPathDomain, signal) {
      const asked = `POST /domains {"Name":"${name}","ReturnPathDomain":"${returnPathDomain}"}`;
      let exists = false;
      const created = await domain(token, asked, signal, async (client) => {
        try {
          return await client.createDomain({ Name: name, ReturnPathDomain: returnPathDomain });
        } catch (error) {
          exists = error instanceof Error && 'code' in error && error.code === alreadyExists;
          throw error;
        }
      });
      if (created.kind === 'answer' || (created.verdict === 'failed' && !exists)) return created;
      // It exists, or nobody knows: a request that timed out may have been carried out all the same.
      const found = await find(token, name, signal);
      if (found.kind === 'failure') return exists ? found : created;
      if (found.value !== undefined) return answer(found.value);
      if (!exists) return created;
      return failure(
        'failed',
        asked,
        `Postmark says that ${name} exists already, but it is not on this account: another account owns it`,
        `Look whether ${token.reference} is the token of the right account, or have the other account remove the domain.`,
      );
    },
    setReturnPath: (token, id, returnPathDomain, signal) =>
      domain(token, `PUT /domains/${id} {"ReturnPathDomain":"${returnPathDomain}"}`, signal, (client) =>
        client.editDomain(id, { ReturnPathDomain: returnPathDomain }),
      ),
    verifyDkim: (token, id, signal) =>
      domain(token, `PUT /domains/${id}/verifyDkim`, signal, (client) => client.verifyDomainDKIM(id)),
    verifyReturnPath: (token, id, signal) =>
      domain(token, `PUT /domains/${id}/verifyReturnPath`, signal, (client) =>
        client.verifyDomainReturnPath(id),
      ),
  };
}

async function client(
  token: Secret,
  env: PostmarkOptions['env'],
  deadlineMs: number,
  signal: AbortSignal,
): Promise<AccountClient> {
  const { AccountClient } = await import('postmark');
  const url = env['POSTMARK_API_URL'] ? new URL(env['POSTMARK_API_URL']) : undefined;
  return new AccountClient(token.reveal(), {
    // The client's own time-out stays a little behind ours, which tells the two apart.
    timeout: deadlineMs / 1000 + 5,
    fetch: async (input, init) => {
      try {
        return await fetch(input, { ...init, signal });
      } catch (error) {
        // The client keeps the message only.
        const cause = fetchCause(error);
        throw cause === undefined ? error : new TypeError(cause);
      }
    },
    ...(url === undefined ? {} : { useHttps: url.protocol === 'https:', requestHost: url.host }),
  });
}

type Page = Awaited<ReturnType<AccountClient['getDomains']>>;

/** A proxy's page with status 200 is text to the client, and no empty account. */
function checkedPage(page: Page): Page {
  const rows: unknown = page?.Domains;
  const whole = Array.isArray(rows) && rows.every((row: unknown) => isRow(row));
  if (!whole || !Number.isInteger(page.TotalCount)) throw new UnreadableAnswer();
  return page;
}

const isRow = (row: unknown): boolean =>
  typeof row === 'object' &&
  row !== null &&
  'Name' in row &&
  typeof row.Name === 'string' &&
  'ID' in row &&
  Number.isInteger(row.ID);

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function senderDomain(details: Details): SenderDomain {
  if (!Number.isInteger(details?.ID) || typeof details.Name !== 'string') throw new UnreadableAnswer();
  // Pending first: in mid-rotation both are filled, and the pending key is the one to publish.
  const host = text(details.DKIMPendingHost) || text(details.DKIMHost);
  return {
    id: details.ID,
    name: details.Name,
    dkimSelector: host.split('.')[0] ?? '',
    dkimPublicKey: text(details.DKIMPendingTextValue) || text(details.DKIMTextValue),
    dkimVerified: details.DKIMVerified === true,
    returnPathDomain: text(details.ReturnPathDomain),
    returnPathTarget: text(details.ReturnPathDomainCNAMEValue),
    returnPathVerified: details.ReturnPathDomainVerified === true,
  };
}

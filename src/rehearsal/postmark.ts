import { generateKeyPair } from 'node:crypto';
import { Resolver } from 'node:dns/promises';
import { promisify } from 'node:util';
import type { FaultName } from './faults.ts';
import { type HttpAnswer, type HttpRequest, json, type Route } from './http.ts';
import type { DkimKey, SenderState, Store } from './state.ts';

/** Where Postmark wants every return-path name to point. */
export const RETURN_PATH_TARGET = 'pm.mtasv.net';
/** How long Postmark looks for a DKIM record before it believes in it, in simulated milliseconds. */
const DKIM_LOOKUP_TIME = 2000;

export interface PostmarkOptions {
  readonly store: Store;
  /** The world's own DNS server, `127.0.0.1:PORT`. */
  readonly resolver: string;
  readonly speed: number;
  readonly faults: ReadonlySet<FaultName>;
}

/** Postmark's account API for sender domains; path case and a trailing slash don't matter to it. */
export function postmarkApi(options: PostmarkOptions): Route {
  let hasCut = false;
  return async (request) => {
    if (options.faults.has('postmark-429')) return refused(429, 429, 'Too many requests.');
    const answer = await served(request);
    if (!options.faults.has('postmark-cut')) hasCut = false;
    else if (!hasCut && request.method === 'POST' && answer.status === 200) {
      hasCut = true;
      // Carried out, and never told of.
      return { ...answer, cut: true };
    }
    return answer;
  };

  function served(request: HttpRequest): HttpAnswer | Promise<HttpAnswer> {
    const given = request.headers['x-postmark-account-token'];
    const account = Object.entries(options.store.state.tokens).find(([, token]) => token === given)?.[0];
    if (account === undefined) return refused(401, 10, 'The account token was missing or is not valid.');
    const [, id, action] = request.path.toLowerCase().replace(/\/$/, '').slice(1).split('/');
    if (id === undefined) return collection(options, account, request);
    const sender = options.store.state.senders.find(
      (one) => one.postmark === account && String(one.id) === id,
    );
    if (sender === undefined) return refused(404, 510, 'This domain was not found.');
    switch (`${request.method} ${action ?? ''}`) {
      case 'GET ':
        return details(sender);
      case 'PUT ':
        return edit(options, sender, request.body);
      case 'PUT verifydkim':
        return verifyDkim(options, sender);
      case 'PUT verifyreturnpath':
        return verifyReturnPath(options, sender);
      case 'POST rotatedkim':
        return rotate(options, sender);
      default:
        return unknownRoute;
    }
  }
}

/** A key as Postmark issues them, under a selector that tells the time of issue (UTC). */
export async function issueKey(selector = `${timestamp(new Date())}pm`): Promise<DkimKey> {
  const { publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return { selector, text: `k=rsa;p=${der.toString('base64')}` };
}

function collection(
  options: PostmarkOptions,
  account: string,
  request: HttpRequest,
): HttpAnswer | Promise<HttpAnswer> {
  switch (request.method) {
    case 'GET':
      return list(options.store, account, request.query);
    case 'POST':
      return create(options.store, account, request.body);
    default:
      return unknownRoute;
  }
}

function list(store: Store, account: string, query: URLSearchParams): HttpAnswer {
  const count = Number(query.get('count') || Number.NaN);
  const offset = Number(query.get('offset') || Number.NaN);
  if (!(count >= 1 && count <= 500 && offset >= 0)) {
    return refused(422, 300, 'The parameters count (at most 500) and offset are required.');
  }
  const own = store.state.senders.filter((one) => one.postmark === account);
  return json(200, {
    TotalCount: own.length,
    Domains: own.slice(offset, offset + count).map((sender) => ({
      Name: sender.name,
      SPFVerified: true,
      DKIMVerified: sender.dkimVerified,
      WeakDKIM: false,
      ReturnPathDomainVerified: sender.returnPathVerified,
      ID: sender.id,
    })),
  });
}

async function create(store: Store, account: string, body: string): Promise<HttpAnswer> {
  const name = field(body, 'Name')?.toLowerCase();
  if (name === undefined || !/^([a-z0-9-]+\.)+[a-z]{2,}$/.test(name)) {
    return refused(422, 514, 'The domain name is not valid.');
  }
  const key = await issueKey();
  // After the wait: another request may have created the same domain meanwhile.
  if (store.state.senders.some((one) => one.postmark === account && one.name === name)) {
    return refused(422, 512, 'This domain already exists.');
  }
  const sender: SenderState = {
    id: 1 + Math.max(1000, ...store.state.senders.map((one) => one.id)),
    postmark: account,
    name,
    pending: key,
    dkimVerified: false,
    returnPathDomain: field(body, 'ReturnPathDomain') ?? '',
    returnPathVerified: false,
  };
  store.change((state) => ({ ...state, senders: [...state.senders, sender] }));
  return details(sender);
}

function edit({ store }: PostmarkOptions, sender: SenderState, body: string): HttpAnswer {
  const returnPathDomain = field(body, 'ReturnPathDomain') ?? '';
  const returnPathVerified = sender.returnPathVerified && returnPathDomain === sender.returnPathDomain;
  return changed(store, sender, { returnPathDomain, returnPathVerified });
}

/** Never true at once: the first call only makes Postmark look, a call after that finds the record. */
async function verifyDkim(options: PostmarkOptions, sender: SenderState): Promise<HttpAnswer> {
  const { store, resolver, speed, faults } = options;
  if (sender.pending === undefined) return details(sender);
  if (sender.dkimAskedAt === undefined) return changed(store, sender, { dkimAskedAt: Date.now() });
  if (Date.now() - sender.dkimAskedAt < DKIM_LOOKUP_TIME / speed) return details(sender);
  const texts = await resolve(resolver, (dns) => dns.resolveTxt(dkimHost(sender, sender.pending)));
  const found = texts.some((strings) => strings.join('') === sender.pending?.text);
  if (!found || faults.has('dkim-never')) return details(sender);
  return changed(store, sender, { current: sender.pending, pending: undefined, dkimVerified: true });
}

async function verifyReturnPath(
  { store, resolver }: PostmarkOptions,
  sender: SenderState,
): Promise<HttpAnswer> {
  const names = await resolve(resolver, (dns) => dns.resolveCname(sender.returnPathDomain));
  const found = names.some((name) => name.toLowerCase() === RETURN_PATH_TARGET);
  return found ? changed(store, sender, { returnPathVerified: true }) : details(sender);
}

async function rotate({ store }: PostmarkOptions, sender: SenderState): Promise<HttpAnswer> {
  if (sender.pending !== undefined) return refused(422, 505, 'DKIM is already scheduled for renewal.');
  return changed(store, sender, { dkimAskedAt: undefined, pending: await issueKey() });
}

/** Sets these fields in the newest state of the sender: other calls for it may have ended meanwhile. */
function changed(store: Store, { id }: SenderState, fields: Partial<SenderState>): HttpAnswer {
  store.change((state) => ({
    ...state,
    senders: state.senders.map((one) => (one.id === id ? { ...one, ...fields } : one)),
  }));
  const sender = store.state.senders.find((one) => one.id === id);
  return sender === undefined ? unknownRoute : details(sender);
}

function details(sender: SenderState): HttpAnswer {
  const { current, pending } = sender;
  return json(200, {
    ID: sender.id,
    Name: sender.name,
    SPFVerified: true,
    SPFHost: '',
    SPFTextValue: '',
    DKIMVerified: sender.dkimVerified,
    WeakDKIM: false,
    DKIMHost: dkimHost(sender, current),
    DKIMTextValue: current?.text ?? '',
    DKIMPendingHost: dkimHost(sender, pending),
    DKIMPendingTextValue: pending?.text ?? '',
    DKIMRevokedHost: '',
    DKIMRevokedTextValue: '',
    SafeToRemoveRevokedKeyFromDNS: false,
    DKIMUpdateStatus: pending === undefined ? 'Verified' : 'Pending',
    ReturnPathDomain: sender.returnPathDomain,
    ReturnPathDomainVerified: sender.returnPathVerified,
    ReturnPathDomainCNAMEValue: RETURN_PATH_TARGET,
  });
}

const dkimHost = (sender: SenderState, key: DkimKey | undefined): string =>
  key === undefined ? '' : `${key.selector}._domainkey.${sender.name}`;

async function resolve<T>(
  server: string,
  ask: (dns: Resolver) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const dns = new Resolver({ timeout: 1000, tries: 2 });
  dns.setServers([server]);
  try {
    return await ask(dns);
  } catch {
    // Whatever the reason, Postmark only says that it did not find the record.
    return [];
  }
}

function field(body: string, name: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const found = Object.entries(value).find(([key]) => key === name)?.[1];
  return typeof found === 'string' ? found : undefined;
}

const refused = (status: number, code: number, message: string): HttpAnswer =>
  json(status, { ErrorCode: code, Message: message });

const unknownRoute = refused(404, 404, 'There is no such call.');

const timestamp = (date: Date): string => date.toISOString().replace(/\D/g, '').slice(0, 14);

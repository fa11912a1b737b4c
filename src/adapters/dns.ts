import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { answer, type Dns, type DnsAnswer, failure, type Outcome, type RecordType } from '../core/ports.ts';
import { DeadlineError, sleep, withDeadline } from './deadline.ts';
import { type DnsServer, exchange } from './dns-exchange.ts';
import { answerIn, plainName } from './dns-message.ts';
import { type NameServer, type NoWalk, type Walk, walkTo } from './dns-zones.ts';

export interface DnsOptions {
  /**
   * `CASCADE_RESOLVER` (`127.0.0.1:5353`) takes the place of every resolver, `CASCADE_NAME_SERVERS`
   * (`example.com=127.0.0.1:5354 *=127.0.0.1:5355`) of the servers of zones, or of a server by its name: that is how
   * a rehearsal is asked.
   */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** For one query with its tries; 8 s when absent. */
  readonly deadlineMs?: number;
}

const pausesMs = [200, 600];
/** One server of several; the next one is asked then. */
const serverTimeoutMs = 1500;

export function dnsResolver({ env, deadlineMs = 8000 }: DnsOptions): Dns {
  const resolverFor = (named: string): string => env['CASCADE_RESOLVER'] || named;
  const redirected = nameServersIn(env['CASCADE_NAME_SERVERS'] ?? '');

  const bounded = async <T>(
    asked: string,
    next: string,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<Outcome<T>>,
  ): Promise<Outcome<T>> => {
    try {
      return await withDeadline(deadlineMs, signal, work);
    } catch (error) {
      if (!(error instanceof DeadlineError)) throw error;
      return failure('unknown', asked, error.message, next);
    }
  };

  const find = async (resolver: string, name: string, signal: AbortSignal): Promise<Walk | NoWalk> => {
    const server = await address(resolver);
    if (server === undefined) return { kind: 'no-walk', came: `the resolver ${resolver} has no address` };
    return walkTo(name, {
      redirected,
      ask: {
        server: (place, type, asked) =>
          exchange(place, { type, name: asked, recursive: false }, serverTimeoutMs, signal),
        resolver: async (type, asked) => {
          const outcome = await once(server, type, asked, true, deadlineMs / 3, signal);
          return typeof outcome === 'string' ? [] : outcome.values;
        },
      },
    });
  };

  return {
    async query(asResolver, type, name, signal) {
      const resolver = resolverFor(asResolver);
      const asked = digCommand(resolver, type, name);
      return bounded(asked, nextFor(resolver), signal, (inner) =>
        ask(resolver, type, name, asked, Math.ceil(deadlineMs / 3), inner),
      );
    },

    async authoritative(asResolver, type, name, signal) {
      const asked = `dig +trace ${type} ${name}`;
      const wrong = badName(name, asked);
      if (wrong !== undefined) return wrong;
      return bounded(asked, traceNext, signal, async (inner) => {
        const walk = await find(resolverFor(asResolver), name, inner);
        if ('kind' in walk) return failure('unknown', asked, walk.came, traceNext);
        const servers = await Promise.all(
          walk.zone.servers.map(async (server) => ({
            name: server.name,
            outcome: await askServer(server, walk.zone.name, type, plainName(name), inner),
          })),
        );
        return answer({ zone: walk.zone.name, servers });
      });
    },

    async delegation(asResolver, domain, signal) {
      const asked = `dig +trace NS ${domain}`;
      const wrong = badName(domain, asked);
      if (wrong !== undefined) return wrong;
      return bounded(asked, traceNext, signal, async (inner) => {
        const walk = await find(resolverFor(asResolver), domain, inner);
        if ('kind' in walk) return failure('unknown', asked, walk.came, traceNext);
        if (walk.zone.name !== plainName(domain)) return answer({ parent: walk.zone.name, nameServers: [] });
        if (walk.parent === undefined || walk.delegated === undefined) {
          const came = `the zone above ${domain} is on the same servers: what it delegates is not to be seen`;
          return failure('unknown', asked, came, `Compare by hand: ${asked}`);
        }
        return answer({ parent: walk.parent.name, nameServers: walk.delegated });
      });
    },
  };
}

/** One authoritative server, at the first of its addresses that answers. */
async function askServer(
  { name: server, at }: NameServer,
  zone: string,
  type: RecordType,
  name: string,
  signal: AbortSignal,
): Promise<Outcome<DnsAnswer>> {
  const asked = `dig +norecurse ${type} ${name} @${server}`;
  const no = (came: string) =>
    failure('unknown', asked, came, `Run it again; if it stays so, look at ${server}.`);
  let came = 'no address of it was found';
  for (const place of at.slice(0, 2)) {
    const message = await exchange(place, { type, name, recursive: false }, serverTimeoutMs, signal);
    if (typeof message === 'string') {
      came = words(message);
      continue;
    }
    const found = answerIn(message, type, name);
    if (typeof found === 'string') came = words(found);
    else if (message.flag_aa) return answer(found);
    else came = `it does not answer for ${zone}`;
  }
  return no(came);
}

async function ask(
  resolver: string,
  type: RecordType,
  name: string,
  asked: string,
  timeout: number,
  signal: AbortSignal,
): Promise<Outcome<DnsAnswer>> {
  const wrong = badName(name, asked);
  if (wrong !== undefined) return wrong;
  const server = await address(resolver);
  if (server === undefined) {
    return failure(
      'unknown',
      asked,
      `the resolver ${resolver} has no address`,
      'Mend "resolver" in the runbook, or look whether this machine is on the network.',
    );
  }
  for (let tries = 1; ; tries += 1) {
    const outcome = await once(server, type, plainName(name), true, timeout, signal);
    if (typeof outcome !== 'string') return answer(outcome);
    const pause = pausesMs[tries - 1];
    if (pause === undefined) {
      return failure('unknown', asked, `${words(outcome)} after ${tries} tries`, nextFor(resolver));
    }
    await sleep(pause, signal);
  }
}

/** What the server said, or the code of the error. */
async function once(
  server: DnsServer,
  type: RecordType,
  name: string,
  recursive: boolean,
  timeout: number,
  signal: AbortSignal,
): Promise<DnsAnswer | string> {
  const message = await exchange(server, { type, name, recursive }, timeout, signal);
  return typeof message === 'string' ? message : answerIn(message, type, name);
}

/** A name that no server can have. What it may have meant is not guessed. */
function badName(name: string, asked: string): ReturnType<typeof failure> | undefined {
  const bare = name.replace(/\.$/, '');
  if (/[^\u0021-\u007E]/.test(bare)) {
    const next = 'Write it as the DNS has it in the runbook: letters such as ü as xn--…, and no blanks.';
    return failure('unknown', asked, `"${name}" has characters that no name in the DNS has`, next);
  }
  const labels = bare.split('.');
  if (bare.length <= 253 && labels.every((label) => label.length > 0 && label.length <= 63)) return undefined;
  return failure('failed', asked, `${name} cannot be a domain name`, 'Mend the name in the runbook.');
}

/** `example.com=127.0.0.1:5354 *=127.0.0.1:5355` */
function nameServersIn(text: string): ReadonlyMap<string, DnsServer> {
  return new Map(
    text
      .split(/\s+/)
      .filter((word) => word !== '')
      .map((word) => {
        const at = word.lastIndexOf('=');
        const { host, port } = hostPort(word.slice(at + 1));
        return [plainName(word.slice(0, at)), { address: host, port: Number(port ?? 53) }];
      }),
  );
}

interface HostPort {
  readonly host: string;
  readonly port: string | undefined;
}

function hostPort(resolver: string): HostPort {
  if (isIP(resolver) !== 0) return { host: resolver, port: undefined };
  const [, bracketed, bare, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(resolver) ?? [];
  return { host: bracketed ?? bare ?? resolver, port };
}

async function address(resolver: string): Promise<DnsServer | undefined> {
  const { host, port } = hostPort(resolver);
  const found = isIP(host) === 0 ? await lookup(host).catch(() => undefined) : { address: host };
  return found === undefined ? undefined : { address: found.address, port: Number(port ?? 53) };
}

function digCommand(resolver: string, type: RecordType, name: string): string {
  const { host, port } = hostPort(resolver);
  return `dig +short ${type} ${name} @${host}${port === undefined ? '' : ` -p ${port}`}`;
}

const nextFor = (resolver: string): string =>
  `Run it again; if it stays so, ask another resolver than ${resolver}, or the zone's own name servers.`;

const traceNext = 'Run it again; if it stays so, look whether this machine reaches name servers (port 53).';

function words(code: string): string {
  switch (code) {
    case 'ETIMEOUT':
      return 'no answer in time';
    case 'ECONNREFUSED':
      return 'nobody listens there';
    case 'ECONNRESET':
      return 'the connection was cut';
    case 'EBADRESP':
      return 'an answer that cannot be read';
    default:
      return code;
  }
}

import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { answer, type Dns, type DnsAnswer, failure, type Outcome, type RecordType } from '../core/ports.ts';
import { DeadlineError, sleep, withDeadline } from './deadline.ts';

export interface DnsOptions {
  /** `CASCADE_RESOLVER` (`127.0.0.1:5353`) takes the place of every resolver: that is how a rehearsal is asked. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** For one query with its tries; 8 s when absent. */
  readonly deadlineMs?: number;
}

const pausesMs = [200, 600];

export function dnsResolver({ env, deadlineMs = 8000 }: DnsOptions): Dns {
  return {
    async query(asResolver, type, name, signal) {
      const resolver = env['CASCADE_RESOLVER'] || asResolver;
      const asked = digCommand(resolver, type, name);
      try {
        return await withDeadline(deadlineMs, signal, (inner) =>
          ask(resolver, type, name, asked, Math.ceil(deadlineMs / 3), inner),
        );
      } catch (error) {
        if (!(error instanceof DeadlineError)) throw error;
        return failure('unknown', asked, error.message, nextFor(resolver));
      }
    },
  };
}

async function ask(
  resolver: string,
  type: RecordType,
  name: string,
  asked: string,
  timeout: number,
  signal: AbortSignal,
): Promise<Outcome<DnsAnswer>> {
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
    const outcome = await once(server, type, name, timeout, signal);
    if (typeof outcome !== 'string') return answer(outcome);
    if (outcome === 'EBADNAME') {
      return failure('failed', asked, `${name} cannot be a domain name`, 'Mend the name in the runbook.');
    }
    const pause = pausesMs[tries - 1];
    if (pause === undefined) {
      return failure('unknown', asked, `${words(outcome)} after ${tries} tries`, nextFor(resolver));
    }
    await sleep(pause, signal);
  }
}

/** What the server said, or the code of the error. */
async function once(
  server: string,
  type: RecordType,
  name: string,
  timeout: number,
  signal: AbortSignal,
): Promise<DnsAnswer | string> {
  const resolver = new Resolver({ timeout, tries: 1 });
  resolver.setServers([server]);
  const cancel = () => resolver.cancel();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return { code: 'noerror', values: await values(resolver, type, name) };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'ENOTFOUND') return { code: 'nxdomain', values: [] };
    if (code === 'ENODATA') return { code: 'noerror', values: [] };
    if (!/^E[A-Z]+$/.test(code)) throw error;
    return code;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

async function values(resolver: Resolver, type: RecordType, name: string): Promise<string[]> {
  const fqdn = name.endsWith('.') ? name.slice(0, -1) : name;
  switch (type) {
    case 'A':
      return resolver.resolve4(fqdn);
    case 'AAAA':
      return resolver.resolve6(fqdn);
    case 'CNAME':
      return (await resolver.resolveCname(fqdn)).map(withoutDot);
    case 'NS':
      return (await resolver.resolveNs(fqdn)).map(withoutDot);
    case 'MX':
      return (await resolver.resolveMx(fqdn)).map((mx) => `${mx.priority} ${withoutDot(mx.exchange)}`);
    case 'TXT':
      // A text of more than 255 bytes travels in pieces; what was published is the whole.
      return (await resolver.resolveTxt(fqdn)).map((pieces) => pieces.join(''));
  }
}

const withoutDot = (name: string): string =>
  name.length > 1 && name.endsWith('.') ? name.slice(0, -1) : name;

interface HostPort {
  readonly host: string;
  readonly port: string | undefined;
}

function hostPort(resolver: string): HostPort {
  if (isIP(resolver) !== 0) return { host: resolver, port: undefined };
  const [, bracketed, bare, port] = /^(?:\[([^\]]+)\]|([^:]+))(?::(\d+))?$/.exec(resolver) ?? [];
  return { host: bracketed ?? bare ?? resolver, port };
}

/** `setServers` takes addresses only, so a name is looked up first. */
async function address(resolver: string): Promise<string | undefined> {
  const { host, port } = hostPort(resolver);
  const found = isIP(host) === 0 ? await lookup(host).catch(() => undefined) : { address: host };
  if (found === undefined) return undefined;
  if (port === undefined) return found.address;
  return isIP(found.address) === 6 ? `[${found.address}]:${port}` : `${found.address}:${port}`;
}

function digCommand(resolver: string, type: RecordType, name: string): string {
  const { host, port } = hostPort(resolver);
  return `dig +short ${type} ${name} @${host}${port === undefined ? '' : ` -p ${port}`}`;
}

const nextFor = (resolver: string): string =>
  `Run it again; if it stays so, ask another resolver than ${resolver}, or the zone's own name servers.`;

function words(code: string): string {
  switch (code) {
    case 'ESERVFAIL':
      return 'SERVFAIL';
    case 'EREFUSED':
      return 'REFUSED';
    case 'ETIMEOUT':
      return 'no answer in time';
    case 'ECONNREFUSED':
      return 'nobody listens at the resolver';
    case 'EBADRESP':
    case 'EFORMERR':
      return 'an answer that cannot be read';
    case 'ENOTIMP':
      return 'NOTIMP';
    default:
      return code;
  }
}

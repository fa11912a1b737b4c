/** What a message of the DNS says of a name. */
import type { Answer, DecodedPacket } from 'dns-packet';
import type { DnsAnswer, RecordType } from '../core/ports.ts';

/** The answer to a question, or the server's word for why there is none: `SERVFAIL`, `REFUSED`, … */
export function answerIn(message: DecodedPacket, type: RecordType, name: string): DnsAnswer | string {
  const rcode = rcodeOf(message);
  if (rcode !== 'NOERROR' && rcode !== 'NXDOMAIN') return rcode;
  const answers = message.answers ?? [];
  const aliases: string[] = [];
  const seen: Answer[] = [];
  let owner = plainName(name);
  let found = at(answers, owner, type);
  // Of a chain of aliases the end counts; one that leads in a circle has none.
  while (found.length === 0 && type !== 'CNAME' && aliases.length < 16) {
    const [alias] = at(answers, owner, 'CNAME');
    if (alias === undefined) break;
    owner = plainName(targetOf(alias));
    aliases.push(owner);
    seen.push(alias);
    found = at(answers, owner, type);
  }
  const ttl = found.length > 0 ? shortest([...seen, ...found]) : negativeTtl(message, seen);
  return {
    code: rcode === 'NXDOMAIN' && found.length === 0 ? 'nxdomain' : 'noerror',
    values: found.map((each) => textOf(each)),
    ...(ttl === undefined ? {} : { ttl }),
    ...(aliases.length === 0 ? {} : { aliases }),
  };
}

const rcodes = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'];

export function rcodeOf(message: DecodedPacket): string {
  const code = (message.flags ?? 0) & 15;
  return rcodes[code] ?? `RCODE${code}`;
}

/** Names are compared without case and last dot. */
export const plainName = (name: string): string => name.toLowerCase().replace(/\.$/, '');

export const at = (records: readonly Answer[], owner: string, type: string): Answer[] =>
  records.filter((each) => each.type === type && plainName(each.name) === owner);

/** The name that an alias, or a name server's record, leads to. */
export function targetOf(record: Answer): string {
  return (record.type === 'CNAME' || record.type === 'NS') && typeof record.data === 'string'
    ? record.data
    : '';
}

/** The zone that says of itself, in an answer without records, that it has none of the name. */
export function zoneOf(message: DecodedPacket): string | undefined {
  const soa = (message.authorities ?? []).find((each) => each.type === 'SOA');
  return soa === undefined ? undefined : plainName(soa.name);
}

/** How long an answer without records may be remembered (RFC 2308): what is left of it in a resolver's answer. */
function negativeTtl(message: DecodedPacket, seen: readonly Answer[]): number | undefined {
  const soa = (message.authorities ?? []).find((each) => each.type === 'SOA');
  if (soa?.type !== 'SOA' || soa.ttl === undefined) return undefined;
  const own = Math.min(soa.ttl, soa.data.minimum ?? soa.ttl);
  return Math.min(own, shortest(seen) ?? own);
}

function shortest(records: readonly Answer[]): number | undefined {
  const times = records.flatMap((each) => ('ttl' in each && each.ttl !== undefined ? [each.ttl] : []));
  return times.length === 0 ? undefined : Math.min(...times);
}

function textOf(record: Answer): string {
  switch (record.type) {
    case 'A':
    case 'AAAA':
      return record.data;
    case 'CNAME':
    case 'NS':
      return withoutDot(record.data);
    case 'MX':
      return `${record.data.preference ?? 0} ${withoutDot(record.data.exchange)}`;
    case 'TXT': {
      // A text of more than 255 bytes travels in pieces; what was published is the whole.
      const pieces = Array.isArray(record.data) ? record.data : [record.data];
      return Buffer.concat(
        pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)),
      ).toString('utf8');
    }
    default:
      return '';
  }
}

const withoutDot = (name: string): string =>
  name.length > 1 && name.endsWith('.') ? name.slice(0, -1) : name;

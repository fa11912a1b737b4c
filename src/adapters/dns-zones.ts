/**
 * Finds the servers that a name's zone is published on, as a resolver does it: from the top down, asking each zone's
 * own servers. The resolver is asked for no name below the top: a name that it hears of too early it remembers as
 * missing.
 */
import { isIPv4 } from 'node:net';
import type { DecodedPacket } from 'dns-packet';
import type { DnsServer } from './dns-exchange.ts';
import { at, plainName, rcodeOf, targetOf, zoneOf } from './dns-message.ts';

export interface NameServer {
  /** `ns-826.awsdns-39.net` */
  readonly name: string;
  /** Where it is reached; empty when that could not be found out. */
  readonly at: readonly DnsServer[];
}

export interface Zone {
  readonly name: string;
  readonly servers: readonly NameServer[];
}

export interface Walk {
  /** The zone that the name is in. */
  readonly zone: Zone;
  /** The zone above it, whose servers delegated to it; undefined where both are on the same servers. */
  readonly parent?: Zone;
  /** The name servers that the parent names for the zone. */
  readonly delegated?: readonly string[];
}

/** Why the servers of a zone could not be found. */
export interface NoWalk {
  readonly kind: 'no-walk';
  readonly came: string;
}

export interface Asking {
  /** Asks one server about its own zones. */
  server(server: DnsServer, type: 'NS', name: string): Promise<DecodedPacket | string>;
  /** Asks the resolver. */
  resolver(type: 'NS' | 'A' | 'AAAA', name: string): Promise<readonly string[]>;
}

export interface WalkOptions {
  readonly ask: Asking;
  /** Where a server, or all of a zone, are, whatever their names lead to: that is how a rehearsal is asked. */
  readonly redirected: ReadonlyMap<string, DnsServer>;
}

const port = 53;
/** Deeper than names are in practice: an end for servers that delegate in a circle. */
const mostSteps = 12;

export async function walkTo(name: string, { ask, redirected }: WalkOptions): Promise<Walk | NoWalk> {
  const wanted = plainName(name);
  const locate = (zone: string, servers: readonly string[], glue: DecodedPacket | undefined) =>
    Promise.all(servers.map((server) => located(zone, server, glue)));

  async function located(zone: string, server: string, glue: DecodedPacket | undefined): Promise<NameServer> {
    const there = redirected.get(server) ?? redirected.get(zone) ?? redirected.get('*');
    if (there !== undefined) return { name: server, at: [there] };
    const given = (glue?.additionals ?? []).filter(
      (each) => (each.type === 'A' || each.type === 'AAAA') && plainName(each.name) === server,
    );
    // Of a server's address only its own zone, or one above, may speak.
    const trusted = server === zone || server.endsWith(`.${zone}`) ? given : [];
    const addresses = trusted.flatMap((each) =>
      each.type === 'A' || each.type === 'AAAA' ? [each.data] : [],
    );
    const found = addresses.length > 0 ? addresses : await addressesOf(server);
    const sorted = found.toSorted((a, b) => Number(isIPv4(b)) - Number(isIPv4(a)));
    return { name: server, at: sorted.map((address) => ({ address, port })) };
  }

  async function addressesOf(server: string): Promise<readonly string[]> {
    const ipv4 = await ask.resolver('A', server);
    return ipv4.length > 0 ? ipv4 : ask.resolver('AAAA', server);
  }

  async function top(): Promise<Zone> {
    const labels = wanted.split('.');
    for (let index = 1; index < labels.length; index++) {
      const above = labels.slice(index).join('.');
      if (redirected.has(above)) return { name: above, servers: await locate(above, [above], undefined) };
    }
    const last = labels.at(-1) ?? '';
    const servers = (await ask.resolver('NS', last)).map(plainName);
    // Three of them are enough to ask one.
    return { name: last, servers: await locate(last, servers.slice(0, 3), undefined) };
  }

  let zone = await top();
  let walk: Walk = { zone };
  let came = `no name server of ${zone.name} was found`;
  for (let step = 0; step < mostSteps; step++) {
    const asked = await firstAnswer(zone, wanted, ask);
    if (typeof asked === 'string') return { kind: 'no-walk', came: zone.servers.length === 0 ? came : asked };
    const { message, server } = asked;
    const below = delegation(message, zone.name, wanted);
    if (below === undefined) {
      const own = await ownZone(message, server, zone, wanted);
      return own === undefined ? walk : { zone: own };
    }
    const next = { name: below.zone, servers: await locate(below.zone, below.servers, message) };
    walk = { zone: next, parent: zone, delegated: below.servers };
    zone = next;
    came = `no name server of ${zone.name} was found`;
    if (zone.name === wanted) return walk;
  }
  return { kind: 'no-walk', came: `the zones above ${wanted} delegate in a circle` };

  /** A zone on the same servers as the zone above it is never delegated to; it tells of itself. */
  async function ownZone(
    message: DecodedPacket,
    server: DnsServer,
    above: Zone,
    name: string,
  ): Promise<Zone | undefined> {
    const answered = at(message.answers ?? [], name, 'NS');
    const own = answered.length > 0 ? name : zoneOf(message);
    if (own === undefined || own === above.name || !own.endsWith(`.${above.name}`)) return undefined;
    const told = answered.length > 0 ? message : await ask.server(server, 'NS', own);
    if (typeof told === 'string') return undefined;
    const names = at(told.answers ?? [], own, 'NS').map((each) => plainName(targetOf(each)));
    return names.length === 0 ? undefined : { name: own, servers: await locate(own, names, told) };
  }
}

interface Asked {
  readonly message: DecodedPacket;
  readonly server: DnsServer;
}

/** The first of a zone's servers that answers for it; else what the last one said. */
async function firstAnswer(zone: Zone, name: string, ask: Asking): Promise<Asked | string> {
  let came = `no address of a name server of ${zone.name} was found`;
  for (const { name: server, at: places } of zone.servers) {
    for (const place of places.slice(0, 2)) {
      const message = await ask.server(place, 'NS', name);
      const rcode = typeof message === 'string' ? message : rcodeOf(message);
      if (typeof message !== 'string' && (rcode === 'NOERROR' || rcode === 'NXDOMAIN'))
        return { message, server: place };
      came = `${server}, which answers for ${zone.name}, gave ${rcode}`;
    }
  }
  return came;
}

/** The zone below that a server sends us on to, on the way to the name. */
function delegation(
  message: DecodedPacket,
  zone: string,
  name: string,
): { readonly zone: string; readonly servers: readonly string[] } | undefined {
  if (message.flag_aa || (message.answers ?? []).length > 0) return undefined;
  const records = (message.authorities ?? []).filter((each) => each.type === 'NS');
  const below = plainName(records[0]?.name ?? '');
  const onTheWay = below === name || name.endsWith(`.${below}`);
  if (!onTheWay || below === zone || !below.endsWith(`.${zone}`)) return undefined;
  return {
    zone: below,
    servers: records
      .filter((each) => plainName(each.name) === below)
      .map((each) => plainName(targetOf(each))),
  };
}

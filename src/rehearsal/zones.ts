import type { WorldDescription } from './description.ts';
import { recordName, resource } from './mail-stack.ts';
import type { StackState, WorldState } from './state.ts';

export interface RecordSet {
  /** Without the last dot. */
  readonly name: string;
  readonly type: 'NS' | 'SOA' | 'TXT' | 'CNAME' | 'A';
  /** Seconds. */
  readonly ttl: number;
  /** TXT values are whole texts, not yet split into strings. */
  readonly values: readonly string[];
}

export interface Zone {
  readonly account: string;
  readonly id: string;
  readonly name: string;
  readonly privateZone: boolean;
  /** Whether the parent delegates to it, so that the world's DNS server answers for it. */
  readonly delegated: boolean;
  readonly nameServers: readonly string[];
  readonly records: readonly RecordSet[];
}

/** The zones that stand now: whatever the stacks' resources say. */
export function zones(state: WorldState): readonly Zone[] {
  return state.stacks.flatMap((stack) =>
    resource(stack, 'Zone') === undefined ? [] : [privateNamesake(stack), publicZone(stack)],
  );
}

function publicZone(stack: StackState): Zone {
  const { domain, dkimPublicKey, returnPathTarget } = stack.parameters;
  const values: readonly (readonly [logicalId: string, type: 'TXT' | 'CNAME', value: string])[] = [
    ['SpfRecord', 'TXT', 'v=spf1 include:spf.mtasv.net ~all'],
    ['DmarcRecord', 'TXT', `v=DMARC1; p=none; rua=mailto:dmarc-reports@${domain}`],
    ['DkimRecord', 'TXT', dkimPublicKey],
    ['ReturnPathRecord', 'CNAME', returnPathTarget],
  ];
  return {
    account: stack.account,
    id: stack.zoneId,
    name: domain,
    privateZone: false,
    delegated: resource(stack, 'NsDelegation') !== undefined,
    nameServers: stack.nameServers,
    records: [
      ...apex(domain, stack.nameServers),
      ...values
        .filter(([logicalId]) => resource(stack, logicalId) !== undefined)
        .map(([logicalId, type, value]) => ({
          name: recordName(stack, logicalId),
          type,
          ttl: 300,
          values: [value],
        })),
    ],
  };
}

/** The zones above those of the partitions, which delegate to them. */
export function parentZones({ partitions }: WorldDescription): readonly Zone[] {
  const names = new Set(partitions.map(({ domain }) => domain.slice(domain.indexOf('.') + 1)));
  return [...names].map((name) => elsewhere(name, []));
}

/** What mail needs of the world outside: where Postmark sends from. */
export function outsideZones(): readonly Zone[] {
  const zone = 'mtasv.net';
  return [
    elsewhere(zone, [
      {
        name: `spf.${zone}`,
        type: 'TXT',
        ttl: 3600,
        values: ['v=spf1 ip4:50.31.156.96/27 ip4:104.245.209.192/26 ~all'],
      },
      { name: `pm.${zone}`, type: 'A', ttl: 3600, values: ['50.31.156.6'] },
    ]),
  ];
}

function elsewhere(name: string, records: readonly RecordSet[]): Zone {
  const nameServers = ['ns-1.awsdns-00.com', 'ns-513.awsdns-00.net'];
  return {
    account: '',
    id: '',
    name,
    privateZone: false,
    delegated: true,
    nameServers,
    records: [...apex(name, nameServers), ...records],
  };
}

/** A private zone of the same name, as accounts often have one: a client must not take it for the public one. */
function privateNamesake(stack: StackState): Zone {
  const { domain } = stack.parameters;
  const nameServers = ['ns-0.awsdns-00.com'];
  return {
    account: stack.account,
    // Sorts before the public zone.
    id: `Z0000${stack.zoneId.slice(5)}`,
    name: domain,
    privateZone: true,
    delegated: false,
    nameServers,
    records: apex(domain, nameServers),
  };
}

function apex(name: string, nameServers: readonly string[]): readonly RecordSet[] {
  const soa = `${nameServers[0]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400`;
  return [
    { name, type: 'NS', ttl: 172800, values: nameServers },
    { name, type: 'SOA', ttl: 900, values: [soa] },
  ];
}

/** The strings in which a TXT text travels: at most 255 bytes each. */
export function textStrings(text: string): readonly string[] {
  return text.match(/[\s\S]{1,255}/g) ?? [''];
}

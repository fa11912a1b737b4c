import type { HttpRequest } from '../http.ts';
import { type RecordSet, textStrings, type Zone, zones } from '../zones.ts';
import { type AwsWorld, type Refusal, type Result, refusal, result } from './service.ts';
import { tag, type Xml } from './xml.ts';

/** The root element of the answer, and what stands in it. */
export interface Route53Answer {
  readonly root: string;
  readonly answer: Result | Refusal;
}

const PREFIX = '/2013-04-01/';

export function route53(
  world: AwsWorld,
  account: string,
  { method, path, query }: HttpRequest,
): Route53Answer {
  const own = zones(world.store.state).filter((zone) => zone.account === account);
  const [collection, id, part] = path.startsWith(PREFIX) ? path.slice(PREFIX.length).split('/') : [];
  if (method === 'GET' && collection === 'hostedzonesbyname' && id === undefined) {
    return { root: 'ListHostedZonesByNameResponse', answer: listByName(own, query) };
  }
  if (method !== 'GET' || collection !== 'hostedzone' || !id || (part !== undefined && part !== 'rrset')) {
    return { root: '', answer: refusal(404, 'UnknownOperationException', `Unknown: ${method} ${path}`) };
  }
  const root = part === 'rrset' ? 'ListResourceRecordSetsResponse' : 'GetHostedZoneResponse';
  const zone = own.find((one) => one.id === id);
  if (zone === undefined) {
    return { root, answer: refusal(404, 'NoSuchHostedZone', `No hosted zone found with ID: ${id}`) };
  }
  return { root, answer: part === 'rrset' ? listRecords(zone, query) : getZone(zone) };
}

/** Starts at the name, it doesn't filter. */
function listByName(own: readonly Zone[], query: URLSearchParams): Result {
  const size = Number(query.get('maxitems') ?? 100);
  const name = query.get('dnsname');
  const startId = query.get('hostedzoneid') ?? '';
  const start = sortKey(name ?? '');
  const from = own
    .toSorted((a, b) => order(sortKey(a.name), sortKey(b.name)) || order(a.id, b.id))
    .filter((zone) => {
      const compared = name === null ? 1 : order(sortKey(zone.name), start);
      return compared > 0 || (compared === 0 && zone.id >= startId);
    });
  const next = from[size];
  return result(
    tag('HostedZones', ...from.slice(0, size).map(zoneXml)),
    name === null ? undefined : tag('DNSName', dotted(name)),
    tag('IsTruncated', String(next !== undefined)),
    next && tag('NextDNSName', dotted(next.name)),
    next && tag('NextHostedZoneId', next.id),
    tag('MaxItems', String(size)),
  );
}

function getZone(zone: Zone): Result {
  return result(
    zoneXml(zone),
    zone.privateZone
      ? tag('VPCs', tag('VPC', tag('VPCRegion', 'us-east-1'), tag('VPCId', 'vpc-0a1b2c3d')))
      : tag('DelegationSet', tag('NameServers', ...zone.nameServers.map((one) => tag('NameServer', one)))),
  );
}

function listRecords(zone: Zone, query: URLSearchParams): Result {
  const size = Number(query.get('maxitems') ?? 300);
  const start = sortKey(query.get('name') ?? '');
  const type = query.get('type') ?? '';
  const from = zone.records
    .toSorted((a, b) => order(sortKey(a.name), sortKey(b.name)) || order(a.type, b.type))
    .filter((record) => {
      const compared = order(sortKey(record.name), start);
      return compared > 0 || (compared === 0 && record.type >= type);
    });
  const next = from[size];
  return result(
    tag('ResourceRecordSets', ...from.slice(0, size).map(recordXml)),
    tag('IsTruncated', String(next !== undefined)),
    next && tag('NextRecordName', dotted(next.name)),
    next && tag('NextRecordType', next.type),
    tag('MaxItems', String(size)),
  );
}

function zoneXml(zone: Zone): Xml {
  return tag(
    'HostedZone',
    tag('Id', `/hostedzone/${zone.id}`),
    tag('Name', dotted(zone.name)),
    tag('CallerReference', zone.id),
    tag('Config', tag('PrivateZone', String(zone.privateZone))),
    tag('ResourceRecordSetCount', String(zone.records.length)),
  );
}

function recordXml(record: RecordSet): Xml {
  return tag(
    'ResourceRecordSet',
    tag('Name', dotted(record.name)),
    tag('Type', record.type),
    tag('TTL', String(record.ttl)),
    tag(
      'ResourceRecords',
      ...record.values.map((value) => tag('ResourceRecord', tag('Value', presentation(record, value)))),
    ),
  );
}

function presentation({ type }: RecordSet, value: string): string {
  if (type === 'TXT')
    return textStrings(value)
      .map((part) => `"${part.replace(/["\\]/g, '\\$&')}"`)
      .join(' ');
  return type === 'NS' ? dotted(value) : value;
}

/** Route 53 orders names by their labels, the last one first. */
const sortKey = (name: string): string =>
  name.toLowerCase().replace(/\.$/, '').split('.').toReversed().join('.');
const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const dotted = (name: string): string => (name.endsWith('.') ? name : `${name}.`);

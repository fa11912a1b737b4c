import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  type DecodedPacket,
  decode,
  encode,
  type Packet,
  RECURSION_AVAILABLE,
  RECURSION_DESIRED,
  TRUNCATED_RESPONSE,
} from 'dns-packet';
import { type RecordSet, textStrings, type Zone } from './zones.ts';

/** What a UDP answer may weigh for a client that says nothing about it. */
const PLAIN_UDP_SIZE = 512;
const PORT_ATTEMPTS = 10;
const OPCODE_SHIFT = 11;
const QUERY_OPCODE = 0;
const CODES = {
  noError: 0,
  formatError: 1,
  serverFailure: 2,
  noSuchName: 3,
  notImplemented: 4,
  refused: 5,
} as const;

export interface DnsServer {
  /** `127.0.0.1:PORT`, the same port on UDP and TCP. */
  readonly address: string;
  close(): Promise<void>;
}

/** What a server knows at the time of a question. There is no other name in this world. */
export interface Knowledge {
  /** The zones it answers for. */
  readonly zones: readonly Zone[];
  /** The zones below its own that it sends others on to. */
  readonly delegated?: readonly Zone[];
  /** What is wrong with it. */
  readonly fault?: 'silent' | 'servfail' | 'behind';
}

export async function serveDns(know: () => Knowledge): Promise<DnsServer> {
  const { udp, tcp, port } = await bind();
  udp.on('message', (message, peer) => {
    const query = parse(message);
    const packet = query === undefined ? undefined : reply(query, know());
    if (query !== undefined && packet !== undefined) udp.send(forUdp(query, packet), peer.port, peer.address);
  });
  // A client that closed its socket meanwhile makes ICMP errors on some systems: none of the server's business.
  udp.on('error', () => {});
  const connections = new Set<Socket>();
  tcp.on('connection', (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
    socket.on('error', () => socket.destroy());
    serveStream(socket, know);
  });
  return {
    address: `127.0.0.1:${port}`,
    async close() {
      const closed = Promise.all([
        new Promise<void>((done) => udp.close(done)),
        new Promise<void>((done) => tcp.close(() => done())),
      ]);
      for (const socket of connections) socket.destroy();
      await closed;
    },
  };
}

async function bind(): Promise<{ udp: UdpSocket; tcp: Server; port: number }> {
  for (let attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
    const udp = createSocket('udp4');
    await once(udp, () => udp.bind(0, '127.0.0.1'));
    const { port } = udp.address();
    const tcp = createServer();
    try {
      await once(tcp, () => tcp.listen(port, '127.0.0.1'));
      return { udp, tcp, port };
    } catch {
      // Someone else has this number on TCP: another pair.
      udp.close();
    }
  }
  throw new Error(`No port of 127.0.0.1 is free on both UDP and TCP after ${PORT_ATTEMPTS} tries`);
}

function once(server: UdpSocket | Server, listen: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      resolve();
    });
    listen();
  });
}

/** Over TCP each message has its length before it, in two bytes. */
function serveStream(socket: Socket, know: () => Knowledge): void {
  let rest = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
      const length = rest.readUInt16BE(0);
      const query = parse(rest.subarray(2, 2 + length));
      rest = rest.subarray(2 + length);
      if (query === undefined) return void socket.destroy();
      const packet = reply(query, know());
      if (packet === undefined) continue;
      const body = encode(packet);
      const size = Buffer.alloc(2);
      size.writeUInt16BE(body.length);
      socket.write(Buffer.concat([size, body]));
    }
  });
}

function parse(message: Buffer): DecodedPacket | undefined {
  try {
    const packet = decode(message);
    return packet.type === 'query' ? packet : undefined;
  } catch {
    return undefined;
  }
}

function forUdp(query: DecodedPacket, packet: Packet): Buffer {
  const option = query.additionals?.find((one) => one.type === 'OPT');
  const limit = Math.max(PLAIN_UDP_SIZE, option?.type === 'OPT' ? option.udpPayloadSize : 0);
  const whole = encode(packet);
  if (whole.length <= limit) return whole;
  const flags = (packet.flags ?? 0) | TRUNCATED_RESPONSE;
  return encode({ ...packet, flags, answers: [], authorities: [] });
}

/** Nothing where the server is silent. */
function reply(query: DecodedPacket, knowledge: Knowledge): Packet | undefined {
  if (knowledge.fault === 'silent') return undefined;
  const found = lookUp(query, knowledge);
  const option = query.additionals?.some((one) => one.type === 'OPT');
  return {
    type: 'response',
    id: query.id ?? 0,
    flags:
      ((query.flags ?? 0) & RECURSION_DESIRED) |
      RECURSION_AVAILABLE |
      (found.authoritative ? AUTHORITATIVE_ANSWER : 0) |
      found.code,
    questions: query.questions ?? [],
    answers: found.answers,
    authorities: found.authorities,
    additionals: option
      ? [
          {
            type: 'OPT',
            name: '.',
            udpPayloadSize: 1232,
            extendedRcode: 0,
            ednsVersion: 0,
            flags: 0,
            flag_do: false,
            options: [],
          },
        ]
      : [],
  };
}

interface Found {
  readonly code: number;
  readonly authoritative: boolean;
  readonly answers: Answer[];
  readonly authorities: Answer[];
}

function lookUp(query: DecodedPacket, { zones, delegated = [], fault }: Knowledge): Found {
  const nothing = (code: number): Found => ({ code, authoritative: false, answers: [], authorities: [] });
  if (fault === 'servfail') return nothing(CODES.serverFailure);
  const [question, ...more] = query.questions ?? [];
  if ((((query.flags ?? 0) >> OPCODE_SHIFT) & 0xf) !== QUERY_OPCODE) return nothing(CODES.notImplemented);
  if (question === undefined || more.length > 0) return nothing(CODES.formatError);
  if (question.class !== undefined && question.class !== 'IN' && question.class !== 'ANY') {
    return nothing(CODES.refused);
  }
  const name = question.name.toLowerCase();
  const holds = (one: Zone): boolean => name === one.name || name.endsWith(`.${one.name}`);
  const below = delegated.find(holds);
  if (below !== undefined) {
    const servers = below.records.filter((record) => record.type === 'NS' && record.name === below.name);
    return { ...nothing(CODES.noError), authorities: servers.flatMap((record) => wire(record, below.name)) };
  }
  // The deepest one: a zone and the one above it may be on the same server.
  const [zone] = zones.filter(holds).toSorted((a, b) => b.name.length - a.name.length);
  if (zone === undefined) {
    // What is above a zone exists, though this world has nothing to say about it.
    const above = zones.some((one) => one.name.endsWith(`.${name}`));
    return nothing(above ? CODES.noError : CODES.noSuchName);
  }
  if (fault === 'behind' && zone.account !== '') {
    // It heard of the name before there was one, and remembers that.
    const soa = zone.records.filter((record) => record.type === 'SOA');
    return { ...nothing(CODES.noSuchName), authorities: soa.flatMap((record) => wire(record, record.name)) };
  }
  const here = zone.records.filter((record) => record.name.toLowerCase() === name);
  const wanted = here.filter(
    (record) => record.type === question.type || record.type === 'CNAME' || String(question.type) === 'ANY',
  );
  const known =
    here.length > 0 || zone.records.some((record) => record.name.toLowerCase().endsWith(`.${name}`));
  const soa = zone.records.filter((record) => record.type === 'SOA');
  return {
    code: known ? CODES.noError : CODES.noSuchName,
    authoritative: true,
    answers: wanted.flatMap((record) => wire(record, question.name)),
    authorities: wanted.length > 0 ? [] : soa.flatMap((record) => wire(record, record.name)),
  };
}

/** @param name as the question wrote it: some clients mix the case to recognise their answer. */
function wire({ type, ttl, values }: RecordSet, name: string): Answer[] {
  return values.map((value): Answer => {
    switch (type) {
      case 'TXT':
        return { name, type, ttl, data: [...textStrings(value)] };
      case 'SOA': {
        const [mname = '', rname = '', ...numbers] = value.split(' ').map((word) => word.replace(/\.$/, ''));
        const [serial, refresh, retry, expire, minimum] = numbers.map(Number);
        return { name, type, ttl, data: { mname, rname, serial, refresh, retry, expire, minimum } };
      }
      default:
        return { name, type, ttl, data: value };
    }
  });
}

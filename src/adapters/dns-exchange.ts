/** One question to one server: over UDP, and over TCP when the answer does not fit. */
import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { createConnection, isIPv6 } from 'node:net';
import { type DecodedPacket, decode, encode, type RecordType, streamEncode } from 'dns-packet';

export interface DnsServer {
  /** An IP address. */
  readonly address: string;
  readonly port: number;
}

export interface DnsQuestion {
  readonly type: RecordType;
  readonly name: string;
  /** Whether the server shall ask others for it: a resolver's work, not an authoritative server's. */
  readonly recursive: boolean;
}

/** What came, or the code of what went wrong: `ETIMEOUT`, `ECONNREFUSED`, `EBADRESP`, … */
export type Exchanged = DecodedPacket | string;

/** Fits into one packet on every path; more goes over TCP. */
const udpSize = 1232;

/** Never rejects but with the signal's reason. */
export async function exchange(
  server: DnsServer,
  question: DnsQuestion,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Exchanged> {
  signal.throwIfAborted();
  const overUdp = await within(timeoutMs, signal, (settle) => askUdp(server, question, settle));
  if (typeof overUdp === 'string' || !overUdp.flag_tc) return overUdp;
  return within(timeoutMs, signal, (settle) => askTcp(server, question, settle));
}

/** Starts the work, which answers with what ends it. */
async function within(
  timeoutMs: number,
  signal: AbortSignal,
  work: (settle: (exchanged: Exchanged) => void) => () => void,
): Promise<Exchanged> {
  let end = (): void => {};
  let timer: NodeJS.Timeout | undefined;
  let stop = (): void => {};
  try {
    return await new Promise<Exchanged>((resolve, reject) => {
      stop = () => reject(signal.reason);
      signal.addEventListener('abort', stop, { once: true });
      timer = setTimeout(() => resolve('ETIMEOUT'), timeoutMs);
      end = work(resolve);
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    end();
  }
}

function packetFor({ type, name, recursive }: DnsQuestion): Parameters<typeof encode>[0] & { id: number } {
  return {
    type: 'query',
    id: randomInt(65_536),
    flags: recursive ? 0x0100 : 0,
    questions: [{ type, name, class: 'IN' }],
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: udpSize,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        flag_do: false,
        options: [],
      },
    ],
  };
}

function askUdp(
  { address, port }: DnsServer,
  question: DnsQuestion,
  settle: (exchanged: Exchanged) => void,
): () => void {
  const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
  const packet = packetFor(question);
  socket.on('error', (error) => settle(codeOf(error)));
  socket.on('message', (message) => {
    // What is not the answer to this question was meant to deceive, or comes late.
    if (message.length < 2 || message.readUInt16BE(0) !== packet.id) return;
    settle(read(() => decode(message), question));
  });
  // Connected, so that a refusal is heard of and nobody else's packets are.
  socket.connect(port, address, () => {
    socket.send(encode(packet), (error) => {
      if (error) settle(codeOf(error));
    });
  });
  return () => socket.close();
}

function askTcp(
  { address, port }: DnsServer,
  question: DnsQuestion,
  settle: (exchanged: Exchanged) => void,
): () => void {
  const socket = createConnection({ host: address, port });
  const packet = packetFor(question);
  let received: Buffer = Buffer.alloc(0);
  socket.on('error', (error) => settle(codeOf(error)));
  socket.on('close', () => settle('ECONNRESET'));
  socket.on('connect', () => socket.write(streamEncode(packet)));
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    if (received.length < 2 || received.length < 2 + received.readUInt16BE(0)) return;
    if (received.readUInt16BE(2) !== packet.id) return settle('EBADRESP');
    settle(read(() => decode(received.subarray(2, 2 + received.readUInt16BE(0))), question));
  });
  return () => socket.destroy();
}

/** A message that can be read and answers this question. */
function read(decoded: () => DecodedPacket, { type, name }: DnsQuestion): Exchanged {
  try {
    const message = decoded();
    const [asked] = message.questions ?? [];
    const same = asked?.type === type && asked.name.toLowerCase() === name.toLowerCase();
    // A refusal may leave the question out.
    if (message.type !== 'response' || (asked !== undefined && !same)) return 'EBADRESP';
    return message;
  } catch {
    return 'EBADRESP';
  }
}

const codeOf = (error: Error): string =>
  'code' in error && typeof error.code === 'string' ? error.code : 'EUNKNOWN';

/** Puts a distance between a client and a server on loopback, and notes when each exchange began and ended. */
import { createSocket } from 'node:dgram';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

export interface Exchange {
  /** Milliseconds. */
  readonly begun: number;
  readonly ended: number;
}

export interface Distance {
  /** `127.0.0.1:PORT`, on TCP and UDP. */
  readonly address: string;
  close(): void;
}

/** @param target `127.0.0.1:PORT`; @param delay of each way, in milliseconds */
export async function distanceTo(target: string, delay: number, exchanges: Exchange[]): Promise<Distance> {
  const [host = '', port = ''] = target.split(':');
  const sockets = new Set<Socket>();
  const tcp = createServer((near) => {
    const far = createConnection(Number(port), host);
    let begun: number | undefined;
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.on('data', (chunk) => {
      begun ??= performance.now();
      setTimeout(() => far.write(chunk), delay);
    });
    far.on('data', (chunk) => {
      setTimeout(() => {
        // Packets of one answer are one exchange.
        if (begun !== undefined) exchanges.push({ begun, ended: performance.now() });
        begun = undefined;
        near.write(chunk);
      }, delay);
    });
  });
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
  const { port: own } = tcp.address() as AddressInfo;
  const udp = createSocket('udp4');
  udp.on('message', (question, peer) => {
    const begun = performance.now();
    const far = createSocket('udp4');
    far.on('message', (answer) => {
      far.close();
      setTimeout(() => {
        exchanges.push({ begun, ended: performance.now() });
        udp.send(answer, peer.port, peer.address);
      }, delay);
    });
    setTimeout(() => far.send(question, Number(port), host), delay);
  });
  await new Promise<void>((resolve) => udp.bind(own, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${own}`,
    close() {
      tcp.close();
      udp.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** How many exchanges came one after the other, at most: the round trips that no client can do without. */
export function longestChain(exchanges: readonly Exchange[]): number {
  let count = 0;
  let free = Number.NEGATIVE_INFINITY;
  for (const { begun, ended } of exchanges.toSorted((a, b) => a.ended - b.ended)) {
    if (begun < free) continue;
    count++;
    free = ended;
  }
  return count;
}

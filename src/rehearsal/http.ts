import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  /** The connection is cut in the middle of the body. */
  readonly cut?: boolean;
}

export type Route = (request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>;

export const json = (status: number, value: unknown): HttpAnswer => ({
  status,
  type: 'application/json',
  body: JSON.stringify(value),
});

export interface HttpServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves `route` on a free port of the loopback address. */
export async function serveHttp(route: Route): Promise<HttpServer> {
  const server = createServer(async (incoming, outgoing) => {
    let answer: HttpAnswer;
    try {
      answer = await route(await readRequest(incoming));
    } catch (error) {
      answer = { status: 500, type: 'text/plain', body: `The rehearsal broke: ${String(error)}` };
    }
    outgoing.writeHead(answer.status, { 'content-type': answer.type });
    if (answer.cut === true) {
      outgoing.write(answer.body.slice(0, answer.body.length / 2), () => outgoing.destroy());
      return;
    }
    outgoing.end(answer.body);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      const closed = new Promise<void>((done) => server.close(() => done()));
      server.closeAllConnections();
      return closed;
    },
  };
}

async function readRequest(incoming: IncomingMessage): Promise<HttpRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

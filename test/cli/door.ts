/** A door before the HTTP side of a world: it counts what is asked, and can hold a request while something happens. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Passing {
  /** `CreateStack`, or `POST /domains`. */
  readonly what: string;
  /** The product asks through clients of its own; everything else is a script of the worktree. */
  readonly by: 'product' | 'script';
  /** Whether the world has done it: it is held before and after. */
  readonly when: 'before' | 'after';
  /** What the world answered, when it did. */
  readonly status?: number;
}

export interface Door {
  readonly url: string;
  /** Everything that the world has answered. */
  readonly answered: readonly Passing[];
  /** Called with each request, which waits until it is done. */
  hold: (passing: Passing) => Promise<void> | void;
  close(): Promise<void>;
}

export async function openDoor(world: string): Promise<Door> {
  const answered: Passing[] = [];
  const door: Omit<Door, 'url'> = {
    answered,
    hold: () => {},
    close: () => {
      const closed = new Promise<void>((done) => server.close(() => done()));
      server.closeAllConnections();
      return closed;
    },
  };
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const asked = { what: whatOf(request, body), by: byWhom(request) };
    await door.hold({ ...asked, when: 'before' });
    // Of a process that is killed before its request is through, the world never hears.
    if (request.socket.destroyed) return;
    const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
    const answer = await fetch(`${world}${request.url ?? '/'}`, {
      method: request.method ?? 'GET',
      headers: headers as Record<string, string>,
      ...(body === '' ? {} : { body }),
    });
    const text = await answer.text();
    const passing: Passing = { ...asked, when: 'after', status: answer.status };
    answered.push(passing);
    await door.hold(passing);
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    response.end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(door, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += chunk;
  return body;
}

const whatOf = ({ method, url }: IncomingMessage, body: string): string =>
  new URLSearchParams(body).get('Action') ?? `${method} ${url?.split('?')[0]}`;

const byWhom = ({ headers }: IncomingMessage): Passing['by'] =>
  headers['user-agent'] === 'node' ? 'script' : 'product';

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Failure, Outcome } from '../../src/core/ports.ts';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export type Reply =
  | { readonly status?: number; readonly type?: string; readonly body: string }
  | 'cut'
  | 'silent';

/** A server on loopback that ends with the test. */
export async function standIn(t: TestContext, reply: (asked: Asked) => Reply): Promise<string> {
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const url = new URL(request.url ?? '/', 'http://stand-in');
    const answered = reply({
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body,
    });
    if (answered === 'silent') return;
    if (answered === 'cut') {
      request.socket.destroy();
      return;
    }
    response.writeHead(answered.status ?? 200, { 'content-type': answered.type ?? 'application/json' });
    response.end(answered.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cascade-adapters-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export const never = new AbortController().signal;

export function given<T>(outcome: Outcome<T> | undefined): T {
  if (outcome?.kind !== 'answer') throw new Error(`No answer but ${JSON.stringify(outcome)}`);
  return outcome.value;
}

export function failureOf(outcome: Outcome<unknown> | undefined): Failure {
  if (outcome?.kind !== 'failure') throw new Error('An answer where a failure was expected');
  return outcome;
}

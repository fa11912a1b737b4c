/** Whatever a server says that is no proper answer: nothing passes, nothing crashes, and the reason is told. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer as createProxy } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { canary } from '../core/memory.ts';
import { everyCheck, type Result } from './every-check.ts';
import { type Reply, standIn, temporaryFolder } from './stand-in.ts';

async function ask(t: TestContext, url: string, deadlineMs?: number): Promise<Result[]> {
  return everyCheck(await temporaryFolder(t), url, deadlineMs);
}

function nothingPasses(results: readonly Result[], verdicts: readonly string[] = ['unknown']): void {
  assert.equal(results.length, 9);
  for (const { line, verdict, evidence } of results) {
    assert.ok(verdicts.includes(verdict), `${line}: ${verdict}: ${evidence}`);
    assert.doesNotMatch(evidence, /error of its own/, line);
    assert.ok(!evidence.includes(canary));
  }
}

const html = '<!doctype html><html><body>Sign in to the network</body></html>';
const bad: Readonly<Record<string, Reply | (() => Reply)>> = {
  'a page of HTML': { type: 'text/html', body: html },
  'a page of HTML with 502': { status: 502, type: 'text/html', body: html },
  'a page of HTML with 407': { status: 407, type: 'text/html', body: html },
  'nothing at all': { body: '' },
  'XML that breaks off': {
    type: 'text/xml',
    body: '<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackSta',
  },
  'JSON that breaks off': { body: '{"TotalCount": 3, "Domains": [{"Name": "dev.exa' },
  '10 MB of noise': { body: 'x'.repeat(10_000_000) },
  '10 MB of JSON of another kind': { body: JSON.stringify({ data: 'x'.repeat(10_000_000) }) },
  'a redirect to a page': { status: 302, type: 'text/html', body: html },
  'a request that came too late for its clock': {
    status: 403,
    type: 'text/xml',
    body: '<ErrorResponse><Error><Type>Sender</Type><Code>RequestTimeTooSkewed</Code><Message>The difference between the request time and the current time is too large.</Message></Error></ErrorResponse>',
  },
  'a cut connection': 'cut',
};

for (const [what, reply] of Object.entries(bad)) {
  test(`${what} is no evidence of anything`, async (t) => {
    const url = await standIn(t, () => (typeof reply === 'function' ? reply() : reply));
    const results = await ask(t, url);
    if (!what.startsWith('a request')) return nothingPasses(results);
    // To Postmark this is a refusal like any other.
    nothingPasses(results, ['unknown', 'failed']);
    for (const { verdict, evidence } of results.slice(0, 6)) {
      assert.equal(verdict, 'unknown', evidence);
      assert.match(evidence, /the clock of this machine is wrong|cannot be read/);
    }
  });
}

test('under full throttling nobody is asked more often than three tries with pauses make', async (t) => {
  const requests = new Map<string, number>();
  const url = await standIn(t, ({ headers, path, body }) => {
    const service = /\/([a-z0-9]+)\/aws4_request/.exec(headers.authorization ?? '')?.[1] ?? 'postmark';
    const call = `${service} ${new URLSearchParams(body).get('Action') ?? headers['x-amz-target'] ?? path}`;
    requests.set(call, (requests.get(call) ?? 0) + 1);
    if (service === 'postmark')
      return { status: 429, body: '{"ErrorCode":429,"Message":"Too many requests"}' };
    return service === 'secretsmanager'
      ? { status: 400, body: '{"__type":"ThrottlingException","Message":"Rate exceeded"}' }
      : {
          status: 400,
          type: 'text/xml',
          body: '<ErrorResponse><Error><Type>Sender</Type><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>',
        };
  });
  nothingPasses(await ask(t, url, 30_000));
  assert.equal(requests.size, 7, [...requests.keys()].join());
  for (const [call, count] of requests) {
    // Three lines ask Postmark for its domains, once each.
    assert.ok(count <= 3, `${call}: ${count} requests`);
  }
});

test('silence is no evidence, and ends', async (t) => {
  nothingPasses(await ask(t, await standIn(t, () => 'silent'), 500));
});

test('a certificate of somebody else is told as that', async (t) => {
  const server = createServer(
    {
      key: readFileSync('test/fixtures/elsewhere-key.pem'),
      cert: readFileSync('test/fixtures/elsewhere-cert.pem'),
    },
    (_, response) => response.end('{}'),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const results = await ask(t, `https://127.0.0.1:${(server.address() as AddressInfo).port}`);
  nothingPasses(results);
  for (const { line, evidence } of results) assert.match(evidence, /certificate/, line);
});

/** A proxy that lets nothing through: whatever is asked, its sign-in page is the answer. */
async function strictProxy(t: TestContext): Promise<{ readonly url: string; readonly asked: () => number }> {
  let asked = 0;
  const proxy = createProxy((_, response) => {
    asked++;
    response.writeHead(407, { 'content-type': 'text/html' }).end(html);
  });
  proxy.on('connect', (_, socket) => {
    asked++;
    socket.end(
      `HTTP/1.1 407 Proxy Authentication Required\r\ncontent-type: text/html\r\ncontent-length: ${html.length}\r\n\r\n${html}`,
    );
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, asked: () => asked };
}

/** An address where nobody listens any more. */
async function deadProxy(): Promise<string> {
  const server = createProxy();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

interface Proxied {
  readonly results: readonly Result[];
  /** Which services reached the stand-in. */
  readonly reached: ReadonlySet<string>;
}

/** What all checks say in a process of its own: Node looks at the variables when it starts. */
async function askedBehind(
  t: TestContext,
  proxy: string,
  more: Readonly<Record<string, string>>,
): Promise<Proxied> {
  const reached = new Set<string>();
  const url = await standIn(t, ({ headers }) => {
    const github = headers['user-agent'] === 'cascade-runbook';
    reached.add(headers['x-postmark-account-token'] ? 'postmark' : github ? 'github' : 'aws');
    return { type: 'text/html', body: html };
  });
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy'];
  const none = { NO_PROXY: undefined, no_proxy: undefined, NODE_USE_ENV_PROXY: undefined };
  const env = {
    ...process.env,
    ...none,
    ...Object.fromEntries(names.map((name) => [name, proxy])),
    ...more,
  };
  const words = ['test/adapters/proxied.ts', await temporaryFolder(t), url];
  const printed = await new Promise<string>((resolve, reject) => {
    execFile(process.execPath, words, { env }, (error, stdout) => (error ? reject(error) : resolve(stdout)));
  });
  return { results: JSON.parse(printed), reached };
}

const byService = (results: readonly Result[]) => ({
  aws: results.slice(0, 6),
  postmark: results.slice(6, 9),
  github: results.slice(9),
});

test('the proxy variables alone lead no request anywhere, whatever they say', async (t) => {
  const strict = await strictProxy(t);
  for (const proxy of [await deadProxy(), strict.url, 'no URL at all']) {
    const { results, reached } = await askedBehind(t, proxy, {});
    assert.deepEqual([...reached].sort(), ['aws', 'github', 'postmark'], proxy);
    nothingPasses(results.slice(0, 9));
    assert.equal(byService(results).github[0]?.verdict, 'unknown');
  }
  assert.equal(strict.asked(), 0);
});

test('a proxy that Node was told to take, and that lets nothing through, is no evidence', async (t) => {
  const strict = await strictProxy(t);
  for (const [proxy, reason] of [
    [await deadProxy(), /ECONNREFUSED\)\. Run it again/],
    [strict.url, /a proxy on the way wants a sign-in \(407\)\. Sign in to the proxy/],
  ] as const) {
    const { results, reached } = await askedBehind(t, proxy, { NODE_USE_ENV_PROXY: '1' });
    // The AWS SDK has connections of its own.
    assert.deepEqual([...reached], ['aws']);
    nothingPasses(results.slice(0, 9));
    const { postmark, github } = byService(results);
    assert.equal(github.length, 1);
    for (const { line, verdict, evidence, next } of [...postmark, ...github]) {
      assert.equal(verdict, 'unknown', line);
      assert.match(`${evidence}. ${next}`, reason, line);
    }
  }
  assert.ok(strict.asked() > 0);
  const except = { NODE_USE_ENV_PROXY: '1', NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' };
  const { reached } = await askedBehind(t, strict.url, except);
  assert.deepEqual([...reached].sort(), ['aws', 'github', 'postmark']);
});

test('no status, type and body that a server makes up lets anything pass', async (t) => {
  let reply: Reply = 'cut';
  const url = await standIn(t, () => reply);
  const body = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.json(),
    fc.constantFrom(
      '<R><GetCallerIdentityResult><Account/></GetCallerIdentityResult></R>',
      '<GetCallerIdentityResponse><GetCallerIdentityResult><Account>13985262034</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
      '<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>x</StackName></member></Stacks></DescribeStacksResult></DescribeStacksResponse>',
      '<GetRoleResponse><GetRoleResult/></GetRoleResponse>',
      '{"ARN":"arn:s","DeletedDate":1.7e9}',
      '{"TotalCount":1,"Domains":[{"Name":"dev.example.com","ID":1}],"ID":1,"Name":"dev.example.com","DKIMVerified":"true","ReturnPathDomainVerified":1}',
      '{"TotalCount":1,"Domains":[null]}',
      '{"TotalCount":-1,"Domains":{}}',
      '<Error><Code>Throttling</Code></Error>',
    ),
  );
  const answers = fc.record({
    status: fc.constantFrom(200, 200, 200, 201, 204, 301, 400, 401, 403, 404, 422, 429, 500, 503),
    type: fc.constantFrom('text/xml', 'application/json', 'text/html'),
    body,
  });
  await fc.assert(
    fc.asyncProperty(answers, async (made) => {
      reply = made.status === 204 ? { ...made, body: '' } : made;
      nothingPasses(await ask(t, url, 1500), ['unknown', 'failed']);
    }),
    { numRuns: 40, endOnFailure: true },
  );
});

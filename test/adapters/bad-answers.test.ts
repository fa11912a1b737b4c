/** Whatever a server says that is no proper answer: nothing passes, nothing crashes, and the reason is told. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { awsSdk } from '../../src/adapters/aws.ts';
import { postmarkApi } from '../../src/adapters/postmark.ts';
import { newLog } from '../../src/core/log/create.ts';
import { Cascade } from '../../src/core/run/cascade.ts';
import { run } from '../../src/core/run/engine.ts';
import { parseRunbook } from '../../src/core/runbook/runbook.ts';
import { frontMatter, phase } from '../core/fixture.ts';
import { canary, memoryLog, memoryPorts, memoryWorld } from '../core/memory.ts';
import { never, type Reply, standIn, temporaryFolder } from './stand-in.ts';

const reads = {
  aws: [
    'identity ${profile} is ${account}',
    'stack ${stack} is CREATE_COMPLETE',
    'zone ${domain}',
    'exports A-B- One Two',
    'secret some/secret',
    'role SomeRole',
  ],
  postmark: ['verify dkim ${domain}', 'verify return-path ${domain}'],
};
const changes = { postmark: ['register ${domain} return-path pm-bounces.${domain}'] };

interface Result {
  readonly line: string;
  readonly verdict: string;
  readonly evidence: string;
}

/** What all checks make of servers at `url`. */
async function ask(t: TestContext, url: string, deadlineMs = 4000): Promise<Result[]> {
  const folder = await temporaryFolder(t);
  const credentials = join(folder, 'credentials');
  await writeFile(credentials, '[Alpha002-Admin]\naws_access_key_id = AKID\naws_secret_access_key = key\n');
  await writeFile(join(folder, 'config'), '');
  const env = {
    AWS_ENDPOINT_URL: url,
    AWS_CONFIG_FILE: join(folder, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: credentials,
    POSTMARK_API_URL: url,
  };
  const world = memoryWorld();
  world.secrets.set('op://Dev/Postmark/credential', canary);
  world.accounts.set('Alpha002-Admin', '139852620346');
  const memory = memoryPorts(world);
  const aws = awsSdk({ env, deadlineMs });
  const ports = { ...memory, aws, postmark: postmarkApi({ env, deadlineMs }) };
  const cell = (language: string, lines: readonly string[]) =>
    `\`\`\`${language}\n${lines.join('\n')}\n\`\`\`\n\n`;
  const play = async (body: string, identified: typeof ports): Promise<Result[]> => {
    const front = frontMatter
      .replace(/gates:[\s\S]*/, '')
      .replace(/phases:[\s\S]*/, 'phases: [{ title: Check }]\n');
    const runbook = parseRunbook(`---\n${front}---\n## Check\n\n${body}`);
    assert.deepEqual(runbook.problems, []);
    const at = { date: '2026-11-24', time: '2026-11-24 09:00:00 +00:00' };
    const log = memoryLog(newLog(runbook, { operator: 'Op', at, worktree: '.', rehearsal: false }));
    const cascade = new Cascade({ runbook, log, ports: identified, worktree: folder });
    const results: Result[] = [];
    for await (const event of run(cascade, phase(runbook, 'dev', 'Check'), { signal: never })) {
      if (event.kind !== 'check-finished') continue;
      const { verdict, evidence } = event.result;
      results.push({ line: event.check.title, verdict, evidence });
    }
    return results;
  };
  return [
    ...(await play(cell('aws', reads.aws), ports)),
    ...(await play(cell('postmark', reads.postmark), ports)),
    // As if AWS had confirmed the account: otherwise nothing would be asked of Postmark.
    ...(await play(cell('postmark', changes.postmark), { ...ports, aws: memory.aws })),
  ];
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

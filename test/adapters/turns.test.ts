/** However much is to be asked, a service gets so many questions at a time. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { awsAtOnce, awsSdk } from '../../src/adapters/aws.ts';
import { postmarkApi, postmarkAtOnce } from '../../src/adapters/postmark.ts';
import { Turns } from '../../src/adapters/turns.ts';
import { Secret } from '../../src/core/secret.ts';
import { given, never, temporaryFolder } from './stand-in.ts';

interface Throttling {
  readonly url: string;
  readonly seen: { asked: number; most: number; throttled: number };
}

/** Answers `body`, and throttles whoever asks more than `limit` questions at a time. */
async function throttling(t: TestContext, limit: number, body: string): Promise<Throttling> {
  const seen = { asked: 0, most: 0, throttled: 0 };
  let open = 0;
  const server = createServer(async (request, response) => {
    seen.asked++;
    seen.most = Math.max(seen.most, ++open);
    const refused = open > limit;
    if (refused) seen.throttled++;
    for await (const _ of request);
    // Long enough for all that were sent together to arrive.
    for (let wait = 0; wait < 20; wait++) await turn();
    open--;
    response.writeHead(refused ? 429 : 200).end(refused ? '' : body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

const many = Array.from({ length: 200 }, (_, index) => index);

test('200 questions to AWS at once are asked a few at a time, and none is throttled', async (t) => {
  const account = '139852620346';
  const { url, seen } = await throttling(
    t,
    awsAtOnce,
    `<GetCallerIdentityResponse><GetCallerIdentityResult><Account>${account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
  );
  const folder = await temporaryFolder(t);
  const files = {
    AWS_CONFIG_FILE: join(folder, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials'),
  };
  await writeFile(files.AWS_CONFIG_FILE, '');
  await writeFile(
    files.AWS_SHARED_CREDENTIALS_FILE,
    '[A]\naws_access_key_id = AKID\naws_secret_access_key = key\n',
  );
  const aws = awsSdk({ env: { AWS_ENDPOINT_URL: url, ...files } });
  const answers = await Promise.all(
    many.map(() => aws.identity({ profile: 'A', region: 'us-east-1' }, never)),
  );
  for (const answer of answers) assert.equal(given(answer).account, account);
  assert.equal(seen.asked, many.length);
  assert.equal(seen.throttled, 0);
  assert.ok(seen.most <= awsAtOnce);
});

test('200 questions to Postmark at once are asked a few at a time, and none is throttled', async (t) => {
  const { url, seen } = await throttling(t, postmarkAtOnce, '{"TotalCount":0,"Domains":[]}');
  const postmark = postmarkApi({ env: { POSTMARK_API_URL: url } });
  const token = new Secret('op://Vault/Postmark/credential', 'a token');
  const answers = await Promise.all(
    many.map((index) => postmark.find(token, `p${index}.example.com`, never)),
  );
  for (const answer of answers) assert.equal(given(answer), undefined);
  assert.equal(seen.asked, many.length);
  assert.equal(seen.throttled, 0);
  assert.ok(seen.most <= postmarkAtOnce);
});

test('turns come in order; one that fails or is given up leaves its place to the next', async () => {
  const turns = new Turns(1);
  const begun: string[] = [];
  const first = Promise.withResolvers<void>();
  const stop = new AbortController();
  const take = (name: string, signal = never, work = async (): Promise<void> => undefined) =>
    turns.take(signal, () => {
      begun.push(name);
      return work();
    });
  const all = [
    take('first', never, () => first.promise),
    take('given up', stop.signal),
    take('third', never, () => Promise.reject(new Error('no'))),
    take('fourth'),
  ];
  const settled = Promise.allSettled(all);
  stop.abort(new Error('stopped'));
  assert.deepEqual(begun, ['first']);
  first.resolve();
  const states = (await settled).map((each) =>
    each.status === 'rejected' ? String(each.reason) : each.status,
  );
  assert.deepEqual(states, ['fulfilled', 'Error: stopped', 'Error: no', 'fulfilled']);
  assert.deepEqual(begun, ['first', 'third', 'fourth']);
  await take('fifth');
});

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { postmarkApi } from '../../src/adapters/postmark.ts';
import { Secret } from '../../src/core/secret.ts';
import { type Asked, failureOf, given, never, type Reply, standIn } from './stand-in.ts';

const token = new Secret('op://Vault/Postmark/credential', 'canary-token');
const json = (value: unknown, status = 200): Reply => ({ status, body: JSON.stringify(value) });
const error = (status: number, ErrorCode: number, Message = 'message') =>
  json({ ErrorCode, Message }, status);

const details = (name: string, more: object = {}) => ({
  ID: 7,
  Name: name,
  DKIMVerified: false,
  DKIMHost: '',
  DKIMTextValue: null,
  DKIMPendingHost: `2026pm._domainkey.${name}`,
  DKIMPendingTextValue: 'k=rsa; p=MIG',
  ReturnPathDomain: null,
  ReturnPathDomainVerified: false,
  ReturnPathDomainCNAMEValue: 'pm.mtasv.net',
  ...more,
});

async function service(t: TestContext, reply: (asked: Asked) => Reply, deadlineMs = 5000) {
  const asked: Asked[] = [];
  const url = await standIn(t, (one) => {
    asked.push(one);
    return reply(one);
  });
  return { asked, postmark: postmarkApi({ env: { POSTMARK_API_URL: url }, deadlineMs }) };
}

test('find reads all pages, compares without case, and asks for the details', async (t) => {
  const names = Array.from({ length: 1100 }, (_, index) => ({ ID: index, Name: `d${index}.example.com` }));
  const { asked, postmark } = await service(t, ({ path, query, headers }) => {
    assert.equal(headers['x-postmark-account-token'], 'canary-token');
    if (path !== '/domains') return json(details('D1099.example.com'));
    const offset = Number(query.get('offset'));
    const Domains = names.slice(offset, offset + Number(query.get('count')));
    return json({ TotalCount: names.length, Domains });
  });
  assert.deepEqual(given(await postmark.find(token, 'D1099.EXAMPLE.com', never)), {
    id: 7,
    name: 'D1099.example.com',
    dkimSelector: '2026pm',
    dkimPublicKey: 'k=rsa; p=MIG',
    dkimVerified: false,
    returnPathDomain: '',
    returnPathTarget: 'pm.mtasv.net',
    returnPathVerified: false,
  });
  assert.equal(asked.length, 4);
  assert.equal(given(await postmark.find(token, 'none.example.com', never)), undefined);
});

test('create answers an existing domain of this account, and says when another account owns it', async (t) => {
  let mine = true;
  const { postmark } = await service(t, ({ method, path }) => {
    if (method === 'POST') return error(422, 512, 'This domain already exists.');
    if (path === '/domains/7')
      return json(details('a.com', { DKIMPendingHost: '', DKIMHost: 'cur._domainkey' }));
    return json({ TotalCount: mine ? 1 : 0, Domains: mine ? [{ ID: 7, Name: 'a.com' }] : [] });
  });
  assert.equal(given(await postmark.create(token, 'a.com', 'pm.a.com', never)).dkimSelector, 'cur');
  mine = false;
  const failed = failureOf(await postmark.create(token, 'a.com', 'pm.a.com', never));
  assert.equal(failed.verdict, 'failed');
  assert.match(failed.came, /another account/);
});

test('a create that got no answer is looked for before it is unknown', async (t) => {
  let persisted = true;
  const { postmark } = await service(
    t,
    ({ method, path }) => {
      if (method === 'POST') return 'silent';
      if (path === '/domains/7') return json(details('a.com'));
      return json({ TotalCount: 1, Domains: persisted ? [{ ID: 7, Name: 'a.com' }] : [] });
    },
    300,
  );
  assert.equal(given(await postmark.create(token, 'a.com', 'pm.a.com', never)).id, 7);
  persisted = false;
  assert.equal(failureOf(await postmark.create(token, 'a.com', 'pm.a.com', never)).verdict, 'unknown');
});

test('changes and verifications go to the domain', async (t) => {
  const { asked, postmark } = await service(t, () => json(details('a.com')));
  given(await postmark.setReturnPath(token, 7, 'pm.a.com', never));
  given(await postmark.verifyDkim(token, 7, never));
  given(await postmark.verifyReturnPath(token, 7, never));
  assert.deepEqual(
    asked.map(({ method, path }) => `${method} ${path.toLowerCase()}`),
    ['PUT /domains/7', 'PUT /domains/7/verifydkim', 'PUT /domains/7/verifyreturnpath'],
  );
  assert.deepEqual(JSON.parse(asked[0]?.body ?? ''), { ReturnPathDomain: 'pm.a.com' });
});

for (const [what, reply, verdict] of [
  ['a wrong token', error(401, 10), 'failed'],
  ['a wrong name', error(422, 514), 'failed'],
  ['too many requests', error(429, 429), 'unknown'],
  ['500', error(500, 0), 'unknown'],
  ['503 of a proxy', { status: 503, body: '<html>' }, 'unknown'],
  ['404 of a proxy', { status: 404, body: '<html>' }, 'unknown'],
  ['200 with a page', { body: '<html>' }, 'unknown'],
  ['200 with nothing', { body: '' }, 'unknown'],
  ['a cut connection', 'cut', 'unknown'],
  ['silence', 'silent', 'unknown'],
] as const) {
  test(`${what} is ${verdict}, for every call`, async (t) => {
    const { postmark } = await service(t, () => reply, 300);
    for (const outcome of [
      await postmark.find(token, 'a.com', never),
      await postmark.create(token, 'a.com', 'pm.a.com', never),
      await postmark.verifyDkim(token, 7, never),
    ]) {
      assert.equal(failureOf(outcome).verdict, verdict);
      assert.doesNotMatch(JSON.stringify(outcome), /canary/);
    }
  });
}

test('an abort ends a call at once, with its reason', async (t) => {
  const { postmark } = await service(t, () => 'silent');
  const controller = new AbortController();
  const reason = new Error('stopped');
  setTimeout(() => controller.abort(reason), 50);
  await assert.rejects(postmark.find(token, 'a.com', controller.signal), (thrown) => thrown === reason);
});

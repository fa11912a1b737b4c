import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { awsSdk } from '../../src/adapters/aws.ts';
import { type Asked, failureOf, given, never, type Reply, standIn, temporaryFolder } from './stand-in.ts';

const target = { profile: 'Alpha002-Admin', region: 'us-east-1' };
const keys = (profile: string, id = 'AKID') =>
  `[${profile}]\naws_access_key_id = ${id}\naws_secret_access_key = canary\n`;

async function service(
  t: TestContext,
  reply: (asked: Asked, form: URLSearchParams) => Reply,
  more: object = {},
) {
  const folder = await temporaryFolder(t);
  const credentials = join(folder, 'credentials');
  const config = join(folder, 'config');
  await writeFile(credentials, keys(target.profile));
  await writeFile(config, '');
  const asked: Asked[] = [];
  const url = await standIn(t, (one) => {
    asked.push(one);
    return reply(one, new URLSearchParams(one.body));
  });
  const env = { AWS_ENDPOINT_URL: url, AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: credentials };
  return { aws: awsSdk({ env, ...more }), asked, credentials, config };
}

const xml = (body: string, status = 200): Reply => ({ status, type: 'text/xml', body });
const result = (action: string, body: string): Reply =>
  xml(`<${action}Response><${action}Result>${body}</${action}Result></${action}Response>`);
const refusal = (code: string, message = 'message', status = 400): Reply =>
  xml(
    `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
    status,
  );
const identity = (account = '009765408297') =>
  result(
    'GetCallerIdentity',
    `<Arn>arn:aws:sts::${account}:role/x</Arn><UserId>u</UserId><Account>${account}</Account>`,
  );

test('identity keeps the zeros of an account', async (t) => {
  const { aws } = await service(t, () => identity());
  assert.equal(given(await aws.identity(target, never)).account, '009765408297');
});

test('a stack, none, its resources and the first failure since the watch began', async (t) => {
  const event = (id: string, time: string, status: string, reason = '', physical = id) =>
    `<member><StackId>arn:stack</StackId><EventId>e</EventId><StackName>S</StackName><LogicalResourceId>${id}</LogicalResourceId><PhysicalResourceId>${physical}</PhysicalResourceId><ResourceType>AWS::IAM::Role</ResourceType><Timestamp>2026-11-22T${time}Z</Timestamp><ResourceStatus>${status}</ResourceStatus><ResourceStatusReason>${reason}</ResourceStatusReason></member>`;
  const { aws } = await service(t, (_, form) => {
    const more = form.get('NextToken') !== null;
    switch (form.get('Action')) {
      case 'DescribeStacks':
        if (form.get('StackName') === 'none')
          return refusal('ValidationError', 'Stack with id none does not exist');
        return result(
          'DescribeStacks',
          '<Stacks><member><StackName>S</StackName><CreationTime>2026-11-22T10:00:00Z</CreationTime><StackStatus>ROLLBACK_IN_PROGRESS</StackStatus><StackStatusReason>why</StackStatusReason></member></Stacks>',
        );
      case 'ListStackResources': {
        const one = `<member><LogicalResourceId>${more ? 'B' : 'A'}</LogicalResourceId><ResourceType>AWS::IAM::Role</ResourceType><LastUpdatedTimestamp>2026-11-22T10:00:00Z</LastUpdatedTimestamp><ResourceStatus>CREATE_COMPLETE</ResourceStatus></member>`;
        return result(
          'ListStackResources',
          `<StackResourceSummaries>${one}</StackResourceSummaries>${more ? '' : '<NextToken>n</NextToken>'}`,
        );
      }
      default:
        return result(
          'DescribeStackEvents',
          more
            ? `<StackEvents>${event('First', '10:05:00', 'CREATE_FAILED', 'taken')}${event('Old', '09:00:00', 'CREATE_FAILED', 'old')}</StackEvents>`
            : `<StackEvents>${event('S', '10:08:00', 'ROLLBACK_FAILED', 'no', 'arn:stack')}${event('C', '10:07:00', 'CREATE_FAILED', 'Resource creation cancelled')}${event('Second', '10:06:00', 'CREATE_FAILED', 'too')}</StackEvents><NextToken>n</NextToken>`,
        );
    }
  });
  assert.equal(given(await aws.stackProgress(target, 'none', new Date(), never)), undefined);
  const progress = given(await aws.stackProgress(target, 'S', new Date('2026-11-22T10:00:00Z'), never));
  assert.deepEqual(progress?.stack, { name: 'S', status: 'ROLLBACK_IN_PROGRESS', reason: 'why' });
  assert.deepEqual(
    progress?.resources.map((one) => one.logicalId),
    ['A', 'B'],
  );
  assert.deepEqual(progress?.firstFailure, {
    logicalId: 'First',
    type: 'AWS::IAM::Role',
    status: 'CREATE_FAILED',
    reason: 'taken',
  });
});

test('exports of all pages', async (t) => {
  const { aws } = await service(t, (_, form) =>
    form.get('NextToken') === null
      ? result(
          'ListExports',
          '<Exports><member><Name>a</Name><Value>1</Value></member></Exports><NextToken>n</NextToken>',
        )
      : result('ListExports', '<Exports><member><Name>b</Name><Value>2</Value></member></Exports>'),
  );
  assert.deepEqual(given(await aws.exports(target, never)), [
    { name: 'a', value: '1' },
    { name: 'b', value: '2' },
  ]);
});

test('the public zone of exactly this name', async (t) => {
  const zone = (id: string, name: string, secret: boolean) =>
    `<HostedZone><Id>/hostedzone/${id}</Id><Name>${name}.</Name><CallerReference>c</CallerReference><Config><PrivateZone>${secret}</PrivateZone></Config></HostedZone>`;
  const list = (zones: string, next = '') =>
    xml(
      `<ListHostedZonesByNameResponse><HostedZones>${zones}</HostedZones><IsTruncated>${next !== ''}</IsTruncated>${next}<MaxItems>1</MaxItems></ListHostedZonesByNameResponse>`,
    );
  const { aws } = await service(t, ({ path, query }) => {
    if (path.includes('/hostedzone/')) {
      return xml(
        `<GetHostedZoneResponse>${zone('Z2', 'a.com', false)}<DelegationSet><NameServers><NameServer>ns1.x</NameServer><NameServer>ns2.x</NameServer></NameServers></DelegationSet></GetHostedZoneResponse>`,
      );
    }
    if (query.get('dnsname') === 'twice.com.')
      return list(zone('Z4', 'twice.com', false) + zone('Z5', 'twice.com', false));
    if (query.get('dnsname') !== 'a.com.') return list(zone('Z9', 'other.com', false));
    if (query.get('hostedzoneid') === 'Z2')
      return list(zone('Z2', 'a.com', false) + zone('Z3', 'b.com', false));
    return list(
      zone('Z1', 'a.com', true),
      '<NextDNSName>a.com.</NextDNSName><NextHostedZoneId>Z2</NextHostedZoneId>',
    );
  });
  assert.deepEqual(given(await aws.hostedZone(target, 'a.com', never)), {
    id: 'Z2',
    name: 'a.com',
    nameServers: ['ns1.x', 'ns2.x'],
  });
  assert.equal(given(await aws.hostedZone(target, 'none.com', never)), undefined);
  assert.match(failureOf(await aws.hostedZone(target, 'twice.com', never)).came, /Z4, Z5/);
});

test('secrets and roles, missing and scheduled for deletion', async (t) => {
  const { aws } = await service(t, ({ body, headers }, form) => {
    if (headers['x-amz-target'] !== undefined) {
      if (body.includes('none'))
        return { status: 400, body: '{"__type":"ResourceNotFoundException","Message":"m"}' };
      const deleted = body.includes('going') ? ',"DeletedDate":1.7e9' : '';
      return { type: 'application/x-amz-json-1.1', body: `{"ARN":"arn:s","Name":"s"${deleted}}` };
    }
    if (form.get('RoleName') === 'none') return refusal('NoSuchEntity', 'm', 404);
    return result(
      'GetRole',
      '<Role><Path>/</Path><RoleName>r</RoleName><RoleId>i</RoleId><Arn>arn:r</Arn><CreateDate>2026-11-22T10:00:00Z</CreateDate></Role>',
    );
  });
  assert.deepEqual(given(await aws.secret(target, 's', never)), { arn: 'arn:s' });
  assert.equal(given(await aws.secret(target, 'none', never)), undefined);
  assert.equal(given(await aws.secret(target, 'going', never)), undefined);
  assert.deepEqual(given(await aws.role(target, 'r', never)), { arn: 'arn:r' });
  assert.equal(given(await aws.role(target, 'none', never)), undefined);
});

for (const [what, reply, verdict, next] of [
  ['throttling', refusal('Throttling', 'Rate exceeded'), 'unknown', /Wait/],
  [
    'an expired token',
    refusal('ExpiredToken', 'm', 403),
    'unknown',
    /aws sso login --profile Alpha002-Admin/,
  ],
  ['a wrong key', refusal('InvalidClientTokenId', 'm', 403), 'failed', /sso login/],
  ['no permission', refusal('AccessDenied', 'm', 403), 'failed', /profile/],
  ['a 500', refusal('InternalFailure', 'm', 500), 'unknown', /again/],
  ['a page with 502', xml('<html>', 502), 'unknown', /again/],
  ['a page with 200', { body: 'no XML' }, 'unknown', /./],
  ['a cut connection', 'cut', 'unknown', /again/],
  ['silence', 'silent', 'unknown', /again/],
] as const) {
  test(`${what} is ${verdict}`, async (t) => {
    const { aws } = await service(t, () => reply, { deadlineMs: what === 'silence' ? 800 : 8000 });
    const failed = failureOf(await aws.identity(target, never));
    assert.equal(failed.verdict, verdict);
    assert.equal(failed.asked, 'aws sts get-caller-identity --profile Alpha002-Admin');
    assert.match(failed.next, next);
    assert.doesNotMatch(JSON.stringify(failed), /canary/);
    if (what === 'a page with 200') return;
    assert.equal(failureOf(await aws.exports(target, never)).verdict, verdict);
  });
}

test('profiles: unknown, added later, changed, SSO without a session', async (t) => {
  const { aws, credentials, config } = await service(t, ({ headers }) =>
    identity(headers.authorization?.includes('OTHER') ? '222222222222' : '111111111111'),
  );
  const ask = async (profile: string) => aws.identity({ ...target, profile }, never);
  assert.equal(given(await ask(target.profile)).account, '111111111111');
  assert.match(failureOf(await ask('Late')).came, /no profile Late/);
  await writeFile(credentials, keys('Late') + keys(target.profile, 'OTHER'));
  assert.equal(given(await ask('Late')).account, '111111111111');
  assert.equal(given(await ask(target.profile)).account, '222222222222');
  const sso = (session: string) =>
    `[profile Sso]\nsso_session = ${session}\nsso_account_id = 1\nsso_role_name = r\n[sso-session here]\nsso_region = us-east-1\nsso_start_url = https://nowhere.invalid/start\n`;
  await writeFile(config, sso('here'));
  assert.equal(failureOf(await ask('Sso')).next, 'aws sso login --profile Sso');
  await writeFile(config, sso('gone'));
  assert.match(failureOf(await ask('Sso')).came, /sso-session/);
});

test('an abort ends a call at once', async (t) => {
  const { aws } = await service(t, () => 'silent');
  const controller = new AbortController();
  const reason = new Error('stopped');
  setTimeout(() => controller.abort(reason), 100);
  await assert.rejects(aws.identity(target, controller.signal), (thrown) => thrown === reason);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  paginateDescribeStackEvents,
  paginateListExports,
  paginateListStackResources,
  UpdateStackCommand,
  waitUntilStackCreateComplete,
  waitUntilStackDeleteComplete,
  waitUntilStackUpdateComplete,
} from '@aws-sdk/client-cloudformation';
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  GetHostedZoneCommand,
  ListHostedZonesByNameCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fromIni } from '@aws-sdk/credential-providers';
import { aws, DEV_DEPLOYED, NON_PROD, PROD, world } from './fixture.ts';

const FAST = { maxWaitTime: 20, minDelay: 0.02, maxDelay: 0.05 };
const STACK = 'Alpha002-dev-Email';
const parameters = (selector = '20260101000000pm') =>
  Object.entries({
    Domain: 'dev.ardamails.com',
    DkimSelector: selector,
    DkimPublicKey: 'k=rsa;p=AAAA&<>"',
    ReturnPathTarget: 'pm.mtasv.net',
  }).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }));

test('each profile leads to its account, and an unknown key to the error of AWS', async (t) => {
  const started = await world(t);
  for (const [profile, account] of [
    ['Alpha002-Admin', NON_PROD],
    ['Admin-Alpha1', PROD],
  ] as const) {
    const credentials = fromIni({
      profile,
      filepath: started.env['AWS_SHARED_CREDENTIALS_FILE'] ?? '',
      configFilepath: started.env['AWS_CONFIG_FILE'] ?? '',
      ignoreCache: true,
    });
    const sts = new STSClient({ ...(await aws(started)), credentials });
    const identity = await sts.send(new GetCallerIdentityCommand());
    assert.equal(identity.Account, account);
    assert.match(identity.Arn ?? '', new RegExp(`^arn:aws:sts::${account}:assumed-role/`));
  }
  const stranger = { accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'x' };
  const config = { ...(await aws(started)), credentials: stranger };
  await assert.rejects(new STSClient(config).send(new GetCallerIdentityCommand()), {
    name: 'InvalidClientTokenId',
  });
  await assert.rejects(new Route53Client(config).send(new ListHostedZonesByNameCommand()), {
    name: 'InvalidClientTokenId',
  });
  await assert.rejects(new SecretsManagerClient(config).send(new DescribeSecretCommand({ SecretId: 'x' })), {
    name: 'UnrecognizedClientException',
  });
});

test('a stack is created, updated and deleted, and its events and resources come in pages', async (t) => {
  const started = await world(t);
  const cloudFormation = new CloudFormationClient(await aws(started));
  const describe = async () =>
    (await cloudFormation.send(new DescribeStacksCommand({ StackName: STACK }))).Stacks?.[0];
  const create = () =>
    cloudFormation.send(
      new CreateStackCommand({ StackName: STACK, TemplateBody: '{}', Parameters: parameters() }),
    );
  await assert.rejects(describe(), {
    name: 'ValidationError',
    message: `Stack with id ${STACK} does not exist`,
  });

  await create();
  assert.equal((await describe())?.StackStatus, 'CREATE_IN_PROGRESS');
  assert.equal((await describe())?.Outputs, undefined);
  await assert.rejects(create(), { name: 'AlreadyExistsException' });
  const update = (selector: string) =>
    cloudFormation.send(
      new UpdateStackCommand({ StackName: STACK, TemplateBody: '{}', Parameters: parameters(selector) }),
    );
  await assert.rejects(update('20260202000000pm'), /CREATE_IN_PROGRESS state and can not be updated/);
  await waitUntilStackCreateComplete({ client: cloudFormation, ...FAST }, { StackName: STACK });
  assert.equal((await describe())?.Outputs?.length, 6);

  const resources = [];
  let pages = 0;
  for await (const page of paginateListStackResources({ client: cloudFormation }, { StackName: STACK })) {
    pages++;
    resources.push(...(page.StackResourceSummaries ?? []));
  }
  assert.equal(pages, 3);
  assert.equal(resources.length, 25);
  assert.equal(new Set(resources.map((one) => one.LogicalResourceId)).size, 25);
  assert.ok(resources.every((one) => one.ResourceStatus === 'CREATE_COMPLETE'));

  const events = [];
  for await (const page of paginateDescribeStackEvents({ client: cloudFormation }, { StackName: STACK })) {
    events.push(...(page.StackEvents ?? []));
  }
  assert.equal(events.length, 52);
  assert.equal(new Set(events.map((one) => one.EventId)).size, 52);
  assert.equal(events[0]?.ResourceStatus, 'CREATE_COMPLETE');
  assert.equal(events.at(-1)?.ResourceStatusReason, 'User Initiated');
  await assert.rejects(cloudFormation.send(new DescribeStackEventsCommand({ StackName: 'none' })), {
    name: 'ValidationError',
    message: 'Stack [none] does not exist',
  });

  await assert.rejects(update('20260101000000pm'), { message: 'No updates are to be performed.' });
  await update('20260202000000pm');
  await waitUntilStackUpdateComplete({ client: cloudFormation, ...FAST }, { StackName: STACK });
  assert.equal((await describe())?.StackStatus, 'UPDATE_COMPLETE');

  const id = (await describe())?.StackId ?? '';
  await cloudFormation.send(new DeleteStackCommand({ StackName: STACK }));
  await waitUntilStackDeleteComplete({ client: cloudFormation, ...FAST }, { StackName: id });
  await assert.rejects(describe(), { name: 'ValidationError' });
});

test('what is deployed is there from the beginning: exports, zone, secrets, roles', async (t) => {
  const started = await world(t, { deployed: [DEV_DEPLOYED] });
  const config = await aws(started);

  const exports = new Map<string, string>();
  let pages = 0;
  for await (const page of paginateListExports({ client: new CloudFormationClient(config) }, {})) {
    pages++;
    for (const one of page.Exports ?? []) exports.set(one.Name ?? '', one.Value ?? '');
  }
  assert.ok(pages >= 3);
  const prefix = 'Alpha002-dev-API-';
  assert.equal([...exports.keys()].filter((name) => name.startsWith(prefix)).length, 6);
  assert.equal(exports.get(`${prefix}PartitionMailZoneId`), DEV_DEPLOYED.zoneId);
  assert.equal(exports.get(`${prefix}PartitionMailZoneName`), 'dev.ardamails.com');

  const secrets = new SecretsManagerClient(config);
  const arn = exports.get(`${prefix}EmailEncryptionKeyArn`) ?? '';
  const secret = await secrets.send(new DescribeSecretCommand({ SecretId: arn }));
  assert.equal(secret.Name, 'Alpha002/dev/email/encryption-key');
  assert.equal((await secrets.send(new DescribeSecretCommand({ SecretId: secret.Name }))).ARN, arn);
  assert.ok(secret.CreatedDate instanceof Date);
  await assert.rejects(secrets.send(new DescribeSecretCommand({ SecretId: 'none' })), {
    name: 'ResourceNotFoundException',
  });

  const iam = new IAMClient(config);
  const roleArn = exports.get(`${prefix}EmailDnsProvisioningRoleArn`) ?? '';
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: roleArn.split('/')[1] ?? '' }));
  assert.equal(Role?.Arn, roleArn);
  await assert.rejects(iam.send(new GetRoleCommand({ RoleName: 'none' })), { name: 'NoSuchEntityException' });

  const other = await aws(started, 'Admin-Alpha1');
  await assert.rejects(
    new CloudFormationClient(other).send(new DescribeStacksCommand({ StackName: STACK })),
    { name: 'ValidationError' },
  );
});

test('Route 53 lists from the name on, with a private namesake before the public zone', async (t) => {
  const stage = { partition: 'stage', dkimSelector: '20260527011224pm' };
  const started = await world(t, { deployed: [DEV_DEPLOYED, stage] });
  const route53 = new Route53Client(await aws(started));
  const list = async (DNSName: string, MaxItems = 100) =>
    route53.send(new ListHostedZonesByNameCommand({ DNSName, MaxItems }));

  const all = await list('dev.ardamails.com');
  assert.deepEqual(
    all.HostedZones?.map((zone) => [zone.Name, zone.Config?.PrivateZone]),
    [
      ['dev.ardamails.com.', true],
      ['dev.ardamails.com.', false],
      ['stage.ardamails.com.', true],
      ['stage.ardamails.com.', false],
    ],
  );
  assert.equal(all.IsTruncated, false);
  assert.equal((await list('f.ardamails.com')).HostedZones?.[0]?.Name, 'stage.ardamails.com.');
  const first = await list('dev.ardamails.com', 1);
  assert.equal(first.IsTruncated, true);
  assert.equal(first.NextHostedZoneId, DEV_DEPLOYED.zoneId);

  const zone = await route53.send(new GetHostedZoneCommand({ Id: DEV_DEPLOYED.zoneId }));
  assert.deepEqual(zone.DelegationSet?.NameServers, DEV_DEPLOYED.nameServers);
  await assert.rejects(route53.send(new GetHostedZoneCommand({ Id: 'Z0' })), { name: 'NoSuchHostedZone' });

  const sets = await route53.send(new ListResourceRecordSetsCommand({ HostedZoneId: DEV_DEPLOYED.zoneId }));
  assert.deepEqual(
    sets.ResourceRecordSets?.map((set) => `${set.Type} ${set.Name}`),
    [
      'NS dev.ardamails.com.',
      'SOA dev.ardamails.com.',
      'TXT dev.ardamails.com.',
      'TXT _dmarc.dev.ardamails.com.',
      'TXT 20260526234343pm._domainkey.dev.ardamails.com.',
      'CNAME pm-bounces.dev.ardamails.com.',
    ],
  );
  const dkim = sets.ResourceRecordSets?.[4]?.ResourceRecords?.[0]?.Value ?? '';
  assert.match(dkim, /^"k=rsa;p=[^"]{247}" "[^"]+"$/);
  const from = await route53.send(
    new ListResourceRecordSetsCommand({
      HostedZoneId: DEV_DEPLOYED.zoneId,
      StartRecordName: '_dmarc.dev.ardamails.com',
      StartRecordType: 'TXT',
      MaxItems: 1,
    }),
  );
  assert.equal(from.ResourceRecordSets?.length, 1);
  assert.equal(from.NextRecordName, '20260526234343pm._domainkey.dev.ardamails.com.');
});

// The exit checks: four of the worktree, and after the deploy eight more that ask AWS and the DNS.
import { Resolver } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { callCloudFormation, element, findInstance, mailContext, members, speed } from './rehearsal.mjs';

const EXPORTS = [
  'PartitionMailZoneId',
  'PartitionMailZoneName',
  'EmailPostmarkAccountTokenArn',
  'EmailEncryptionKeyArn',
  'EmailDnsProvisioningRoleArn',
  'EmailEncryptionKeyFallbackRoleArn',
];

const [partition, option] = process.argv.slice(2);
if (!partition || (option !== undefined && option !== '--post-merge')) {
  console.error('usage: ./validate-exit.sh PARTITION [--post-merge]');
  process.exit(64);
}

const checks = [...local(), ...(option ? deployed() : [])];
let passed = 0;
for (const [name, check] of checks) {
  try {
    await check();
    passed++;
    console.log(`PASS  ${name}`);
  } catch (error) {
    console.log(`FAIL  ${name}: ${error.message}`);
  }
}
console.log(`${passed} / ${checks.length} checks PASS`);
process.exitCode = passed === checks.length ? 0 : 1;

function local() {
  const pause = () => sleep(400 / speed);
  return [
    ['build', pause],
    ['lint', async () => void JSON.parse(await readFile('cdk.context.json', 'utf8'))],
    ['jest', pause],
    ['synth', async () => hold((await findInstance(partition)).stack, 'the instance names no stack')],
  ];
}

function deployed() {
  const domain = async () => (await findInstance(partition)).domain;
  return [
    ['stack', async () => hold(/_COMPLETE$/.test((await stack()).status), 'the stack is not complete')],
    ['exports', checkExports],
    ['secrets', async () => hold((await secrets()) === 2, 'the stack does not hold its two secrets')],
    ['ns', async () => hold((await dns('Ns', await domain())).length >= 2, 'fewer than 2 name servers')],
    ['spf', async () => hold((await text(await domain())).startsWith('v=spf1'), 'no SPF record')],
    [
      'dmarc',
      async () => hold((await text(`_dmarc.${await domain()}`)).startsWith('v=DMARC1'), 'no DMARC record'),
    ],
    ['dkim', checkDkim],
    ['return-path', checkReturnPath],
  ];
}

async function stack() {
  const instance = await findInstance(partition);
  const xml = await callCloudFormation(instance, 'DescribeStacks', { StackName: instance.stack });
  const status = element(xml, 'StackStatus');
  return { xml, status: status?.startsWith('ROLLBACK') || status?.startsWith('DELETE') ? 'gone' : status };
}

async function checkExports() {
  const { infrastructure } = await findInstance(partition);
  const { xml } = await stack();
  for (const name of EXPORTS) {
    const full = `${infrastructure}-${partition}-API-${name}`;
    hold(xml.includes(`<ExportName>${full}</ExportName>`), `${full} is missing`);
  }
}

async function secrets() {
  const instance = await findInstance(partition);
  let count = 0;
  let token;
  do {
    const xml = await callCloudFormation(instance, 'ListStackResources', {
      StackName: instance.stack,
      ...(token && { NextToken: token }),
    });
    count += members(xml).filter(
      (one) =>
        element(one, 'ResourceType') === 'AWS::SecretsManager::Secret' &&
        /^(CREATE|UPDATE)_COMPLETE$/.test(element(one, 'ResourceStatus')),
    ).length;
    token = element(xml, 'NextToken');
  } while (token);
  return count;
}

async function checkDkim() {
  const instance = await findInstance(partition);
  const { dkimSelector, dkimPublicKey } = await mailContext(instance);
  const found = await text(`${dkimSelector}._domainkey.${instance.domain}`);
  hold(found === dkimPublicKey, 'the DKIM record is not the key of cdk.context.json');
}

async function checkReturnPath() {
  const instance = await findInstance(partition);
  const { returnPathTarget } = await mailContext(instance);
  const [found] = await dns('Cname', `pm-bounces.${instance.domain}`);
  hold(found === returnPathTarget, 'the return path does not lead to Postmark');
}

async function text(name) {
  const [strings = []] = await dns('Txt', name);
  return strings.join('');
}

function dns(type, name) {
  const resolver = new Resolver({ timeout: 2000, tries: 1 });
  if (process.env.CASCADE_RESOLVER) resolver.setServers([process.env.CASCADE_RESOLVER]);
  return resolver[`resolve${type}`](name);
}

function hold(condition, otherwise) {
  if (!condition) throw new Error(otherwise);
}

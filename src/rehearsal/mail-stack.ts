import { randomInt, randomUUID } from 'node:crypto';
import type { WorldPartition } from './description.ts';
import type { MailParameters, ResourceState, StackState } from './state.ts';

/** The role name that the recorded run's construct hardcoded. */
export const FIXED_ROLE_NAME = 'AddNsRecordsToAnyHostedZone';

/** The resources of a partition's mail stack, in the order in which CloudFormation takes them. */
export const MAIL_RESOURCES: readonly { readonly logicalId: string; readonly type: string }[] = [
  { logicalId: 'CDKMetadata', type: 'AWS::CDK::Metadata' },
  { logicalId: 'Zone', type: 'AWS::Route53::HostedZone' },
  { logicalId: 'PostmarkAccountToken', type: 'AWS::SecretsManager::Secret' },
  { logicalId: 'EncryptionKey', type: 'AWS::SecretsManager::Secret' },
  { logicalId: 'NsDelegationHandlerRole', type: 'AWS::IAM::Role' },
  { logicalId: 'EmailDnsProvisioningRole', type: 'AWS::IAM::Role' },
  { logicalId: 'EmailEncryptionKeyFallbackRole', type: 'AWS::IAM::Role' },
  { logicalId: 'LogRetentionServiceRole', type: 'AWS::IAM::Role' },
  { logicalId: 'ProviderServiceRole', type: 'AWS::IAM::Role' },
  { logicalId: 'NsDelegationHandlerPolicy', type: 'AWS::IAM::Policy' },
  { logicalId: 'EmailDnsProvisioningPolicy', type: 'AWS::IAM::Policy' },
  { logicalId: 'EmailEncryptionKeyFallbackPolicy', type: 'AWS::IAM::Policy' },
  { logicalId: 'LogRetentionServicePolicy', type: 'AWS::IAM::Policy' },
  { logicalId: 'ProviderServicePolicy', type: 'AWS::IAM::Policy' },
  { logicalId: 'HandlerLogs', type: 'AWS::Logs::LogGroup' },
  { logicalId: 'NsDelegationHandler', type: 'AWS::Lambda::Function' },
  { logicalId: 'LogRetentionFunction', type: 'AWS::Lambda::Function' },
  { logicalId: 'ProviderFunction', type: 'AWS::Lambda::Function' },
  { logicalId: 'HandlerLogRetention', type: 'Custom::LogRetention' },
  { logicalId: 'ProviderLogRetention', type: 'Custom::LogRetention' },
  { logicalId: 'SpfRecord', type: 'AWS::Route53::RecordSet' },
  { logicalId: 'DmarcRecord', type: 'AWS::Route53::RecordSet' },
  { logicalId: 'DkimRecord', type: 'AWS::Route53::RecordSet' },
  { logicalId: 'ReturnPathRecord', type: 'AWS::Route53::RecordSet' },
  // Last: nothing of the zone is seen from outside before its parent delegates to it.
  { logicalId: 'NsDelegation', type: 'Custom::CrossAccountZoneDelegation' },
];

/** A stack that CloudFormation has accepted and not yet begun. */
export function newStack(
  partition: WorldPartition,
  account: string,
  region: string,
  parameters: MailParameters,
  given: { readonly zoneId?: string | undefined; readonly nameServers?: readonly string[] | undefined } = {},
): StackState {
  return {
    account,
    region,
    name: partition.stack,
    id: `arn:aws:cloudformation:${region}:${account}:stack/${partition.stack}/${randomUUID()}`,
    infrastructure: partition.infrastructure,
    partition: partition.name,
    created: new Date().toISOString(),
    status: 'CREATE_IN_PROGRESS',
    parameters,
    zoneId: given.zoneId ?? `Z0${randomText(18, UPPER)}`,
    nameServers: given.nameServers ?? ['com', 'net', 'org', 'co.uk'].map(nameServer),
    resources: [],
    events: [],
  };
}

/** What CloudFormation would call this resource. */
export function physicalId(stack: StackState, logicalId: string, type: string, fixedRole: boolean): string {
  const arn = (service: string, rest: string): string =>
    `arn:aws:${service}:${stack.region}:${stack.account}:${rest}`;
  switch (type) {
    case 'AWS::Route53::HostedZone':
      return stack.zoneId;
    case 'AWS::SecretsManager::Secret':
      return arn('secretsmanager', `secret:${secretName(stack, logicalId)}-${randomText(6, LETTERS)}`);
    case 'AWS::IAM::Role':
      if (fixedRole && logicalId === 'EmailDnsProvisioningRole') return FIXED_ROLE_NAME;
      return `${stack.name}-${logicalId}`.slice(0, 51).concat('-', randomText(12, LETTERS));
    case 'AWS::Route53::RecordSet':
      return recordName(stack, logicalId);
    default:
      return `${stack.name}-${logicalId}-${randomText(12, LETTERS)}`;
  }
}

export function secretName(stack: StackState, logicalId: string): string {
  const leaf = logicalId === 'EncryptionKey' ? 'encryption-key' : 'postmark-account-token';
  return `${stack.infrastructure}/${stack.partition}/email/${leaf}`;
}

/** The name that one of the four record sets gives a value to. */
export function recordName(stack: StackState, logicalId: string): string {
  const { domain, dkimSelector } = stack.parameters;
  switch (logicalId) {
    case 'DmarcRecord':
      return `_dmarc.${domain}`;
    case 'DkimRecord':
      return `${dkimSelector}._domainkey.${domain}`;
    case 'ReturnPathRecord':
      return `pm-bounces.${domain}`;
    default:
      return domain;
  }
}

export interface StackOutput {
  readonly key: string;
  readonly value: string;
  readonly exportName: string;
}

/** The outputs, all exported; none before the stack is complete. */
export function outputs(stack: StackState): readonly StackOutput[] {
  if (!isComplete(stack)) return [];
  const id = (logicalId: string): string => resource(stack, logicalId)?.physicalId ?? '';
  const roleArn = (logicalId: string): string => `arn:aws:iam::${stack.account}:role/${id(logicalId)}`;
  const values = {
    PartitionMailZoneId: stack.zoneId,
    PartitionMailZoneName: stack.parameters.domain,
    EmailPostmarkAccountTokenArn: id('PostmarkAccountToken'),
    EmailEncryptionKeyArn: id('EncryptionKey'),
    EmailDnsProvisioningRoleArn: roleArn('EmailDnsProvisioningRole'),
    EmailEncryptionKeyFallbackRoleArn: roleArn('EmailEncryptionKeyFallbackRole'),
  };
  const prefix = `${stack.infrastructure}-${stack.partition}-API-`;
  return Object.entries(values).map(([key, value]) => ({ key, value, exportName: prefix + key }));
}

/** Standing, an update under way included. */
export const isComplete = (stack: StackState): boolean =>
  stack.status === 'CREATE_COMPLETE' || stack.status.startsWith('UPDATE_');

/** The resource of this name that exists now. */
export function resource(stack: StackState, logicalId: string): ResourceState | undefined {
  return stack.resources.find((one) => one.logicalId === logicalId && exists(one));
}

export const exists = (one: ResourceState): boolean =>
  one.status === 'CREATE_COMPLETE' || one.status === 'UPDATE_COMPLETE';

const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

export function randomText(length: number, alphabet: string): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}

function nameServer(suffix: string): string {
  return `ns-${randomInt(1, 2048)}.awsdns-${String(randomInt(64)).padStart(2, '0')}.${suffix}`;
}

import type { Route53Client } from '@aws-sdk/client-route-53';
import {
  type Aws,
  type AwsTarget,
  answer,
  failure,
  type HostedZone,
  type Outcome,
  type StackExport,
} from '../core/ports.ts';
import { AwsClients } from './aws-clients.ts';
import { awsFailure, concernsCredentials, present } from './aws-failures.ts';
import { readProgress } from './aws-stack.ts';
import { withDeadline } from './deadline.ts';
import { Turns } from './turns.ts';

export interface AwsOptions {
  /** `AWS_CONFIG_FILE`, `AWS_SHARED_CREDENTIALS_FILE`, `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** For one question, all its pages and tries; 60 s when absent. */
  readonly deadlineMs?: number;
}

/** A cell with `each` asks for all partitions at once; AWS throttles an account that asks for more than it can take. */
export const awsAtOnce = 8;

export function awsSdk({ env, deadlineMs = 60_000 }: AwsOptions): Aws {
  const clients = new AwsClients(env);
  const turns = new Turns(awsAtOnce);
  const ask = async <T>(
    target: AwsTarget,
    command: string,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<Outcome<T>>,
  ): Promise<Outcome<T>> => {
    try {
      // The deadline is for the service, not for the queue before it.
      return await turns.take(signal, () => withDeadline(deadlineMs, signal, work));
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      if (concernsCredentials(error)) clients.forget(target);
      return awsFailure(error, `aws ${command} --profile ${target.profile}`, target);
    }
  };
  return {
    identity: (target, signal) =>
      ask(target, 'sts get-caller-identity', signal, async (abortSignal) => {
        const { GetCallerIdentityCommand } = await import('@aws-sdk/client-sts');
        const client = await clients.get('sts', target);
        const { Account, Arn } = await client.send(new GetCallerIdentityCommand({}), { abortSignal });
        if (Account === undefined || !/^\d{12}$/.test(Account)) {
          return failure(
            'unknown',
            `aws sts get-caller-identity --profile ${target.profile}`,
            'an answer without an account of 12 digits',
            'Run the command in a terminal to see more.',
          );
        }
        return answer({ account: Account, arn: Arn ?? '' });
      }),
    stackProgress: (target, name, since, signal) =>
      ask(target, `cloudformation describe-stack-events --stack-name ${name}`, signal, async (inner) =>
        answer(await readProgress(await clients.get('cloudformation', target), name, since, inner)),
      ),
    exports: (target, signal) =>
      ask(target, 'cloudformation list-exports', signal, async (abortSignal) => {
        const { paginateListExports } = await import('@aws-sdk/client-cloudformation');
        const client = await clients.get('cloudformation', target);
        const exports: StackExport[] = [];
        for await (const page of paginateListExports({ client }, {}, { abortSignal })) {
          for (const { Name, Value } of present(page.Exports)) {
            if (Name !== undefined) exports.push({ name: Name, value: Value ?? '' });
          }
        }
        return answer(exports);
      }),
    hostedZone: (target, domain, signal) => {
      const command = `route53 list-hosted-zones-by-name --dns-name ${domain}`;
      return ask(target, command, signal, async (inner) => {
        const client = await clients.get('route53', target);
        const [id, ...more] = await publicZones(client, domain, inner);
        if (id === undefined) return answer(undefined);
        if (more.length === 0) return answer(await zone(client, id, inner));
        return failure(
          'failed',
          `aws ${command} --profile ${target.profile}`,
          `there is more than one public zone ${domain}: ${[id, ...more].join(', ')}`,
          'Delete the zone that the parent does not delegate to.',
        );
      });
    },
    secret: (target, id, signal) =>
      ask(target, `secretsmanager describe-secret --secret-id ${id}`, signal, async (abortSignal) => {
        const { DescribeSecretCommand } = await import('@aws-sdk/client-secrets-manager');
        const client = await clients.get('secretsmanager', target);
        const found = await unlessMissing('ResourceNotFoundException', () =>
          client.send(new DescribeSecretCommand({ SecretId: id }), { abortSignal }),
        );
        if (found === undefined) return answer(undefined);
        const arn = present(found.ARN);
        // Scheduled for deletion: it cannot be read any more.
        return answer(found.DeletedDate === undefined ? { arn } : undefined);
      }),
    role: (target, name, signal) =>
      ask(target, `iam get-role --role-name ${name}`, signal, async (abortSignal) => {
        const { GetRoleCommand } = await import('@aws-sdk/client-iam');
        const client = await clients.get('iam', target);
        const found = await unlessMissing('NoSuchEntityException', () =>
          client.send(new GetRoleCommand({ RoleName: name }), { abortSignal }),
        );
        return answer(found === undefined ? undefined : { arn: present(found.Role?.Arn) });
      }),
  };
}

async function unlessMissing<T>(name: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && error.name === name) return undefined;
    throw error;
  }
}

/** Ids of the public zones of exactly this name. The list starts at a name, it does not filter by it. */
async function publicZones(
  client: Route53Client,
  domain: string,
  abortSignal: AbortSignal,
): Promise<string[]> {
  const { ListHostedZonesByNameCommand } = await import('@aws-sdk/client-route-53');
  const name = `${domain.toLowerCase().replace(/\.$/, '')}.`;
  const ids: string[] = [];
  let next: { DNSName: string; HostedZoneId?: string } | undefined = { DNSName: name };
  while (next !== undefined) {
    const page: Awaited<ReturnType<typeof list>> = await list(next);
    const zones = present(page.HostedZones);
    for (const each of zones) {
      if (each.Name?.toLowerCase() === name && each.Config?.PrivateZone !== true && each.Id)
        ids.push(each.Id);
    }
    const goesOn = page.IsTruncated && zones.at(-1)?.Name?.toLowerCase() === name && page.NextDNSName;
    next = goesOn
      ? { DNSName: goesOn, ...(page.NextHostedZoneId ? { HostedZoneId: page.NextHostedZoneId } : {}) }
      : undefined;
  }
  return ids.map(bareId);

  function list(from: { DNSName: string; HostedZoneId?: string }) {
    return client.send(new ListHostedZonesByNameCommand(from), { abortSignal });
  }
}

async function zone(client: Route53Client, id: string, abortSignal: AbortSignal): Promise<HostedZone> {
  const { GetHostedZoneCommand } = await import('@aws-sdk/client-route-53');
  const { HostedZone: found, DelegationSet } = await client.send(new GetHostedZoneCommand({ Id: id }), {
    abortSignal,
  });
  return {
    id,
    name: present(found?.Name).replace(/\.$/, ''),
    nameServers: present(DelegationSet?.NameServers).map((server) => server.replace(/\.$/, '')),
  };
}

const bareId = (id: string): string => id.replace(/^\/hostedzone\//, '');

import type { CloudFormationClient, Stack as SdkStack, StackEvent } from '@aws-sdk/client-cloudformation';
import type { Stack, StackProgress, StackResource } from '../core/ports.ts';
import { present } from './aws-failures.ts';

async function readStack(
  client: CloudFormationClient,
  name: string,
  abortSignal: AbortSignal,
): Promise<Stack | undefined> {
  const { DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation');
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: name }), { abortSignal });
    // Of a stack that is not there AWS says so, and never gives an empty list.
    return stackOf(present(Stacks?.[0]), name);
  } catch (error) {
    // CloudFormation has no code of its own for it.
    const missing =
      error instanceof Error && error.name === 'ValidationError' && /does not exist/.test(error.message);
    if (missing) return undefined;
    throw error;
  }
}

const stackOf = ({ StackName, StackStatus, StackStatusReason }: SdkStack, name: string): Stack => ({
  name: StackName ?? name,
  status: present(StackStatus),
  ...(StackStatusReason ? { reason: StackStatusReason } : {}),
});

export async function readProgress(
  client: CloudFormationClient,
  name: string,
  since: Date,
  abortSignal: AbortSignal,
): Promise<StackProgress | undefined> {
  const stack = await readStack(client, name, abortSignal);
  if (stack === undefined) return undefined;
  const [resources, firstFailure] = await Promise.all([
    readResources(client, name, abortSignal),
    readFirstFailure(client, name, since, abortSignal),
  ]);
  return { stack, resources, ...(firstFailure === undefined ? {} : { firstFailure }) };
}

async function readResources(
  client: CloudFormationClient,
  StackName: string,
  abortSignal: AbortSignal,
): Promise<StackResource[]> {
  const { paginateListStackResources } = await import('@aws-sdk/client-cloudformation');
  const resources: StackResource[] = [];
  for await (const page of paginateListStackResources({ client }, { StackName }, { abortSignal })) {
    for (const each of present(page.StackResourceSummaries)) {
      resources.push(
        resource(each.LogicalResourceId, each.ResourceType, each.ResourceStatus, each.ResourceStatusReason),
      );
    }
  }
  return resources;
}

async function readFirstFailure(
  client: CloudFormationClient,
  StackName: string,
  since: Date,
  abortSignal: AbortSignal,
): Promise<StackResource | undefined> {
  const { paginateDescribeStackEvents } = await import('@aws-sdk/client-cloudformation');
  let first: StackResource | undefined;
  // Newest first: so the last one found is the first that failed, and an older event ends the reading.
  for await (const page of paginateDescribeStackEvents({ client }, { StackName }, { abortSignal })) {
    for (const event of present(page.StackEvents)) {
      if (event.Timestamp !== undefined && event.Timestamp < since) return first;
      if (isFailure(event)) {
        first = resource(
          event.LogicalResourceId,
          event.ResourceType,
          event.ResourceStatus,
          event.ResourceStatusReason,
        );
      }
    }
  }
  return first;
}

/** A resource's own failure: not the stack's word about it, and not one that was stopped because of another. */
function isFailure(event: StackEvent): boolean {
  return (
    (event.ResourceStatus ?? '').endsWith('_FAILED') &&
    event.PhysicalResourceId !== event.StackId &&
    !/^Resource (creation|update|deletion|import) cancelled/i.test(event.ResourceStatusReason ?? '')
  );
}

const resource = (
  logicalId: string | undefined,
  type: string | undefined,
  status: string | undefined,
  reason: string | undefined,
): StackResource => ({
  logicalId: logicalId ?? '',
  type: type ?? '',
  status: status ?? 'UNKNOWN',
  ...(reason ? { reason } : {}),
});

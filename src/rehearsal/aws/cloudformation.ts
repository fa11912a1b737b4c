import { randomUUID } from 'node:crypto';
import { newStack, outputs } from '../mail-stack.ts';
import { withStatus } from '../stack-engine.ts';
import type { MailParameters, StackState, Store } from '../state.ts';
import { type Page, page, pageNewestFirst } from './paging.ts';
import { type AwsWorld, type QueryAction, type Refusal, type Result, refusal, result } from './service.ts';
import { optional, tag, type Xml } from './xml.ts';

/** Far smaller than at AWS, so that a client that reads only the first page is found out. */
const EXPORTS_A_PAGE = 3;
const RESOURCES_A_PAGE = 10;
const EVENTS_A_PAGE = 20;

export const cloudFormationActions: Readonly<Record<string, QueryAction>> = {
  CreateStack: (world, account, form) => {
    const name = form.get('StackName') ?? '';
    if (named(world.store, account, name) !== undefined) {
      return refusal(400, 'AlreadyExistsException', `Stack [${name}] already exists`);
    }
    const partition = world.description.partitions.find((one) => one.stack === name);
    if (partition === undefined) return invalid(`This rehearsal has no partition with a stack ${name}`);
    const parameters = mailParameters(form);
    if ('kind' in parameters) return parameters;
    const accepted = newStack(partition, account, world.description.region, parameters);
    const stack = withStatus(accepted, 'CREATE_IN_PROGRESS', 'User Initiated');
    world.store.change((state) => ({ ...state, stacks: [...state.stacks, stack] }));
    world.engine.run(stack.id);
    return result(tag('StackId', stack.id));
  },

  UpdateStack: (world, account, form) => {
    const name = form.get('StackName') ?? '';
    const stack = named(world.store, account, name);
    if (stack === undefined) return invalid(`Stack [${name}] does not exist`);
    if (!['CREATE_COMPLETE', 'UPDATE_COMPLETE'].includes(stack.status)) {
      return invalid(`Stack:${stack.id} is in ${stack.status} state and can not be updated.`);
    }
    const parameters = mailParameters(form);
    if ('kind' in parameters) return parameters;
    if (JSON.stringify(parameters) === JSON.stringify(stack.parameters)) {
      return invalid('No updates are to be performed.');
    }
    replace(world, {
      ...withStatus(stack, 'UPDATE_IN_PROGRESS', 'User Initiated'),
      nextParameters: parameters,
    });
    return result(tag('StackId', stack.id));
  },

  DeleteStack: (world, account, form) => {
    const stack = named(world.store, account, form.get('StackName') ?? '');
    if (stack !== undefined) replace(world, withStatus(stack, 'DELETE_IN_PROGRESS', 'User Initiated'));
    return result();
  },

  DescribeStacks: ({ store }, account, form) => {
    const name = form.get('StackName');
    if (name === null) {
      return result(tag('Stacks', ...living(store, account).map(stackXml)));
    }
    const stack = named(store, account, name);
    if (stack === undefined) return invalid(`Stack with id ${name} does not exist`);
    return result(tag('Stacks', stackXml(stack)));
  },

  DescribeStackEvents: ({ store }, account, form) => {
    const name = form.get('StackName') ?? '';
    const stack = named(store, account, name);
    if (stack === undefined) return invalid(`Stack [${name}] does not exist`);
    return paged(
      'StackEvents',
      pageNewestFirst(stack.events, EVENTS_A_PAGE, form.get('NextToken')),
      (event) =>
        tag(
          'member',
          tag('StackId', stack.id),
          tag('EventId', event.eventId),
          tag('StackName', stack.name),
          tag('LogicalResourceId', event.logicalId),
          tag('PhysicalResourceId', event.physicalId),
          tag('ResourceType', event.type),
          tag('Timestamp', event.updated),
          tag('ResourceStatus', event.status),
          optional('ResourceStatusReason', event.reason),
        ),
    );
  },

  ListStackResources: ({ store }, account, form) => {
    const name = form.get('StackName') ?? '';
    const stack = named(store, account, name);
    if (stack === undefined) return invalid(`Stack with id ${name} does not exist`);
    return paged(
      'StackResourceSummaries',
      page(stack.resources, RESOURCES_A_PAGE, form.get('NextToken')),
      (one) =>
        tag(
          'member',
          tag('LogicalResourceId', one.logicalId),
          tag('PhysicalResourceId', one.physicalId),
          tag('ResourceType', one.type),
          tag('LastUpdatedTimestamp', one.updated),
          tag('ResourceStatus', one.status),
          optional('ResourceStatusReason', one.reason),
        ),
    );
  },

  ListExports: (world, account, form) => {
    const all = [
      ...otherExports(world, account),
      ...living(world.store, account).flatMap((stack) =>
        outputs(stack).map(({ exportName, value }) => ({ stackId: stack.id, name: exportName, value })),
      ),
    ].toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return paged('Exports', page(all, EXPORTS_A_PAGE, form.get('NextToken')), (one) =>
      tag('member', tag('ExportingStackId', one.stackId), tag('Name', one.name), tag('Value', one.value)),
    );
  },
};

/** Deletes a stack, of whichever account it is; the answer tells whether it is gone. */
export function deleteStack(world: AwsWorld, name: string): () => boolean {
  const { store } = world;
  const stack = store.state.stacks.find((one) => one.name === name && one.status !== 'DELETE_COMPLETE');
  if (stack === undefined) throw new Error(`There is no stack ${name} in this world`);
  replace(world, withStatus(stack, 'DELETE_IN_PROGRESS', 'User Initiated'));
  return () => store.state.stacks.find((one) => one.id === stack.id)?.status === 'DELETE_COMPLETE';
}

const invalid = (message: string): Refusal => refusal(400, 'ValidationError', message);

function paged<T>(list: string, found: Page<T> | undefined, item: (one: T) => Xml): Result | Refusal {
  if (found === undefined) return invalid('The NextToken is not valid');
  return result(tag(list, ...found.items.map(item)), optional('NextToken', found.nextToken));
}

const living = (store: Store, account: string): readonly StackState[] =>
  store.state.stacks.filter((stack) => stack.account === account && stack.status !== 'DELETE_COMPLETE');

/** A stack by its name; by its ARN also one that was deleted. */
function named(store: Store, account: string, nameOrId: string): StackState | undefined {
  return (
    living(store, account).find((stack) => stack.name === nameOrId) ??
    store.state.stacks.find((stack) => stack.account === account && stack.id === nameOrId)
  );
}

function replace({ store, engine }: AwsWorld, changed: StackState): void {
  store.change((state) => ({
    ...state,
    stacks: state.stacks.map((stack) => (stack.id === changed.id ? changed : stack)),
  }));
  engine.run(changed.id);
}

function mailParameters(form: URLSearchParams): MailParameters | Refusal {
  const given = new Map<string, string>();
  for (let n = 1; form.has(`Parameters.member.${n}.ParameterKey`); n++) {
    const key = form.get(`Parameters.member.${n}.ParameterKey`) ?? '';
    given.set(key, form.get(`Parameters.member.${n}.ParameterValue`) ?? '');
  }
  const missing = PARAMETERS.filter((key) => !given.get(key));
  if (missing.length > 0) return invalid(`Parameters: [${missing.join(', ')}] must have values`);
  return {
    domain: given.get('Domain') ?? '',
    dkimSelector: given.get('DkimSelector') ?? '',
    dkimPublicKey: given.get('DkimPublicKey') ?? '',
    returnPathTarget: given.get('ReturnPathTarget') ?? '',
  };
}

const PARAMETERS = ['Domain', 'DkimSelector', 'DkimPublicKey', 'ReturnPathTarget'] as const;

function stackXml(stack: StackState): Xml {
  const values = outputs(stack);
  return tag(
    'member',
    tag('StackId', stack.id),
    tag('StackName', stack.name),
    tag('CreationTime', stack.created),
    tag('StackStatus', stack.status),
    optional('StackStatusReason', stack.reason),
    values.length === 0
      ? undefined
      : tag(
          'Outputs',
          ...values.map(({ key, value, exportName }) =>
            tag('member', tag('OutputKey', key), tag('OutputValue', value), tag('ExportName', exportName)),
          ),
        ),
  );
}

/** Exports of the account's other stacks, among which the ones of mail have to be found. */
function otherExports(
  { description }: AwsWorld,
  account: string,
): readonly { readonly stackId: string; readonly name: string; readonly value: string }[] {
  const own = description.partitions.filter((one) => one.account === account);
  return [...new Set(own.map((one) => one.infrastructure))].flatMap((infrastructure) => {
    const stackId = `arn:aws:cloudformation:${description.region}:${account}:stack/${infrastructure}-Root/${ROOT_ID}`;
    return ['ClusterName', 'PrivateSubnets', 'PublicSubnets', 'VpcId'].map((name) => ({
      stackId,
      name: `${infrastructure}-Root-${name}`,
      value: `rehearsal-${name.toLowerCase()}`,
    }));
  });
}

const ROOT_ID = randomUUID();

import { randomUUID } from 'node:crypto';
import type { FaultName } from './faults.ts';
import { exists, FIXED_ROLE_NAME, MAIL_RESOURCES, physicalId } from './mail-stack.ts';
import type { ResourceState, StackState, Store } from './state.ts';

/** How long CloudFormation takes for one resource, in simulated milliseconds. */
const RESOURCE_TIME = 600;

/** Takes the stacks of the world forward, one resource at a time. */
export interface StackEngine {
  /** Goes on with this stack until nothing about it is in progress. */
  run(id: string): void;
  close(): void;
}

export function startEngine(store: Store, speed: number, faults: ReadonlySet<FaultName>): StackEngine {
  const timers = new Map<string, NodeJS.Timeout>();
  let closed = false;
  const tick = (id: string): void => {
    timers.delete(id);
    store.change((state) => ({
      ...state,
      stacks: state.stacks.map((stack) => (stack.id === id ? advance(stack, state.stacks, faults) : stack)),
    }));
    run(id);
  };
  const run = (id: string): void => {
    if (closed) return;
    const stack = store.state.stacks.find((one) => one.id === id);
    if (!stack?.status.endsWith('_IN_PROGRESS') || timers.has(id)) return;
    timers.set(id, setTimeout(tick, RESOURCE_TIME / speed, id));
  };
  // What was in progress when an earlier world ended goes on, as it would at AWS.
  for (const stack of store.state.stacks) run(stack.id);
  return {
    run,
    close() {
      closed = true;
      for (const timer of timers.values()) clearTimeout(timer);
      timers.clear();
    },
  };
}

/** The stack one step later. */
export function advance(
  stack: StackState,
  all: readonly StackState[],
  faults: ReadonlySet<FaultName>,
): StackState {
  switch (stack.status) {
    case 'CREATE_IN_PROGRESS':
      return create(stack, all, faults);
    case 'ROLLBACK_IN_PROGRESS':
      return remove(stack, 'ROLLBACK_COMPLETE');
    case 'DELETE_IN_PROGRESS':
      return remove(stack, 'DELETE_COMPLETE');
    case 'UPDATE_IN_PROGRESS':
      return update(stack);
    default:
      return stack;
  }
}

/** The stack with another status of its own, and the event that says so. */
export function withStatus(stack: StackState, status: string, reason?: string): StackState {
  const { reason: _, ...rest } = stack;
  const own = { logicalId: stack.name, physicalId: stack.id, type: 'AWS::CloudFormation::Stack' };
  const changed = reason === undefined ? { ...rest, status } : { ...rest, status, reason };
  return withEvent(changed, stamped(own, status, reason));
}

function create(stack: StackState, all: readonly StackState[], faults: ReadonlySet<FaultName>): StackState {
  const current = stack.resources.find((one) => one.status === 'CREATE_IN_PROGRESS');
  if (current === undefined) return begin(stack, faults);
  const reason = failure(current, stack, all, faults);
  if (reason === undefined) return begin(withResource(stack, current, 'CREATE_COMPLETE'), faults);
  const failed = withResource(stack, current, 'CREATE_FAILED', reason);
  return withStatus(
    failed,
    'ROLLBACK_IN_PROGRESS',
    `The following resource(s) failed to create: [${current.logicalId}]. Rollback requested by user.`,
  );
}

function begin(stack: StackState, faults: ReadonlySet<FaultName>): StackState {
  const next = MAIL_RESOURCES[stack.resources.length];
  if (next === undefined) return withStatus(stack, 'CREATE_COMPLETE');
  const id = physicalId(stack, next.logicalId, next.type, faults.has('role-name-taken'));
  return withResource(stack, { ...next, physicalId: id }, 'CREATE_IN_PROGRESS');
}

/** Why a resource cannot be made, if so. */
function failure(
  current: ResourceState,
  stack: StackState,
  all: readonly StackState[],
  faults: ReadonlySet<FaultName>,
): string | undefined {
  if (faults.has('rollback') && current.logicalId === 'NsDelegation') {
    return 'Received response status [FAILED] from custom resource. Message returned: AccessDenied: not authorized to perform route53:ChangeResourceRecordSets';
  }
  const holder = nameHolder(current, stack, all);
  return holder === undefined ? undefined : `${current.physicalId} already exists in stack ${holder.name}`;
}

function nameHolder(
  current: ResourceState,
  stack: StackState,
  all: readonly StackState[],
): StackState | undefined {
  if (current.physicalId !== FIXED_ROLE_NAME) return undefined;
  return all.find(
    (other) =>
      other.id !== stack.id &&
      other.account === stack.account &&
      other.resources.some((one) => one.physicalId === FIXED_ROLE_NAME && exists(one)),
  );
}

function remove(stack: StackState, end: string): StackState {
  const next = stack.resources.findLast((one) => one.status !== 'DELETE_COMPLETE');
  if (next === undefined)
    return withStatus(stack, end, end === 'ROLLBACK_COMPLETE' ? stack.reason : undefined);
  return withResource(withResource(stack, next, 'DELETE_IN_PROGRESS'), next, 'DELETE_COMPLETE');
}

function update(stack: StackState): StackState {
  const { nextParameters, ...rest } = stack;
  let updated: StackState = { ...rest, parameters: nextParameters ?? stack.parameters };
  for (const one of stack.resources.filter(({ type }) => type === 'AWS::Route53::RecordSet')) {
    updated = withResource(withResource(updated, one, 'UPDATE_IN_PROGRESS'), one, 'UPDATE_COMPLETE');
  }
  return withStatus(updated, 'UPDATE_COMPLETE');
}

type ResourceName = Pick<ResourceState, 'logicalId' | 'physicalId' | 'type'>;

function withResource(stack: StackState, name: ResourceName, status: string, reason?: string): StackState {
  const changed = stamped(name, status, reason);
  const known = stack.resources.some((one) => one.logicalId === name.logicalId);
  const resources = known
    ? stack.resources.map((one) => (one.logicalId === name.logicalId ? changed : one))
    : [...stack.resources, changed];
  return withEvent({ ...stack, resources }, changed);
}

function withEvent(stack: StackState, what: ResourceState): StackState {
  return { ...stack, events: [...stack.events, { ...what, eventId: randomUUID() }] };
}

function stamped(
  { logicalId, physicalId, type }: ResourceName,
  status: string,
  reason?: string,
): ResourceState {
  const updated = new Date().toISOString();
  const state = { logicalId, physicalId, type, status, updated };
  return reason === undefined ? state : { ...state, reason };
}

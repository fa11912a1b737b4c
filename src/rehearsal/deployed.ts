import type { DeployedPartition, WorldDescription } from './description.ts';
import type { FaultName } from './faults.ts';
import { newStack } from './mail-stack.ts';
import { issueKey, RETURN_PATH_TARGET } from './postmark.ts';
import { advance, withStatus } from './stack-engine.ts';
import type { SenderState, StackState, Store } from './state.ts';

/** What `register` wrote into `cdk.context.json` for partitions that are deployed, by its key there. */
export type ContextEntries = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Puts what was deployed before the rehearsal into the world; what the world remembers already is left alone. */
export async function deploy(
  store: Store,
  description: WorldDescription,
  deployed: readonly DeployedPartition[],
  faults: ReadonlySet<FaultName>,
): Promise<ContextEntries> {
  const entries: Record<string, Readonly<Record<string, string>>> = {};
  for (const given of deployed) {
    const partition = description.partitions.find(({ name }) => name === given.partition);
    if (partition === undefined)
      throw new Error(`No partition ${given.partition} to be deployed in this world`);
    const { postmark, account, domain } = partition;
    const { stacks, senders } = store.state;
    if (stacks.some((one) => one.account === account && one.name === partition.stack)) continue;
    const current =
      given.dkimPublicKey === undefined
        ? await issueKey(given.dkimSelector)
        : { selector: given.dkimSelector, text: given.dkimPublicKey };
    const sender: SenderState = {
      id: 1 + Math.max(1000, ...senders.map((one) => one.id)),
      postmark,
      name: domain,
      current,
      dkimVerified: true,
      returnPathDomain: `pm-bounces.${domain}`,
      returnPathVerified: true,
    };
    const parameters = {
      domain,
      dkimSelector: current.selector,
      dkimPublicKey: current.text,
      returnPathTarget: RETURN_PATH_TARGET,
    };
    const accepted = newStack(partition, account, description.region, parameters, given);
    // What stood before the rehearsal was made when nothing went wrong.
    const then = new Set([...faults].filter((fault) => fault !== 'rollback'));
    const stack = finished(withStatus(accepted, 'CREATE_IN_PROGRESS', 'User Initiated'), stacks, then);
    entries[`partitionMail:${partition.infrastructure}:${partition.name}`] = {
      dkimSelector: current.selector,
      dkimPublicKey: current.text,
      returnPathTarget: RETURN_PATH_TARGET,
    };
    store.change((state) => ({
      ...state,
      senders: [...state.senders.filter((one) => one.name !== domain || one.postmark !== postmark), sender],
      stacks: [...state.stacks, stack],
    }));
  }
  return entries;
}

function finished(begun: StackState, all: readonly StackState[], faults: ReadonlySet<FaultName>): StackState {
  let stack = begun;
  while (stack.status.endsWith('_IN_PROGRESS')) stack = advance(stack, all, faults);
  return stack;
}

/** What stands before a change: the gates, other runs, the account that AWS confirms, the name of a protected partition. */
import { type Block, blocks, type Way } from '../gates/may-run.ts';
import { stamp } from '../log/edits.ts';
import { type CascadeRecord, readRecord } from '../log/model.ts';
import { overviewOf } from '../log/overview.ts';
import { readLog } from '../log/read.ts';
import { bare } from '../log/words.ts';
import type { ChangeLock } from '../ports.ts';
import type { Partition } from '../runbook/front-matter.ts';
import { lookupFor } from '../runbook/names.ts';
import { awsTarget, checkIdentity } from '../steps/aws.ts';
import { type CheckResult, failed } from '../steps/step.ts';
import type { Cascade } from './cascade.ts';
import type { RunEvent } from './events.ts';
import { startedChecks, startedTime } from './look.ts';
import { type Target, targetName } from './places.ts';
import type { Planned } from './plan.ts';

export interface GuardOptions {
  readonly signal: AbortSignal;
  /** Names of protected partitions that were typed for what a person started; what is typed is added. */
  readonly confirmed: Set<string>;
}

/** Whether something may be done: not, and then why; or with the account that it is done in. */
type Account =
  | { readonly kind: 'wrong'; readonly result: CheckResult }
  | { readonly kind: 'right'; readonly words?: string };

/** The guards of one run. It keeps the partitions that it changes until it is released. */
export class Guards {
  readonly #cascade: Cascade;
  readonly #target: Target;
  readonly #planned: readonly Planned[];
  readonly #options: GuardOptions;
  readonly #locks = new Map<string, ChangeLock>();

  constructor(cascade: Cascade, target: Target, planned: readonly Planned[], options: GuardOptions) {
    this.#cascade = cascade;
    this.#target = target;
    this.#planned = planned;
    this.#options = options;
  }

  /** Why a check may not run now: a closed gate, another run, the wrong account, a name that was not typed. */
  async refusal(planned: Planned): Promise<RunEvent | undefined> {
    const { check, ref, partition } = planned;
    const blocked = (...reasons: readonly Block[]): RunEvent => ({
      kind: 'check-blocked',
      check: ref,
      blocks: reasons,
    });
    const decides = check.language === 'ask' && this.#target.kind !== 'phase';
    if (check.effect === 'reads' && !decides) return undefined;
    const closed = await this.#closed();
    if (closed.length > 0) return blocked(...closed);
    if (check.effect === 'reads') return undefined;
    if (partition === undefined) {
      const why = 'a change that belongs to no partition has no account to be checked against';
      return blocked({
        by: 'no partition',
        why,
        clears: 'mark the cell "each", or "check" when it only reads',
      });
    }
    const other = (await this.take(partition.name)) ?? (await this.#startedBefore(planned, partition));
    if (other !== undefined) return blocked(other);
    const account = await this.#account(partition);
    if (account.kind === 'wrong') {
      const at = this.#cascade.ports.clock.now();
      return {
        kind: 'check-finished',
        check: ref,
        result: account.result,
        interrupted: false,
        at,
        duration: 0,
      };
    }
    if (!partition.protected || this.#options.confirmed.has(partition.name)) return undefined;
    const unconfirmed = await this.#unconfirmed(partition, account.words);
    if (unconfirmed !== undefined) return blocked(unconfirmed);
    // A person takes their time over a name, and the log goes on meanwhile.
    const since = await this.#closed();
    return since.length > 0 ? blocked(...since) : undefined;
  }

  /** Keeps other runs from changing a partition; why not, where one does already. */
  async take(partition: string): Promise<Block | undefined> {
    const { locks } = this.#cascade;
    if (locks === undefined || this.#locks.has(partition)) return undefined;
    const taken = await locks.take(partition, targetName(this.#target));
    if (taken.kind === 'failure') return { by: 'another run', why: taken.came, clears: asClause(taken.next) };
    this.#locks.set(partition, taken.value);
    return undefined;
  }

  async release(): Promise<void> {
    await Promise.all([...this.#locks.values()].map((lock) => lock.release()));
    this.#locks.clear();
  }

  /** A change whose end nobody saw is not repeated unless a person says so. */
  async #startedBefore({ ref }: Planned, { name: partition }: Partition): Promise<Block | undefined> {
    const begun = await startedChecks(this.#cascade, this.#target);
    const before = begun.find(({ placed }) => placed.key === ref.key);
    if (before === undefined) return undefined;
    const { title } = ref;
    const started = startedTime(before.token);
    const answer = await this.#cascade.ports.person.runAgain(
      { partition, title, started },
      this.#options.signal,
    );
    if (answer === 'run') return undefined;
    const look: Way = { kind: 'recover', partition };
    return {
      by: 'a change without a result',
      why: `${title}: started ${started}, and the log has no result`,
      clears: `look at what it did (Cascade: Recover…, or cascade recover ${partition}), then run it again; or write its result into the log`,
      ways: [look],
      ...(answer === 'look' ? { taken: look } : {}),
    };
  }

  async #closed(): Promise<readonly Block[]> {
    const { runbook, ports } = this.#cascade;
    const read = await this.#record();
    if ('by' in read) return [read];
    return blocks(runbook, read, this.#target, stamp(ports.clock.now(), ports.clock));
  }

  async #record(): Promise<CascadeRecord | Block> {
    const { runbook, log } = this.#cascade;
    const text = await log.read();
    if (text.kind === 'failure')
      return { by: 'the log', why: `the log cannot be read: ${text.came}`, clears: asClause(text.next) };
    if (text.value === undefined)
      return { by: 'the log', why: 'there is no log', clears: 'start a run: Cascade: Start Run…' };
    const record = readRecord(readLog(text.value), runbook);
    const overview = overviewOf(record, runbook);
    return overview.kind === 'unreadable'
      ? { by: 'the log', why: overview.message, clears: 'mend the log' }
      : record;
  }

  /** The account that the profile leads to, asked before each change: a session may have become another one. */
  async #account(partition: Partition): Promise<Account> {
    const lookup = lookupFor(this.#cascade.runbook, partition);
    const account = lookup('account');
    // A partition without an account in AWS has none to be wrong.
    if (account === undefined && lookup('profile') === undefined) return { kind: 'right' };
    const aws = awsTarget(lookup);
    if (account === undefined || aws === undefined) {
      const result = failed(
        'a profile, an account and a region for the partition',
        'not all of them are declared',
        'Declare "profile" and "account" for the partition and "region" under "variables": no change runs without them.',
      );
      return { kind: 'wrong', result };
    }
    const asked = await this.#cascade.ports.aws.identity(aws, this.#options.signal);
    const result = checkIdentity(asked, aws.profile, account);
    return result.verdict === 'passed'
      ? { kind: 'right', words: `account ${account} by profile ${aws.profile}, as AWS just confirmed it` }
      : { kind: 'wrong', result: { ...result, evidence: `not started: ${result.evidence}` } };
  }

  /** Asks for the name of a protected partition; why nothing is done, where it was not typed. */
  async #unconfirmed(partition: Partition, account: string | undefined): Promise<Block | undefined> {
    const { name } = partition;
    const typed = await this.#cascade.ports.person.typeName(
      { partition: name, facts: await this.#facts(partition, account) },
      this.#options.signal,
    );
    if (typed === name) {
      this.#options.confirmed.add(name);
      return undefined;
    }
    const why =
      typed === undefined
        ? `${name} is protected and nobody typed its name`
        : `${name} is protected and "${typed}" was typed`;
    const clears = `type "${name}" when asked; headless: --confirm ${name}`;
    return { by: 'protected partition', why, clears };
  }

  /** What a person is to know before they type the name. */
  async #facts(partition: Partition, account: string | undefined): Promise<readonly string[]> {
    const { runbook } = this.#cascade;
    const stack = lookupFor(runbook, partition)('stack');
    const changes = this.#planned.filter(
      ({ check, partition: own }) => check.effect === 'changes' && own?.name === partition.name,
    );
    const record = await this.#record();
    const gates = 'by' in record ? [] : record.gates;
    return [
      targetName(this.#target),
      ...(account === undefined ? [] : [account]),
      ...(stack === undefined ? [] : [`stack ${stack}`]),
      ...changes.map(({ ref }) => `will run: ${ref.title}`),
      ...gates.map((gate) => `gate "${bare(gate.title)}": ${gateWords(gate)}`),
    ];
  }
}

function gateWords({ cell, declared }: CascadeRecord['gates'][number]): string {
  const state = cell === undefined ? 'not in the log' : bare(cell.text);
  return declared === undefined ? `${state} (blocks nothing: the runbook does not declare it)` : state;
}

/** Of a sentence what stands behind a colon. */
const asClause = (text: string): string => (text.charAt(0).toLowerCase() + text.slice(1)).replace(/\.$/, '');

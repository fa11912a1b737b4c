/** What stands before a change: the gates, the account that AWS confirms, the name of a protected partition. */
import { type Block, blocks } from '../gates/may-run.ts';
import { readOverview } from '../log/overview.ts';
import { readLog } from '../log/read.ts';
import { statusesOf } from '../log/settle.ts';
import type { Partition } from '../runbook/front-matter.ts';
import { lookupFor } from '../runbook/names.ts';
import { awsTarget, checkIdentity } from '../steps/aws.ts';
import { type CheckResult, failed } from '../steps/step.ts';
import type { Cascade } from './cascade.ts';
import type { RunEvent } from './events.ts';
import { placeOf, type Target, targetName } from './places.ts';
import { type Planned, placedNow } from './plan.ts';

/** The guards of one run: what was confirmed once is not asked again in it. */
export class Guards {
  readonly #cascade: Cascade;
  readonly #target: Target;
  readonly #signal: AbortSignal;
  /** Partitions whose account was seen to be the right one. */
  readonly #identified = new Set<string>();
  readonly #confirmed = new Set<string>();

  constructor(cascade: Cascade, target: Target, signal: AbortSignal) {
    this.#cascade = cascade;
    this.#target = target;
    this.#signal = signal;
  }

  /** Why a check may not run now: a closed gate, the wrong account, a name that was not typed. */
  async refusal(planned: Planned): Promise<RunEvent | undefined> {
    const { check, ref, partition } = planned;
    const decides = check.language === 'ask' && this.#target.kind !== 'phase';
    if (check.effect === 'reads' && !decides) return undefined;
    const closed = await this.#blocks();
    if (closed.length > 0) return { kind: 'check-blocked', check: ref, blocks: closed };
    if (check.effect === 'reads') return undefined;
    if (partition === undefined) {
      const why = 'a change that belongs to no partition has no account to be checked against';
      return {
        kind: 'check-blocked',
        check: ref,
        blocks: [{ by: 'no partition', why, clears: 'mark the cell "each", or "check" when it only reads' }],
      };
    }
    const unsettled = await this.#startedBefore(planned);
    if (unsettled !== undefined) return { kind: 'check-blocked', check: ref, blocks: [unsettled] };
    const account = await this.#wrongAccount(partition);
    if (account !== undefined) {
      const at = this.#cascade.ports.clock.now();
      return { kind: 'check-finished', check: ref, result: account, interrupted: false, at, duration: 0 };
    }
    if (!partition.protected || this.#confirmed.has(partition.name)) return undefined;
    const typed = await this.#cascade.ports.person.typeName(
      { partition: partition.name, facts: this.#facts(partition) },
      this.#signal,
    );
    if (typed === partition.name) {
      this.#confirmed.add(partition.name);
      return undefined;
    }
    const why =
      typed === undefined
        ? `${partition.name} is protected and nobody typed its name`
        : `${partition.name} is protected and "${typed}" was typed`;
    return {
      kind: 'check-blocked',
      check: ref,
      blocks: [
        {
          by: 'protected partition',
          why,
          clears: `type "${partition.name}" when asked; headless: --confirm ${partition.name}`,
        },
      ],
    };
  }

  /** A change whose end nobody saw is not repeated unless a person says so. */
  async #startedBefore({ ref, partition }: Planned): Promise<Block | undefined> {
    const { runbook, log, ports } = this.#cascade;
    const text = await log.read();
    if (text.kind === 'failure' || text.value === undefined) return undefined;
    const placed = await placedNow(this.#cascade, this.#target);
    const statuses = statusesOf(
      readLog(text.value),
      placeOf(runbook, this.#target),
      placed.map((each) => each.entry),
    );
    const status = statuses[placed.findIndex((each) => each.key === ref.key)];
    if (status?.started !== true) return undefined;
    const words = `${ref.title} was started before and the log has no result`;
    const question = {
      text: `${words}. Run it again all the same?`,
      ...(partition === undefined ? {} : { partition: partition.name }),
    };
    const answer = await ports.person.ask(question, this.#signal);
    if (answer?.yes === true) return undefined;
    return {
      by: 'a change without a result',
      why: words,
      clears:
        'look at what it did (Verify Partition); then run it again and say yes, or write its result into the log',
    };
  }

  async #blocks(): Promise<readonly Block[]> {
    const { runbook, log } = this.#cascade;
    const text = await log.read();
    if (text.kind === 'failure')
      return [{ by: 'the log', why: `the log cannot be read: ${text.came}`, clears: text.next }];
    if (text.value === undefined)
      return [{ by: 'the log', why: 'there is no log', clears: 'start a run: Cascade: Start Run…' }];
    const overview = readOverview(text.value, runbook);
    if (overview.kind === 'unreadable')
      return [{ by: 'the log', why: overview.message, clears: 'mend the log' }];
    return blocks(runbook, overview.overview, this.#target);
  }

  /** The account that the profile leads to, asked once a run before the first change. */
  async #wrongAccount(partition: Partition): Promise<CheckResult | undefined> {
    if (this.#identified.has(partition.name)) return undefined;
    const lookup = lookupFor(this.#cascade.runbook, partition);
    const account = lookup('account');
    // A partition without an account in AWS has none to be wrong.
    if (account === undefined && lookup('profile') === undefined) return undefined;
    const aws = awsTarget(lookup);
    if (account === undefined || aws === undefined) {
      return failed(
        'a profile, an account and a region for the partition',
        'not all of them are declared',
        'Declare "profile" and "account" for the partition and "region" under "variables": no change runs without them.',
      );
    }
    const result = checkIdentity(
      await this.#cascade.ports.aws.identity(aws, this.#signal),
      aws.profile,
      account,
    );
    if (result.verdict === 'passed') {
      this.#identified.add(partition.name);
      return undefined;
    }
    return { ...result, evidence: `not started: ${result.evidence}` };
  }

  #facts(partition: Partition): readonly string[] {
    const lookup = lookupFor(this.#cascade.runbook, partition);
    const facts = [
      `${targetName(this.#target)}`,
      `account ${lookup('account') ?? 'unknown'}, as AWS just confirmed it`,
    ];
    const stack = lookup('stack');
    return stack === undefined ? facts : [...facts, `stack ${stack}`];
  }
}

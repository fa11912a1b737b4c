/**
 * The Verification of each partition in the Testing view: the same runs as Verify Partition, with the same results in
 * the log, one item a check.
 */
import * as vscode from 'vscode';
import { bare } from '../core/log/words.ts';
import { failureText } from '../core/ports.ts';
import { run } from '../core/run/engine.ts';
import type { RunEvent } from '../core/run/events.ts';
import { type PlacedCheck, placedChecks, type Target } from '../core/run/places.ts';
import { recorded } from '../core/run/record.ts';
import { startRun } from '../core/run/start.ts';
import { verification } from '../core/runbook/front-matter.ts';
import type { Runbook } from '../core/runbook/runbook.ts';
import { title } from '../core/steps/step.ts';
import { positionAt } from '../core/text.ts';
import { type Cascades, OperatorError } from './cascades.ts';
import type { CurrentCascade, CurrentState } from './current-cascade.ts';
import { DisposableStore } from './disposables.ts';
import { errorText } from './messages.ts';
import { told } from './run-output.ts';

type Shown = Extract<CurrentState, { readonly runbook: Runbook }>;
type Verification = Extract<Target, { kind: 'phase' }>;

export class VerificationTests implements vscode.Disposable {
  readonly #cascades: Cascades;
  readonly #current: CurrentCascade;
  readonly #store = new DisposableStore();
  readonly controller: vscode.TestController;
  readonly profile: vscode.TestRunProfile;
  #shown: Shown | undefined;

  constructor(cascades: Cascades, current: CurrentCascade) {
    this.#cascades = cascades;
    this.#current = current;
    this.controller = this.#store.add(vscode.tests.createTestController('cascade.verification', 'Cascade'));
    // The view asks when it comes into sight.
    this.controller.resolveHandler = async (item) => {
      if (item === undefined) this.#show(await current.refresh());
    };
    this.controller.refreshHandler = async () => this.#show(await current.refresh());
    this.profile = this.#store.add(
      this.controller.createRunProfile(
        vscode.l10n.t('Verify'),
        vscode.TestRunProfileKind.Run,
        (request, token) => this.#run(request, token),
        true,
      ),
    );
    this.#store.add(current.onDidChange((state) => this.#show(state)));
  }

  /** The partitions of the runbook that the other views show, each with the checks of its Verification. */
  #show(state: CurrentState): void {
    const shown = 'runbook' in state ? state : undefined;
    // Results belong to items: they stay while the runbook does.
    if (shown?.runbook === this.#shown?.runbook && shown?.runbookUri.path === this.#shown?.runbookUri.path) {
      this.#shown = shown;
      return;
    }
    this.#shown = shown;
    const targets = shown === undefined ? [] : verifications(shown.runbook);
    this.controller.items.replace(
      targets.map((target) => {
        const item = this.controller.createTestItem(
          target.partition.name,
          target.partition.name,
          shown?.runbookUri,
        );
        item.description = this.#cascades.rehearsal ? vscode.l10n.t('REHEARSAL') : '';
        item.children.replace(
          checksOf(shown?.runbook, target).map((placed) => this.#checkItem(placed, target, shown)),
        );
        return item;
      }),
    );
  }

  #checkItem(placed: PlacedCheck, target: Verification, shown: Shown | undefined): vscode.TestItem {
    const item = this.controller.createTestItem(
      itemId(target.partition.name, placed.key),
      bare(title(placed.entry)),
      shown?.runbookUri,
    );
    item.sortText = placed.key
      .split('/')
      .map((part) => part.padStart(6, '0'))
      .join('/');
    if (shown !== undefined) {
      const { line } = positionAt(shown.runbook.text, placed.check.span.start);
      item.range = new vscode.Range(line, 0, line, 0);
    }
    return item;
  }

  /** One partition after the other: each writes into the same log, and each asks for its own secrets. */
  async #run(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    const testRun = this.controller.createTestRun(request);
    const stop = new AbortController();
    const subscription = token.onCancellationRequested(() => stop.abort(new Error('stopped')));
    try {
      for (const [partition, wanted] of this.#wanted(request)) {
        if (stop.signal.aborted) break;
        await this.#verify(testRun, partition, wanted, stop.signal);
      }
    } finally {
      subscription.dispose();
      testRun.end();
      await this.#current.refresh();
    }
  }

  /** The items of each partition that are asked for, in the order of the runbook. */
  #wanted(request: vscode.TestRunRequest): ReadonlyMap<vscode.TestItem, readonly vscode.TestItem[]> {
    const excluded = new Set(request.exclude?.map((item) => item.id));
    const included = request.include?.map((item) => item.id);
    const wanted = new Map<vscode.TestItem, readonly vscode.TestItem[]>();
    for (const [, partition] of this.controller.items) {
      const all = [...partition.children].map(([, item]) => item);
      const whole = included === undefined || included.includes(partition.id);
      const items = all.filter(
        (item) =>
          (whole || included.includes(item.id)) && !excluded.has(item.id) && !excluded.has(partition.id),
      );
      if (items.length > 0) wanted.set(partition, items);
    }
    return wanted;
  }

  async #verify(
    testRun: vscode.TestRun,
    partition: vscode.TestItem,
    wanted: readonly vscode.TestItem[],
    signal: AbortSignal,
  ): Promise<void> {
    for (const item of wanted) testRun.enqueued(item);
    try {
      const shown = this.#shown;
      const target =
        shown === undefined
          ? undefined
          : verifications(shown.runbook).find((each) => each.partition.name === partition.id);
      if (shown === undefined || target === undefined)
        throw new OperatorError(
          vscode.l10n.t('The runbook was changed since. Refresh the tests, then run them again.'),
        );
      const { cascade } = await this.#cascades.open(shown.runbookUri, shown.runbook);
      const { operator, rehearsal } = this.#cascades;
      const started = await startRun(cascade, { operator, rehearsal });
      if (started.kind === 'refused') throw new OperatorError(failureText(started.failure));
      const whole = wanted.length === partition.children.size;
      const keys = wanted.map((item) => item.id.slice(itemId(partition.id, '').length));
      const options = { signal, ...(whole ? {} : { checks: keys }) };
      const events = recorded(cascade, run(cascade, target, options), signal);
      for await (const event of told(this.#cascades.output, events)) tell(testRun, partition, event);
    } catch (error) {
      const message = new vscode.TestMessage(errorText(error));
      for (const item of wanted) testRun.errored(item, message);
    }
  }

  dispose(): void {
    this.#store.dispose();
  }
}

const itemId = (partition: string, key: string): string => `${partition}\n${key}`;

function verifications({ partitions, phases }: Runbook): readonly Verification[] {
  const phase = phases.find((each) => each.title === verification);
  return phase === undefined ? [] : partitions.map((partition) => ({ kind: 'phase', partition, phase }));
}

/** The checks of a verification; a change in it, if any, is not a test. */
const checksOf = (runbook: Runbook | undefined, target: Verification): readonly PlacedCheck[] =>
  runbook === undefined
    ? []
    : placedChecks(runbook, target, () => ({})).filter(({ check }) => check.effect === 'reads');

/** An event as the Testing view knows it: what nobody saw an answer to is an error, not a failure. */
function tell(testRun: vscode.TestRun, partition: vscode.TestItem, event: RunEvent): void {
  if (!('check' in event)) return;
  const item = partition.children.get(itemId(partition.id, event.check.key));
  if (item === undefined) return;
  switch (event.kind) {
    case 'check-started':
      testRun.started(item);
      return;
    case 'check-output':
      testRun.appendOutput(event.chunk.replace(/\r?\n/g, '\r\n'), undefined, item);
      return;
    case 'check-finished': {
      const { result, duration } = event;
      if (result.verdict === 'passed') testRun.passed(item, duration);
      else if (result.verdict === 'failed') testRun.failed(item, messageOf(event, item), duration);
      else testRun.errored(item, messageOf(event, item), duration);
      return;
    }
    case 'check-blocked':
      testRun.errored(
        item,
        new vscode.TestMessage(
          event.blocks
            .map((block) => vscode.l10n.t('{0}. To go on: {1}.', block.why, block.clears))
            .join('\n'),
        ),
      );
      return;
    case 'check-not-run':
      testRun.skipped(item);
      return;
    case 'check-progress':
      return;
  }
}

function messageOf(
  { result }: Extract<RunEvent, { kind: 'check-finished' }>,
  item: vscode.TestItem,
): vscode.TestMessage {
  const words = [result.evidence, ...(result.next === undefined ? [] : [result.next])].join('\n');
  const message =
    result.expected === undefined || result.actual === undefined
      ? new vscode.TestMessage(words)
      : vscode.TestMessage.diff(words, result.expected, result.actual);
  if (item.uri !== undefined && item.range !== undefined)
    message.location = new vscode.Location(item.uri, item.range);
  return message;
}

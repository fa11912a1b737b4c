import * as vscode from 'vscode';
import { knownChecks } from '../core/help/known-checks.ts';
import { storyAt } from '../core/help/stories.ts';
import type {
  CheckOverview,
  GateOverview,
  OverviewStatus,
  PartitionOverview,
  PhaseOverview,
} from '../core/log/overview.ts';
import { isSettled } from '../core/log/status.ts';
import { bare } from '../core/log/words.ts';
import { signOff } from '../core/runbook/patterns.ts';
import type { Span } from '../core/text.ts';
import type { CurrentCascade, CurrentState } from './current-cascade.ts';
import { storyMarkdown } from './story-words.ts';

export type TreeNode =
  | {
      readonly kind: 'partition';
      readonly partition: PartitionOverview;
      readonly protected: boolean;
      readonly running: boolean;
    }
  | {
      readonly kind: 'phase';
      readonly partition: string;
      readonly phase: PhaseOverview;
      readonly blocked: string | undefined;
      /** Somebody is at its change right now. */
      readonly running: boolean;
    }
  | { readonly kind: 'sign-off'; readonly partition: string; readonly status: OverviewStatus }
  | { readonly kind: 'check'; readonly check: CheckOverview }
  | { readonly kind: 'gate'; readonly gate: GateOverview }
  | { readonly kind: 'message'; readonly message: string };

/** What a status looks like: a shape and a colour of the theme, never the colour alone. */
const icons: Readonly<Record<OverviewStatus['status'], readonly [string, string]>> = {
  cleared: ['pass-filled', 'testing.iconPassed'],
  partial: ['warning', 'list.warningForeground'],
  failed: ['error', 'testing.iconFailed'],
  waived: ['debug-step-over', 'list.warningForeground'],
  pending: ['circle-large-outline', 'testing.iconQueued'],
};

function statusIcon(status: Pick<OverviewStatus, 'status' | 'started'>): vscode.ThemeIcon {
  if (status.started)
    return new vscode.ThemeIcon('question', new vscode.ThemeColor('list.warningForeground'));
  const [icon, colour] = icons[status.status];
  return new vscode.ThemeIcon(icon, new vscode.ThemeColor(colour));
}

const statusWords = ({ status, started, date, note }: OverviewStatus): string =>
  [started ? vscode.l10n.t('started, no result') : (date ?? status), note ?? '']
    .filter((word) => word !== '')
    .join(' · ');

/** A tree that is nothing but the log, drawn. */
export class LogTree implements vscode.TreeDataProvider<TreeNode> {
  readonly #current: CurrentCascade;
  readonly #children: (state: CurrentState, node: TreeNode | undefined) => TreeNode[];
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(
    current: CurrentCascade,
    children: (state: CurrentState, node: TreeNode | undefined) => TreeNode[],
  ) {
    this.#current = current;
    this.#children = children;
    current.onDidChange(() => this.#changed.fire());
  }

  getChildren(node?: TreeNode): TreeNode[] {
    this.#current.begin();
    return this.#children(this.#current.state, node);
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    return treeItem(node);
  }

  /** Asked for when a pointer rests on an item: what its hover in the log tells. */
  resolveTreeItem(item: vscode.TreeItem, node: TreeNode): vscode.TreeItem {
    const { state } = this.#current;
    if (state.kind !== 'log' || (node.kind !== 'check' && node.kind !== 'gate')) return item;
    const { record, runbook, runbookUri } = state.reading;
    const { start } = node.kind === 'check' ? node.check.span : node.gate.span;
    const story = storyAt(record, runbook, knownChecks(record, runbook), start, state.now);
    if (story !== undefined) item.tooltip = storyMarkdown(story, runbookUri);
    return item;
  }
}

/** Partitions, their phases, their checks. */
export function partitionNodes(state: CurrentState, node: TreeNode | undefined): TreeNode[] {
  if (node === undefined) return roots(state);
  if (node.kind === 'phase') return node.phase.checks.map((check): TreeNode => ({ kind: 'check', check }));
  if (node.kind !== 'partition') return [];
  const { partition, phases, signOff: status } = node.partition;
  return [
    ...phases.map(
      (phase): TreeNode => ({
        kind: 'phase',
        partition,
        phase,
        blocked: blockedBy(state, partition, phase),
        running: phase.started && isRunning(state, partition),
      }),
    ),
    { kind: 'sign-off', partition, status },
  ];
}

/** The gates of the log. */
export function gateNodes(state: CurrentState, node: TreeNode | undefined): TreeNode[] {
  return node !== undefined || state.kind !== 'log'
    ? []
    : state.overview.gates.map((gate): TreeNode => ({ kind: 'gate', gate }));
}

function roots(state: CurrentState): TreeNode[] {
  if (state.kind === 'unreadable') return [{ kind: 'message', message: state.message }];
  if (state.kind !== 'log') return [];
  return state.overview.partitions.map((partition) => ({
    kind: 'partition',
    partition,
    protected: state.runbook.partitions.find((each) => each.name === partition.partition)?.protected ?? false,
    running: isRunning(state, partition.partition),
  }));
}

const isRunning = (state: CurrentState, partition: string): boolean =>
  state.kind === 'log' && state.running.has(partition);

function blockedBy(state: CurrentState, partition: string, phase: PhaseOverview): string | undefined {
  if (state.kind !== 'log' || phase.status === 'cleared') return undefined;
  const declared = state.runbook.phases.find((each) => each.title === phase.phase);
  const target = state.runbook.partitions.find((each) => each.name === partition);
  const changes = state.runbook.steps.some(
    (step) =>
      step.home.kind === 'phase' &&
      step.home.phase === declared &&
      step.checks.some((check) => check.effect === 'changes'),
  );
  if (declared === undefined || target === undefined || !changes) return undefined;
  const reasons = state.asked.blocks({ kind: 'phase', partition: target, phase: declared });
  return reasons.length === 0 ? undefined : reasons.map((block) => block.why).join('\n');
}

function treeItem(node: TreeNode): vscode.TreeItem {
  switch (node.kind) {
    case 'partition':
      return partitionItem(node);
    case 'phase': {
      const state =
        node.phase.checks.length === 0
          ? vscode.TreeItemCollapsibleState.None
          : vscode.TreeItemCollapsibleState.Collapsed;
      const item = statusItem(node.phase.phase, node.phase, `cascade.phase.${node.phase.phase}`, state);
      if (node.blocked !== undefined) {
        item.iconPath = new vscode.ThemeIcon('lock', new vscode.ThemeColor('list.warningForeground'));
        item.description = vscode.l10n.t('blocked · {0}', statusWords(node.phase));
        item.tooltip = node.blocked;
        item.accessibilityInformation = {
          label: vscode.l10n.t('{0}: blocked, {1}', node.phase.phase, node.blocked),
        };
      }
      if (node.running) {
        item.iconPath = new vscode.ThemeIcon('sync~spin');
        item.description = vscode.l10n.t('running');
        item.tooltip = vscode.l10n.t(
          '{0} is being run. Its result comes when it has ended.',
          node.phase.phase,
        );
        item.accessibilityInformation = { label: vscode.l10n.t('{0}: running', node.phase.phase) };
      }
      return item;
    }
    case 'sign-off':
      return statusItem(signOff, node.status, 'cascade.sign-off');
    case 'check':
      return withStory(statusItem(bare(node.check.label), node.check, 'cascade.check'));
    case 'gate':
      return withStory(
        statusItem(
          bare(node.gate.gate),
          node.gate,
          isSettled(node.gate.status) ? 'cascade.gate.open' : 'cascade.gate.closed',
        ),
      );
    case 'message': {
      const item = new vscode.TreeItem(node.message);
      item.iconPath = new vscode.ThemeIcon('warning');
      item.tooltip = node.message;
      return item;
    }
  }
}

/** Its tooltip is told when it is asked for: the editor asks for those alone that have none. */
function withStory(item: vscode.TreeItem): vscode.TreeItem {
  item.tooltip = undefined;
  return item;
}

function partitionItem({
  partition,
  protected: isProtected,
  running,
}: Extract<TreeNode, { kind: 'partition' }>): vscode.TreeItem {
  const item = new vscode.TreeItem(partition.partition, vscode.TreeItemCollapsibleState.Expanded);
  const failed = partition.phases.find((phase) => phase.status === 'failed' || phase.started);
  const open = partition.phases.find((phase) => !isSettled(phase.status));
  const worst: Pick<OverviewStatus, 'status' | 'started'> = failed ?? open ?? partition.signOff;
  const signed = running
    ? vscode.l10n.t('running: {0}', failed?.phase ?? '')
    : partition.signOff.status !== 'cleared'
      ? vscode.l10n.t('next: {0}', open?.phase ?? signOff)
      : partition.signOff.date === undefined
        ? vscode.l10n.t('signed off')
        : vscode.l10n.t('signed off {0}', partition.signOff.date);
  item.iconPath = running ? new vscode.ThemeIcon('sync~spin') : statusIcon(worst);
  item.description = isProtected ? vscode.l10n.t('{0} · protected', signed) : signed;
  item.tooltip = partition.note;
  item.contextValue = 'cascade.partition';
  item.command = reveal(partition.span);
  item.accessibilityInformation = {
    label: isProtected
      ? vscode.l10n.t('{0}: {1}, protected', partition.partition, signed)
      : vscode.l10n.t('{0}: {1}', partition.partition, signed),
  };
  return item;
}

function statusItem(
  label: string,
  status: OverviewStatus,
  context: string,
  state = vscode.TreeItemCollapsibleState.None,
): vscode.TreeItem {
  const item = new vscode.TreeItem(label, state);
  item.iconPath = statusIcon(status);
  item.description = statusWords(status);
  item.tooltip = `${label}: ${status.status}${status.date === undefined ? '' : ` ${status.date}`}${status.note === undefined ? '' : `\n${status.note}`}`;
  item.contextValue = context;
  item.command = reveal(status.span);
  item.accessibilityInformation = { label: `${label}: ${status.status}, ${statusWords(status)}` };
  return item;
}

const reveal = (span: Span): vscode.Command => ({
  command: 'cascade.revealInLog',
  title: vscode.l10n.t('Reveal in Log'),
  arguments: [span],
});

/** Changes that were started and have no result: they are told, looked at when a person says so, and never repeated. */
import * as vscode from 'vscode';
import { targetsToLookAt } from '../core/run/look.ts';
import { type Target, targetName } from '../core/run/places.ts';
import { runInBackground } from './background-run.ts';
import type { Cascades } from './cascades.ts';
import type { CurrentCascade, CurrentState } from './current-cascade.ts';
import { DisposableStore } from './disposables.ts';
import type { Logs } from './logs.ts';
import { withoutLog } from './refusals.ts';
import { notebookType } from './runbook-serializer.ts';

const look = vscode.l10n.t('Look Now');
const openLog = vscode.l10n.t('Open Log');

/** Tells once of each change whose end nobody saw, unless somebody is at it right now. */
export class RecoveryOffers implements vscode.Disposable {
  readonly #cascades: Cascades;
  readonly #store = new DisposableStore();
  /** What was told already: log, target and the text of the mark. */
  readonly #told = new Set<string>();

  constructor(cascades: Cascades, current: CurrentCascade, logs: Logs) {
    this.#cascades = cascades;
    // A runbook or a log that is opened is reason enough to read it, though no view shows it.
    const onNotebook = (notebook: vscode.NotebookDocument): void => {
      if (notebook.notebookType === notebookType) current.begin();
    };
    const onDocument = async (document: vscode.TextDocument): Promise<void> => {
      if (document.languageId === 'markdown' && (await logs.home(document.uri)) !== undefined)
        current.begin();
    };
    vscode.workspace.notebookDocuments.forEach(onNotebook);
    for (const document of vscode.workspace.textDocuments) void onDocument(document);
    this.#store.add(vscode.workspace.onDidOpenNotebookDocument(onNotebook));
    this.#store.add(vscode.workspace.onDidOpenTextDocument((document) => void onDocument(document)));
    this.#store.add(current.onDidChange((state) => void this.#consider(state)));
    // Another process may have died meanwhile: nothing of that changes the log.
    this.#store.add(
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused) void this.#consider(current.state);
      }),
    );
  }

  async #consider(state: CurrentState): Promise<void> {
    if (state.kind !== 'log' || !vscode.workspace.isTrusted) return;
    const locks = this.#cascades.locks(state.log);
    const fresh: Target[] = [];
    for (const target of targetsToLookAt(state.runbook, state.reading.record)) {
      const key = `${state.log.toString()}\n${targetName(target)}\n${marks(state, target)}`;
      if (this.#told.has(key)) continue;
      if (target.kind !== 'gate' && (await locks.holder(target.partition.name)) !== undefined) continue;
      this.#told.add(key);
      fresh.push(target);
    }
    const [first] = fresh;
    if (first === undefined) return;
    const picked = await vscode.window.showWarningMessage(
      fresh.length === 1
        ? vscode.l10n.t(
            '{0}: a change was started and the log has no result. Nothing is repeated by itself. Look at what is there now.',
            targetName(first),
          )
        : vscode.l10n.t(
            '{0}, and {1} more: a change was started and the log has no result. Nothing is repeated by itself. Look at what is there now.',
            targetName(first),
            fresh.length - 1,
          ),
      look,
      openLog,
    );
    if (picked === look) await vscode.commands.executeCommand('cascade.recover');
    if (picked === openLog) await vscode.window.showTextDocument(state.log, { preview: false });
  }

  dispose(): void {
    this.#store.dispose();
  }
}

/** The marks of a target as they stand in the log: one that is written anew is told anew. */
function marks({ overview }: Extract<CurrentState, { kind: 'log' }>, target: Target): string {
  const begun =
    target.kind === 'phase'
      ? overview.partitions
          .find((each) => each.partition === target.partition.name)
          ?.phases.find((each) => each.phase === target.phase.title)?.checks
      : undefined;
  return (begun ?? [])
    .flatMap((check) => (check.started ? [`${check.label} ${check.date ?? ''}`] : []))
    .join('\n');
}

/** Looks at every change without a result, of one partition or of all. */
export async function recover(
  { cascades, current }: { readonly cascades: Cascades; readonly current: CurrentCascade },
  partition: string | undefined,
): Promise<void> {
  const state = await current.refresh();
  if (state.kind !== 'log') throw withoutLog(state);
  const targets = targetsToLookAt(state.runbook, state.reading.record).filter(
    (target) => partition === undefined || target.kind === 'gate' || target.partition.name === partition,
  );
  if (targets.length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('No change is without a result: there is nothing to recover.'),
    );
    return;
  }
  const { cascade, log } = await cascades.open(state.runbookUri, state.runbook);
  for (const target of targets) {
    const finished = await runInBackground(
      cascades,
      cascade,
      target,
      vscode.l10n.t('Looking at {0}', targetName(target)),
      {
        purpose: 'look',
      },
    );
    await current.refresh();
    void tell(target, finished.reason, log);
  }
}

async function tell(target: Target, reason: string | undefined, log: vscode.Uri): Promise<void> {
  const verify = vscode.l10n.t('Verify Partition');
  const words = vscode.l10n.t(
    '{0}: {1}. It is in the log; running again is yours.',
    targetName(target),
    reason ?? vscode.l10n.t('what was started is there'),
  );
  const choices = target.kind === 'gate' ? [openLog] : [verify, openLog];
  const picked = await vscode.window.showInformationMessage(words, ...choices);
  if (picked === verify && target.kind !== 'gate')
    await vscode.commands.executeCommand('cascade.verifyPartition', target.partition.name);
  if (picked === openLog) await vscode.window.showTextDocument(log, { preview: false });
}

/** Composes all that the extension does but reading a runbook file: views, commands, help, runs. */
import * as vscode from 'vscode';
import { attention } from '../core/help/attention.ts';
import { tellBlocked } from './blocked.ts';
import { BoardPanel } from './board.ts';
import { Cascades } from './cascades.ts';
import { CellStatus } from './cell-status.ts';
import { registerCommands } from './commands.ts';
import { PartitionControllers } from './controllers.ts';
import { CurrentCascade, type CurrentState } from './current-cascade.ts';
import { RunbookDiagnostics, RunbookFixes } from './diagnostics.ts';
import { registerLineHelp } from './line-help.ts';
import { LogDiagnostics } from './log-diagnostics.ts';
import { LogDocuments } from './log-documents.ts';
import { LogFixes } from './log-fixes.ts';
import { registerLogHelp } from './log-help.ts';
import { LogLenses } from './log-lenses.ts';
import { Logs, logSelector } from './logs.ts';
import { registerNamePlaces } from './name-places.ts';
import { OpenLogs } from './open-logs.ts';
import { RecoveryOffers } from './recovery.ts';
import { answerRenderer } from './renderer-messages.ts';
import { RunbookTexts, runbookSelector } from './runbook-texts.ts';
import { PartitionStatusBar } from './status-bar.ts';
import { gateNodes, LogTree, partitionNodes } from './trees.ts';
import { VerificationTests } from './verification-tests.ts';
import { Worlds } from './world.ts';

/** What other extensions and the tests may use. */
export interface CascadeApi {
  readonly partitions: LogTree;
  readonly gates: LogTree;
  readonly current: CurrentCascade;
  readonly controllers: PartitionControllers;
  readonly tests: VerificationTests;
}

/** @returns what it offers, and what ends its runs */
export function openWorkbench(context: vscode.ExtensionContext): {
  api: CascadeApi;
  close: () => Promise<void>;
} {
  const worlds = new Worlds(context);
  const output = vscode.window.createOutputChannel('Cascade Runbook', { log: true });
  const documents = new LogDocuments();
  const cascades = new Cascades(worlds, documents, output);
  const controllers = new PartitionControllers(cascades);
  const texts = new RunbookTexts(cascades, controllers);
  const logs = new Logs(cascades);
  documents.guardSaves((uri) => logs.isWritten(uri));
  const current = new CurrentCascade(cascades, logs);
  const partitions = new LogTree(current, partitionNodes);
  const gates = new LogTree(current, gateNodes);
  const tests = new VerificationTests(cascades, current);
  const board = new BoardPanel(current, context.extensionUri);
  const partitionView = vscode.window.createTreeView('cascade.partitions', {
    treeDataProvider: partitions,
    showCollapseAll: true,
  });
  context.subscriptions.push(
    output,
    documents,
    controllers,
    logs,
    current,
    new RunbookDiagnostics(),
    vscode.languages.registerCodeActionsProvider(
      runbookSelector,
      new RunbookFixes(texts),
      RunbookFixes.kinds,
    ),
    registerLineHelp(texts),
    registerNamePlaces(texts),
    new LogDiagnostics(logs, current, vscode.Uri.joinPath(context.extensionUri, 'media', 'log-rules.md')),
    vscode.languages.registerCodeActionsProvider(logSelector, new LogFixes(logs, cascades), LogFixes.kinds),
    new LogLenses(logs, cascades),
    registerLogHelp(logs, cascades),
    new OpenLogs(logs),
    new PartitionStatusBar(cascades, controllers),
    partitionView,
    current.onDidChange((state) => {
      partitionView.badge = badge(state);
    }),
    vscode.window.createTreeView('cascade.gates', { treeDataProvider: gates }),
    controllers.runs.onDidBlock((blocked) => void tellBlocked(blocked)),
    new RecoveryOffers(cascades, current, logs),
    new CellStatus(current, controllers),
    tests,
    board,
    answerRenderer(controllers),
    registerCommands({ cascades, controllers, current, logs, board }),
  );
  const close = async (): Promise<void> => {
    await controllers.runs.stopAll('the window was closed');
    await Promise.allSettled([cascades.dispose(), worlds.dispose()]);
  };
  return { api: { partitions, gates, current, controllers, tests }, close };
}

/** How much waits for a person. */
function badge(state: CurrentState): vscode.ViewBadge | undefined {
  if (state.kind !== 'log') return undefined;
  const waits = attention(state.runbook, state.asked, state.overview, state.running);
  return waits.length === 0 ? undefined : { value: waits.length, tooltip: waits.join('\n') };
}

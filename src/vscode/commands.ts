import * as vscode from 'vscode';
import { type StatusKind, signs } from '../core/log/status.ts';
import { failureText } from '../core/ports.ts';
import type { RunOutcome } from '../core/run/events.ts';
import { partitionNote } from '../core/run/places.ts';
import { startRun } from '../core/run/start.ts';
import { verification } from '../core/runbook/front-matter.ts';
import { signOff } from '../core/runbook/patterns.ts';
import type { Span } from '../core/text.ts';
import { type Finished, runInBackground } from './background-run.ts';
import { showBlocks } from './blocked.ts';
import type { BoardPanel } from './board.ts';
import { type Cascades, OperatorError } from './cascades.ts';
import type { PartitionControllers } from './controllers.ts';
import type { CurrentCascade } from './current-cascade.ts';
import { fixLog } from './log-fixes.ts';
import type { StepArgument } from './log-help.ts';
import type { GateArgument, PartitionArgument } from './log-lenses.ts';
import type { Logs } from './logs.ts';
import { errorText } from './messages.ts';
import { createRunbook } from './new-runbook.ts';
import { logToWrite, type RecordRequest, record } from './record.ts';
import { recover } from './recovery.ts';
import { unknownPartition, withoutLog } from './refusals.ts';
import { runPhase } from './run-phase.ts';
import { notebookType, stepCell } from './runbook-serializer.ts';
import type { TreeNode } from './trees.ts';

export interface CommandParts {
  readonly cascades: Cascades;
  readonly controllers: PartitionControllers;
  readonly current: CurrentCascade;
  readonly logs: Logs;
  readonly board: BoardPanel;
}

/** Every command of the extension, by its id in package.json. */
export function registerCommands(parts: CommandParts): vscode.Disposable {
  const commands: Readonly<Record<string, (...args: never[]) => Promise<unknown>>> = {
    'cascade.startRun': () => start(parts),
    'cascade.openLog': () => openLog(parts),
    'cascade.openRunbook': (about?: Partitioned) => openRunbook(parts, about),
    'cascade.selectPartition': () => selectPartition(parts),
    'cascade.verifyPartition': (about?: Partitioned) => verifyPartition(parts, about),
    'cascade.revealInLog': (span: Span, column?: vscode.ViewColumn) => revealInLog(parts, span, column),
    'cascade.openBoard': () => parts.board.show(),
    'cascade.exportBoard': (to?: unknown) => parts.board.save(to instanceof vscode.Uri ? to : undefined),
    'cascade.newRunbook': (name?: unknown) => createRunbook(typeof name === 'string' ? name : undefined),
    'cascade.showOutput': () => Promise.resolve(parts.cascades.output.show()),
    'cascade.runPhase': () => runChosenPhase(parts),
    'cascade.recover': (about?: Partitioned) => recover(parts, partitionOf(about)),
    'cascade.showBlocks': (about?: Partitioned) => whatBlocks(parts, about),
    'cascade.refresh': () => parts.current.refresh(),
    'cascade.record': (request?: RecordRequest | vscode.Uri) => record(parts, recordRequest(request)),
    'cascade.clearGate': (about?: Gated) => decideGate(parts, about, 'cleared'),
    'cascade.waiveGate': (about?: Gated) => decideGate(parts, about, 'waived'),
    'cascade.reopenGate': (about?: Gated) => decideGate(parts, about, 'pending'),
    'cascade.decideGate': (about?: Gated) => decideGate(parts, about, undefined),
    'cascade.revealStep': (step: StepArgument) => revealStep(parts, step),
    'cascade.fixLog': (log?: vscode.Uri) => fix(parts, log),
  };
  const registered = Object.entries(commands).map(([id, command]) =>
    vscode.commands.registerCommand(id, async (...args: never[]) => {
      try {
        return await command(...args);
      } catch (error) {
        if (!(error instanceof OperatorError)) parts.cascades.output.error(errorText(error));
        void vscode.window.showErrorMessage(errorText(error));
        return undefined;
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}

/** What a command about a partition may be given: by a tree, a code lens, a key binding, or a toolbar that gives its own. */
type Partitioned = TreeNode | PartitionArgument | string;
type Gated = TreeNode | (Partial<GateArgument> & { readonly reason?: string });

/** A menu of the editor gives the URI of what it belongs to. */
const recordRequest = (request: RecordRequest | vscode.Uri | undefined): RecordRequest =>
  request instanceof vscode.Uri ? { log: request } : (request ?? {});

function decideGate(
  parts: CommandParts,
  about: Gated | undefined,
  status: StatusKind | undefined,
): Promise<boolean> {
  const decided = status === undefined ? {} : { status };
  if (about === undefined || !('kind' in about)) return record(parts, { ...about, kind: 'gate', ...decided });
  const { state } = parts.current;
  if (about.kind !== 'gate' || state.kind !== 'log') return Promise.resolve(false);
  return record(parts, { log: state.log, kind: 'gate', gate: about.gate.gate, ...decided });
}

async function fix(parts: CommandParts, named: vscode.Uri | undefined): Promise<void> {
  const { log } = await logToWrite(parts, named instanceof vscode.Uri ? named : undefined);
  await fixLog(parts.logs, parts.cascades, log);
  await parts.current.refresh();
}

async function runbookUri({ current }: CommandParts, about?: Partitioned): Promise<vscode.Uri> {
  if (typeof about === 'object' && 'runbook' in about) return about.runbook;
  const uri = await current.runbookUri();
  if (uri === undefined)
    throw new OperatorError(
      vscode.l10n.t(
        'There is no *.runbook.md in this workspace. Open the folder that holds one, or make one: Cascade: New Runbook…',
      ),
    );
  return uri;
}

/** Makes the log of the runbook, or opens the one that is there. */
async function start(parts: CommandParts): Promise<void> {
  const uri = await runbookUri(parts);
  const { cascade, log } = await parts.cascades.open(uri);
  const wrong = cascade.runbook.problems.filter((problem) => problem.severity === 'error').length;
  if (wrong > 0)
    throw new OperatorError(
      wrong === 1
        ? vscode.l10n.t(
            'The runbook has 1 problem, so no log was made. Mend it first: see the Problems view.',
          )
        : vscode.l10n.t(
            'The runbook has {0} problems, so no log was made. Mend them first: see the Problems view.',
            wrong,
          ),
    );
  const started = await startRun(cascade, {
    operator: parts.cascades.operator,
    rehearsal: parts.cascades.rehearsal,
  });
  if (started.kind === 'refused') throw new OperatorError(failureText(started.failure));
  await parts.current.refresh();
  await vscode.window.showTextDocument(log, {
    preview: false,
    viewColumn: vscode.ViewColumn.Beside,
    preserveFocus: true,
  });
}

async function openLog({ current }: CommandParts): Promise<void> {
  const state = await current.refresh();
  if (state.kind !== 'log') throw withoutLog(state);
  await vscode.window.showTextDocument(state.log, { preview: false });
}

async function openRunbook(parts: CommandParts, about: Partitioned | undefined): Promise<void> {
  const uri = await runbookUri(parts, about);
  const notebook = await vscode.workspace.openNotebookDocument(uri);
  await vscode.window.showNotebookDocument(notebook);
  const partition = partitionOf(about);
  if (partition !== undefined) await parts.controllers.select(uri, partition);
}

/** Shows the cell of a step, with the partition chosen that it was asked for. */
async function revealStep(parts: CommandParts, { runbook, step, partition }: StepArgument): Promise<void> {
  const uri = vscode.Uri.parse(runbook);
  const notebook = await vscode.workspace.openNotebookDocument(uri);
  const editor = await vscode.window.showNotebookDocument(notebook);
  if (partition !== undefined) await parts.controllers.select(uri, partition);
  const index = stepCell(notebook, step);
  if (index === undefined)
    throw new OperatorError(
      vscode.l10n.t('The runbook was changed: the cell is not there any more. Look for what took its place.'),
    );
  const range = new vscode.NotebookRange(index, index + 1);
  editor.selection = range;
  editor.revealRange(range, vscode.NotebookEditorRevealType.InCenterIfOutsideViewport);
}

async function revealInLog(
  { current }: CommandParts,
  span: Span,
  viewColumn: vscode.ViewColumn | undefined,
): Promise<void> {
  const state = current.state;
  if (state.kind !== 'log') return;
  const document = await vscode.workspace.openTextDocument(state.log);
  const range = new vscode.Range(document.positionAt(span.start), document.positionAt(span.end));
  // A log that is in sight already is shown where it is.
  const shown = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
  const column = shown?.viewColumn ?? viewColumn;
  await vscode.window.showTextDocument(document, {
    selection: range,
    preview: false,
    ...(column === undefined ? {} : { viewColumn: column }),
  });
}

async function selectPartition(parts: CommandParts): Promise<void> {
  const notebook = vscode.window.activeNotebookEditor?.notebook;
  if (notebook?.notebookType !== notebookType)
    return openRunbook(parts, undefined).then(() => selectPartition(parts));
  const picked = await pickPartition(parts, vscode.l10n.t('Cascade: Select Partition'));
  if (picked !== undefined) await parts.controllers.select(notebook.uri, picked);
}

/** Runs the phase of the selected cell on the chosen partition; what is not chosen yet is asked for. */
async function runChosenPhase(parts: CommandParts): Promise<void> {
  if (vscode.window.activeNotebookEditor?.notebook.notebookType !== notebookType)
    await openRunbook(parts, undefined);
  const editor = vscode.window.activeNotebookEditor;
  if (editor?.notebook.notebookType !== notebookType) return;
  const { uri } = editor.notebook;
  const partition =
    parts.controllers.selected(uri) ?? (await pickPartition(parts, vscode.l10n.t('Cascade: Run Phase')));
  if (partition === undefined) return;
  if (parts.controllers.selected(uri) === undefined) await parts.controllers.select(uri, partition);
  await runPhase(parts, editor, partition);
}

/** All partitions with what the log says of them. */
async function pickPartition(parts: CommandParts, title: string): Promise<string | undefined> {
  const state = await parts.current.refresh();
  const runbook = await parts.cascades.runbook(await runbookUri(parts));
  const items = runbook.partitions.map((partition) => {
    const row =
      state.kind === 'log'
        ? state.overview.partitions.find((each) => each.partition === partition.name)
        : undefined;
    const phases =
      row === undefined
        ? vscode.l10n.t('no log yet')
        : [...row.phases, { ...row.signOff, phase: signOff }]
            .map(({ status, phase }) => `${signs[status]} ${phase}`)
            .join('  ');
    const marks = [
      partition.protected ? vscode.l10n.t('protected') : '',
      parts.cascades.rehearsal ? vscode.l10n.t('REHEARSAL') : '',
    ].filter((mark) => mark !== '');
    return {
      label: partition.name,
      description: [partitionNote(runbook, partition) ?? '', ...marks]
        .filter((word) => word !== '')
        .join(' · '),
      detail: phases,
    };
  });
  if (items.length === 0)
    throw new OperatorError(vscode.l10n.t('The runbook declares no partition. Mend its front matter first.'));
  return (
    await vscode.window.showQuickPick(items, {
      title,
      placeHolder: vscode.l10n.t('Choose a partition'),
      matchOnDescription: true,
    })
  )?.label;
}

function partitionOf(node: Partitioned | undefined): string | undefined {
  if (node === undefined || typeof node === 'string') return node;
  if ('runbook' in node) return node.partition;
  if (node.kind === 'partition') return node.partition.partition;
  return node.kind === 'phase' || node.kind === 'sign-off' ? node.partition : undefined;
}

async function whatBlocks(parts: CommandParts, about: Partitioned | undefined): Promise<void> {
  const name = partitionOf(about) ?? (await pickPartition(parts, vscode.l10n.t('Cascade: What Blocks')));
  if (name === undefined) return;
  const phase =
    typeof about === 'object' && 'kind' in about && about.kind === 'phase' ? about.phase.phase : undefined;
  await showBlocks(parts.current, name, phase);
}

/** The toolbar of a notebook gives what it belongs to. */
const isToolbar = (about: unknown): boolean =>
  typeof about === 'object' && about !== null && 'notebookEditor' in about;

const chosenPartition = ({ controllers }: CommandParts): string | undefined => {
  const notebook = vscode.window.activeNotebookEditor?.notebook;
  return notebook === undefined ? undefined : controllers.selected(notebook.uri);
};

const outcomes: Readonly<Record<RunOutcome, string>> = {
  passed: vscode.l10n.t('verified'),
  failed: vscode.l10n.t('not verified'),
  unknown: vscode.l10n.t('unknown'),
  blocked: vscode.l10n.t('blocked'),
  interrupted: vscode.l10n.t('interrupted'),
};

/** Runs the Verification phase of a partition: it changes nothing but the log. */
async function verifyPartition(
  parts: CommandParts,
  about: Partitioned | undefined,
): Promise<RunOutcome | undefined> {
  const name =
    partitionOf(about) ??
    (isToolbar(about) ? chosenPartition(parts) : undefined) ??
    (await pickPartition(parts, vscode.l10n.t('Cascade: Verify Partition')));
  if (name === undefined) return undefined;
  const { cascade, log } = await parts.cascades.open(await runbookUri(parts, about));
  const { runbook } = cascade;
  const partition = runbook.partitions.find((each) => each.name === name);
  const phase = runbook.phases.find((each) => each.title === verification);
  if (partition === undefined)
    throw unknownPartition(
      name,
      runbook.partitions.map((each) => each.name),
    );
  if (phase === undefined)
    throw new OperatorError(
      vscode.l10n.t('The runbook has no phase "{0}". Declare it under "phases:".', verification),
    );
  const target = { kind: 'phase', partition, phase } as const;
  const finished = await runInBackground(parts.cascades, cascade, target, vscode.l10n.t('Verify {0}', name));
  await parts.current.refresh();
  // Not awaited: the outcome is told, whether or not somebody closes the message.
  void tell(finished, name, log);
  return finished.outcome;
}

async function tell(finished: Finished, partition: string, log: vscode.Uri): Promise<void> {
  const outcome = outcomes[finished.outcome];
  const words =
    finished.reason === undefined
      ? vscode.l10n.t('{0} is {1}.', partition, outcome)
      : vscode.l10n.t('{0} is {1}: {2}', partition, outcome, finished.reason);
  const show =
    finished.outcome === 'passed' ? vscode.window.showInformationMessage : vscode.window.showWarningMessage;
  const open = vscode.l10n.t('Open Log');
  const picked = await show(words, open);
  if (picked === open) await vscode.window.showTextDocument(log, { preview: false });
}

import * as vscode from 'vscode';
import { type Asked, asking } from '../core/gates/may-run.ts';
import type { Stamp } from '../core/log/edits.ts';
import { type Overview, overviewOf } from '../core/log/overview.ts';
import type { Runbook } from '../core/runbook/runbook.ts';
import { type Cascades, OperatorError } from './cascades.ts';
import { DisposableStore } from './disposables.ts';
import { openDocument } from './log-documents.ts';
import type { LogReading, Logs } from './logs.ts';
import { errorText } from './messages.ts';
import { changesRunbook, notebookType } from './runbook-serializer.ts';

/** The runbook that the views show, and its log as it is now. */
export type CurrentState =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'no-log';
      readonly runbookUri: vscode.Uri;
      readonly runbook: Runbook;
      readonly log: vscode.Uri;
    }
  | {
      readonly kind: 'unreadable';
      readonly runbookUri: vscode.Uri;
      readonly log?: vscode.Uri;
      readonly message: string;
    }
  | {
      readonly kind: 'log';
      readonly runbookUri: vscode.Uri;
      readonly runbook: Runbook;
      readonly log: vscode.Uri;
      readonly reading: LogReading;
      readonly overview: Overview;
      /** When it was read. */
      readonly now: Stamp;
      /** What may run by this log, now. */
      readonly asked: Asked;
      /** Partitions with a change that has no result because somebody is at it right now, in this process or another. */
      readonly running: ReadonlySet<string>;
    };

const settleMilliseconds = 60;

/** Follows the active runbook and its log, whoever changes it, from when it is first asked. */
export class CurrentCascade implements vscode.Disposable {
  readonly #cascades: Cascades;
  readonly #logs: Logs;
  readonly #store = new DisposableStore();
  readonly #changed = new vscode.EventEmitter<CurrentState>();
  readonly onDidChange = this.#changed.event;
  #uri: vscode.Uri | undefined;
  #state: CurrentState = { kind: 'none' };
  #latest: Promise<CurrentState> = Promise.resolve(this.#state);
  #begun = false;
  #turn = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(cascades: Cascades, logs: Logs) {
    this.#cascades = cascades;
    this.#logs = logs;
    this.#store.add(this.#changed);
    this.#store.add(vscode.window.onDidChangeActiveNotebookEditor(() => this.#later()));
    this.#store.add(vscode.workspace.onDidOpenNotebookDocument(() => this.#later()));
    this.#store.add(
      vscode.workspace.onDidChangeNotebookDocument((event) => {
        if (changesRunbook(event)) this.#later();
      }),
    );
    this.#store.add(
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (this.#concerns(document.uri)) this.#later();
      }),
    );
    this.#store.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('cascade.world')) this.#later();
      }),
    );
    const files = this.#store.add(vscode.workspace.createFileSystemWatcher('**/*.md'));
    const onFile = (uri: vscode.Uri): void => {
      if (this.#concerns(uri) || uri.path.endsWith('.runbook.md')) this.#later();
    };
    this.#store.add(files.onDidChange(onFile));
    this.#store.add(files.onDidCreate(onFile));
    this.#store.add(files.onDidDelete(onFile));
    this.#store.add(vscode.window.onDidChangeActiveTextEditor((editor) => void this.#followLog(editor)));
    this.#store.add(logs.onDidChange(() => void this.#followLog(vscode.window.activeTextEditor)));
  }

  /** Reads for the first time, when a view comes into sight. */
  begin(): void {
    if (this.#begun) return;
    this.#begun = true;
    this.#later();
    void this.#followLog(vscode.window.activeTextEditor);
  }

  get state(): CurrentState {
    return this.#state;
  }

  /** Reads again, now; when it settles, `state` is at least as new. */
  refresh(): Promise<CurrentState> {
    this.#begun = true;
    this.#latest = this.#readAndShow(++this.#turn);
    return this.#latest;
  }

  async #readAndShow(turn: number): Promise<CurrentState> {
    const state = await this.#read();
    // What was read later counts, whichever is done first: whoever asked before waits for that.
    if (turn !== this.#turn) return this.#latest;
    this.#state = state;
    await vscode.commands.executeCommand('setContext', 'cascade.state', state.kind);
    this.#changed.fire(state);
    return state;
  }

  /** The runbook that is meant when none is named: the active one, else the one shown last, else the first of the workspace. */
  async runbookUri(): Promise<vscode.Uri | undefined> {
    const active = vscode.window.activeNotebookEditor?.notebook;
    if (active?.notebookType === notebookType) this.#uri = active.uri;
    if (this.#uri !== undefined && !(await exists(this.#uri))) this.#uri = undefined;
    this.#uri ??= vscode.workspace.notebookDocuments.find(
      (notebook) => notebook.notebookType === notebookType,
    )?.uri;
    this.#uri ??= (await vscode.workspace.findFiles('**/*.runbook.md', '**/node_modules/**', 10)).sort(
      (a, b) => a.path.localeCompare(b.path),
    )[0];
    return this.#uri;
  }

  #concerns(uri: vscode.Uri): boolean {
    const state = this.#state;
    return state.kind !== 'none' && state.log?.toString() === uri.toString();
  }

  /** A log in front is of its runbook, whichever was shown before. */
  async #followLog(editor: vscode.TextEditor | undefined): Promise<void> {
    if (!this.#begun || editor?.document.languageId !== 'markdown') return;
    const home = await this.#logs.home(editor.document.uri);
    if (home === undefined || home.runbookUri.toString() === this.#uri?.toString()) return;
    this.#uri = home.runbookUri;
    this.#later();
  }

  #later(): void {
    if (!this.#begun) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.refresh(), settleMilliseconds);
  }

  async #read(): Promise<CurrentState> {
    const runbookUri = await this.runbookUri();
    if (runbookUri === undefined) return { kind: 'none' };
    try {
      const runbook = await this.#cascades.runbook(runbookUri);
      const log = this.#cascades.logUri(runbookUri, runbook);
      await this.#cascades.documents.restore(log);
      const text = openDocument(log)?.getText() ?? (await textOf(log));
      if (text === undefined) return { kind: 'no-log', runbookUri, runbook, log };
      const reading = this.#logs.reading(this.#logs.homeOf(runbookUri, runbook, log), text);
      const read = overviewOf(reading.record, runbook);
      if (read.kind === 'unreadable') return { kind: 'unreadable', runbookUri, log, message: read.message };
      const now = this.#cascades.now();
      return {
        kind: 'log',
        runbookUri,
        runbook,
        log,
        reading,
        overview: read.overview,
        now,
        asked: asking(runbook, reading.record, now),
        running: await this.#running(log, read.overview),
      };
    } catch (error) {
      return { kind: 'unreadable', runbookUri, message: errorText(error) };
    }
  }

  async #running(log: vscode.Uri, { partitions }: Overview): Promise<ReadonlySet<string>> {
    const begun = partitions.filter(({ phases }) => phases.some((phase) => phase.started));
    const locks = this.#cascades.locks(log);
    const held = await Promise.all(
      begun.map(async ({ partition }) => ({ partition, holder: await locks.holder(partition) })),
    );
    return new Set(held.flatMap(({ partition, holder }) => (holder === undefined ? [] : [partition])));
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#store.dispose();
  }
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}

async function textOf(uri: vscode.Uri): Promise<string | undefined> {
  if (!(await exists(uri))) return undefined;
  const bytes = await vscode.workspace.fs.readFile(uri);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new OperatorError(
      vscode.l10n.t(
        '{0} is not UTF-8 text. Save it as UTF-8 in an editor, then try again.',
        vscode.workspace.asRelativePath(uri),
      ),
    );
  }
}

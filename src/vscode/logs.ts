import * as vscode from 'vscode';
import { type Finding, lintRecord } from '../core/lint/lint.ts';
import { type CascadeRecord, readRecord } from '../core/log/model.ts';
import { readLog } from '../core/log/read.ts';
import { readCells } from '../core/runbook/cells.ts';
import type { Runbook } from '../core/runbook/runbook.ts';
import type { Cascades } from './cascades.ts';
import { DisposableStore } from './disposables.ts';
import { changesRunbook, notebookType } from './runbook-serializer.ts';

/** Documents that may be logs; whether one is, its runbook tells. */
export const logSelector: vscode.DocumentSelector = { scheme: 'file', language: 'markdown' };

/** Which runbook a file is the log of. */
export interface LogHome {
  readonly log: vscode.Uri;
  /** The document whose V-check rows a run fills. */
  readonly verification?: vscode.Uri;
  readonly rehearsal: boolean;
  readonly runbookUri: vscode.Uri;
  readonly runbook: Runbook;
  /** False while the front matter has errors: the names it gives are not to be trusted. */
  readonly whole: boolean;
}

/** A log, read by its runbook: one reading for each version of its text. */
export interface LogReading extends LogHome {
  readonly text: string;
  readonly record: CascadeRecord;
}

/** What the workspace may grow to before a search for runbooks is given up. */
const mostRunbooks = 500;
const settleMilliseconds = 60;

/** Knows which files are logs, and reads each text of a log once for all who show something of it. */
export class Logs implements vscode.Disposable {
  readonly #cascades: Cascades;
  readonly #store = new DisposableStore();
  readonly #changed = new vscode.EventEmitter<void>();
  /** Another set of logs, or another runbook of one of them. */
  readonly onDidChange = this.#changed.event;
  /** By log; searched for at first use. */
  #homes: Promise<ReadonlyMap<string, LogHome>> | undefined;
  /** The homes by runbook as they were when its front matter was whole. */
  readonly #lastWhole = new Map<string, readonly LogHome[]>();
  readonly #readings = new Map<string, LogReading>();
  readonly #findings = new WeakMap<
    LogReading,
    { readonly today: string; readonly all: readonly Finding[] }
  >();
  #timer: NodeJS.Timeout | undefined;

  constructor(cascades: Cascades) {
    this.#cascades = cascades;
    this.#store.add(this.#changed);
    const files = this.#store.add(vscode.workspace.createFileSystemWatcher('**/*.runbook.md'));
    for (const event of [files.onDidChange, files.onDidCreate, files.onDidDelete])
      this.#store.add(event(() => this.#forget()));
    this.#store.add(
      vscode.workspace.onDidChangeNotebookDocument((event) => {
        if (changesRunbook(event)) this.#forget();
      }),
    );
    const follow = (notebook: vscode.NotebookDocument): void => {
      if (notebook.notebookType === notebookType) this.#forget();
    };
    this.#store.add(vscode.workspace.onDidOpenNotebookDocument(follow));
    this.#store.add(vscode.workspace.onDidCloseNotebookDocument(follow));
    this.#store.add(vscode.workspace.onDidChangeWorkspaceFolders(() => this.#forget()));
    this.#store.add(
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.#readings.delete(uri.toString())),
    );
  }

  /** Which runbook this is the log of; undefined for every other file. */
  async home(uri: vscode.Uri): Promise<LogHome | undefined> {
    if (uri.scheme !== 'file') return undefined;
    this.#homes ??= this.#search();
    return (await this.#homes).get(uri.toString());
  }

  /** Whether runs write into a file: a log, or the verification document that goes with one. */
  async isWritten(uri: vscode.Uri): Promise<boolean> {
    if (uri.scheme !== 'file') return false;
    this.#homes ??= this.#search();
    const key = uri.toString();
    const homes = await this.#homes;
    return homes.has(key) || [...homes.values()].some(({ verification }) => verification?.toString() === key);
  }

  /** An open document as a log; undefined when it is none. */
  async read(document: vscode.TextDocument): Promise<LogReading | undefined> {
    const home = await this.home(document.uri);
    return home === undefined || document.isClosed ? undefined : this.reading(home, document.getText());
  }

  /** This text of a log, read once. */
  reading(home: LogHome, text: string): LogReading {
    const key = home.log.toString();
    const known = this.#readings.get(key);
    if (known?.runbook === home.runbook && known.text === text) return known;
    const reading = { ...home, text, record: readRecord(readLog(text), home.runbook) };
    this.#readings.set(key, reading);
    return reading;
  }

  /** How a runbook and one of its logs belong together. */
  homeOf(runbookUri: vscode.Uri, runbook: Runbook, log: vscode.Uri): LogHome {
    const own = this.#cascades.logsOf(runbookUri, runbook).find(({ uri }) => uri.path === log.path);
    return { log, rehearsal: own?.rehearsal ?? false, runbookUri, runbook, whole: isWhole(runbook) };
  }

  /** All that the linter finds in a log today. */
  findings(reading: LogReading): readonly Finding[] {
    const { date: today } = this.#cascades.now();
    const known = this.#findings.get(reading);
    if (known?.today === today) return known.all;
    const found = lintRecord(reading.record, reading.runbook, today);
    const all = reading.whole ? found : found.filter(({ code }) => namesNothing.has(code));
    this.#findings.set(reading, { today, all });
    return all;
  }

  async #search(): Promise<ReadonlyMap<string, LogHome>> {
    const found = await vscode.workspace.findFiles('**/*.runbook.md', '**/node_modules/**', mostRunbooks);
    const open = vscode.workspace.notebookDocuments.filter((each) => each.notebookType === notebookType);
    const uris = new Map([...found, ...open.map(({ uri }) => uri)].map((uri) => [uri.toString(), uri]));
    const homes = (await Promise.all([...uris.values()].map((uri) => this.#homesOf(uri)))).flat();
    // Two runbooks may name one log: the one that can be read by it counts, then the first.
    homes.sort(
      (a, b) => Number(b.whole) - Number(a.whole) || a.runbookUri.path.localeCompare(b.runbookUri.path),
    );
    const byLog = new Map<string, LogHome>();
    for (const home of homes) if (!byLog.has(home.log.toString())) byLog.set(home.log.toString(), home);
    return byLog;
  }

  async #homesOf(runbookUri: vscode.Uri): Promise<readonly LogHome[]> {
    let runbook: Runbook;
    try {
      runbook = await this.#cascades.runbook(runbookUri);
    } catch {
      // Gone, or no text: opening it says so.
      return [];
    }
    const key = runbookUri.toString();
    const whole = isWhole(runbook);
    const last = this.#lastWhole.get(key);
    if (!whole && last !== undefined) {
      // While its front matter is being typed a runbook keeps its logs.
      return last.map((home) => ({ ...home, runbook, whole }));
    }
    const homes = this.#cascades
      .logsOf(runbookUri, runbook)
      .map(({ uri: log, ...place }) => ({ ...place, log, runbookUri, runbook, whole }));
    if (whole) this.#lastWhole.set(key, homes);
    return homes;
  }

  #forget(): void {
    this.#homes = undefined;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#changed.fire(), settleMilliseconds);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#store.dispose();
  }
}

/** Rules that look at words and dates alone. */
const namesNothing = new Set<Finding['code']>(['merge-conflict', 'dates', 'status-form', 'placeholder']);

function isWhole(runbook: Runbook): boolean {
  const front = readCells(runbook.text).find((cell) => cell.kind === 'front-matter');
  if (front === undefined) return false;
  const end = front.valueStart + front.value.length;
  return !runbook.problems.some(({ severity, span }) => severity === 'error' && span.start < end);
}

/** Where a span of a log stands in its document. */
export const rangeOf = (
  document: vscode.TextDocument,
  { start, end }: { readonly start: number; readonly end: number },
): vscode.Range => new vscode.Range(document.positionAt(start), document.positionAt(end));

import { execFile } from 'node:child_process';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { changeLocks } from '../adapters/change-locks.ts';
import { systemClock } from '../adapters/clock.ts';
import type { Composition } from '../adapters/compose.ts';
import { contextFile, contextName } from '../adapters/context-file.ts';
import { logPathFor, NoWorldError, worktreeFor } from '../adapters/environment.ts';
import { evidenceFolder } from '../adapters/evidence-folder.ts';
import { machineUser } from '../adapters/operator.ts';
import { verificationFile } from '../adapters/verification-file.ts';
import { type Stamp, stamp } from '../core/log/edits.ts';
import {
  type ChangeLocks,
  type ContextEntry,
  type LogFile,
  nobody,
  type Ports,
  type ShellSession,
} from '../core/ports.ts';
import { Cascade } from '../core/run/cascade.ts';
import { Redactor } from '../core/run/redact.ts';
import { decodeRunbook } from '../core/runbook/bytes.ts';
import { writeCells } from '../core/runbook/cells.ts';
import type { Partition } from '../core/runbook/front-matter.ts';
import { contextKey } from '../core/runbook/names.ts';
import { parseRunbook, type Runbook } from '../core/runbook/runbook.ts';
import { gitHubSignIn } from './github-sign-in.ts';
import type { LogDocuments } from './log-documents.ts';
import { editorPerson } from './person.ts';
import { cellsOf, notebookType } from './runbook-serializer.ts';
import { readSettings } from './settings.ts';
import type { Worlds } from './world.ts';

/** Something stands in the way that a person can mend; the message says how. */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
}

/** Where runs write. */
export interface LogPlace {
  readonly uri: vscode.Uri;
  readonly rehearsal: boolean;
  readonly verification?: vscode.Uri;
}

/** The runbooks of this window, and the cascades made of them. */
export class Cascades {
  readonly #worlds: Worlds;
  readonly documents: LogDocuments;
  /** Where runs tell what they do. */
  readonly output: vscode.LogOutputChannel;
  /** Shells by runbook and world: exports survive from cell to cell, and an edit of the runbook. */
  readonly #shells = new Map<string, Map<string, ShellSession>>();
  readonly #redactor = new Redactor();
  /** By runbook, as it was read last: whoever asks for the same text gets the same runbook. */
  readonly #parsed = new Map<string, Runbook>();
  readonly #clock = systemClock({ env: process.env });
  #operator = '';

  constructor(worlds: Worlds, documents: LogDocuments, output: vscode.LogOutputChannel) {
    this.#worlds = worlds;
    this.documents = documents;
    this.output = output;
  }

  get rehearsal(): boolean {
    return this.#worlds.rehearsal;
  }

  get operator(): string {
    return readSettings().operator || this.#operator || machineUser(process.env);
  }

  /** Who is written into the log, by what git knows of this folder where the workspace may run it. */
  async operatorIn(directory: string): Promise<string> {
    if (vscode.workspace.isTrusted) this.#operator ||= await gitName(directory);
    return this.operator;
  }

  /** This moment as a log writes it. */
  now(): Stamp {
    return stamp(this.#clock.now(), this.#clock);
  }

  /** The runbook as it is now: in the open notebook, else in the file. */
  async runbook(uri: vscode.Uri): Promise<Runbook> {
    const text = await runbookText(uri);
    const known = this.#parsed.get(uri.toString());
    if (known?.text === text) return known;
    const runbook = parseRunbook(text);
    this.#parsed.set(uri.toString(), runbook);
    return runbook;
  }

  /** What `cdk.context.json` holds now for some partitions, by their names; nothing is started to know it. */
  async contexts(
    uri: vscode.Uri,
    runbook: Runbook,
    partitions: readonly Partition[],
  ): Promise<ReadonlyMap<string, ContextEntry>> {
    const entries = new Map<string, ContextEntry>();
    const env = await this.#worlds.known(uri.fsPath, runbook.text);
    if (env === undefined || uri.scheme !== 'file') return entries;
    const worktree = worktreeFor(env, dirname(uri.fsPath), runbook.worktree);
    const file = contextFile({ path: resolve(worktree, contextName) });
    for (const partition of partitions) {
      const read = await file.read(contextKey(runbook, partition));
      if (read.kind === 'answer' && read.value !== undefined) entries.set(partition.name, read.value);
    }
    return entries;
  }

  /** The log of a runbook and that of its rehearsals, wherever they lie, with what else such a run writes into. */
  logsOf(uri: vscode.Uri, runbook: Runbook): readonly LogPlace[] {
    return [false, true].map((rehearsal) => {
      const place = (name: string): vscode.Uri =>
        vscode.Uri.file(
          resolve(dirname(uri.fsPath), logPathFor(rehearsal ? { CASCADE_REHEARSAL: '1' } : {}, name)),
        );
      const { log, verification } = runbook;
      return {
        uri: place(log),
        rehearsal,
        ...(verification === undefined ? {} : { verification: place(verification) }),
      };
    });
  }

  /** Where the log of a runbook is; it lies inside the workspace. */
  logUri(uri: vscode.Uri, runbook: Runbook): vscode.Uri {
    const log = vscode.Uri.file(resolve(dirname(uri.fsPath), logPathFor(this.#worlds.names, runbook.log)));
    if (vscode.workspace.getWorkspaceFolder(uri) === undefined) {
      throw new OperatorError(
        vscode.l10n.t(
          '{0} lies outside the workspace. Open its folder (File: Open Folder…), then run it there.',
          uri.fsPath,
        ),
      );
    }
    if (vscode.workspace.getWorkspaceFolder(log) === undefined) {
      throw new OperatorError(
        vscode.l10n.t(
          'The log {0} would lie outside the workspace. Name a file inside it under "log:" in the runbook.',
          log.fsPath,
        ),
      );
    }
    return log;
  }

  /** Who changes the partitions of a log. */
  locks(log: vscode.Uri): ChangeLocks {
    return changeLocks(log.fsPath);
  }

  /** @param shown the runbook as it was when the run began; read now when absent */
  async open(uri: vscode.Uri, shown?: Runbook): Promise<{ cascade: Cascade; log: vscode.Uri }> {
    if (!vscode.workspace.isTrusted) {
      throw new OperatorError(
        vscode.l10n.t(
          'This workspace is not trusted: reading works, running does not. Trust it with "Workspaces: Manage Workspace Trust".',
        ),
      );
    }
    const runbook = shown ?? (await this.runbook(uri));
    const log = this.logUri(uri, runbook);
    const env = await this.#worlds.environment(uri.fsPath, runbook.text);
    const worktree = worktreeFor(env, dirname(uri.fsPath), runbook.worktree);
    await this.operatorIn(dirname(uri.fsPath));
    // A shell keeps the environment it was opened with: one of a rehearsal must not serve a live run.
    const key = [uri.toString(), env['CASCADE_WORLD_URL'] ?? '', worktree].join('\n');
    const shells = this.#shells.get(key) ?? new Map<string, ShellSession>();
    this.#shells.set(key, shells);
    const settings = readSettings();
    const composition = {
      env,
      worktree,
      person:
        env['CASCADE_ANSWERS'] === 'yes' && this.rehearsal
          ? agreeing(this.operator)
          : editorPerson(() => this.operator),
      onePassword: settings.onePassword,
      gitHub: gitHubSignIn,
      ...(settings.shell === '' ? {} : { shell: settings.shell }),
    };
    const ports = await portsOf(composition);
    return {
      cascade: new Cascade({
        runbook,
        log: this.documents.open(log),
        ports,
        worktree,
        shells,
        redactor: this.#redactor,
        rehearsal: this.rehearsal,
        locks: this.locks(log),
        ...(settings.evidence ? { evidence: evidenceFolder(log.fsPath) } : {}),
        ...(runbook.verification === undefined
          ? {}
          : { verification: this.#verification(env, uri, runbook.verification) }),
      }),
      log,
    };
  }

  /** The verification document; like the log it lies inside the workspace. */
  #verification(env: Composition['env'], runbook: vscode.Uri, verification: string): LogFile {
    return verificationFile(env, dirname(runbook.fsPath), verification, (path) => {
      const uri = vscode.Uri.file(path);
      if (vscode.workspace.getWorkspaceFolder(uri) !== undefined) return this.documents.open(uri);
      throw new OperatorError(
        vscode.l10n.t(
          'The verification document {0} would lie outside the workspace. Name a file inside it under "verification:" in the runbook.',
          path,
        ),
      );
    });
  }

  async dispose(): Promise<void> {
    await Promise.all(
      [...this.#shells.values()].flatMap((shells) => [...shells.values()].map((shell) => shell.close())),
    );
  }
}

/** What a person can mend is told as such. */
async function portsOf(composition: Composition): Promise<Ports> {
  // What asks the services is large, and of no use before something runs.
  const { composePorts } = await import('../adapters/compose.ts');
  try {
    return composePorts(composition);
  } catch (error) {
    throw error instanceof NoWorldError ? new OperatorError(error.message) : error;
  }
}

async function runbookText(uri: vscode.Uri): Promise<string> {
  const notebook = openNotebook(uri);
  if (notebook !== undefined) return writeCells(cellsOf(notebook));
  const decoded = decodeRunbook(await vscode.workspace.fs.readFile(uri));
  if (decoded.kind === 'refused')
    throw new OperatorError(vscode.l10n.t('{0}: {1}', vscode.workspace.asRelativePath(uri), decoded.message));
  return decoded.text;
}

export function openNotebook(uri: vscode.Uri): vscode.NotebookDocument | undefined {
  return vscode.workspace.notebookDocuments.find(
    (notebook) => notebook.notebookType === notebookType && notebook.uri.toString() === uri.toString(),
  );
}

/** In a rehearsal that nobody watches, the answers are given in advance. */
const agreeing = (by: string): ReturnType<typeof editorPerson> => ({
  ...nobody,
  ask: async () => ({ yes: true, by, note: 'by CASCADE_ANSWERS' }),
  typeName: async (confirmation) => confirmation.partition,
});

async function gitName(directory: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('git', ['config', 'user.name'], { cwd: directory });
    return stdout.trim();
  } catch {
    return '';
  }
}

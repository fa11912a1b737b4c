import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { realFile } from '../adapters/atomic-write.ts';
import { fileFailure } from '../adapters/file-failure.ts';
import { claim, underLock } from '../adapters/file-lock.ts';
import { logFile, replaceLog } from '../adapters/log-file.ts';
import { answer, type LogFile } from '../core/ports.ts';
import { DisposableStore } from './disposables.ts';
import { type OpenDocument, openLogUpdate } from './open-log.ts';
import { SaveTurn, type SaveTurnParts, saveTurnTimes } from './save-turn.ts';

/** Milliseconds that another writer is waited for. */
const lockWait = 10_000;
/** Milliseconds between two looks whether a lock is free. */
const lockPoll = 15;

/**
 * Logs, and what else is written like one, as the editor has them: an open document is edited through the editor, so
 * that unsaved words survive and undo works; else the file is replaced.
 */
export class LogDocuments implements vscode.Disposable {
  readonly #turns = new Map<string, SaveTurn>();
  readonly #store = new DisposableStore();

  open(uri: vscode.Uri): LogFile {
    const label = vscode.workspace.asRelativePath(uri, false);
    const file = logFile({ path: uri.fsPath, label });
    return {
      path: label,
      read: async () => {
        const document = openDocument(uri);
        return document?.isDirty ? answer(document.getText()) : file.read();
      },
      update: openLogUpdate(
        label,
        {
          read: () => file.read(),
          alone: async (work) => {
            try {
              return await underLock(await lockOf(uri), lockWait, work);
            } catch (error) {
              return fileFailure(error, `write ${label}`, label);
            }
          },
          replace: async (text, change) => replaceLog(await realFile(uri.fsPath), text, change),
        },
        () => {
          const document = openDocument(uri);
          return document === undefined ? undefined : asOpen(document, this.#turn(uri));
        },
      ),
      create: (text) => file.create(text),
      setAside: (tag, text) => file.setAside(tag, text),
    };
  }

  /**
   * From now on a person's saves of these documents take turns with other programs.
   * @param written whether runs write into a document
   */
  guardSaves(written: (uri: vscode.Uri) => Promise<boolean>): void {
    const begins = async ({ uri }: vscode.TextDocument): Promise<void> => {
      if (await written(uri)) await this.#turn(uri).begins();
    };
    const ended = ({ uri }: vscode.TextDocument): void => void this.#turns.get(uri.toString())?.ended();
    this.#store.add(
      vscode.workspace.onWillSaveTextDocument((event) => {
        if (event.document.uri.scheme === 'file' && event.document.languageId === 'markdown')
          event.waitUntil(begins(event.document));
      }),
    );
    this.#store.add(vscode.workspace.onDidSaveTextDocument(ended));
    this.#store.add(vscode.workspace.onDidCloseTextDocument(ended));
  }

  #turn(uri: vscode.Uri): SaveTurn {
    const key = uri.toString();
    const turn = this.#turns.get(key) ?? new SaveTurn(turnOn(uri));
    this.#turns.set(key, turn);
    return turn;
  }

  dispose(): void {
    this.#store.dispose();
    for (const turn of this.#turns.values()) void turn.ended();
  }
}

const lockOf = async (uri: vscode.Uri): Promise<string> => `${await realFile(uri.fsPath)}.lock`;

const turnOn = (uri: vscode.Uri): SaveTurnParts => ({
  take: async (giveUp) => {
    try {
      const lock = await lockOf(uri);
      for (;;) {
        const taken = await claim(lock);
        if (taken.kind === 'taken') return taken.release;
        if (giveUp.aborted) return undefined;
        await sleep(lockPoll, undefined, { signal: giveUp });
      }
    } catch {
      return undefined;
    }
  },
  after: (what, then) => {
    const timer = setTimeout(then, saveTurnTimes[what]);
    return () => clearTimeout(timer);
  },
});

export function openDocument(uri: vscode.Uri): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find(
    (document) => !document.isClosed && document.uri.toString() === uri.toString(),
  );
}

const asOpen = (document: vscode.TextDocument, turn: SaveTurn): OpenDocument => ({
  get text() {
    return document.getText();
  },
  get version() {
    return document.version;
  },
  get dirty() {
    return document.isDirty;
  },
  apply: async (edits, version) => {
    if (document.isClosed || document.version !== version) return false;
    const edit = new vscode.WorkspaceEdit();
    for (const { offset, length, text } of edits) {
      const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
      edit.replace(document.uri, range, text);
    }
    // The editor holds them against this version once more, where the person's keys arrive first.
    return vscode.workspace.applyEdit(edit);
  },
  // Closed in between, it is saved or thrown away by its person: the file tells which.
  save: async () => {
    const texts = [document.getText()];
    const watch = vscode.workspace.onDidChangeTextDocument((event) => {
      if (event.document === document) texts.push(document.getText());
    });
    try {
      return { saved: await turn.own(async () => document.save()), texts };
    } catch {
      return { saved: false, texts };
    } finally {
      watch.dispose();
    }
  },
});

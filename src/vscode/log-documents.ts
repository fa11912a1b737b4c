import { setTimeout as sleep } from 'node:timers/promises';
import * as vscode from 'vscode';
import { realFile } from '../adapters/atomic-write.ts';
import { claim, lockOf } from '../adapters/file-lock.ts';
import { aloneAtLog, logFile, replaceLog } from '../adapters/log-file.ts';
import { keepCopy, restoreLeftCopy, type Settle } from '../adapters/safety-copy.ts';
import { answer, type LogFile } from '../core/ports.ts';
import { DisposableStore } from './disposables.ts';
import { type OpenDocument, openLogUpdate } from './open-log.ts';
import { SaveTurn, type SaveTurnParts, saveTurnTimes } from './save-turn.ts';

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
    const place = { path: uri.fsPath, label };
    const file = logFile(place);
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
          alone: (work) => aloneAtLog(place, `write ${label}`, work),
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

  /** Makes a log whole that an editor was killed over; nothing where it is whole. */
  async restore(uri: vscode.Uri): Promise<void> {
    if (vscode.workspace.isTrusted) await restoreLeftCopy(uri.fsPath);
  }

  /**
   * From now on a person's saves of these documents take turns with other programs.
   * @param written whether runs write into a document
   */
  guardSaves(written: (uri: vscode.Uri) => Promise<boolean>): void {
    const begins = async ({ uri }: vscode.TextDocument): Promise<void> => {
      // Which files are logs is known, but while the runbooks of a large workspace are still searched for.
      const ours = await Promise.race([written(uri), sleep(saveTurnTimes.patience, false)]);
      if (ours) await this.#turn(uri).begins();
    };
    const ended =
      (saved: boolean) =>
      ({ uri }: vscode.TextDocument): void =>
        void this.#turns.get(uri.toString())?.ended(saved);
    this.#store.add(
      vscode.workspace.onWillSaveTextDocument((event) => {
        if (event.document.uri.scheme === 'file' && event.document.languageId === 'markdown')
          event.waitUntil(begins(event.document));
      }),
    );
    this.#store.add(vscode.workspace.onDidSaveTextDocument(ended(true)));
    this.#store.add(vscode.workspace.onDidCloseTextDocument(ended(false)));
  }

  #turn(uri: vscode.Uri): SaveTurn {
    const key = uri.toString();
    const turn = this.#turns.get(key) ?? new SaveTurn(turnOn(uri));
    this.#turns.set(key, turn);
    return turn;
  }

  dispose(): void {
    this.#store.dispose();
    for (const turn of this.#turns.values()) void turn.ended(false);
  }
}

const turnOn = (uri: vscode.Uri): SaveTurnParts => ({
  take: async (giveUp) => {
    try {
      const path = await realFile(uri.fsPath);
      for (;;) {
        const taken = await claim(lockOf(path));
        if (taken.kind === 'taken') {
          const settle = await keptCopy(uri, path);
          return (saved) => settle(saved).finally(taken.release);
        }
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

/** Where there is no room for a copy, a person's save has to do without. */
const keptCopy = (uri: vscode.Uri, path: string): Promise<Settle> =>
  keepCopy(path, openDocument(uri)?.getText() ?? '').catch(() => async () => {});

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
    let settle: Settle = async () => {};
    let saved = false;
    try {
      // Nor does the editor get to empty the file where there is no room to write it.
      settle = await keepCopy(await realFile(document.uri.fsPath), document.getText());
      saved = await turn.own(async () => document.save());
    } catch {
      // The file tells what came of it.
    } finally {
      watch.dispose();
      await settle(saved);
    }
    return { saved, texts };
  },
});

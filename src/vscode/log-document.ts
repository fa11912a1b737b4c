import * as vscode from 'vscode';
import { realFile } from '../adapters/atomic-write.ts';
import { fileFailure } from '../adapters/file-failure.ts';
import { underLock } from '../adapters/file-lock.ts';
import { logFile, replaceLog } from '../adapters/log-file.ts';
import { answer, type LogFile } from '../core/ports.ts';
import { type OpenDocument, openLogUpdate } from './open-log.ts';

/** Milliseconds that another writer is waited for. */
const lockWait = 10_000;

/**
 * The log as the editor has it: an open document is edited through the editor, so that unsaved words survive and
 * undo works; else the file is replaced.
 */
export function logDocument(uri: vscode.Uri): LogFile {
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
            return await underLock(`${await realFile(uri.fsPath)}.lock`, lockWait, work);
          } catch (error) {
            return fileFailure(error, `write ${label}`, label);
          }
        },
        replace: async (text, change) => replaceLog(await realFile(uri.fsPath), text, change),
      },
      () => {
        const document = openDocument(uri);
        return document === undefined ? undefined : asOpen(document);
      },
    ),
    create: (text) => file.create(text),
    setAside: (tag, text) => file.setAside(tag, text),
  };
}

export function openDocument(uri: vscode.Uri): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find(
    (document) => !document.isClosed && document.uri.toString() === uri.toString(),
  );
}

const asOpen = (document: vscode.TextDocument): OpenDocument => ({
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
      return { saved: await document.save(), texts };
    } catch {
      return { saved: false, texts };
    } finally {
      watch.dispose();
    }
  },
});

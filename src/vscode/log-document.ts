import * as vscode from 'vscode';
import { realFile } from '../adapters/atomic-write.ts';
import { underLock } from '../adapters/file-lock.ts';
import { logFile } from '../adapters/log-file.ts';
import { applyEdits } from '../core/log/edits.ts';
import { answer, failure, type LogFile, type Outcome, type TextEdit } from '../core/ports.ts';

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
    update: async (change) => {
      const document = openDocument(uri);
      if (document === undefined) return file.update(change);
      const onDisk = await file.read();
      if (onDisk.kind === 'failure') return onDisk;
      // Mixed line ends would not survive the editor; another program may just have written the file.
      if (!document.isDirty && onDisk.value !== withBom(document, onDisk.value)) return file.update(change);
      return underLock(`${await realFile(uri.fsPath)}.lock`, lockWait, () =>
        editDocument(document, label, change),
      );
    },
    create: (text) => file.create(text),
  };
}

export function openDocument(uri: vscode.Uri): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find(
    (document) => !document.isClosed && document.uri.toString() === uri.toString(),
  );
}

/** The editor hides a byte order mark. */
function withBom(document: vscode.TextDocument, onDisk: string | undefined): string {
  return (onDisk?.startsWith('\uFEFF') ? '\uFEFF' : '') + document.getText();
}

const tries = 5;
/** Milliseconds that another writer is waited for. */
const lockWait = 10_000;

async function editDocument(
  document: vscode.TextDocument,
  label: string,
  change: (text: string) => readonly TextEdit[],
): Promise<Outcome<string>> {
  const asked = `write ${label}`;
  for (let attempt = 0; attempt < tries; attempt++) {
    const text = document.getText();
    const edits = change(text);
    const after = applyEdits(text, edits);
    if (edits.length > 0) {
      const edit = new vscode.WorkspaceEdit();
      for (const { offset, length, text: words } of edits) {
        edit.replace(
          document.uri,
          new vscode.Range(document.positionAt(offset), document.positionAt(offset + length)),
          words,
        );
      }
      // Refused when the person typed in between: then the edits are made anew of the newer text.
      if (!(await vscode.workspace.applyEdit(edit))) continue;
    }
    if (document.isDirty && !(await document.save())) {
      return failure(
        'unknown',
        asked,
        'the editor did not save the log',
        'Save it by hand; your words and the result stand in the open editor.',
      );
    }
    return answer(after);
  }
  return failure(
    'unknown',
    asked,
    'the log was being edited all the time',
    'Pause typing in the log, then run the cell again.',
  );
}

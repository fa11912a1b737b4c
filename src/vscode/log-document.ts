import * as vscode from 'vscode';
import { realFile, replaceFile } from '../adapters/atomic-write.ts';
import { fileFailure } from '../adapters/file-failure.ts';
import { underLock } from '../adapters/file-lock.ts';
import { logFile } from '../adapters/log-file.ts';
import { applyChange, applyEdits } from '../core/log/edits.ts';
import { answer, failure, type LogChange, type LogFile, type Outcome } from '../core/ports.ts';

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
      try {
        return await underLock(`${await realFile(uri.fsPath)}.lock`, lockWait, async () => {
          // Read under the lock: while it was waited for, another writer may have been here.
          const onDisk = await file.read();
          if (onDisk.kind === 'failure') return onDisk;
          const same = onDisk.value === withBom(document, onDisk.value);
          // Mixed line ends would not survive the editor, and what another program wrote is not in it yet.
          if (!document.isDirty && !same && onDisk.value !== undefined) {
            const after = applyChange(onDisk.value, change);
            if (after.kind === 'answer' && after.value !== onDisk.value)
              await replaceFile(await realFile(uri.fsPath), after.value);
            return after;
          }
          return editDocument(document, label, change);
        });
      } catch (error) {
        return fileFailure(error, `write ${label}`, label);
      }
    },
    create: (text) => file.create(text),
    setAside: (tag, text) => file.setAside(tag, text),
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
  change: LogChange,
): Promise<Outcome<string>> {
  const asked = `write ${label}`;
  for (let attempt = 0; attempt < tries; attempt++) {
    const text = document.getText();
    const edits = change(text);
    if ('kind' in edits) return edits;
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

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { env } from 'node:process';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import type { Case } from '../cases.ts';
import { api, extensionId, logUri, textOf, until, write } from './editor.ts';

/** `CASCADE_WRITERS_SECONDS=60` makes it a minute. */
const seconds = Number(env['CASCADE_WRITERS_SECONDS'] ?? 12);

/** Notes of another process; answers with the words that it was told are written. */
async function notesOf(name: string, end: number): Promise<readonly string[]> {
  const extension = vscode.extensions.getExtension(extensionId);
  assert.ok(extension);
  const program = vscode.Uri.joinPath(extension.extensionUri, 'test', 'cli', 'noting.ts').fsPath;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [program, logUri().fsPath, name, String(end)],
    { env: { ...env, ELECTRON_RUN_AS_NODE: '1' } },
  );
  return Array.from({ length: Number(stdout) }, (_, index) => `- ${name}-note-${index + 1}.`);
}

/** Types and saves at once, again and again. Where the editor refuses, takes the file as it is. */
async function typeAndSave(
  document: vscode.TextDocument,
  end: number,
): Promise<{ saved: string[]; refused: number }> {
  const saved: string[] = [];
  let refused = 0;
  while (Date.now() < end) {
    const word = `person-word-${saved.length + refused}.`;
    const edit = new vscode.WorkspaceEdit();
    edit.insert(document.uri, new vscode.Position(0, 0), `${word}\n`);
    if (!(await vscode.workspace.applyEdit(edit))) continue;
    if (await document.save()) saved.push(word);
    else {
      refused += 1;
      await vscode.window.showTextDocument(document);
      await vscode.commands.executeCommand('workbench.action.files.revert');
    }
  }
  return { saved, refused };
}

export const saving: readonly Case[] = [
  {
    name: `a person who saves the log again and again for ${seconds} s while other programs write it: the file has what all wrote`,
    deadlineMs: (seconds + 60) * 1000,
    async run(note) {
      await api();
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      const before = await textOf(logUri());
      const document = await vscode.workspace.openTextDocument(logUri());
      await vscode.window.showTextDocument(document, { preview: false });
      await until('the editor to have the log as it is', () => document.getText() === before || undefined);
      const end = Date.now() + seconds * 1000;
      const [{ saved, refused }, ...notes] = await Promise.all([
        typeAndSave(document, end),
        notesOf('ada', end),
        notesOf('ben', end),
      ]);
      const disk = await textOf(logUri());
      await vscode.commands.executeCommand('workbench.action.files.revert');
      await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
      await write(logUri(), before);
      const written = [...notes.flat(), ...saved];
      note(`${notes.flat().length} notes, ${saved.length} saves and ${refused} that the editor refused`);
      assert.ok(notes.flat().length > 0 && saved.length > 0);
      assert.deepEqual(
        written.filter((words) => !disk.includes(words)),
        [],
      );
    },
  },
];

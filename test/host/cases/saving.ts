import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, watch, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
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

async function openLog(): Promise<{ document: vscode.TextDocument; before: string }> {
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  const before = await textOf(logUri());
  const document = await vscode.workspace.openTextDocument(logUri());
  await vscode.window.showTextDocument(document, { preview: false });
  await until('the editor to have the log as it is', () => document.getText() === before || undefined);
  return { document, before };
}

/** The names that come and go in the folder of the log while something is done. */
async function seenDuring(work: () => Promise<unknown>): Promise<ReadonlySet<string>> {
  const seen = new Set<string>();
  const watcher = watch(dirname(logUri().fsPath), (_, name) => {
    if (name !== null) seen.add(name);
  });
  try {
    await work();
  } finally {
    watcher.close();
  }
  return seen;
}

/** Whole beside the log while the editor writes it. */
const copy = (): string => `.${basename(logUri().fsPath)}.saving`;

export const saving: readonly Case[] = [
  {
    name: 'while the editor saves a log its text stands whole beside it, for a run and for a person, and a log that is cut off is made whole of it',
    async run() {
      const { current } = await api();
      const { document, before } = await openLog();
      const byPerson = await seenDuring(async () => {
        const edit = new vscode.WorkspaceEdit();
        edit.insert(document.uri, document.lineAt(1).range.end, 'Typed.');
        assert.ok(await vscode.workspace.applyEdit(edit));
        assert.ok(await document.save());
      });
      assert.ok(byPerson.has(copy()), [...byPerson].join(', '));
      const byRun = await seenDuring(async () => {
        const words = { log: logUri(), kind: 'note', partition: 'dev', phase: 'Deploy', words: 'Noted.' };
        assert.equal(await vscode.commands.executeCommand('cascade.record', words), true);
      });
      assert.ok(byRun.has(copy()), [...byRun].join(', '));
      const path = join(dirname(logUri().fsPath), copy());
      await until('the copy to be gone', () => !existsSync(path) || undefined);
      await vscode.commands.executeCommand('workbench.action.closeActiveEditor');

      const whole = await textOf(logUri());
      writeFileSync(path, whole);
      writeFileSync(logUri().fsPath, whole.slice(0, 300));
      const state = await current.refresh();
      assert.equal(state.kind, 'log', 'the views have the whole log');
      assert.equal(await textOf(logUri()), whole);
      assert.ok(!existsSync(path));
      await write(logUri(), before);
    },
  },
  {
    name: `a person who saves the log again and again for ${seconds} s while other programs write it: the file has what all wrote`,
    deadlineMs: (seconds + 60) * 1000,
    async run(note) {
      await api();
      const { document, before } = await openLog();
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

import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import type { LogChange } from '../../../src/core/ports.ts';
import { LogDocuments } from '../../../src/vscode/log-documents.ts';
import type { Case } from '../cases.ts';
import { cellWith, inFolder, logUri, on, runCells, textOf, until } from './editor.ts';

const scratch = (): vscode.Uri => inFolder('scratch-log.md');
const documents = new LogDocuments();
const lines = (count: number): string =>
  Array.from({ length: count }, (_, index) => `- check ${index}: ⏳ pending\n`).join('');

/** A log of its own, open and in front. */
async function opened(text: string): Promise<vscode.TextEditor> {
  writeFileSync(scratch().fsPath, text);
  const document = await vscode.workspace.openTextDocument(scratch());
  await until('the editor to have the text', () => document.getText() === text || undefined);
  return vscode.window.showTextDocument(document, { preview: false });
}

async function closed(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.files.revert');
  await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
  rmSync(scratch().fsPath, { force: true });
}

const type = (editor: vscode.TextEditor, words: string): Thenable<boolean> =>
  editor.edit((edit) => edit.insert(new vscode.Position(0, 0), words));

/** The result of a check, and what it makes of the head of the log: far apart, one change. */
const result: LogChange = (text) => [
  { offset: 0, length: 0, text: '# ❌\n' },
  { offset: text.indexOf('⏳'), length: '⏳ pending'.length, text: '❌ 2026-11-24 — no\n  - line below' },
];

export const logWriting: readonly Case[] = [
  {
    name: 'a failed check, its heading and its summary are one step of undo, the note of the attempt another',
    async run() {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      const log = await textOf(logUri());
      const document = await vscode.workspace.openTextDocument(logUri());
      await until('the editor to have the log as it is', () => document.getText() === log || undefined);
      const { notebook, ...editor } = await on('demo');
      await runCells({ ...editor, notebook }, [cellWith(notebook, 'stack ${stack}')]);
      await until('the result to be saved', () => (document.isDirty ? undefined : true));
      const whole = document.getText();
      assert.match(whole, /\*\*Attempt [^\n]*no stack/);
      assert.match(whole, /\| `demo` \|[^\n]*❌/);
      await vscode.window.showTextDocument(document);
      await vscode.commands.executeCommand('undo');
      assert.match(document.getText(), /\| `demo` \|[^\n]*❌/);
      assert.notEqual(document.getText(), whole);
      await vscode.commands.executeCommand('undo');
      assert.equal(document.getText(), log);
      assert.ok(await document.save());
    },
  },
  {
    name: 'a result leaves the caret at its words and the scroll position alone, and is undone in one step',
    async run() {
      const before = lines(400);
      const editor = await opened(before);
      const { document } = editor;
      const line = document.lineAt(300);
      editor.selection = new vscode.Selection(line.range.end, line.range.end);
      editor.revealRange(line.range, vscode.TextEditorRevealType.AtTop);
      const firstShown = (): number | undefined => editor.visibleRanges[0]?.start.line;
      await until(
        'the line to be in view',
        () => editor.visibleRanges.some((range) => range.contains(line.range)) || undefined,
      );
      const first = firstShown();
      const caret = (): string => document.lineAt(editor.selection.active.line).text;
      assert.equal((await documents.open(scratch()).update(result)).kind, 'answer');
      assert.match(document.getText(), /^# ❌\n- check 0: ❌ 2026-11-24 — no\n {2}- line below\n- check 1/);
      assert.equal(readFileSync(scratch().fsPath, 'utf8'), document.getText(), 'on the disk');
      await until('the caret at its words', () => caret() === '- check 300: ⏳ pending' || undefined);
      assert.equal(editor.selection.active.character, line.range.end.character);
      // As with any edit above it, the editor stays at its line numbers.
      assert.equal(firstShown(), first);
      await vscode.commands.executeCommand('undo');
      assert.equal(document.getText(), before);
      await closed();
    },
  },
  {
    name: 'unsaved words and what another program wrote meanwhile are both kept, and both get the result',
    async run() {
      const editor = await opened(lines(3));
      const { document } = editor;
      await type(editor, 'Typed. ');
      writeFileSync(scratch().fsPath, `${lines(3)}Of another program.\n`);
      const written = await documents.open(scratch()).update(result);
      assert.equal(written.kind, 'answer', JSON.stringify(written));
      assert.match(document.getText(), /^# ❌\nTyped\. - check 0: ❌ 2026-11-24/);
      const onDisk = readFileSync(scratch().fsPath, 'utf8');
      assert.match(onDisk, /^# ❌\n- check 0: ❌ 2026-11-24[\s\S]*\nOf another program\.\n$/);
      await closed();
    },
  },
  {
    name: 'a log that is deleted while it is open is told; saved there again, it takes the same result once',
    async run() {
      const editor = await opened(lines(3));
      const { document } = editor;
      rmSync(scratch().fsPath);
      const log = documents.open(scratch());
      const gone = await log.update(result);
      assert.equal(gone.kind, 'failure');
      assert.match(
        gone.kind === 'failure' ? `${gone.came}. ${gone.next}` : '',
        /^there is no such file\. Its text stands in the open editor: save it there to put the file back/,
      );
      assert.equal(document.getText(), lines(3));
      await type(editor, 'Typed. ');
      assert.ok(await document.save());
      assert.equal((await log.update(result)).kind, 'answer');
      const onDisk = readFileSync(scratch().fsPath, 'utf8');
      assert.match(onDisk, /^# ❌\nTyped\. - check 0: ❌ 2026-11-24 — no\n {2}- line below\n- check 1/);
      assert.equal(document.getText(), onDisk);
      await closed();
    },
  },
];

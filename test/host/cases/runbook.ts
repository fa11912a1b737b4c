import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Case } from '../cases.ts';
import { cellWith, codeCells, inFolder, openRunbook, runbookUri, textOf, until, write } from './editor.ts';

export const runbook: readonly Case[] = [
  {
    name: 'the runbook opens as a notebook, its steps as code cells',
    async run() {
      const { notebook } = await openRunbook();
      assert.equal(notebook.notebookType, 'cascade-runbook');
      assert.deepEqual(
        codeCells(notebook)
          .map((cell) => cell.document.languageId)
          .slice(0, 4),
        ['cascade-op', 'cascade-aws', 'cascade-git', 'cascade-ask'],
      );
      assert.ok(notebook.getCells().some((cell) => cell.document.getText().startsWith('# Partition mail')));
    },
  },
  {
    name: 'an edit that is saved changes the bytes of its cell only, and undone it is as if nothing was',
    async run() {
      const before = await textOf(runbookUri());
      const { notebook } = await openRunbook();
      const cell = cellWith(notebook, './amm.sh');
      const old = cell.document.getText();
      const edit = new vscode.WorkspaceEdit();
      edit.insert(cell.document.uri, new vscode.Position(0, 0), 'echo begin\n');
      assert.ok(await vscode.workspace.applyEdit(edit));
      assert.ok(await notebook.save());
      assert.equal(await textOf(runbookUri()), before.replace(old, `echo begin\n${old}`));
      const undo = new vscode.WorkspaceEdit();
      undo.delete(cell.document.uri, new vscode.Range(0, 0, 1, 0));
      assert.ok(await vscode.workspace.applyEdit(undo));
      assert.ok(await notebook.save());
      assert.equal(await textOf(runbookUri()), before);
    },
  },
  {
    name: 'CRLF, a byte order mark and odd fences survive open and save',
    async run() {
      const uri = inFolder('odd.runbook.md');
      const text =
        '\uFEFF---\r\nrunbook: odd\r\n---\r\n\r\n# A\r\n\r\n\r\n~~~~sh check  \r\nx\r\n~~~~\r\n- b\r\n  ```sh\r\n  y\r\n  ```\r\n\r\n```json\n{}\n```\nlast';
      await write(uri, text);
      const notebook = await vscode.workspace.openNotebookDocument(uri);
      await vscode.window.showNotebookDocument(notebook);
      const cell = codeCells(notebook)[0];
      assert.ok(cell);
      for (const words of ['z', 'x']) {
        const edit = new vscode.WorkspaceEdit();
        edit.replace(cell.document.uri, new vscode.Range(0, 0, 0, 1), words);
        assert.ok(await vscode.workspace.applyEdit(edit));
        assert.ok(await notebook.save());
      }
      assert.equal(await textOf(uri), text);
      await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
      await vscode.workspace.fs.delete(uri);
    },
  },
  {
    name: 'bytes that are not text are refused and kept',
    async run() {
      const uri = inFolder('binary.runbook.md');
      const bytes = Uint8Array.of(0x23, 0xff, 0xfe, 0x0a);
      await vscode.workspace.fs.writeFile(uri, bytes);
      await assert.rejects(async () => vscode.workspace.openNotebookDocument(uri));
      assert.deepEqual(new Uint8Array(await vscode.workspace.fs.readFile(uri)), bytes);
      await vscode.workspace.fs.delete(uri);
    },
  },
  {
    name: 'a problem is shown in its cell, at its place',
    async run() {
      const uri = inFolder('wrong.runbook.md');
      const text = (await textOf(runbookUri())).replace('NS    ${domain}', 'NS    ${domane}');
      await write(uri, text);
      const notebook = await vscode.workspace.openNotebookDocument(uri);
      const cell = cellWith(notebook, '${domane}');
      const [problem] = await until('a diagnostic', () => {
        const found = vscode.languages.getDiagnostics(cell.document.uri);
        return found.length > 0 ? found : undefined;
      });
      assert.ok(problem);
      assert.match(problem.message, /^"domane" is not known here/);
      assert.deepEqual(
        [problem.range.start.line, problem.range.start.character, problem.range.end.character],
        [0, 6, 15],
      );
      await vscode.workspace.fs.delete(uri);
    },
  },
  {
    name: 'other Markdown files are not claimed',
    async run() {
      const uri = inFolder('notes.md');
      await write(uri, '# Notes\n\n```sh\nls\n```\n');
      const document = await vscode.workspace.openTextDocument(uri);
      assert.equal(document.languageId, 'markdown');
      assert.equal(
        vscode.workspace.notebookDocuments.some((notebook) => notebook.uri.toString() === uri.toString()),
        false,
      );
      await vscode.workspace.fs.delete(uri);
    },
  },
];

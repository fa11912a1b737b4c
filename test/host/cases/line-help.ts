import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Case } from '../cases.ts';
import { api, cellWith, codeCells, inFolder, openRunbook, textOf, until, write } from './editor.ts';
import { greetingRunbookText } from './greeting-text.ts';

const uri = (): vscode.Uri => inFolder('lines.runbook.md');
const logs = ['greeting-log.md', 'greeting-log.rehearsal.md'];

const text = greetingRunbookText.replace(
  'NS ${host} at least 2',
  'NS ${host} at least 2\nTXT ${host} has x\n',
);

/** With all that makes a column another one than it seems. */
const odd = text
  .replace('```ask\nThe team agreed', '```ask each\n# 😀\n\n😀 שלום \u202E😀 ${host} 😀: The team agreed')
  .replaceAll('\n', '\r\n');

async function open(content = text): Promise<vscode.NotebookEditor> {
  await write(uri(), content);
  return openRunbook(uri());
}

async function close(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  for (const name of ['lines.runbook.md', ...logs])
    await vscode.workspace.fs.delete(inFolder(name)).then(undefined, () => {});
}

/** Takes the file away again, whatever came of the case. */
const inNotebook =
  (body: (editor: vscode.NotebookEditor) => Promise<void>, content?: string) => async (): Promise<void> => {
    const editor = await open(content);
    try {
      await body(editor);
    } finally {
      await close();
    }
  };

async function choose(editor: vscode.NotebookEditor, partition: string): Promise<void> {
  const { controllers } = await api();
  await until('the kernels', () =>
    controllers.select(editor.notebook.uri, partition).then(
      () => true,
      () => undefined,
    ),
  );
  await until(`${partition}`, () => controllers.selected(editor.notebook.uri) === partition || undefined);
}

/** Writes words over a text of a cell, and gives the caret behind them. */
async function type(cell: vscode.NotebookCell, over: string, words: string): Promise<vscode.Position> {
  const { document } = cell;
  const at = document.getText().indexOf(over);
  assert.ok(at >= 0, over);
  const edit = new vscode.WorkspaceEdit();
  edit.replace(
    document.uri,
    new vscode.Range(document.positionAt(at), document.positionAt(at + over.length)),
    words,
  );
  assert.ok(await vscode.workspace.applyEdit(edit));
  return document.positionAt(at + words.length);
}

function inside({ document }: vscode.NotebookCell, words: string, behind = 1): vscode.Position {
  const at = document.getText().indexOf(words);
  assert.ok(at >= 0, words);
  return document.positionAt(at + behind);
}

const labelOf = ({ label }: vscode.CompletionItem): string =>
  typeof label === 'string' ? label : label.label;

async function complete(cell: vscode.NotebookCell, at: vscode.Position): Promise<vscode.CompletionItem[]> {
  const list = await vscode.commands.executeCommand<vscode.CompletionList>(
    'vscode.executeCompletionItemProvider',
    cell.document.uri,
    at,
  );
  return list.items;
}

async function hover(document: vscode.Uri, at: vscode.Position): Promise<string> {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    document,
    at,
  );
  return hovers
    .flatMap(({ contents }) => contents)
    .map((each) => (each instanceof vscode.MarkdownString ? each.value.replaceAll('&nbsp;', ' ') : ''))
    .join('\n');
}

const problemsOf = (cell: vscode.NotebookCell): Promise<vscode.Diagnostic[]> =>
  until('problems', () => {
    const found = vscode.languages.getDiagnostics(cell.document.uri);
    return found.length > 0 ? found : undefined;
  });

/** The editor's command loses the new name for a cell that was never on the screen. */
function rename(cell: vscode.NotebookCell, at: vscode.Position, to: string): Promise<vscode.WorkspaceEdit> {
  const range = new vscode.NotebookRange(cell.index, cell.index + 1);
  vscode.window.activeNotebookEditor?.revealRange(range, vscode.NotebookEditorRevealType.InCenter);
  return until('the cell on the screen', async () => {
    try {
      return await vscode.commands.executeCommand<vscode.WorkspaceEdit>(
        'vscode.executeDocumentRenameProvider',
        cell.document.uri,
        at,
        to,
      );
    } catch (error) {
      if (error instanceof Error && error.message === 'Unexpected type') return undefined;
      throw error;
    }
  });
}

/** What the editor tells a person who is refused. */
async function refusal(edit: Thenable<unknown>): Promise<string> {
  try {
    await edit;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('nothing was refused');
}

export const lineHelp: readonly Case[] = [
  {
    name: 'a new line offers the forms of its language, and a name its value on the chosen partition',
    run: inNotebook(async (editor) => {
      await choose(editor, 'prod');
      const cell = cellWith(editor.notebook, 'NS ${host}');
      const forms = await complete(cell, await type(cell, 'TXT ${host} has x', 'sp'));
      const spf = forms.find((item) => labelOf(item) === 'spf DOMAIN');
      assert.ok(spf, forms.map(labelOf).join(', '));
      assert.match(
        spf.documentation instanceof vscode.MarkdownString ? spf.documentation.value : '',
        /exactly one record/,
      );
      const names = await complete(cell, await type(cell, 'sp', 'spf ${'));
      const host = names.find((item) => labelOf(item) === 'host');
      assert.ok(host, names.map(labelOf).join(', '));
      assert.equal(typeof host.label === 'string' ? '' : host.label.description, 'www.example.com');
      const words = await complete(cell, await type(cell, 'NS ${host} at least 2', 'NS ${host} '));
      assert.ok(
        words.some((item) => labelOf(item) === 'at least NUMBER'),
        words.map(labelOf).join(', '),
      );
    }),
  },
  {
    name: 'a cell of the shell offers the same names, and is left alone elsewhere',
    run: inNotebook(async (editor) => {
      const cell = cellWith(editor.notebook, 'test -s');
      const names = await complete(cell, await type(cell, '${host}', '${gr'));
      assert.ok(
        names.some((item) => labelOf(item) === 'greeting'),
        names.map(labelOf).join(', '),
      );
    }),
  },
  {
    name: 'a hover tells the form of a line, and what a name stands for on each partition',
    run: inNotebook(async (editor) => {
      await choose(editor, 'prod');
      const cell = cellWith(editor.notebook, 'NS ${host}');
      const verb = await hover(cell.document.uri, inside(cell, 'NS '));
      assert.match(verb, /NS NAME at least NUMBER[\s\S]*Passes on: at least so many records\./);
      const name = await hover(cell.document.uri, inside(cell, '${host}', 4));
      assert.match(
        name,
        /\*\*host\*\*[\s\S]*\*\*prod\*\*: `www\.example\.com`[\s\S]*\*\*dev\*\*: `dev\.example\.com`/,
      );
      const [front] = editor.notebook.getCells();
      assert.ok(front);
      assert.match(await hover(front.document.uri, inside(front, 'greeting: hello', 2)), /\*\*greeting\*\*/);
      await type(cell, '${host} has', '${hots} has');
      await problemsOf(cell);
      assert.match(await hover(cell.document.uri, inside(cell, '${hots}', 4)), /not known here[\s\S]*"host"/);
    }),
  },
  {
    name: 'a slip is underlined where it is while one types, and a quick fix mends it',
    run: inNotebook(async (editor) => {
      const cell = cellWith(editor.notebook, 'NS ${host}');
      await type(cell, 'TXT ${host} has x', '  TXTT ${hots} has x');
      const [problem] = await problemsOf(cell);
      assert.ok(problem);
      assert.deepEqual(
        [problem.range.start.line, problem.range.start.character, problem.range.end.character],
        [1, 2, 6],
      );
      const fix = async (words: string): Promise<vscode.CodeAction> => {
        const at = inside(cell, words, 2);
        const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
          'vscode.executeCodeActionProvider',
          cell.document.uri,
          new vscode.Range(at, at),
        );
        const found = actions.find(({ title }) => title.startsWith('Change to'));
        assert.ok(found?.edit, actions.map(({ title }) => title).join(', '));
        assert.ok(await vscode.workspace.applyEdit(found.edit));
        return found;
      };
      assert.equal((await fix('TXTT')).title, 'Change to "TXT"');
      await until('the next problem', () =>
        vscode.languages.getDiagnostics(cell.document.uri).some(({ message }) => message.includes('"hots"')),
      );
      assert.equal((await fix('${hots}')).title, 'Change to "${host}"');
      await until('no problem', () => vscode.languages.getDiagnostics(cell.document.uri).length === 0);
      assert.equal(cell.document.getText().split('\n')[1], '  TXT ${host} has x');
    }),
  },
  {
    name: 'problems stand in their cells also where a cell was added that leaves no trace in the file',
    run: inNotebook(async (editor) => {
      const { notebook } = editor;
      const edit = new vscode.WorkspaceEdit();
      const empty = new vscode.NotebookCellData(vscode.NotebookCellKind.Markup, '', 'markdown');
      edit.set(notebook.uri, [vscode.NotebookEdit.insertCells(2, [empty, empty])]);
      assert.ok(await vscode.workspace.applyEdit(edit));
      const cell = cellWith(notebook, 'NS ${host}');
      await type(cell, 'NS ${host}', 'NS ${hots}');
      const [problem] = await problemsOf(cell);
      assert.ok(problem);
      assert.deepEqual([problem.range.start.line, problem.range.start.character], [0, 3]);
    }),
  },
  {
    name: 'a name leads to where it is declared, and its references are in every cell',
    run: inNotebook(async (editor) => {
      await choose(editor, 'prod');
      const cell = cellWith(editor.notebook, 'NS ${host}');
      const at = inside(cell, '${host}', 4);
      const [front] = editor.notebook.getCells();
      const definitions = await vscode.commands.executeCommand<vscode.Location[]>(
        'vscode.executeDefinitionProvider',
        cell.document.uri,
        at,
      );
      assert.deepEqual(
        definitions.map((each) => each.uri.toString()),
        [front?.document.uri.toString()],
        'that of prod alone',
      );
      const references = await vscode.commands.executeCommand<vscode.Location[]>(
        'vscode.executeReferenceProvider',
        cell.document.uri,
        at,
      );
      assert.equal(references.length, 6);
      assert.equal(new Set(references.map((each) => each.uri.toString())).size, 4);
    }),
  },
  {
    name: 'a rename changes the front matter and all cells at once, and the file is as if it was written so',
    run: inNotebook(async (editor) => {
      const cell = cellWith(editor.notebook, 'NS ${host}');
      const edit = await rename(cell, inside(cell, '${host}', 4), 'server');
      assert.equal(edit.entries().length, 4);
      assert.ok(await vscode.workspace.applyEdit(edit));
      assert.ok(await editor.notebook.save());
      assert.equal(
        await textOf(uri()),
        text.replaceAll('${host}', '${server}').replaceAll('host:', 'server:'),
      );
      const back = await rename(cell, inside(cell, '${server}', 4), 'host');
      assert.ok(await vscode.workspace.applyEdit(back));
      assert.ok(await editor.notebook.save());
      assert.equal(await textOf(uri()), text);
    }),
  },
  {
    name: 'line ends, emoji and right-to-left words move nothing out of its place',
    run: inNotebook(async (editor) => {
      const cell = cellWith(editor.notebook, 'The team');
      const at = inside(cell, '${host}', 4);
      assert.match(await hover(cell.document.uri, at), /\*\*host\*\*/);
      const edit = await rename(cell, at, 'server');
      assert.ok(await vscode.workspace.applyEdit(edit));
      assert.ok(await editor.notebook.save());
      assert.equal(
        await textOf(uri()),
        odd.replaceAll('${host}', '${server}').replaceAll('host:', 'server:'),
      );
      await type(cell, '${server} 😀', '${sevrer} 😀');
      const [problem] = await problemsOf(cell);
      assert.equal(problem === undefined ? '' : cell.document.getText(problem.range), '${sevrer}');
    }, odd),
  },
  {
    name: 'a rename that is not safe is refused with the reason',
    run: inNotebook(async (editor) => {
      const cell = cellWith(editor.notebook, 'NS ${host}');
      const at = inside(cell, '${host}', 4);
      assert.match(await refusal(rename(cell, at, 'greeting')), /stands in the runbook already/);
      assert.match(await refusal(rename(cell, at, 'No name')), /is not a name/);
      await type(cell, 'TXT ${host}', 'TXT ${context.dkimSelector}');
      const context = inside(cell, '${context', 4);
      assert.match(await refusal(rename(cell, context, 'x')), /which register writes/);
      const prepared = vscode.commands.executeCommand('vscode.prepareRename', cell.document.uri, context);
      assert.match(await refusal(prepared), /which register writes/);
    }),
  },
  {
    name: 'the same help is there in a runbook that is open as text',
    async run() {
      await write(uri(), text);
      try {
        const document = await vscode.workspace.openTextDocument(uri());
        await vscode.window.showTextDocument(document);
        const at = document.positionAt(text.indexOf('NS ${host}') + 6);
        assert.match(await hover(document.uri, at), /\*\*host\*\*[\s\S]*dev\.example\.com/);
        const edit = await vscode.commands.executeCommand<vscode.WorkspaceEdit>(
          'vscode.executeDocumentRenameProvider',
          document.uri,
          at,
          'server',
        );
        assert.equal(edit.get(document.uri).length, 6);
        const slip = new vscode.WorkspaceEdit();
        slip.insert(document.uri, document.positionAt(text.indexOf('NS ${host}')), 'N');
        assert.ok(await vscode.workspace.applyEdit(slip));
        const [problem] = await until('a problem', () => {
          const found = vscode.languages.getDiagnostics(document.uri);
          return found.length > 0 ? found : undefined;
        });
        assert.match(problem?.message ?? '', /"NNS" is not a verb of "dig"\. Did you mean "NS"/);
      } finally {
        await close();
      }
    },
  },
  {
    name: 'Run Phase runs the cells of the phase that the selected cell stands in, and no other',
    run: inNotebook(async (editor) => {
      await choose(editor, 'dev');
      const cell = cellWith(editor.notebook, 'NS ${host}');
      editor.selection = new vscode.NotebookRange(cell.index, cell.index + 1);
      await vscode.commands.executeCommand('cascade.runPhase');
      const { controllers } = await api();
      await until('both cells', () =>
        [cell, cellWith(editor.notebook, 'test -s')].every(({ outputs }) => outputs.length > 0) &&
        !controllers.runs.isRunning(editor.notebook.uri)
          ? true
          : undefined,
      );
      assert.equal(cellWith(editor.notebook, 'echo').outputs.length, 0);
      assert.equal(cellWith(editor.notebook, 'The team').outputs.length, 0);
    }),
  },
  {
    name: 'a new cell has the language of the cell that is near, and that of a lookup where none is',
    run: inNotebook(async (editor) => {
      const { notebook } = editor;
      await choose(editor, 'dev');
      const insertBelow = async (index: number): Promise<string | undefined> => {
        const known = new Set(notebook.getCells());
        editor.selection = new vscode.NotebookRange(index, index + 1);
        await vscode.commands.executeCommand('notebook.cell.insertCodeCellBelow');
        const made = await until('a new cell', () => notebook.getCells().find((each) => !known.has(each)));
        return made.document.languageId;
      };
      assert.equal(await insertBelow(cellWith(notebook, 'The team').index), 'cascade-ask');
      assert.equal(await insertBelow(cellWith(notebook, 'NS ${host}').index), 'cascade-dig');
      const edit = new vscode.WorkspaceEdit();
      edit.set(
        notebook.uri,
        codeCells(notebook)
          .map(({ index }) => vscode.NotebookEdit.deleteCells(new vscode.NotebookRange(index, index + 1)))
          .reverse(),
      );
      assert.ok(await vscode.workspace.applyEdit(edit));
      assert.equal(await insertBelow(notebook.cellCount - 1), 'cascade-dig');
    }),
  },
];

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Case } from '../cases.ts';
import { api, cellWith, inFolder, textOf, until, write } from './editor.ts';
import {
  closeGreeting,
  greetingLog,
  greetingRunbook,
  greetingText,
  openGreeting,
  restore,
} from './greeting.ts';

const today = (): string => {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
};

/** Where words stand, and the caret behind them. */
function behind(document: vscode.TextDocument, words: string): vscode.Position {
  const offset = document.getText().indexOf(words);
  assert.ok(offset >= 0, words);
  return document.positionAt(offset + words.length);
}

async function hoverAt(position: vscode.Position): Promise<{ text: string; trusted: boolean }> {
  const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
    'vscode.executeHoverProvider',
    greetingLog(),
    position,
  );
  const contents = hovers.flatMap((hover) => hover.contents);
  const strings = contents.filter((each) => each instanceof vscode.MarkdownString);
  return {
    text: strings.map(({ value }) => value.replaceAll('&nbsp;', ' ')).join('\n'),
    trusted: strings.some(({ isTrusted, supportHtml }) => isTrusted === true || supportHtml === true),
  };
}

async function lenses(): Promise<{ at: string; lens: vscode.Command }[]> {
  const document = await vscode.workspace.openTextDocument(greetingLog());
  const found = await until('the lenses', async () => {
    const given = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      greetingLog(),
    );
    return given.length > 0 ? given : undefined;
  });
  return found.flatMap(({ range, command }) =>
    command === undefined ? [] : [{ at: document.getText(range), lens: command }],
  );
}

const press = ({ command, arguments: given = [] }: vscode.Command): Thenable<unknown> =>
  vscode.commands.executeCommand(command, ...given);

async function lensOf(at: RegExp, title: string): Promise<vscode.Command> {
  const all = await lenses();
  const found = all.find((each) => at.test(each.at) && each.lens.title === title);
  assert.ok(
    found,
    `no lens ${title} among ${all.map((each) => `${each.at}: ${each.lens.title}`).join('\n')}`,
  );
  return found.lens;
}

async function complete(editor: vscode.TextEditor, written: string): Promise<vscode.CompletionItem[]> {
  const agreed = '- The team agreed: ✅ 2026-05-21';
  await restore(editor, greetingText.replace(agreed, written));
  const list = await vscode.commands.executeCommand<vscode.CompletionList>(
    'vscode.executeCompletionItemProvider',
    greetingLog(),
    behind(editor.document, written),
  );
  return list.items.filter(({ label }) => typeof label === 'object' && /^[✅🟡❌⚠⏳]/u.test(label.label));
}

export const logHelp: readonly Case[] = [
  {
    name: 'partitions and gates of a log have their commands above them',
    async run() {
      await openGreeting();
      const all = (await lenses()).map(({ at, lens }) => `${at} → ${lens.title}`);
      assert.deepEqual(all, [
        '| We go | ⏳ pending | — | → Clear',
        '| We go | ⏳ pending | — | → Waive…',
        '| We go | ⏳ pending | — | → More…',
        // The window rehearses, and this is the log of real runs.
        '## § dev → Verify (Rehearsal)',
        '## § dev → Open Runbook Here',
        '## § prod → Verify (Rehearsal)',
        '## § prod → Open Runbook Here',
      ]);
    },
  },
  {
    name: 'the trees follow the log in front to its cascade',
    async run() {
      await openGreeting();
      const { current } = await api();
      // The window rehearses: of the greeting it shows the log of its rehearsals, and there is none yet.
      const state = await until('the cascade of the log in front', () =>
        current.state.kind === 'no-log' ? current.state : undefined,
      );
      assert.equal(state.runbookUri.toString(), greetingRunbook().toString());
    },
  },
  {
    name: 'Clear writes the gate into the log, and Reopen takes its place; undo takes it back',
    async run() {
      const editor = await openGreeting();
      const { document } = editor;
      await press(await lensOf(/We go/, 'Clear'));
      const row = document
        .getText()
        .split('\n')
        .find((each) => each.startsWith('| We go'));
      assert.match(row ?? '', new RegExp(`^\\| We go \\| ✅ ${today()} — by .+ \\| ${today()} \\|$`));
      assert.equal(await textOf(greetingLog()), document.getText(), 'on the disk');
      await until('the lens to be the other one', async () =>
        (await lenses()).some(({ lens }) => lens.title === 'Reopen…') ? true : undefined,
      );
      await vscode.commands.executeCommand('undo');
      assert.equal(document.getText(), greetingText);
      await restore(editor);
    },
  },
  {
    name: 'Open Runbook Here opens the runbook of this log with the partition chosen',
    async run() {
      await openGreeting();
      await press(await lensOf(/§ prod/, 'Open Runbook Here'));
      const { controllers } = await api();
      await until('prod to be chosen', () =>
        controllers.selected(greetingRunbook()) === 'prod' ? true : undefined,
      );
      assert.equal(vscode.window.activeNotebookEditor?.notebook.uri.toString(), greetingRunbook().toString());
    },
  },
  {
    name: 'a check links to its cell in the runbook, on its partition',
    async run() {
      const { document } = await openGreeting();
      const links = await until('the links', async () => {
        const found = await vscode.commands.executeCommand<vscode.DocumentLink[]>(
          'vscode.executeLinkProvider',
          greetingLog(),
        );
        const own = found.filter(({ target }) => target?.path === 'cascade.revealStep');
        return own.length > 0 ? own : undefined;
      });
      assert.deepEqual(links.map(({ range }) => document.getText(range)).sort(), [
        '`dig +short NS dev.example.com @8.8.8.8`',
        '`echo "hello dev" > "dev.example.com.txt"`',
        '`echo "hello prod" > "www.example.com.txt"`',
        '`test -s "dev.example.com.txt"`',
      ]);
      const target = links.find(({ range }) => document.getText(range).includes('test -s'))?.target;
      assert.ok(target);
      await vscode.commands.executeCommand('cascade.revealStep', ...JSON.parse(target.query));
      const editor = vscode.window.activeNotebookEditor;
      assert.ok(editor);
      assert.equal(editor.selection.start, cellWith(editor.notebook, 'test -s').index);
      const { controllers } = await api();
      await until('dev to be chosen', () =>
        controllers.selected(greetingRunbook()) === 'dev' ? true : undefined,
      );
    },
  },
  {
    name: 'status tokens are offered with the date of today, by a sign or a word, and replace what stands there',
    async run() {
      const editor = await openGreeting();
      const blank = await complete(editor, '- The team agreed: ');
      assert.deepEqual(
        blank.map(({ insertText }) => insertText),
        [`✅ ${today()}`, `🟡 ${today()} `, `❌ ${today()} `, `⚠️ waived ${today()} — `, '⏳ pending'],
      );
      const words = await complete(editor, '- The team agreed: do');
      assert.deepEqual(
        words.map(({ insertText, filterText }) => [insertText, filterText]),
        [[`✅ ${today()}`, 'done']],
      );
      const [first] = await complete(editor, '- The team agreed: ❌');
      assert.ok(first?.range instanceof vscode.Range);
      assert.equal(editor.document.getText(first.range), '❌');
      assert.deepEqual(await complete(editor, '- The team agreed: ✅ 2026-05-21 — with words: '), []);
      await restore(editor);
    },
  },
  {
    name: 'over a check stands what it last saw, as words that no one can click',
    async run() {
      const { document } = await openGreeting();
      const { text, trusted } = await hoverAt(behind(document, '- `test -s "dev'));
      assert.match(text, /dev · Verification/);
      assert.match(text, /✅ cleared 2026-05-20/);
      assert.match(text, /❌ failed — no file/);
      assert.match(text, /greeting\.runbook\.md, line 26: `test -s/);
      assert.match(text, /the file \\\[is there\\\]\\\(command:/);
      assert.equal(trusted, false);
      const gate = await hoverAt(behind(document, '| We go'));
      assert.match(gate.text, /Blocks prod\/Deploy/);
      assert.match(gate.text, /Requires dev\/Verification/);
      assert.match(gate.text, /run the cells under "Go"/);
    },
  },
  {
    name: 'Record… writes notes, fixes and gates into the log it is told, and shows the line',
    async run() {
      const editor = await openGreeting();
      const { document } = editor;
      const recorded = (request: object): Thenable<unknown> =>
        vscode.commands.executeCommand('cascade.record', { log: greetingLog().fsPath, ...request });
      assert.equal(
        await recorded({ kind: 'note', partition: 'dev', phase: 'Verification', words: 'Seen | by two.' }),
        true,
      );
      assert.match(document.getText(), /- \*\*Note \d{4}-\d{2}-\d{2} [^\n]*Seen \| by two\./);
      const shown = vscode.window.activeTextEditor;
      assert.equal(shown?.document, document);
      assert.match(document.lineAt(shown?.selection.active.line ?? 0).text, /Seen \| by two\./);
      await recorded({
        kind: 'script-fix',
        script: 'amm.sh',
        bug: 'masked the exit code',
        fix: 'passes it on',
      });
      assert.match(document.getText(), /\| amm\.sh \| masked the exit code \| passes it on \|/);
      await recorded({ kind: 'gate', gate: 'go', status: 'waived', reason: 'agreed by phone' });
      assert.match(
        document.getText(),
        new RegExp(`\\| We go \\| ⚠️ waived ${today()} — agreed by phone \\(by .+\\) \\|`),
      );
      const before = document.getText();
      for (const wrong of [
        { kind: 'gate', gate: 'go', status: 'waived', reason: ' ' },
        { kind: 'gate', gate: 'nowhere', status: 'cleared' },
        { kind: 'note', partition: 'mars', phase: 'Deploy', words: 'x' },
        { kind: 'note', partition: 'dev', phase: 'Lunch', words: 'x' },
      ])
        assert.equal(await recorded(wrong), undefined, JSON.stringify(wrong));
      assert.equal(document.getText(), before);
      await restore(editor);
    },
  },
  {
    name: 'Record… leaves everything as it was when a question is left, and refuses what is no log',
    async run() {
      const editor = await openGreeting();
      const asking = vscode.commands.executeCommand('cascade.record', {
        log: greetingLog().fsPath,
        kind: 'note',
        partition: 'dev',
      });
      // The question may take a moment to be there.
      const leave = setInterval(
        () => void vscode.commands.executeCommand('workbench.action.closeQuickOpen'),
        100,
      );
      try {
        assert.equal(await asking, false);
      } finally {
        clearInterval(leave);
      }
      assert.equal(editor.document.getText(), greetingText);
      await restore(editor, greetingText.replace('## Go', '<<<<<<< HEAD\n## Go'));
      const marked = editor.document.getText();
      const request = {
        log: greetingLog().fsPath,
        kind: 'note',
        partition: 'dev',
        phase: 'Deploy',
        words: 'x',
      };
      assert.equal(await vscode.commands.executeCommand('cascade.record', request), undefined);
      assert.equal(editor.document.getText(), marked);
      await restore(editor);
      const notes = inFolder('notes.md');
      await write(notes, greetingText);
      assert.equal(
        await vscode.commands.executeCommand('cascade.record', { ...request, log: notes.fsPath }),
        undefined,
      );
      assert.equal(await textOf(notes), greetingText);
      await vscode.workspace.fs.delete(notes);
      await closeGreeting();
    },
  },
];

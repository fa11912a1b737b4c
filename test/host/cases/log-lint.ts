import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Case } from '../cases.ts';
import { inFolder, logUri, textOf, until, write } from './editor.ts';
import {
  closeGreeting,
  freeRunbookText,
  greetingLog,
  greetingText,
  openGreeting,
  restore,
} from './greeting.ts';

/** The findings of a log, once they are as many as expected. */
const findings = (uri: vscode.Uri, count: number): Promise<readonly vscode.Diagnostic[]> =>
  until(`${count} findings in ${uri.path}`, () => {
    const found = vscode.languages.getDiagnostics(uri).filter(({ source }) => source === 'cascade');
    return found.length === count ? found : undefined;
  });

const codeOf = ({ code }: vscode.Diagnostic): string =>
  typeof code === 'object' ? String(code.value) : String(code);

/** What is offered; the editor gives up a question about a document that it is still getting to know. */
const actions = (
  uri: vscode.Uri,
  range: vscode.Range,
  kind = vscode.CodeActionKind.QuickFix,
): Promise<vscode.CodeAction[]> =>
  until('the actions', async () => {
    const kinds = [uri, range, kind.value, 10];
    try {
      return await vscode.commands.executeCommand('vscode.executeCodeActionProvider', ...kinds);
    } catch {
      return undefined;
    }
  });

function titled(offered: readonly vscode.CodeAction[], words: RegExp): vscode.CodeAction {
  const found = offered.find(({ title }) => words.test(title));
  assert.ok(found, `no action ${words} among ${offered.map(({ title }) => title).join(', ')}`);
  return found;
}

async function apply({ edit }: vscode.CodeAction): Promise<void> {
  assert.ok(edit, 'the action has no edit');
  assert.ok(await vscode.workspace.applyEdit(edit));
}

const line = (document: vscode.TextDocument, words: string): string => {
  const found = document
    .getText()
    .split('\n')
    .find((each) => each.includes(words));
  assert.ok(found !== undefined, `no line with ${words}`);
  return found;
};

/** Until the editor knows the runbook whose gate holds nothing back. */
const freed = (range: vscode.Range): Promise<boolean> =>
  until(
    'the gate to be free',
    async () => (await actions(greetingLog(), range)).some((each) => each.isPreferred === true) || undefined,
  );

export const logLint: readonly Case[] = [
  {
    name: 'contradictions in a log are diagnostics, each with a code, a page and its place',
    async run() {
      const { document } = await openGreeting();
      const found = await findings(greetingLog(), 2);
      assert.deepEqual(found.map(codeOf), ['gate-section', 'heading-differs']);
      const [gate, heading] = found;
      assert.equal(document.getText(gate?.range), '⏳ pending');
      assert.equal(document.getText(heading?.range), '### Verification (T-1-dev)');
      assert.equal(gate?.severity, vscode.DiagnosticSeverity.Warning);
      assert.match(gate?.message ?? '', /"We go" is pending in the table, and its section says cleared/);
      const told = gate?.relatedInformation?.[0];
      assert.equal(told && document.getText(told.location.range), 'The team agreed: ✅ 2026-05-21');
      const target = typeof gate?.code === 'object' ? gate.code.target : undefined;
      assert.match(String(target), /\/media\/log-rules\.md#gate-section$/);
    },
  },
  {
    name: 'a quick fix changes what it names, and is undone in one step',
    async run() {
      const editor = await openGreeting(greetingText, freeRunbookText);
      const { document } = editor;
      const [gate] = await findings(greetingLog(), 2);
      assert.ok(gate);
      await freed(gate.range);
      const action = titled(await actions(greetingLog(), gate.range), /^Write ✅ 2026-05-21/);
      assert.equal(action.isPreferred, true);
      await apply(action);
      assert.equal(
        document.getText(),
        greetingText.replace('| We go | ⏳ pending | — |', '| We go | ✅ 2026-05-21 | 2026-05-21 |'),
      );
      await findings(greetingLog(), 1);
      await vscode.commands.executeCommand('undo');
      assert.equal(document.getText(), greetingText);
      await findings(greetingLog(), 2);
    },
  },
  {
    name: 'fix all mends what follows from the log, as a quick fix, on save and as a command',
    async run() {
      const editor = await openGreeting(greetingText, freeRunbookText);
      const { document } = editor;
      const [gate] = await findings(greetingLog(), 2);
      assert.ok(gate);
      await freed(gate.range);
      await apply(titled(await actions(greetingLog(), gate.range), /^Fix everything/));
      const mended = document.getText();
      assert.match(line(document, 'We go'), /✅ 2026-05-21 \| 2026-05-21/);
      assert.equal(line(document, '### Verification'), '### Verification (T-1-dev) ✅ 2026-05-20');
      await findings(greetingLog(), 0);
      await vscode.commands.executeCommand('undo');
      assert.equal(document.getText(), greetingText);
      const whole = new vscode.Range(0, 0, document.lineCount, 0);
      const onSave = await actions(greetingLog(), whole, vscode.CodeActionKind.SourceFixAll);
      assert.deepEqual(
        onSave.map(({ kind }) => kind?.value),
        ['source.fixAll.cascade'],
      );
      await vscode.commands.executeCommand('cascade.fixLog', greetingLog());
      assert.equal(document.getText(), mended);
      await vscode.commands.executeCommand('undo');
      assert.equal(document.getText(), greetingText);
      await restore(editor);
    },
  },
  {
    name: 'a fix that was offered for an older text does not touch the newer one',
    async run() {
      const editor = await openGreeting();
      const [gate] = await findings(greetingLog(), 2);
      assert.ok(gate);
      const { edit } = titled(await actions(greetingLog(), gate.range), /^Write ✅/);
      assert.ok(edit);
      await restore(editor, `Typed above.\n\n${greetingText}`);
      const found = await until('the findings two lines below', () => {
        const [first] = vscode.languages.getDiagnostics(greetingLog());
        return first?.range.start.line === gate.range.start.line + 2 ? first : undefined;
      });
      await apply(titled(await actions(greetingLog(), found.range), /^Write ✅/));
      assert.match(line(editor.document, 'We go'), /^\| We go \| ✅ 2026-05-21 \| 2026-05-21 \|$/);
      await restore(editor);
    },
  },
  {
    name: 'two cascades in one folder each have their log; other Markdown has no findings, no actions, no lenses',
    async run() {
      await openGreeting();
      await findings(greetingLog(), 2);
      const notes = inFolder('notes.md');
      await write(notes, greetingText);
      const document = await vscode.workspace.openTextDocument(notes);
      await vscode.window.showTextDocument(document, { preview: false });
      const whole = new vscode.Range(0, 0, document.lineCount, 0);
      assert.deepEqual(await actions(notes, whole), []);
      assert.deepEqual(await vscode.commands.executeCommand('vscode.executeCodeLensProvider', notes), []);
      const own = await vscode.workspace.openTextDocument(logUri());
      const lenses = await until('the lenses of the other log', async () => {
        const found = await vscode.commands.executeCommand<vscode.CodeLens[]>(
          'vscode.executeCodeLensProvider',
          own.uri,
        );
        return found.length > 0 ? found : undefined;
      });
      assert.ok(lenses.some(({ command }) => command?.title === 'Verify'));
      assert.deepEqual(
        vscode.languages.getDiagnostics(notes).filter(({ source }) => source === 'cascade'),
        [],
      );
      await vscode.workspace.fs.delete(notes);
    },
  },
  {
    name: 'with the marks of a merge in it a log has that one finding, and is quiet again without them',
    async run() {
      const editor = await openGreeting();
      await restore(editor, greetingText.replace('## Go', '<<<<<<< HEAD\n## Go'));
      assert.deepEqual((await findings(greetingLog(), 1)).map(codeOf), ['merge-conflict']);
      await restore(editor);
      await findings(greetingLog(), 2);
    },
  },
  {
    name: 'a runbook whose front matter is broken is told of once, and what needs no names is still checked',
    async run() {
      const editor = await openGreeting();
      await findings(greetingLog(), 2);
      const broken = (await textOf(inFolder('greeting.runbook.md'))).replace('phases:', 'fases:');
      await write(inFolder('greeting.runbook.md'), broken);
      const [told] = await findings(greetingLog(), 1);
      assert.match(told?.message ?? '', /front matter of greeting\.runbook\.md has problems/);
      assert.ok((told?.relatedInformation ?? []).length > 0);
      await restore(editor, greetingText.replace('✅ 2026-05-21', '✅ 2999-05-21'));
      const found = await findings(greetingLog(), 2);
      assert.deepEqual(found.map(codeOf).sort(), ['dates', 'undefined']);
      await restore(editor);
      await closeGreeting();
    },
  },
];

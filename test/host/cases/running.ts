import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Case } from '../cases.ts';
import {
  api,
  cellWith,
  codeCells,
  extensionId,
  inFolder,
  logUri,
  on,
  runbookUri,
  runCells,
  shown,
  textOf,
  until,
  write,
} from './editor.ts';

/** The tree as a person reads it: one line an item. */
async function tree(): Promise<string[]> {
  const { partitions, current } = await api();
  await current.refresh();
  const words = (item: vscode.TreeItem): string => `${item.label} ${item.description}`;
  return partitions
    .getChildren()
    .flatMap((node) => [
      words(partitions.getTreeItem(node)),
      ...partitions.getChildren(node).map((child) => `  ${words(partitions.getTreeItem(child))}`),
    ]);
}

const today = (): string => {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
};

export const running: readonly Case[] = [
  {
    name: 'without a log the tree is empty, and nothing runs before a partition is chosen',
    async run() {
      const { current, partitions } = await api();
      assert.equal((await current.refresh()).kind, 'no-log');
      assert.deepEqual(partitions.getChildren(), []);
    },
  },
  {
    name: 'a change is blocked while its gate is closed: it says which gate and what clears it',
    async run() {
      const { notebook, ...editor } = await on('dev');
      const cell = cellWith(notebook, 'register ${domain}');
      await runCells({ ...editor, notebook }, [cell]);
      const { rows, markdown } = shown(cell);
      assert.deepEqual(
        rows.map((row) => row.state),
        ['blocked'],
      );
      assert.match(markdown, /Entry criteria verified/);
      assert.match(markdown, /run the cells under/);
      assert.equal(cell.executionSummary?.success, undefined);
    },
  },
  {
    name: 'running all cells on dev takes it from nothing to signed off',
    async run() {
      const { notebook, ...editor } = await on('dev');
      await runCells({ ...editor, notebook }, 'all');
      const cells = codeCells(notebook);
      const last = cells.at(-1);
      for (const cell of cells.filter((each) => each !== last)) {
        const { rows, markdown } = shown(cell);
        assert.ok(rows.length > 0, cell.document.getText());
        assert.deepEqual(
          [...new Set(rows.map((row) => row.state))],
          ['passed'],
          `${cell.document.getText()}\n${markdown}`,
        );
        assert.equal(cell.executionSummary?.success, true);
      }
      assert.ok(last);
      assert.equal(
        shown(last).rows[0]?.state,
        'blocked',
        'the production confirmation waits for stage and demo',
      );
      const markdown = shown(cellWith(notebook, 'NS    ')).markdown;
      assert.match(markdown, /✅ passed \| \d+\.\d s \| `dig \+short NS dev\.ardamails\.com @8\.8\.8\.8`/);
      assert.match(markdown, /dev · REHEARSAL/);
      assert.match(
        shown(cellWith(notebook, './amm.sh')).printed,
        /CREATE_COMPLETE/,
        'the output of the shell',
      );
    },
  },
  {
    name: 'the log has it all, in its own file',
    async run() {
      const log = await textOf(logUri());
      const day = today();
      assert.ok(
        log.includes(`| \`dev\` | Alpha002 | PostmarkNonProd | ✅ ${day} | ✅ ${day} | ✅ ${day} | ${day} |`),
        log.slice(0, 2000),
      );
      assert.match(log, /- `dig \+short TXT \d{14}pm\._domainkey\.dev\.ardamails\.com @8\.8\.8\.8` .*: ✅/);
      assert.match(log, /\*\*Sign-off\*\*: ✅/);
      await assert.rejects(async () => vscode.workspace.fs.stat(inFolder('execution-log.md')));
    },
  },
  {
    name: 'the tree is the log, drawn',
    async run() {
      const day = today();
      const lines = await tree();
      assert.deepEqual(lines.slice(0, 5), [
        `dev signed off ${day}`,
        `  Pre-flight ${day}`,
        `  Deploy ${day}`,
        `  Verification ${day}`,
        `  Sign-off ${day}`,
      ]);
      assert.match(
        lines.join('\n'),
        /prod next: Pre-flight · protected\n {2}Pre-flight pending\n {2}Deploy blocked · pending/,
      );
      const { gates } = await api();
      const states = gates
        .getChildren()
        .map((node) => gates.getTreeItem(node))
        .map((item) => `${item.label}: ${item.description}`);
      assert.equal(states[1], `Entry criteria verified: ${day}`);
      assert.match(states[4] ?? '', /Production deploy confirmation given: pending/);
    },
  },
  {
    name: 'the secret is in no output, no log and no runbook',
    async run() {
      const reference = 'op://Arda-DevOAM/Postmark/credential';
      const secret = execFileSync('op', ['read', '-n', reference], { encoding: 'utf8' });
      assert.ok(secret.length > 20, 'the world gave no secret to look for');
      const { notebook } = await on('dev');
      const outputs = codeCells(notebook).flatMap((cell) => cell.outputs.flatMap((output) => output.items));
      assert.ok(outputs.length > 10);
      const everything = [
        ...outputs.map((item) => new TextDecoder().decode(item.data)),
        await textOf(logUri()),
        await textOf(runbookUri()),
      ].join('\n');
      assert.ok(everything.includes(reference));
      for (const form of [secret, Buffer.from(secret).toString('base64'), encodeURIComponent(secret)]) {
        assert.ok(!everything.includes(form));
      }
    },
  },
  {
    name: 'one check runs again by itself; what the cell shows of the others stays',
    async run() {
      const { notebook } = await on('dev');
      const cell = cellWith(notebook, 'NS    ');
      const before = shown(cell);
      const [first, ...others] = before.rows;
      assert.ok(first);
      const results = async (): Promise<number> =>
        ((await textOf(logUri())).match(/✅ (?:passed|\S+) — 4 nameservers/g) ?? []).length;
      const count = await results();
      const { controllers } = await api();
      await controllers.runAgain(before.id, first.key);
      const after = shown(cell);
      assert.deepEqual(
        after.rows.map(({ key, state }) => [key, state]),
        before.rows.map(({ key }) => [key, 'passed']),
      );
      assert.deepEqual(after.rows.slice(1), others);
      assert.equal(await results(), count + 1, 'the log has one more result');
      assert.equal(cell.executionSummary?.success, true);
      await assert.rejects(controllers.runAgain(before.id, first.key), /not known any more/);
      const change = shown(cellWith(notebook, './amm.sh'));
      await assert.rejects(
        controllers.runAgain(change.id, change.rows[0]?.key ?? ''),
        /run the cell/,
        'a change is never run out of its order',
      );
    },
  },
  {
    name: 'a click in the tree reveals the line of the log',
    async run() {
      const { partitions, current } = await api();
      await current.refresh();
      const [dev] = partitions.getChildren();
      assert.ok(dev);
      const command = partitions.getTreeItem(dev).command;
      assert.ok(command);
      await vscode.commands.executeCommand(command.command, ...(command.arguments ?? []));
      const editor = vscode.window.activeTextEditor;
      assert.equal(editor?.document.uri.toString(), logUri().toString());
      assert.match(editor?.document.lineAt(editor.selection.active.line).text ?? '', /^## § dev/);
    },
  },
  {
    name: 'verifying keeps the unsaved words of an open log, and undo takes back the result alone',
    async run() {
      const document = await vscode.workspace.openTextDocument(logUri());
      const editor = await vscode.window.showTextDocument(document);
      await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), 'Typed and not saved. '));
      assert.ok(document.isDirty);
      assert.equal(await vscode.commands.executeCommand('cascade.verifyPartition', 'dev'), 'passed');
      const after = document.getText();
      assert.ok(after.startsWith('Typed and not saved. # '));
      assert.match(
        after,
        / {2}- \d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} [+-]\d{2}:\d{2} ✅ passed — 4 nameservers/,
      );
      assert.equal(await textOf(logUri()), after, 'and it is on the disk');
      await vscode.window.showTextDocument(document);
      await vscode.commands.executeCommand('undo');
      assert.ok(document.getText().startsWith('Typed and not saved. # '));
      assert.notEqual(document.getText(), after);
      await vscode.commands.executeCommand('redo');
      await document.save();
    },
  },
  {
    name: 'the tree follows a log that somebody else changes',
    async run() {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      const log = await textOf(logUri());
      await write(logUri(), log.replace(/(\| `stage` \|[^|]*\|[^|]*\|) ⏳ /, '$1 ❌ 2026-11-20 by hand '));
      const { partitions, current } = await api();
      await until('the tree to show it', () => {
        const state = current.state;
        return state.kind === 'log' && state.overview.partitions[1]?.phases[0]?.status === 'failed'
          ? true
          : undefined;
      });
      const stage = partitions.getChildren()[1];
      assert.ok(stage);
      assert.equal(
        partitions.getTreeItem(partitions.getChildren(stage)[0] ?? stage).description,
        '2026-11-20 · by hand',
      );
      await write(logUri(), log);
    },
  },
  {
    name: 'Stop ends the whole process tree and is recorded',
    async run() {
      const { notebook, ...editor } = await on('dev');
      const cell = cellWith(notebook, './validate-exit.sh ${partition}\n'.trim());
      const old = cell.document.getText();
      const edit = new vscode.WorkspaceEdit();
      const whole = new vscode.Range(0, 0, cell.document.lineCount, 0);
      edit.replace(cell.document.uri, whole, 'sh -c "trap \'\' TERM; sleep 98765" & sleep 98765');
      assert.ok(await vscode.workspace.applyEdit(edit));
      const done = runCells({ ...editor, notebook }, [cell]);
      const sleepers = (): string => {
        try {
          return execFileSync('pgrep', ['-f', 'sleep 9876[5]'], { encoding: 'utf8' }).trim();
        } catch {
          return '';
        }
      };
      await until('the command to run', () => (sleepers() === '' ? undefined : true));
      await vscode.commands.executeCommand('notebook.cancelExecution');
      await done;
      assert.equal(sleepers(), '', 'no process is left');
      assert.match(shown(cell).markdown, /interrupted/);
      assert.match(await textOf(logUri()), /sleep 98765.*🟡 unknown \S+ — interrupted/u);
      const undo = new vscode.WorkspaceEdit();
      undo.replace(cell.document.uri, new vscode.Range(0, 0, cell.document.lineCount, 0), old);
      await vscode.workspace.applyEdit(undo);
      await notebook.save();
    },
  },
  {
    name: 'choosing another partition takes away the results of the one before',
    async run() {
      const dev = await on('dev');
      await runCells(dev, [cellWith(dev.notebook, 'NS    ')]);
      assert.ok(codeCells(dev.notebook).some((cell) => cell.outputs.length > 0));
      const { notebook } = await on('stage');
      await until(
        'the outputs to go',
        () => codeCells(notebook).every((cell) => cell.outputs.length === 0) || undefined,
      );
    },
  },
  {
    name: 'a failure stops the run: the cells behind it say not run',
    async run() {
      const { notebook, ...editor } = await on('stage');
      const cells = [
        cellWith(notebook, 'read ${secret} as token'),
        cellWith(notebook, 'stack ${stack}'),
        cellWith(notebook, 'NS    '),
      ];
      await runCells({ ...editor, notebook }, cells);
      const [, stack, dig] = cells;
      assert.ok(stack && dig);
      assert.equal(shown(stack).rows[0]?.state, 'failed', shown(stack).markdown);
      assert.match(
        shown(stack).markdown,
        /expected CREATE\\?_COMPLETE or UPDATE\\?_COMPLETE · got no stack Alpha002-stage-Email/,
      );
      assert.match(shown(dig).markdown, /Not run/);
      assert.equal(dig.executionSummary?.success, undefined);
    },
  },
  {
    name: 'a runbook outside the workspace is told so, and nothing is written',
    async run() {
      const outside = mkdtempSync(join(tmpdir(), 'cascade-outside-'));
      const path = join(outside, 'away.runbook.md');
      writeFileSync(path, await textOf(runbookUri()));
      const notebook = await vscode.workspace.openNotebookDocument(vscode.Uri.file(path));
      const editor = await vscode.window.showNotebookDocument(notebook);
      const { controllers } = await api();
      await until('the kernels', () =>
        controllers.select(notebook.uri, 'dev').then(
          () => true,
          () => undefined,
        ),
      );
      await until('dev to be chosen', () => controllers.selected(notebook.uri) === 'dev' || undefined);
      const cell = cellWith(notebook, 'read ${secret} as token');
      await runCells(editor, [cell]);
      assert.match(shown(cell).markdown, /lies outside the workspace/);
      await assert.rejects(async () =>
        vscode.workspace.fs.stat(vscode.Uri.file(join(outside, 'execution-log.rehearsal.md'))),
      );
      await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    },
  },
  {
    name: 'the cell that is clicked is the one that runs, or nothing is',
    async run() {
      const { notebook, ...editor } = await on('dev');
      const edit = new vscode.WorkspaceEdit();
      const text = '```sh\n./amm.sh --again\n```';
      const cell = new vscode.NotebookCellData(vscode.NotebookCellKind.Markup, text, 'markdown');
      edit.set(notebook.uri, [vscode.NotebookEdit.insertCells(1, [cell])]);
      assert.ok(await vscode.workspace.applyEdit(edit));
      const before = await textOf(logUri());
      const dig = cellWith(notebook, 'NS    ');
      await runCells({ ...editor, notebook }, [dig]);
      assert.match(shown(dig).markdown, /A text cell holds a fence that would be a step/);
      assert.equal(await textOf(logUri()), before);
      const undo = new vscode.WorkspaceEdit();
      undo.set(notebook.uri, [vscode.NotebookEdit.deleteCells(new vscode.NotebookRange(1, 2))]);
      assert.ok(await vscode.workspace.applyEdit(undo));
      await notebook.save();
    },
  },
  {
    name: 'running all cells on the next partition leaves an open gate alone',
    async run() {
      const { notebook, ...editor } = await on('stage');
      await runCells({ ...editor, notebook }, 'all');
      assert.match(shown(cellWith(notebook, 'worktree clean')).markdown, /Not run again: the gate/);
      const log = await textOf(logUri());
      assert.match(log, /\| Entry criteria verified \| ✅/);
      assert.match(log, /\| `stage` \|[^|]*\|[^|]*\| ✅ \S+ \| ✅ \S+ \| ✅ \S+ \| \d{4}-\d{2}-\d{2} \|/);
    },
  },
  {
    name: 'the tree draws a log that was kept by hand',
    async run() {
      const extension = vscode.extensions.getExtension(extensionId);
      assert.ok(extension);
      const kept = vscode.Uri.joinPath(extension.extensionUri, 'test', 'fixtures', 'hand-kept.md');
      const before = await textOf(logUri());
      await write(logUri(), await textOf(kept));
      // A log that is open in the editor is taken over when VS Code has seen the change.
      const lines = await until('the tree to show it', async () => {
        const seen = await tree();
        return seen[0]?.includes('2026-05-26') ? seen : undefined;
      });
      for (const [index, name] of ['dev', 'stage', 'demo', 'prod'].entries()) {
        assert.match(lines[index * 5] ?? '', new RegExp(`^${name} signed off 2026-05-26`));
        const phases = ['Pre-flight', 'Deploy', 'Verification', 'Sign-off'].map(
          (phase) => `  ${phase} 2026-05-26`,
        );
        assert.deepEqual(lines.slice(index * 5 + 1, index * 5 + 5), phases);
      }
      const { gates } = await api();
      const states = gates.getChildren().map((node) => String(gates.getTreeItem(node).description));
      assert.deepEqual(states, [
        '2026-05-26 · see the kickoff',
        '2026-05-26',
        'pending',
        'pending',
        'pending',
        'pending',
      ]);
      await write(logUri(), before);
    },
  },
  {
    name: 'outputs are not stored in the runbook',
    async run() {
      assert.doesNotMatch(await textOf(runbookUri()), /passed|vnd\.cascade/);
    },
  },
];

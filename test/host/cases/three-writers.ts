import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { env } from 'node:process';
import * as vscode from 'vscode';
import {
  oneOf,
  type Reported,
  random,
  randomWork,
  resultLines,
  writerProcess,
} from '../../cli/random-work.ts';
import type { Case } from '../cases.ts';
import { extensionId, folder, logUri, textOf, until } from './editor.ts';

/** `CASCADE_WRITERS_SECONDS=60` makes it a minute. */
const seconds = Number(env['CASCADE_WRITERS_SECONDS'] ?? 12);
const seed = Number(env['CASCADE_WRITERS_SEED'] ?? 1);

const place = {
  partitions: ['dev', 'stage'],
  phases: ['Pre-flight', 'Verification'],
  gate: 'compliance-reply',
};

/** The command line as the package has it, in the folder of the suite. */
function cascade(args: readonly string[]) {
  const extension = vscode.extensions.getExtension(extensionId);
  assert.ok(extension);
  const program = vscode.Uri.joinPath(extension.extensionUri, 'dist', 'cascade.js').fsPath;
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((done) => {
    execFile(
      process.execPath,
      [program, ...args],
      { cwd: folder().fsPath, env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' }, maxBuffer: 2 ** 26 },
      (error, stdout, stderr) => done({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

/** A person who types into the log and never saves, and who records and verifies meanwhile. */
async function person(
  document: vscode.TextDocument,
  goOn: () => boolean,
): Promise<Reported & { typed: string[] }> {
  const next = random(seed * 1000);
  const typed: string[] = [];
  const words: string[] = [];
  let results = 0;
  let commands = 0;
  const has = (word: string): boolean => document.getText().includes(word);
  const type = async (word: string): Promise<void> => {
    // Refused when the product edits at the same moment: then the keys come a moment later.
    await until(`"${word}" to be typed`, async () => {
      const edit = new vscode.WorkspaceEdit();
      const at = document.positionAt(next() < 0.5 ? 0 : document.getText().length);
      edit.insert(document.uri, at, at.line === 0 ? `${word} ` : `\n${word}`);
      return vscode.workspace.applyEdit(edit);
    });
  };
  while (goOn()) {
    commands += 1;
    const word = `person-word-${commands}.`;
    const kind = next();
    if (kind < 0.6) {
      await type(word);
      typed.push(word);
    } else if (kind < 0.85) {
      const request = {
        log: logUri(),
        kind: 'note',
        partition: oneOf(next, place.partitions),
        phase: 'Deploy',
        words: word,
      };
      assert.equal(await vscode.commands.executeCommand('cascade.record', request), true);
      words.push(word);
    } else {
      const outcome = await vscode.commands.executeCommand(
        'cascade.verifyPartition',
        oneOf(next, place.partitions),
      );
      assert.equal(outcome, 'passed');
      results += 10;
    }
    const lost = typed.filter((each) => !has(each));
    assert.deepEqual(lost, [], 'what was typed is in the editor');
  }
  return { typed, words, results, commands };
}

export const threeWriters: readonly Case[] = [
  {
    name: `two command lines and an editor with a person typing, ${seconds} s on one log: nothing lost`,
    deadlineMs: (seconds + 120) * 1000,
    async run(note) {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors');
      const before = await textOf(logUri());
      const document = await vscode.workspace.openTextDocument(logUri());
      await vscode.window.showTextDocument(document, { preview: false });
      await until('the editor to have the log as it is', () => document.getText() === before || undefined);
      const end = Date.now() + seconds * 1000;
      const goOn = (): boolean => Date.now() < end;
      const extension = vscode.extensions.getExtension(extensionId);
      assert.ok(extension);
      const writer = vscode.Uri.joinPath(extension.extensionUri, 'test', 'cli', 'writer.ts').fsPath;
      const [typing, ...others] = await Promise.all([
        person(document, goOn),
        randomWork('ada', seed * 100, goOn, { ...place, cascade }),
        writerProcess(writer, folder().fsPath, { ...place, name: 'ben', seed: seed * 100 + 1, until: end }),
      ]);
      const reports = [typing, ...others];
      const disk = await textOf(logUri());
      for (const word of reports.flatMap((report) => report.words))
        assert.ok(disk.includes(word), `${word} is not on the disk:\n${disk}`);
      const results = reports.reduce((sum, report) => sum + report.results, 0);
      assert.equal(resultLines(disk) - resultLines(before), results);
      for (const word of typing.typed) assert.ok(document.getText().includes(word), `${word} was typed`);
      const count = (of: (report: Reported) => number): number =>
        reports.reduce((sum, report) => sum + of(report), 0);
      note(
        `${count((each) => each.commands)} commands, ${count((each) => each.words.length)} words and ${results} results written, ${typing.typed.length} words typed`,
      );
      await vscode.window.showTextDocument(document);
      await vscode.commands.executeCommand('workbench.action.files.revert');
      await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
      await vscode.workspace.fs.writeFile(logUri(), new TextEncoder().encode(before));
    },
  },
];

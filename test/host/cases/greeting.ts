/** A second, small cascade beside the first one, with its log open in the editor. */
import * as vscode from 'vscode';
import { inFolder, write } from './editor.ts';
import { greetingRunbookText, greetingText } from './greeting-text.ts';

export { greetingText } from './greeting-text.ts';

export const greetingRunbook = (): vscode.Uri => inFolder('greeting.runbook.md');
export const greetingLog = (): vscode.Uri => inFolder('greeting-log.md');

/** The same with a gate that no change waits for: only such a one is cleared by a safe fix. */
export const freeRunbookText = greetingRunbookText.replace(', blocks: [prod/Deploy]', '');

/** Opens its log, as it was kept, in front. */
export async function openGreeting(
  text = greetingText,
  runbookText = greetingRunbookText,
): Promise<vscode.TextEditor> {
  await write(greetingRunbook(), runbookText);
  await write(greetingLog(), text);
  const document = await vscode.workspace.openTextDocument(greetingLog());
  return vscode.window.showTextDocument(document, { preview: false });
}

/** Closes it without a word, and takes both files away. */
export async function closeGreeting(): Promise<void> {
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(greetingLog()));
  await vscode.commands.executeCommand('workbench.action.files.revert');
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  await vscode.workspace.fs.delete(greetingRunbook());
  await vscode.workspace.fs.delete(greetingLog());
}

/** Takes the text back to how the log was kept, saved. */
export async function restore({ document }: vscode.TextEditor, text = greetingText): Promise<void> {
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), text);
  await vscode.workspace.applyEdit(edit);
  await document.save();
}

/** Cascade: New Runbook… — a file in the workspace that runs as it is, to be made one's own. */
import * as vscode from 'vscode';
import { newRunbook } from '../core/runbook/new-runbook.ts';
import { OperatorError } from './cascades.ts';

/** Lower case words, joined: safe as a file's name and as YAML. */
const form = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

export async function createRunbook(named?: string): Promise<void> {
  const folder = await whichFolder();
  if (folder === undefined) return;
  const name =
    named ??
    (await vscode.window.showInputBox({
      title: vscode.l10n.t('New Runbook'),
      prompt: vscode.l10n.t('What does it roll out? Its file is named so: {0}', 'partition-mail.runbook.md'),
      placeHolder: 'partition-mail',
      validateInput: (text) =>
        form.test(text.trim())
          ? undefined
          : vscode.l10n.t('Use small letters, digits and "-", a letter first: {0}', 'partition-mail'),
    }));
  if (name === undefined) return;
  if (!form.test(name.trim()))
    throw new OperatorError(
      vscode.l10n.t('"{0}" cannot name a runbook. Use small letters, digits and "-", a letter first.', name),
    );
  const uri = vscode.Uri.joinPath(folder.uri, `${name.trim()}.runbook.md`);
  const edit = new vscode.WorkspaceEdit();
  edit.createFile(uri, { overwrite: false, contents: new TextEncoder().encode(newRunbook(name.trim())) });
  if (!(await vscode.workspace.applyEdit(edit)))
    throw new OperatorError(
      vscode.l10n.t(
        '{0} was not made: a file of that name is there already, or the folder is read-only. Choose another name or folder.',
        vscode.workspace.asRelativePath(uri),
      ),
    );
  await vscode.window.showNotebookDocument(await vscode.workspace.openNotebookDocument(uri));
}

async function whichFolder(): Promise<vscode.WorkspaceFolder | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 0)
    throw new OperatorError(
      vscode.l10n.t(
        'No folder is open. Open the one that the runbook belongs to (File: Open Folder…), then try again.',
      ),
    );
  return folders.length === 1 ? folders[0] : vscode.window.showWorkspaceFolderPick();
}

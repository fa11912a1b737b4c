import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as vscode from 'vscode';
import type { Case } from '../cases.ts';
import { cellWith, codeCells, logUri, on, runCells, shown, textOf } from './editor.ts';

/** Prints the token whole, in halves, coloured, encoded and in an error. */
const leak = `token=$(op read -n "$secret")
echo "$token"
printf '%.11s' "$token"; sleep 0.05; printf '%s\\n' "\${token#???????????}"
printf '%s\\n%s\\n' "\${token%????????????}" "\${token#????????????????????????}"
printf %s "$token" | base64; printf 'x%s' "$token" | base64
printf %s "$token" | od -An -tx1 | tr -d ' \\n'; echo
printf '\\033[31m%.5s\\033[0m%s\\n' "$token" "\${token#?????}"
echo "ERROR: cannot sign in with $token" >&2
exit 3`;

export const canary: readonly Case[] = [
  {
    name: 'a script prints the secret in every way; only its reference is shown, told of and written down',
    async run() {
      const reference = 'op://Arda-DevOAM/Postmark/credential';
      const { notebook, ...editor } = await on('dev');
      const read = cellWith(notebook, 'read ${secret} as token');
      const cell = cellWith(notebook, './validate-exit.sh ${partition}\n'.trim());
      const old = cell.document.getText();
      const replace = async (text: string): Promise<void> => {
        const edit = new vscode.WorkspaceEdit();
        edit.replace(cell.document.uri, new vscode.Range(0, 0, cell.document.lineCount, 0), text);
        assert.ok(await vscode.workspace.applyEdit(edit));
        assert.ok(await notebook.save());
      };
      await replace(leak);
      await runCells({ ...editor, notebook }, [read, cell]);
      const { markdown, printed } = shown(cell);
      assert.equal(shown(read).rows[0]?.state, 'passed', shown(read).markdown);
      assert.equal(shown(cell).rows[0]?.state, 'failed', markdown);
      assert.ok(printed.includes(`[${reference}]`), printed);
      const log = await textOf(logUri());
      assert.ok(log.includes(`ERROR: cannot sign in with [${reference}]`), log);
      const secret = execFileSync('op', ['read', '-n', reference], { encoding: 'utf8' });
      const everything = JSON.stringify([
        ...codeCells(notebook).flatMap((each) => Object.values(shown(each))),
        ...vscode.languages.getDiagnostics().map(([, problems]) => problems.map(({ message }) => message)),
        log,
      ]);
      for (const form of [secret, secret.slice(9, 27), Buffer.from(secret).toString('base64')])
        assert.ok(!everything.includes(form), 'a copy is shown');
      await replace(old);
    },
  },
];

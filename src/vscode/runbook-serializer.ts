import * as vscode from 'vscode';
import { decodeRunbook, encodeRunbook } from '../core/runbook/bytes.ts';
import {
  type Cell,
  type CellKind,
  type CellOrigin,
  isStepLanguage,
  type StepLanguageId,
  stepLanguages,
} from '../core/runbook/cells.ts';

export const notebookType = 'cascade-runbook';

/** The editor's language of a step language; `sh` is the editor's own. */
export const editorLanguage = (language: StepLanguageId): string =>
  language === 'sh' ? 'shellscript' : `cascade-${language}`;

/** In the order in which the editor offers them: a new cell takes the first where no cell is near. */
export const editorLanguages: readonly string[] = [
  editorLanguage('dig'),
  ...stepLanguages.filter((language) => language !== 'dig').map(editorLanguage),
];

export function stepLanguage(editor: string): StepLanguageId | undefined {
  if (editor === 'shellscript') return 'sh';
  const name = editor.replace(/^cascade-/, '');
  return isStepLanguage(name) ? name : undefined;
}

/** What a cell carries for the way back to the file. */
interface CellMetadata {
  readonly cascade?: { readonly kind: CellKind; readonly origin: CellOrigin };
}

/** A runbook's bytes as a notebook and back, byte for byte. */
export class RunbookSerializer implements vscode.NotebookSerializer {
  deserializeNotebook(bytes: Uint8Array): vscode.NotebookData {
    const decoded = decodeRunbook(bytes);
    if (decoded.kind === 'refused') throw new Error(decoded.message);
    return new vscode.NotebookData(
      decoded.cells.map(({ kind, language, value, origin }) => {
        const data =
          kind === 'code' && language !== undefined
            ? new vscode.NotebookCellData(vscode.NotebookCellKind.Code, value, editorLanguage(language))
            : new vscode.NotebookCellData(
                vscode.NotebookCellKind.Markup,
                value,
                kind === 'front-matter' ? 'yaml' : 'markdown',
              );
        data.metadata = { cascade: { kind, origin } } satisfies CellMetadata;
        return data;
      }),
    );
  }

  serializeNotebook(data: vscode.NotebookData): Uint8Array {
    return encodeRunbook(
      data.cells.map((cell) => cellOf(cell.kind, cell.languageId, cell.value, cell.metadata)),
    );
  }
}

/** The cells of an open notebook, as they stand in the editor now. */
export function cellsOf(notebook: vscode.NotebookDocument): readonly Cell[] {
  return notebook
    .getCells()
    .map((cell) => cellOf(cell.kind, cell.document.languageId, cell.document.getText(), cell.metadata));
}

/** The index of the cell that a step of the runbook is. */
export function stepCell(notebook: vscode.NotebookDocument, step: number): number | undefined {
  const code = [...cellsOf(notebook).entries()].filter(([, cell]) => cell.kind === 'code');
  return code[step]?.[0];
}

/** Which step of the runbook a cell is, by its place among the code cells; undefined for a cell that is none. */
export function stepOf(cell: vscode.NotebookCell): number | undefined {
  const code = [...cellsOf(cell.notebook).entries()].filter(([, each]) => each.kind === 'code');
  const found = code.findIndex(([index]) => index === cell.index);
  return found < 0 ? undefined : found;
}

function cellOf(
  kind: vscode.NotebookCellKind,
  languageId: string,
  value: string,
  metadata: CellMetadata | undefined,
): Cell {
  const kept = metadata?.cascade;
  const language = kind === vscode.NotebookCellKind.Code ? stepLanguage(languageId) : undefined;
  const code = language !== undefined;
  const origin = kept !== undefined && (kept.kind === 'code') === code ? { origin: kept.origin } : {};
  if (code) return { kind: 'code', language, value, ...origin };
  return { kind: kept?.kind === 'front-matter' ? 'front-matter' : 'text', value, ...origin };
}

/** Whether a change is one of the runbook; outputs that come and go are not. */
export function changesRunbook(event: vscode.NotebookDocumentChangeEvent): boolean {
  return (
    event.notebook.notebookType === notebookType &&
    (event.contentChanges.length > 0 || event.cellChanges.some((change) => change.document !== undefined))
  );
}

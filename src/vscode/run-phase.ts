/** Running a whole phase, as if its cells were run by hand. */
import * as vscode from 'vscode';
import { type Section, sectionOf, sections } from '../core/help/sections.ts';
import { signs } from '../core/log/status.ts';
import type { Runbook } from '../core/runbook/runbook.ts';
import { type Cascades, OperatorError } from './cascades.ts';
import type { CurrentCascade } from './current-cascade.ts';
import { stepCell, stepOf } from './runbook-serializer.ts';

export interface PhaseParts {
  readonly cascades: Cascades;
  readonly current: CurrentCascade;
}

/** The phase that the selected cell stands in; one that is picked, where it stands in none. */
export async function runPhase(
  { cascades, current }: PhaseParts,
  editor: vscode.NotebookEditor,
  partition: string,
): Promise<void> {
  const { notebook, selection } = editor;
  const runbook = await cascades.runbook(notebook.uri);
  const section = selected(runbook, notebook, selection) ?? (await pick(runbook, current, partition));
  if (section === undefined) return;
  const ranges = section.steps.flatMap((step) => {
    const index = stepCell(notebook, step);
    return index === undefined ? [] : [{ start: index, end: index + 1 }];
  });
  await vscode.commands.executeCommand('notebook.cell.execute', { ranges, document: notebook.uri });
}

function selected(
  runbook: Runbook,
  notebook: vscode.NotebookDocument,
  { start }: vscode.NotebookRange,
): Section | undefined {
  const cell = notebook.getCells()[start];
  if (cell === undefined || cell.document.languageId === 'yaml') return undefined;
  // Words stand before the cells that they are about.
  const next = notebook
    .getCells()
    .find(({ index, kind }) => index >= start && kind === vscode.NotebookCellKind.Code);
  const step = next === undefined ? undefined : stepOf(next);
  return step === undefined ? undefined : sectionOf(runbook, step);
}

async function pick(
  runbook: Runbook,
  current: CurrentCascade,
  partition: string,
): Promise<Section | undefined> {
  const state = await current.refresh();
  const overview = state.kind === 'log' ? state.overview : undefined;
  const all = sections(runbook, overview, partition);
  if (all.length === 0)
    throw new OperatorError(
      vscode.l10n.t('No cell stands under a phase. Put cells under a heading with the title of one.'),
    );
  const picked = await vscode.window.showQuickPick(
    all.map((section) => ({
      label: section.title,
      description:
        section.status === undefined
          ? vscode.l10n.t('no log yet')
          : `${signs[section.status]} ${section.status}`,
      detail:
        section.steps.length === 1
          ? vscode.l10n.t('1 cell')
          : vscode.l10n.t('{0} cells', section.steps.length),
      section,
    })),
    {
      title: vscode.l10n.t('Cascade: Run Phase on {0}', partition),
      placeHolder: vscode.l10n.t('Choose a phase'),
    },
  );
  return picked?.section;
}

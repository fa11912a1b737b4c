/** What a notebook on the screen would run: its runbook, the step of each cell, and the cells of one target together. */
import * as vscode from 'vscode';
import { sameTarget, type Target, targetOf } from '../core/run/places.ts';
import { type Cell, readCells, writeCells } from '../core/runbook/cells.ts';
import type { Partition } from '../core/runbook/front-matter.ts';
import { parseRunbook, type Runbook, type Step } from '../core/runbook/runbook.ts';
import { OperatorError } from './cascades.ts';
import { cellsOf } from './runbook-serializer.ts';

/** Cells that run together, or that stand under nothing that could run. */
export type Group =
  | {
      readonly kind: 'target';
      readonly target: Target;
      readonly cells: vscode.NotebookCell[];
      readonly steps: Step[];
    }
  | { readonly kind: 'stray'; readonly cells: vscode.NotebookCell[]; readonly because: string };

/** The runbook of a notebook and the step of each of its cells, taken at one moment. */
export interface Snapshot {
  readonly runbook: Runbook;
  readonly steps: ReadonlyMap<vscode.NotebookCell, Step>;
}

/** Refuses where the file would be read as other cells than those on the screen: the cell clicked is the one that runs. */
export function snapshot(notebook: vscode.NotebookDocument): Snapshot {
  const shown = notebook.getCells();
  const written = cellsOf(notebook);
  const text = writeCells(written);
  const read = readCells(text);
  const plain = (value: string): string => value.replace(/\r\n?/g, '\n');
  const code = (cells: readonly Cell[]): Cell[] => cells.filter((cell) => cell.kind === 'code');
  const same =
    code(read).length === code(written).length &&
    code(read).every((cell, index) => {
      const own = code(written)[index];
      return own !== undefined && cell.language === own.language && plain(cell.value) === plain(own.value);
    });
  if (!same) {
    throw new OperatorError(
      vscode.l10n.t(
        'A text cell holds a fence that would be a step when the runbook is read again. Nothing was run. Save the runbook and open it anew (File: Revert File).',
      ),
    );
  }
  const runbook = parseRunbook(text);
  const steps = new Map<vscode.NotebookCell, Step>();
  shown
    .filter((_, index) => written[index]?.kind === 'code')
    .forEach((cell, index) => {
      const step = runbook.steps.find((each) => each.index === index);
      if (step !== undefined) steps.set(cell, step);
    });
  return { runbook, steps };
}

/** Cells in the order of the notebook, those of one target together. */
export function groupsOf(
  { steps }: Snapshot,
  partition: Partition,
  cells: readonly vscode.NotebookCell[],
): readonly Group[] {
  const groups: Group[] = [];
  for (const cell of [...cells].sort((a, b) => a.index - b.index)) {
    const step = steps.get(cell);
    if (step === undefined) {
      groups.push({
        kind: 'stray',
        cells: [cell],
        because: vscode.l10n.t(
          'Not run: this cell stands under no phase and no gate. Put it under the heading of one; the Problems view says how.',
        ),
      });
      continue;
    }
    const target = targetOf(step.home, partition);
    const last = groups.at(-1);
    if (last?.kind === 'target' && sameTarget(last.target, target)) {
      last.cells.push(cell);
      last.steps.push(step);
    } else {
      groups.push({ kind: 'target', target, cells: [cell], steps: [step] });
    }
  }
  return groups;
}

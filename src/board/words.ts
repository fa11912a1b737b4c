/** Words and columns that the page and the picture share. */
import type { Board } from '../core/help/board.ts';

export const waitsTitle = (count: number): string =>
  count === 0
    ? 'Nothing waits for a person'
    : count === 1
      ? '1 thing waits for a person'
      : `${count} things wait for a person`;

export const dayTitle = (date: string): string => (date === '' ? 'Without a date' : date);

/** The columns of phases that a gate stands before, on any partition. */
export const doorColumns = ({ phases, rows }: Pick<Board, 'phases' | 'rows'>): ReadonlySet<number> =>
  new Set(
    phases.flatMap((_, index) =>
      rows.some((row) => (row.cells[index]?.doors.length ?? 0) > 0) ? [index] : [],
    ),
  );

/** What a status and a door look like. Each has a shape of its own. */
import type { BoardStatus } from '../core/help/board.ts';
import { shapes } from '../renderer/shapes.ts';

export const statusShapes: Readonly<Record<BoardStatus, readonly string[]>> = {
  cleared: shapes.tick,
  partial: shapes.half,
  failed: shapes.cross,
  waived: shapes.over,
  pending: shapes.ring,
  started: shapes.warning,
  running: shapes.turning,
};

export const statusWords: Readonly<Record<BoardStatus, string>> = {
  cleared: 'cleared',
  partial: 'partial',
  failed: 'failed',
  waived: 'waived',
  pending: 'pending',
  started: 'started, no result',
  running: 'running',
};

/** In a field of 16 by 17: a frame with its leaf swung out, or shut with a knob on it. */
export const doorShapes: Readonly<Record<'open' | 'closed', readonly string[]>> = {
  open: ['M2 14.5h12', 'M4 14.5v-13h8v13', 'M4 1.5l4.5 2.5v12l-4.5-1.5', 'M7 9v1'],
  closed: ['M2 14.5h12', 'M4 14.5v-13h8v13', 'M6 14.5v-11h4v11', 'M4.2 4.5h7.6M4.2 8h7.6M4.2 11.5h7.6'],
};

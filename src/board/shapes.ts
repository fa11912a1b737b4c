/** What a status and a door look like: paths in a square of 16, drawn as lines. Each has a shape of its own. */
import type { BoardStatus } from '../core/help/board.ts';

const ring = 'M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13';

export const statusShapes: Readonly<Record<BoardStatus, readonly string[]>> = {
  cleared: [ring, 'M4.8 8.3l2.2 2.2l4.2-4.6'],
  partial: [ring, 'M8 1.5v13M8 11.5h4.6M8 8h6.3M8 4.5h4.6'],
  failed: [ring, 'M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2'],
  waived: ['M1.8 10.5a6.2 6.2 0 0 1 12-1.5', 'M14.4 4.8v4.4h-4.4', 'M8 13.2v.8'],
  pending: [ring],
  started: ['M8 1.8l6.6 12H1.4z', 'M8 6v3.6M8 11.2v1'],
  running: ['M8 1.5a6.5 6.5 0 1 1-6.5 6.5'],
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

/** A frame with its leaf swung out, or shut with a knob on it. */
export const doorShapes: Readonly<Record<'open' | 'closed', readonly string[]>> = {
  open: ['M2 14.5h12', 'M4 14.5v-13h8v13', 'M4 1.5l4.5 2.5v12l-4.5-1.5', 'M7 9v1'],
  closed: ['M2 14.5h12', 'M4 14.5v-13h8v13', 'M6 14.5v-11h4v11', 'M4.2 4.5h7.6M4.2 8h7.6M4.2 11.5h7.6'],
};

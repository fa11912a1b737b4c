/** What the page of the board and its host tell each other. */
import type { Span } from '../text.ts';
import type { Board } from './board.ts';

export type PictureFormat = 'svg' | 'png';

/** To the page. */
export type ToBoardPage =
  | { readonly kind: 'board'; readonly board: Board }
  /** There is nothing to draw; the action leads on. */
  | { readonly kind: 'message'; readonly message: string; readonly action?: BoardAction }
  | { readonly kind: 'draw'; readonly format: PictureFormat; readonly request: number };

export type BoardAction = 'start-run' | 'open-log' | 'new-runbook';

/** From the page. */
export type FromBoardPage =
  /** It listens now. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'reveal'; readonly span: Span }
  | { readonly kind: 'act'; readonly action: BoardAction }
  /** `data` is the text of an SVG, or a PNG in Base64. */
  | { readonly kind: 'drawn'; readonly request: number; readonly data: string }
  | { readonly kind: 'not-drawn'; readonly request: number; readonly why: string };

/** The page of the board, as VS Code loads it. */
import type { FromBoardPage, ToBoardPage } from '../core/help/board-page.ts';
import { adopt } from '../renderer/elements.ts';
import shared from '../renderer/shared.css';
import { BoardView } from './board-view.ts';
import { boardPicture } from './picture.ts';
import { pngOf } from './png.ts';
import css from './style.css';

declare function acquireVsCodeApi(): { postMessage(message: FromBoardPage): void };

const host = acquireVsCodeApi();
adopt(shared, css);

const view = new BoardView({
  reveal: (span) => host.postMessage({ kind: 'reveal', span }),
  act: (action) => host.postMessage({ kind: 'act', action }),
});
document.body.append(view.element);

window.addEventListener('message', ({ data }: MessageEvent<ToBoardPage>) => {
  switch (data.kind) {
    case 'board':
      view.update(data.board);
      break;
    case 'message':
      view.message(data.message, data.action);
      break;
    case 'draw':
      void draw(data);
      break;
  }
});
host.postMessage({ kind: 'ready' });

async function draw({ format, request }: Extract<ToBoardPage, { kind: 'draw' }>): Promise<void> {
  try {
    if (view.board === undefined) throw new Error('the board is empty');
    const picture = boardPicture(view.board);
    const data = format === 'svg' ? picture.svg : await pngOf(picture);
    host.postMessage({ kind: 'drawn', request, data });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    host.postMessage({ kind: 'not-drawn', request, why });
  }
}

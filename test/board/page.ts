/** The built page of the board, and what its host tells it. */
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import type { FromBoardPage, ToBoardPage } from '../../src/core/help/board-page.ts';
import { type PageOptions, type ServedPage, servePage } from '../pages/served-page.ts';

const host = `
import './bundle.js';
globalThis.ready = true;
`;

export interface BoardPage extends ServedPage {
  tell(message: ToBoardPage): Promise<void>;
  /** The first that it told its host of this kind. */
  told<Kind extends FromBoardPage['kind']>(kind: Kind): Promise<Extract<FromBoardPage, { kind: Kind }>>;
}

export async function openBoard(
  browser: Browser,
  { dist, ...options }: PageOptions & { readonly dist: string },
): Promise<BoardPage> {
  const served = await servePage(browser, join(dist, 'board.js'), { host, html: '' }, options);
  return {
    ...served,
    async told(kind) {
      const is = (post: FromBoardPage): post is Extract<FromBoardPage, { kind: typeof kind }> =>
        post.kind === kind;
      for (;;) {
        const found = ((await served.posts()) as readonly FromBoardPage[]).find(is);
        if (found !== undefined) return found;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    tell: (message) =>
      served.page.evaluate(
        `dispatchEvent(new MessageEvent('message', { data: ${JSON.stringify(message)} }))`,
      ),
  };
}

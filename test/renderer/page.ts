/** The built renderer, and what VS Code does with it. */
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import type { CellReport } from '../../src/core/run/cell-report.ts';
import { type PageOptions, type ServedPage, servePage } from '../pages/served-page.ts';

const host = (messaging: boolean): string => `
import { activate } from './bundle.js';
const renderer = activate({
  setState() {}, getState() {}, workspace: { isTrusted: true },
  ...(${messaging} ? { postMessage: (message) => posts.push(message) } : {}),
});
globalThis.show = (report, id = 'output') => {
  let element = document.getElementById(id);
  if (element === null) {
    element = document.createElement('div');
    element.id = id;
    document.querySelector('main').append(element);
  }
  const begun = performance.now();
  renderer.renderOutputItem({ id, mime: '', metadata: {}, json: () => report }, element);
  return performance.now() - begun;
};
globalThis.dispose = (id) => renderer.disposeOutputItem(id);
globalThis.ready = true;
`;

export interface RendererPage extends ServedPage {
  /** As VS Code does: again with the same element, whenever the output has changed. Answers with its milliseconds. */
  show(report: CellReport): Promise<number>;
}

export async function openPage(
  browser: Browser,
  {
    dist,
    messaging = true,
    ...options
  }: PageOptions & { readonly dist: string; readonly messaging?: boolean },
): Promise<RendererPage> {
  const bundle = join(dist, 'renderer.js');
  const served = await servePage(browser, bundle, { host: host(messaging), html: '<main></main>' }, options);
  return { ...served, show: (report) => served.page.evaluate(`show(${JSON.stringify(report)})`) };
}

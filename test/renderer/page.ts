/** The built renderer in a real Chromium, on a page that refuses every inline script and style. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import type { CellReport } from '../../src/core/run/cell-report.ts';
import type { Theme } from './themes.ts';

const policy =
  "default-src 'none'; script-src 'self'; require-trusted-types-for 'script'; trusted-types fast-html default";

/** What VS Code does with a renderer, and what a test looks at. */
const host = `
import { activate } from './renderer.js';
globalThis.posts = [];
globalThis.refused = [];
document.addEventListener('securitypolicyviolation', (event) => refused.push(event.violatedDirective));
const messaging = new URLSearchParams(location.search).get('messaging') !== 'no';
const renderer = activate({
  setState() {}, getState() {}, workspace: { isTrusted: true },
  ...(messaging ? { postMessage: (message) => posts.push(message) } : {}),
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
globalThis.paint = ({ kind, colours }) => {
  document.body.className = kind;
  const root = document.documentElement.style;
  for (const name of [...root].filter((each) => each.startsWith('--vscode'))) root.removeProperty(name);
  for (const [name, value] of Object.entries(colours)) root.setProperty('--vscode-' + name, value);
  root.setProperty('--vscode-font-size', '13px');
  root.setProperty('--vscode-font-family', 'sans-serif');
  document.body.style.background = colours['editor-background'];
};
globalThis.ready = true;
`;
const html =
  '<!doctype html><html lang="en"><title>outputs</title><body><main></main><script type="module" src="host.js"></script></body></html>';

export interface RendererPage extends AsyncDisposable {
  readonly page: Page;
  /** As VS Code does: again with the same element, whenever the output has changed. Answers with its milliseconds. */
  show(report: CellReport): Promise<number>;
  paint(theme: Theme): Promise<void>;
  /** What the buttons asked for. */
  posts(): Promise<readonly unknown[]>;
  /** What the page's policy refused, and the errors on its console. */
  refused(): Promise<readonly string[]>;
  /** What axe has against it, in words. */
  axe(): Promise<readonly string[]>;
}

export async function openPage(
  browser: Browser,
  options: {
    readonly dist: string;
    readonly messaging?: boolean;
    readonly viewport?: { readonly width: number; readonly height: number };
    readonly reducedMotion?: boolean;
  },
): Promise<RendererPage> {
  const files: Readonly<Record<string, () => Promise<string> | string>> = {
    '/': () => html,
    '/host.js': () => host,
    '/renderer.js': () => readFile(join(options.dist, 'renderer.js'), 'utf8'),
  };
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const text = await files[path]?.();
    response.writeHead(text === undefined ? 404 : 200, {
      'content-type': path.endsWith('.js') ? 'text/javascript' : 'text/html; charset=utf-8',
      'content-security-policy': policy,
    });
    response.end(text);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const page = await browser.newPage({
    viewport: options.viewport ?? { width: 1000, height: 800 },
    reducedMotion: options.reducedMotion === true ? 'reduce' : 'no-preference',
  });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('favicon')) errors.push(message.text());
  });
  const { port } = server.address() as AddressInfo;
  await page.goto(`http://127.0.0.1:${port}/?messaging=${options.messaging === false ? 'no' : 'yes'}`);
  await page.waitForFunction('globalThis.ready === true');
  return {
    page,
    show: (report) => page.evaluate(`show(${JSON.stringify(report)})`),
    paint: (theme) => page.evaluate(`paint(${JSON.stringify(theme)})`),
    posts: () => page.evaluate('posts'),
    refused: async () => [...errors, ...(await page.evaluate<string[]>('refused'))],
    async axe() {
      await page.evaluate(axe.source);
      return page.evaluate<string[]>(
        `axe.run(document, { rules: { 'page-has-heading-one': { enabled: false } } }).then(({ violations }) =>
          violations.flatMap(({ id, help, nodes }) => nodes.map(({ html, failureSummary }) => id + ': ' + help + ' ' + html.slice(0, 300) + ' ' + failureSummary)))`,
      );
    },
    async [Symbol.asyncDispose]() {
      await page.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

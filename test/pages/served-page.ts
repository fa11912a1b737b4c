/** A built page of ours in a real Chromium, where every inline script and style is refused, and what a test asks of it. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import type { Theme } from './themes.ts';

const policy =
  "default-src 'none'; script-src 'self'; img-src blob:; require-trusted-types-for 'script'; trusted-types fast-html default";

/** What every host of a page does. */
const common = `
globalThis.posts = [];
globalThis.refused = [];
globalThis.acquireVsCodeApi = () => ({ postMessage: (message) => posts.push(message) });
document.addEventListener('securitypolicyviolation', (event) => refused.push(event.violatedDirective));
globalThis.paint = ({ kind, colours }) => {
  document.body.className = kind;
  const root = document.documentElement.style;
  for (const name of [...root].filter((each) => each.startsWith('--vscode'))) root.removeProperty(name);
  for (const [name, value] of Object.entries(colours)) root.setProperty('--vscode-' + name, value);
  root.setProperty('--vscode-font-size', '13px');
  root.setProperty('--vscode-font-family', 'sans-serif');
  document.body.style.background = colours['editor-background'];
};
`;

export interface ServedPage extends AsyncDisposable {
  readonly page: Page;
  paint(theme: Theme): Promise<void>;
  /** What the page asked its host for. */
  posts(): Promise<readonly unknown[]>;
  /** What the page's policy refused, and the errors on its console. */
  refused(): Promise<readonly string[]>;
  /** What axe has against it, in words. */
  axe(): Promise<readonly string[]>;
}

export interface PageOptions {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly reducedMotion?: boolean;
}

/**
 * @param bundle the built module, beside which `host` runs: it ends with `globalThis.ready = true`
 * @param html what stands in the body before anything runs
 */
export async function servePage(
  browser: Browser,
  bundle: string,
  { host, html }: { readonly host: string; readonly html: string },
  options: PageOptions,
): Promise<ServedPage> {
  const files: Readonly<Record<string, () => Promise<string> | string>> = {
    '/': () =>
      `<!doctype html><html lang="en"><title>page</title><body>${html}<script type="module" src="host.js"></script></body></html>`,
    '/host.js': () => `import './common.js';\n${host}`,
    '/common.js': () => common,
    '/bundle.js': () => readFile(bundle, 'utf8'),
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
  await page.goto(`http://127.0.0.1:${port}/`);
  await page.waitForFunction('globalThis.ready === true');
  return {
    page,
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

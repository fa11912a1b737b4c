/** A walk in front of the screen: the packed extension in a served VS Code, on a rehearsal, driven as a person would. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';
import type { FaultName } from '../../src/rehearsal/faults.ts';
import type { World } from '../../src/rehearsal/world.ts';
import { launchBrowser } from '../../src/tooling/browser.ts';
import { packVsix } from '../../src/tooling/package.ts';
import { root } from '../../src/tooling/paths.ts';
import { startRehearsal } from '../../src/tooling/rehearsal-workspace.ts';
import { folderUrl, startHost } from '../../src/tooling/vscode-host.ts';
import { installVsCodeServer } from '../../src/tooling/vscode-install.ts';
import { leaks } from './leaks.ts';
import { inOtherLetters, speakIt, translate } from './translated.ts';

/** A window of VS Code, and a person's hands on it. */
export interface Window {
  readonly page: Page;
  /** Opens a file of the workspace by clicking its way down the explorer. */
  openFile(...path: readonly string[]): Promise<void>;
  /** Opens the runbook, and waits for its toolbar. */
  openRunbook(): Promise<void>;
  /** Runs a command by its title, through the palette. */
  command(title: string): Promise<void>;
  /** Picks an entry of the quick pick that is open, by a part of its text. */
  pick(text: string): Promise<void>;
  /** Types an answer into the input box that is open. */
  answer(text: string): Promise<void>;
  /** Waits for a text in the outputs of notebooks, wherever their frames nest; gives the place. */
  waitForOutput(text: string | RegExp, timeoutMs?: number): Promise<Locator>;
  /** Writes `artifacts/screenshots/<name>.png`. */
  screenshot(name: string): Promise<void>;
}

export interface Walk extends Window, AsyncDisposable {
  readonly workspace: string;
  readonly world: World;
  /** What our extension printed as an error on the console of a page; a walk expects it to stay empty. */
  readonly consoleErrors: readonly string[];
  /** One more window, with an extension host of its own, on the same folder. */
  anotherWindow(): Promise<Window>;
  /** Waits until a file of the workspace is written whole and has the words; gives its text. */
  fileWith(name: string, words: string | RegExp, withinMs?: number): Promise<string>;
  /** Ends VS Code, and names each of its places that has a copy of a secret of the world. The last step of a walk. */
  leaks(): Promise<readonly string[]>;
}

export interface WalkOptions {
  readonly faults?: readonly FaultName[];
  /** 50 when absent. */
  readonly speed?: number;
  /** The folder is not trusted. */
  readonly untrusted?: boolean;
  /** Every text of ours is translated, and VS Code speaks that language. */
  readonly translated?: boolean;
  readonly viewport?: { readonly width: number; readonly height: number };
}

export const screenshots = join(root, 'artifacts', 'screenshots');

/** @param vsix the packed extension */
export async function startWalk(vsix: string, stop: AbortSignal, options: WalkOptions = {}): Promise<Walk> {
  await using ends = new AsyncDisposableStack();
  const server = await installVsCodeServer(stop);
  const scratch = await mkdtemp(join(tmpdir(), 'cascade-walk-'));
  ends.defer(() => rm(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  const rehearsal = await startRehearsal({
    workspace: join(scratch, 'partition-mail'),
    speed: options.speed ?? 50,
    ...(options.faults === undefined ? {} : { faults: options.faults }),
  });
  ends.defer(() => rehearsal.world.close());
  let packed = vsix;
  if (options.translated === true) {
    const folder = join(scratch, 'translated');
    await translate(folder);
    packed = join(scratch, 'translated.vsix');
    await packVsix(packed, stop, folder);
  }
  const dataDirectory = join(scratch, 'server');
  const host = await startHost(server, {
    dataDirectory,
    vsix: [packed],
    env: rehearsal.world.env,
    ...(options.untrusted === true ? { workspaceTrust: true } : {}),
    stop,
  });
  ends.defer(() => host.close());
  const browser = await launchBrowser(stop);
  ends.defer(() => browser.close());
  const consoleErrors: string[] = [];
  const openWindow = async (): Promise<Window> => {
    const page = await browser.newPage({ viewport: options.viewport ?? { width: 1400, height: 900 } });
    page.on('console', (message) => {
      if (message.type() === 'error' && /cascade/i.test(message.text())) consoleErrors.push(message.text());
    });
    if (options.translated === true) await speakIt(page);
    await page.goto(folderUrl(host, rehearsal.workspace));
    if (options.untrusted === true) {
      await page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor({ timeout: 60_000 });
    }
    await page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: 60_000 });
    const view = options.translated === true ? inOtherLetters('Cascade') : 'Cascade';
    // A file opened before the extensions are known would open as text.
    await page.getByRole('tab', { name: view }).waitFor({ timeout: 60_000 });
    return { page, ...hands(page) };
  };
  const first = await openWindow();
  await mkdir(screenshots, { recursive: true });
  const kept = ends.move();
  return {
    ...first,
    workspace: rehearsal.workspace,
    world: rehearsal.world,
    consoleErrors,
    anotherWindow: openWindow,
    fileWith: (name, ...wanted) => fileWith(join(rehearsal.workspace, name), ...wanted),
    leaks: () => leaks({ workspace: rehearsal.workspace, dataDirectory, page: first.page, end: host.close }),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** The editor empties a file before it writes it: what is read twice is whole. */
async function fileWith(path: string, words: string | RegExp, withinMs = 10_000): Promise<string> {
  let before = '';
  for (let attempt = 0; ; attempt++) {
    const text = await readFile(path, 'utf8');
    const has = typeof words === 'string' ? text.includes(words) : words.test(text);
    if (text === before && has) return text;
    assert.ok(attempt < withinMs / 100, `${path} has no ${words}:\n${text}`);
    before = text;
    await sleep(100);
  }
}

function hands(page: Page): Omit<Window, 'page'> {
  const quickInput = page.locator('.quick-input-widget:not([style*="display: none"])');
  const input = quickInput.locator('input[type="text"]').first();
  const pick = async (text: string): Promise<void> => {
    await quickInput.locator('.monaco-list-row', { hasText: text }).first().click();
  };
  const openFile = async (...path: readonly string[]): Promise<void> => {
    for (const [index, name] of path.entries()) {
      const row = page
        .locator('.explorer-folders-view .monaco-list-row')
        .filter({ has: page.getByText(name, { exact: true }) })
        .first();
      await row.waitFor();
      const isFile = index === path.length - 1;
      if (isFile) await row.dblclick();
      else if ((await row.getAttribute('aria-expanded')) !== 'true') await row.click();
    }
    await page
      .getByRole('tab', { name: path.at(-1) ?? '' })
      .first()
      .waitFor();
  };
  return {
    pick,
    openFile,
    async openRunbook() {
      await openFile('partition-mail.runbook.md');
      await page
        .getByRole('button', { name: /Select Partition/ })
        .first()
        .waitFor();
    },
    async command(title) {
      await page.keyboard.press('F1');
      await input.waitFor();
      await input.fill(`>${title}`);
      await pick(title);
    },
    async answer(text) {
      await input.waitFor();
      await input.fill(text);
      await page.keyboard.press('Enter');
    },
    async waitForOutput(text, timeoutMs = 60_000) {
      const giveUpAt = Date.now() + timeoutMs;
      for (;;) {
        for (const frame of page.frames()) {
          if (frame === page.mainFrame()) continue;
          const found = frame.getByText(text).first();
          if (await found.isVisible().catch(() => false)) return found;
        }
        if (Date.now() > giveUpAt)
          throw new Error(
            `No notebook output showed ${text} within ${timeoutMs} ms; it showed:\n${await outputs(page)}`,
          );
        await page.waitForTimeout(100);
      }
    },
    async screenshot(name) {
      await page.screenshot({ path: join(screenshots, `${name}.png`) });
    },
  };
}

/** The text of every frame but the page itself: what the outputs show. */
async function outputs(page: Page): Promise<string> {
  const texts = await Promise.all(
    page.frames().map((frame) =>
      frame === page.mainFrame()
        ? ''
        : frame
            .locator('body')
            .ariaSnapshot({ timeout: 1000 })
            .catch(() => ''),
    ),
  );
  return texts.filter((text) => text.trim() !== '').join('\n---\n');
}

/** How long our extension takes to be there, beside a notebook extension that does nothing, in the same VS Code. */
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stdout } from 'node:process';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from './browser.ts';
import { build } from './build.ts';
import { packVsix } from './package.ts';
import { startRehearsal } from './rehearsal-workspace.ts';
import { folderUrl, startHost } from './vscode-host.ts';
import { installVsCodeServer } from './vscode-install.ts';

const windows = 8;
const quiet = { timeout: 60_000 };

interface Measured {
  /** Loading the code and the call of activate(), as VS Code itself counts, in milliseconds. */
  readonly activation: number;
  /** From the click to the cells of the first notebook of a window, in milliseconds. */
  readonly painted: number;
}

type Who = 'ours' | 'empty';
const files: Readonly<Record<Who, string>> = { ours: 'partition-mail.runbook.md', empty: 'notes.empty.md' };
const titles: Readonly<Record<Who, string>> = { ours: 'Cascade Runbook', empty: 'Empty Notebook' };

export async function benchActivation(stop: AbortSignal): Promise<void> {
  await build();
  const server = await installVsCodeServer(stop);
  await using ends = new AsyncDisposableStack();
  const scratch = await mkdtemp(join(tmpdir(), 'cascade-activation-'));
  ends.defer(() => rm(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  const rehearsal = await startRehearsal({ workspace: join(scratch, 'partition-mail'), speed: 50 });
  ends.defer(() => rehearsal.world.close());
  // The same text for both, in as many cells, and a folder for each: two that start at once wait for each other.
  const notes = join(scratch, 'notes');
  await mkdir(notes);
  await copyFile(join(rehearsal.workspace, files.ours), join(notes, files.empty));
  const folders: Readonly<Record<Who, string>> = { ours: rehearsal.workspace, empty: notes };
  const ours = join(scratch, 'ours.vsix');
  await packVsix(ours, stop);
  const empty = await emptyExtension(join(scratch, 'empty'), stop);
  const host = await startHost(server, {
    dataDirectory: join(scratch, 'server'),
    vsix: [ours, empty],
    env: rehearsal.world.env,
    stop,
  });
  ends.defer(() => host.close());
  const browser = await launchBrowser(stop);
  ends.defer(() => browser.close());
  const all: Record<Who, Measured[]> = { ours: [], empty: [] };
  for (let window = -1; window < windows; window++) {
    for (const who of ['ours', 'empty'] as const) {
      stop.throwIfAborted();
      const measured = await session(browser, folderUrl(host, folders[who]), who);
      // The first windows fill the caches.
      if (window >= 0) all[who].push(measured);
    }
  }
  const figure = (who: Who, what: keyof Measured): number => median(all[who].map((each) => each[what]));
  stdout.write(`\nActivation, medians of ${windows} windows each\n`);
  for (const [what, words] of [
    ['activation', 'code loaded and activate() called'],
    ['painted', 'from the click to the cells of the notebook'],
  ] as const) {
    const [own, other] = [figure('ours', what), figure('empty', what)];
    stdout.write(
      `  ${words.padEnd(44)} ${own.toFixed(0).padStart(6)} ms   empty ${other.toFixed(0).padStart(5)} ms   ${(own / Math.max(other, 1)).toFixed(2)} x\n`,
    );
  }
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** A window of its own, so an extension host of its own. */
async function session(browser: Browser, url: string, who: Who): Promise<Measured> {
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  try {
    await page.goto(url);
    await page.locator('.explorer-folders-view .monaco-list-row').first().waitFor(quiet);
    await page.getByRole('tab', { name: 'Cascade' }).waitFor(quiet);
    const painted = await paint(page, files[who]);
    await command(page, 'Developer: Show Running Extensions');
    // The list draws what is in sight.
    await page.setViewportSize({ width: 1400, height: 4000 });
    return { activation: await activation(page, titles[who]), painted };
  } finally {
    await page.close();
  }
}

async function command(page: Page, title: string): Promise<void> {
  await page.keyboard.press('F1');
  await page.locator('.quick-input-widget input').first().waitFor();
  await page.keyboard.type(title);
  await page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first().click();
  await page.locator('.quick-input-widget').first().waitFor({ state: 'hidden' });
}

async function activation(page: Page, title: string): Promise<number> {
  const row = page.locator('.runtime-extensions-editor .monaco-list-row', { hasText: title }).first();
  const time = row.getByText(/Activation: \d+ms/);
  await time.waitFor(quiet);
  return Number(/(\d+)ms/.exec((await time.textContent()) ?? '')?.[1]);
}

async function paint(page: Page, file: string): Promise<number> {
  const row = page.locator('.explorer-folders-view .monaco-list-row', { hasText: file }).first();
  await row.waitFor(quiet);
  const begun = performance.now();
  await row.dblclick();
  await page.getByRole('tab', { name: file, selected: true }).first().waitFor(quiet);
  // Said when the cells are there; what they look like differs.
  await page.locator('.statusbar-item', { hasText: /Cell \d+ of/ }).waitFor(quiet);
  return performance.now() - begun;
}

/** As small as a notebook extension can be: it only takes the text apart at its fences. */
async function emptyExtension(folder: string, stop: AbortSignal): Promise<string> {
  await mkdir(folder, { recursive: true });
  const manifest = {
    name: 'empty-notebook',
    displayName: titles.empty,
    description: 'A notebook that does nothing.',
    version: '0.0.1',
    publisher: 'cascade-bench',
    license: 'MIT',
    engines: { vscode: '^1.100.0' },
    main: './main.js',
    activationEvents: ['workspaceContains:**/*.empty.md'],
    contributes: {
      notebooks: [
        { type: 'empty-notebook', displayName: titles.empty, selector: [{ filenamePattern: '*.empty.md' }] },
      ],
    },
  };
  const main = `const vscode = require('vscode');
exports.activate = (context) => {
  context.subscriptions.push(vscode.workspace.registerNotebookSerializer('empty-notebook', {
    deserializeNotebook: (bytes) => new vscode.NotebookData(
      new TextDecoder().decode(bytes).split(/^(?=\`\`\`)/m).map((part) => part.trim() === '' ? undefined :
        part.startsWith('\`\`\`') && /\\w/.test(part.slice(3, 4))
          ? new vscode.NotebookCellData(vscode.NotebookCellKind.Code, part, 'plaintext')
          : new vscode.NotebookCellData(vscode.NotebookCellKind.Markup, part.replace(/^\`\`\`/, ''), 'markdown'),
      ).filter((cell) => cell !== undefined)),
    serializeNotebook: (data) => new TextEncoder().encode(data.cells.map((cell) => cell.value).join('')),
  }));
};
`;
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(join(folder, 'main.js'), main);
  await writeFile(join(folder, 'README.md'), 'A notebook that does nothing, to measure against.\n');
  await writeFile(join(folder, 'LICENSE'), 'MIT\n');
  const file = `${folder}.vsix`;
  await packVsix(file, stop, folder);
  return file;
}

/**
 * Runs the bundled suite inside the VS Code that npm delivers, served to a Chromium without a screen, and then looks
 * for the world's secrets in all that VS Code has kept.
 */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env, stderr, stdout } from 'node:process';
import type { Page } from 'playwright-core';
import { launchBrowser } from '../../src/tooling/browser.ts';
import { suiteBundle } from '../../src/tooling/build.ts';
import { root } from '../../src/tooling/paths.ts';
import { runProgram, ToolingError } from '../../src/tooling/program.ts';
import { startRehearsal } from '../../src/tooling/rehearsal-workspace.ts';
import { folderUrl, type Host, startHost } from '../../src/tooling/vscode-host.ts';
import { installVsCodeServer } from '../../src/tooling/vscode-install.ts';
import { runCases } from './cases.ts';
import { leaks } from './leaks.ts';
import { handOver, printSuiteReport } from './report.ts';

/** The long forms of cases are told by the environment. */
const deadlineMs =
  600_000 + 1000 * Number(env['CASCADE_WRITERS_SECONDS'] ?? 0) + 2000 * Number(env['CASCADE_LEAK_RUNS'] ?? 0);

await runProgram(async (stop) => {
  if (!existsSync(suiteBundle))
    throw new ToolingError(`Looked for ${suiteBundle}: it is not there. Run "npm run build" first.`);
  const server = await installVsCodeServer(stop);
  await using ends = new AsyncDisposableStack();
  const scratch = await mkdtemp(join(tmpdir(), 'cascade-suite-'));
  ends.defer(() => rm(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  const rehearsal = await startRehearsal({ workspace: join(scratch, 'partition-mail'), speed: 50 });
  ends.defer(() => rehearsal.world.close());
  const report = join(scratch, 'report.json');
  const dataDirectory = join(scratch, 'server');
  const host = await startHost(server, {
    dataDirectory,
    env: { ...rehearsal.world.env, CASCADE_SUITE_REPORT: report },
    testDriver: true,
    stop,
  });
  ends.defer(() => host.close());
  const browser = await launchBrowser(stop);
  ends.defer(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  const console: string[] = [];
  const end = await suiteEnd(page, testUrl(host, rehearsal.workspace), console);
  stop.throwIfAborted();
  if (existsSync(report)) {
    const inside = await printSuiteReport(report);
    const places = { workspace: rehearsal.workspace, dataDirectory, page, end: host.close };
    const after = await runCases(
      [
        {
          name: 'no file of VS Code or of the workspace, and nothing in its storage, has a copy of a secret',
          run: async () => assert.deepEqual(await leaks(places), []),
        },
      ],
      { print: (line) => stdout.write(`${line}\n`) },
    );
    return handOver({ passed: inside.passed + after.passed, failed: inside.failed + after.failed });
  }
  stderr.write(`${console.join('\n')}\n`);
  throw new ToolingError(`The suite ended (${end}) without a report. The page's console is above.`);
});

function testUrl(host: Host, workspace: string): string {
  const remote = (path: string): string => `vscode-remote://127.0.0.1:${host.port}${path}`;
  const payload = [
    ['extensionDevelopmentPath', remote(root)],
    ['extensionTestsPath', remote(suiteBundle)],
    ['skipWelcome', 'true'],
  ];
  return `${folderUrl(host, workspace)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
}

/** Opens the page and waits until VS Code says that the suite has ended. */
async function suiteEnd(page: Page, url: string, console: string[]): Promise<string> {
  const exited = new Promise<string>((done) => {
    void page.exposeFunction('codeAutomationExit', (code: number) => done(`exit code ${code}`));
  });
  await page.exposeFunction('codeAutomationLog', (type: string, words: unknown) => {
    console.push(`${type}: ${JSON.stringify(words)}`);
  });
  await page.goto(url);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((done) => {
    timer = setTimeout(() => done(`given up after ${deadlineMs / 1000} s`), deadlineMs);
  });
  const gone = new Promise<string>((done) => page.on('close', () => done('the page was closed')));
  try {
    return await Promise.race([exited, late, gone]);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs the same suite inside a desktop VS Code, which @vscode/test-electron downloads. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTests, TestRunFailedError } from '@vscode/test-electron';
import { suiteBundle } from '../../src/tooling/build.ts';
import { cache, root } from '../../src/tooling/paths.ts';
import { runProgram, ToolingError } from '../../src/tooling/program.ts';
import { startRehearsal } from '../../src/tooling/rehearsal-workspace.ts';
import { handOver, printSuiteReport } from './report.ts';

await runProgram(async () => {
  await using ends = new AsyncDisposableStack();
  const scratch = await mkdtemp(join(tmpdir(), 'cascade-suite-'));
  ends.defer(() => rm(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  const rehearsal = await startRehearsal({ workspace: join(scratch, 'partition-mail'), speed: 50 });
  ends.defer(() => rehearsal.world.close());
  const report = join(scratch, 'report.json');
  try {
    await runTests({
      cachePath: cache,
      extensionDevelopmentPath: root,
      extensionTestsPath: suiteBundle,
      extensionTestsEnv: { ...rehearsal.world.env, CASCADE_SUITE_REPORT: report },
      launchArgs: [
        rehearsal.workspace,
        ...['--user-data-dir', join(scratch, 'user-data'), '--extensions-dir', join(scratch, 'extensions')],
        ...['--disable-workspace-trust', '--skip-welcome', '--skip-release-notes'],
      ],
    });
  } catch (error) {
    // Failed cases are in the report; without one VS Code itself failed.
    if (!existsSync(report)) throw desktopFailure(error);
  }
  return handOver(await printSuiteReport(report));
});

function desktopFailure(error: unknown): Error {
  const what = error instanceof Error ? error.message : String(error);
  const asked = error instanceof TestRunFailedError ? 'Ran the suite in' : 'Downloaded and started';
  return new ToolingError(
    `${asked} a desktop VS Code: ${what}. Where it cannot be downloaded or has no screen: npm test -- --host served.`,
  );
}

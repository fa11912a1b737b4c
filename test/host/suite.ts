/** The tests that run inside a real VS Code: bundled, loaded by its extension host, started through `run`. */
import { writeFileSync } from 'node:fs';
import { env } from 'node:process';
import { activation } from './cases/activation.ts';
import { canary } from './cases/canary.ts';
import { leaksOfRuns } from './cases/leaks-of-runs.ts';
import { lineHelp } from './cases/line-help.ts';
import { logHelp } from './cases/log-help.ts';
import { logLint } from './cases/log-lint.ts';
import { logWriting } from './cases/log-writing.ts';
import { runbook } from './cases/runbook.ts';
import { running } from './cases/running.ts';
import { saving } from './cases/saving.ts';
import { testsView } from './cases/tests-view.ts';
import { threeWriters } from './cases/three-writers.ts';
import { runCases } from './cases.ts';

const cases = [
  ...activation,
  ...runbook,
  ...running,
  ...testsView,
  ...logWriting,
  ...threeWriters,
  ...saving,
  ...logLint,
  ...logHelp,
  ...lineHelp,
  ...canary,
  ...leaksOfRuns,
];
// Nobody sits in front of this editor.
env['CASCADE_ANSWERS'] = 'yes';

/** Rejects when a case failed: that is how VS Code is told. */
export async function run(): Promise<void> {
  const lines: string[] = [];
  const only = env['CASCADE_CASES'];
  const wanted = only === undefined ? cases : cases.filter(({ name }) => new RegExp(only).test(name));
  const counts = await runCases(wanted, { print: (line) => lines.push(line) });
  // The editor's console is not a dependable way out of every host; a file is.
  const report = env['CASCADE_SUITE_REPORT'];
  if (report === undefined) console.log(lines.join('\n'));
  else writeFileSync(report, JSON.stringify({ ...counts, lines }));
  if (counts.failed > 0) throw new Error(`${counts.failed} of ${cases.length} cases failed`);
}

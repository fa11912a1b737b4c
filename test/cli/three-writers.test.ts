/**
 * Three processes write one log at the same time, at random: the command line, started anew for each of its commands,
 * and two that go on with what it is made of. `CASCADE_WRITERS_SECONDS=60` makes it a minute; the suite in VS Code has
 * the same with an editor in which a person types.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { env } from 'node:process';
import { test } from 'node:test';
import { lint } from '../../src/core/lint/lint.ts';
import { parseRunbook } from '../../src/core/runbook/runbook.ts';
import { cascade, folder } from './command.ts';
import { randomWork, resultLines, writerProcess } from './random-work.ts';
import { bundled } from './working-copy.ts';

const seconds = Number(env['CASCADE_WRITERS_SECONDS'] ?? 10);
const seed = Number(env['CASCADE_WRITERS_SEED'] ?? 1);

const partitions = ['north', 'south', 'west'];
const phases = ['Check', 'Change'];
const runbook = `---
runbook: writers
log: execution-log.md
worktree: .
partitions: { ${partitions.map((name) => `${name}: {}`).join(', ')} }
phases: [${phases.map((title) => `{ title: ${title} }`).join(', ')}]
gates: [{ id: spare, title: Nothing waits for it, section: Spare }]
---
## Check

\`\`\`sh check
test -n "$partition"
\`\`\`

## Change

\`\`\`sh
echo changed >> changes
\`\`\`

## Spare

\`\`\`ask
It is so
\`\`\`
`;

test(`three processes on one log for ${seconds} s: nothing lost`, async (t) => {
  const path = folder();
  const log = join(path, 'execution-log.md');
  writeFileSync(join(path, 'writers.runbook.md'), runbook);
  const program = await bundled();
  const place = { partitions, phases, gate: 'spare' };
  const workplace = {
    ...place,
    cascade: (args: readonly string[]) => cascade(args, { cwd: path, program }),
  };
  // Each check has its first result, which its own line holds; whatever comes now has a line of its own.
  for (const name of partitions) for (const phase of phases) await workplace.cascade(['run', name, phase]);
  assert.equal(resultLines(readFileSync(log, 'utf8')), 0);
  const until = Date.now() + seconds * 1000;
  const reports = await Promise.all([
    randomWork('ada', seed * 100, () => Date.now() < until, workplace),
    ...['ben', 'cleo'].map((name, index) =>
      writerProcess(resolve('test/cli/writer.ts'), path, {
        ...place,
        name,
        seed: seed * 100 + 1 + index,
        until,
      }),
    ),
  ]);
  const text = readFileSync(log, 'utf8');
  const words = reports.flatMap((report) => report.words);
  for (const word of words) assert.ok(text.includes(word), `${word} is not in the log:\n${text}`);
  const results = reports.reduce((sum, report) => sum + report.results, 0);
  assert.equal(resultLines(text), results, text);
  const wrong = lint(text, parseRunbook(runbook), new Date().toISOString().slice(0, 10));
  assert.deepEqual(
    wrong.filter(({ severity }) => severity === 'error'),
    [],
    'nothing is left started',
  );
  const left = readdirSync(path).filter((name) => /lock|tmp|unwritten|takeover/.test(name));
  assert.deepEqual(left, []);
  const commands = reports.reduce((sum, report) => sum + report.commands, 0);
  assert.ok(commands >= 3);
  t.diagnostic(`${commands} commands: ${words.length} words and ${results} results written, all there`);
});

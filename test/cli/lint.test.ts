import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { changeLocks } from '../../src/adapters/change-locks.ts';
import { ruleCodes } from '../../src/core/lint/codes.ts';
import { cascade, workspace } from './command.ts';

const contradictions = 'test/fixtures/contradictions.md';

function withLog(fixture = contradictions): { path: string; log: string } {
  const path = workspace();
  const log = join(path, 'execution-log.md');
  copyFileSync(fixture, log);
  return { path, log };
}

test('lint names each contradiction with its line, column, code and severity, and ends with 1', async () => {
  const { path, log } = withLog();
  const { code, stdout } = await cascade(['lint', '--format', 'json'], { cwd: path });
  assert.equal(code, 1);
  const report = JSON.parse(stdout);
  assert.equal(report.log, log);
  assert.ok(report.findings.length > 5);
  const lines = readFileSync(log, 'utf8').split('\n');
  for (const finding of report.findings) {
    assert.ok(ruleCodes.includes(finding.code), finding.code);
    assert.ok(finding.column <= (lines[finding.line - 1] ?? '').length + 1, JSON.stringify(finding));
    assert.match(finding.message, /\.$/);
  }
  const text = await cascade(['lint'], { cwd: path });
  assert.equal(text.code, 1);
  assert.match(text.stdout, /execution-log\.md:\d+:\d+: warning: The gate .* \[gate-section\]/);
  assert.match(text.stdout, new RegExp(`\\n${report.findings.length} findings\\.\\n$`));
});

test('a change without a result is no contradiction while somebody is at it', async () => {
  const { path, log } = withLog();
  const codes = async (): Promise<readonly string[]> =>
    JSON.parse((await cascade(['lint', '--json'], { cwd: path })).stdout).findings.map(
      ({ code }: { code: string }) => code,
    );
  const all = await codes();
  assert.equal(all.filter((code) => code === 'no-result').length, 1);
  const taken = await changeLocks(log).take('prod', 'prod · Deploy');
  assert.equal(taken.kind, 'answer');
  assert.deepEqual(
    await codes(),
    all.filter((code) => code !== 'no-result'),
  );
  if (taken.kind === 'answer') await taken.value.release();
  assert.deepEqual(await codes(), all);
});

test('annotations for a pull request', async () => {
  const { path } = withLog();
  const { stdout } = await cascade(['lint', '--format', 'github'], { cwd: path });
  for (const line of stdout.trimEnd().split('\n'))
    assert.match(
      line,
      /^::(?:error|warning|notice) file=[^,]+,line=\d+,col=\d+,endLine=\d+,endColumn=\d+,title=[a-z-]+::\S/,
    );
});

test('--fix mends what follows from the log, leaves the rest to a person, and changes nothing the second time', async () => {
  const { path, log } = withLog();
  const before = JSON.parse((await cascade(['lint', '--json'], { cwd: path })).stdout);
  const safe = before.findings.filter((each: { fixes: { safe: boolean }[] }) =>
    each.fixes.some((fix) => fix.safe),
  );
  assert.ok(safe.length > 0);
  const { stdout } = await cascade(['lint', '--fix', '--json'], { cwd: path });
  const after = JSON.parse(stdout);
  assert.ok(after.fixed >= safe.length);
  assert.ok(after.findings.length > 0);
  assert.ok(
    after.findings.every((each: { fixes: { safe: boolean }[] }) => each.fixes.every((fix) => !fix.safe)),
  );
  const mended = readFileSync(log);
  await cascade(['lint', '--fix'], { cwd: path });
  assert.deepEqual(readFileSync(log), mended);
});

test('the runbook sets how grave a rule is', async () => {
  const { path } = withLog();
  const runbook = join(path, 'partition-mail.runbook.md');
  const off = ruleCodes.map((code) => `  ${code}: off`).join('\n');
  writeFileSync(runbook, readFileSync(runbook, 'utf8').replace('resolver:', `lint:\n${off}\nresolver:`));
  const { code, stdout } = await cascade(['lint'], { cwd: path });
  assert.equal(code, 0);
  assert.equal(stdout, 'Nothing contradicts itself.\n');
});

const bad: Readonly<Record<string, { args: readonly string[]; make?: (log: string) => void; says: RegExp }>> =
  {
    'no log': { args: ['lint'], says: /There is no log at .*execution-log\.md yet/ },
    'a log that is a folder': { args: ['lint'], make: (log) => mkdirSync(log), says: /is a folder/ },
    'a log that is not text': {
      args: ['lint'],
      make: (log) => writeFileSync(log, Buffer.of(0, 1, 2)),
      says: /not a text file/,
    },
    'an unknown format': {
      args: ['lint', '--format', 'xml'],
      says: /--format takes text, json, github, not "xml"/,
    },
    'an unknown gate': { args: ['gate', 'nope', 'cleared'], says: /There is no gate "nope".*entry-criteria/ },
    'an unknown decision': {
      args: ['gate', 'entry-criteria', 'open'],
      says: /"open" is no decision.*cleared, partial, failed, waived, reopened/,
    },
    'a waiver without a reason': {
      args: ['gate', 'entry-criteria', 'waived'],
      says: /A gate is waived for a reason.*--reason TEXT\. Nothing was written/,
    },
    'a note without words': {
      args: ['record', 'note', 'dev', 'Deploy'],
      says: /Write: cascade record note PARTITION PHASE TEXT/,
    },
    'a note of an unknown phase': {
      args: ['record', 'note', 'dev', 'Deploi', 'x'],
      says: /There is no phase "Deploi".*Pre-flight, Deploy, Verification/,
    },
    'something else': {
      args: ['record', 'poem', 'x'],
      says: /"poem" cannot be recorded.*script-fix, code-fix/,
    },
    'a log in conflict': {
      args: ['record', 'note', 'dev', 'Deploy', 'x'],
      make: (log) =>
        writeFileSync(
          log,
          readFileSync(contradictions, 'utf8').replace(
            '\n## ',
            '\n<<<<<<< ours\n=======\n>>>>>>> theirs\n## ',
          ),
        ),
      says: /line \d+ is a conflict marker.*Resolve the conflict/s,
    },
  };
for (const [name, { args, make, says }] of Object.entries(bad)) {
  test(`one clear message: ${name}`, async () => {
    const path = workspace();
    make?.(join(path, 'execution-log.md'));
    const { code, stderr, stdout } = await cascade(args, { cwd: path });
    assert.equal(code, 64, stderr + stdout);
    assert.match(stderr, says);
    assert.doesNotMatch(stderr, /\n\s+at /, 'no stack trace');
  });
}

test('what is decided and recorded on the command line stands in the log, and nothing else changes', async () => {
  const { path, log } = withLog();
  const before = readFileSync(log, 'utf8').split('\n');
  const done = [
    await cascade(['gate', 'production-confirmation', 'waived', '--reason', 'a drill', '--operator', 'Ada'], {
      cwd: path,
    }),
    await cascade(['record', 'anomaly', 'dev', 'deploy', 'the console lagged', '--operator', 'Ada'], {
      cwd: path,
    }),
    await cascade(['record', 'code-fix', 'stage', 'name taken', 'role.ts', 'abc1234'], { cwd: path }),
  ];
  assert.deepEqual(
    done.map((each) => each.code),
    [0, 0, 0],
    done.map((each) => each.stderr).join('\n'),
  );
  const after = readFileSync(log, 'utf8');
  assert.match(after, /⚠️ waived \d{4}-\d{2}-\d{2} — a drill \(by Ada\)/u);
  assert.match(after, /^- \*\*Anomaly \d{4}-.*\*\* \(Ada\): the console lagged$/m);
  assert.match(after, /^\| stage \| name taken \| role\.ts \| abc1234 \|$/m);
  const gone = before.filter((line) => !after.split('\n').includes(line));
  assert.ok(gone.length <= 2, gone.join('\n'));
  const rest = await cascade(['status', '--json'], { cwd: path });
  assert.equal(
    JSON.parse(rest.stdout).gates.find((gate: { id?: string }) => gate.id === 'production-confirmation')
      .status,
    'waived',
  );
});

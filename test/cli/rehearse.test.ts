import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cascade, folder } from './command.ts';

const logIn = (directory: string): string =>
  readFileSync(join(directory, 'execution-log.rehearsal.md'), 'utf8');
const rows = (log: string): string[] =>
  log.split('\n').filter((line) => /^\| `(?:dev|stage|demo|prod)` \|/.test(line));
const count = (text: string, form: RegExp): number => text.match(form)?.length ?? 0;

test('the whole cascade passes: twelve phases, four sign-offs, every gate', async () => {
  const directory = folder();
  const { code, stdout } = await cascade([
    'rehearse',
    '--answers',
    'yes',
    '--speed',
    '100',
    '--directory',
    directory,
  ]);
  assert.equal(code, 0, stdout);
  const log = logIn(directory);
  assert.equal(rows(log).length, 4);
  for (const row of rows(log)) {
    assert.equal(count(row, /✅ \d{4}-\d{2}-\d{2}/g), 3, row);
    assert.match(row, /\| \d{4}-\d{2}-\d{2} \|$/);
  }
  assert.equal(count(log, /⏳ pending \|/g), 0);
  // What is left when all partitions are signed off is for a person.
  const [run = '', closeout = ''] = log.split('## Closeout');
  assert.doesNotMatch(run.replace(/^Statuses:.*$/m, ''), /⏳|🟡|❌/u);
  assert.equal(count(closeout, /^- .*: ⏳ pending$/gm), 5);
  assert.match(stdout, /dev · Deploy {2}REHEARSAL/);
  assert.match(stdout, /\[█+\] 25 of 25 resources/);
  assert.ok(stdout.includes(join(directory, 'execution-log.rehearsal.md')));
  assert.ok(!existsSync(join(directory, 'execution-log.md')), 'the real log is not touched');
});

test('dkim-never ends 1, says what was expected and seen, and prod is not deployed', async () => {
  const directory = folder();
  const { code, stdout } = await cascade([
    'rehearse',
    '--answers',
    'yes',
    '--speed',
    '200',
    '--fault',
    'dkim-never',
    '--directory',
    directory,
    '--json',
  ]);
  assert.equal(code, 1);
  const log = logIn(directory);
  assert.match(
    log,
    /- Postmark DKIM of `dev\.ardamails\.com` verified on `PostmarkNonProd`: ❌ \d{4}-\d{2}-\d{2} — expected DKIMVerified: true, got DKIMVerified: false after 8 calls/,
  );
  assert.match(
    rows(log)[3] ?? '',
    /\| ✅ \S+ \| ⏳ \| ⏳ \| — \|$/,
    'prod got no further than its pre-flight',
  );
  const report = JSON.parse(stdout);
  assert.equal(report.outcome, 'failed');
  const deploy = report.targets.find((target: { target: string }) => target.target === 'prod · Deploy');
  assert.equal(deploy.outcome, 'blocked');
  assert.match(deploy.reason, /requires stage\/Verification cleared, and it is failed/);
});

const faults: Readonly<Record<string, { args: readonly string[]; code: number; log: RegExp; said: RegExp }>> =
  {
    'wrong-profile': {
      args: ['--partition', 'dev'],
      code: 1,
      log: /get-caller-identity --profile Alpha002-Admin` is account `139852620346`: ❌ \S+ — expected account 139852620346, got account 009765408297/,
      said: /next {6}Mend the profile "Alpha002-Admin".*aws sso login --profile Alpha002-Admin/,
    },
    'role-name-taken': {
      args: ['--partition', 'dev', '--partition', 'stage'],
      code: 1,
      log: /Attempt \S+ \S+ \S+\*\* failed at `\.\/amm\.sh --profile Alpha002-Admin Alpha002 stage`: .*AddNsRecordsToAnyHostedZone already exists in stack Alpha002-dev-Email/,
      said: /stage · Verification: not run, because stage · Deploy failed/,
    },
    'op-locked': {
      args: ['--partition', 'dev'],
      code: 2,
      log: /op read "op:\/\/Arda-DevOAM\/Postmark\/credential"` returns a value: 🟡 unknown/,
      said: /next {6}Unlock 1Password/,
    },
    'deploy-exit-255': {
      args: ['--partition', 'dev'],
      code: 1,
      log: /amm\.sh --profile Alpha002-Admin Alpha002 dev` exits 0: ❌ \S+ — expected exit code 0, got exit code 255/,
      said: /got {7}exit code 255/,
    },
  };
for (const [fault, { args, code, log, said }] of Object.entries(faults)) {
  test(`the fault ${fault} is seen for what it is`, async () => {
    const directory = folder();
    const finished = await cascade([
      'rehearse',
      '--answers',
      'yes',
      '--speed',
      '200',
      '--fault',
      fault,
      '--directory',
      directory,
      ...args,
    ]);
    assert.equal(finished.code, code, finished.stdout + finished.stderr);
    assert.match(logIn(directory), log);
    assert.match(finished.stdout, said);
  });
}

test('without answers and without a terminal nobody says yes', async () => {
  const directory = folder();
  const { code, stdout } = await cascade([
    'rehearse',
    '--speed',
    '200',
    '--partition',
    'dev',
    '--directory',
    directory,
  ]);
  assert.equal(code, 2);
  assert.match(stdout, /blocked {3}the gate "Entry criteria verified" is partial/);
  assert.match(
    logIn(directory),
    /The DMARC report mailbox is monitored \| 🟡 unknown \S+ \| nobody answered/,
  );
});

test("no secret is left in the log, in what is printed, or in the world's files", async () => {
  const directory = folder();
  const { stdout, stderr } = await cascade([
    'rehearse',
    '--answers',
    'yes',
    '--speed',
    '200',
    '--partition',
    'dev',
    '--directory',
    directory,
  ]);
  const everything =
    stdout +
    stderr +
    logIn(directory) +
    readFileSync(join(directory, 'world', 'worktree', 'cdk.context.json'), 'utf8');
  assert.doesNotMatch(everything, /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/);
});

test('the faults are listed, and an unknown one is refused', async () => {
  const listed = await cascade(['rehearse', '--list-faults']);
  assert.equal(listed.code, 0);
  for (const fault of ['dkim-never', ...Object.keys(faults)])
    assert.match(listed.stdout, new RegExp(`^${fault} +\\S`, 'm'));
  const refused = await cascade(['rehearse', '--fault', 'nothing-such']);
  assert.equal(refused.code, 64);
  assert.match(refused.stderr, /There is no fault "nothing-such"\. Known: dkim-never/);
});

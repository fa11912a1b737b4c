import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { cascade, type Finished, folder } from './command.ts';

const logIn = (directory: string): string =>
  readFileSync(join(directory, 'execution-log.rehearsal.md'), 'utf8');
/** The sample's whole cascade, with a yes to every question. */
const rehearse = (directory: string, speed: number, ...more: readonly string[]): Promise<Finished> =>
  cascade(['rehearse', '--answers', 'yes', '--speed', String(speed), '--directory', directory, ...more]);
const rows = (log: string): string[] =>
  log.split('\n').filter((line) => /^\| `(?:dev|stage|demo|prod)` \|/.test(line));
const count = (text: string, form: RegExp): number => text.match(form)?.length ?? 0;

test('the whole cascade passes: twelve phases, four sign-offs, every gate that has checks', async () => {
  const directory = folder();
  const { code, stdout } = await rehearse(directory, 100);
  assert.equal(code, 0, stdout);
  const log = logIn(directory);
  assert.equal(rows(log).length, 4);
  for (const row of rows(log)) {
    assert.equal(count(row, /✅ \d{4}-\d{2}-\d{2}/g), 3, row);
    assert.match(row, /\| \d{4}-\d{2}-\d{2} \|$/);
  }
  // Gates without a section hold nothing back, and wait for a person.
  assert.deepEqual(
    [...log.matchAll(/^\| (.*) \| ⏳ pending \| — \|$/gm)].map((match) => match[1]),
    [
      'PR #462 (Run-2) merged',
      '`arda-nonprod` approval received OR more-evidence path documented',
      'Run-3 infra PR merged',
    ],
  );
  // What is left when all partitions are signed off is for a person.
  const [run = '', closeout = ''] = log.split('## Closeout');
  assert.doesNotMatch(run.replace(/^Statuses:.*$|^\| .* \| ⏳ pending \| — \|$/gm, ''), /⏳|🟡|❌/u);
  assert.equal(count(closeout, /^- .*: ⏳ pending$/gm), 5);
  assert.match(stdout, /dev · Deploy {2}REHEARSAL/);
  assert.match(stdout, /\[█+\] 25 of 25 resources/);
  assert.ok(stdout.includes(join(directory, 'execution-log.rehearsal.md')));
  assert.ok(!existsSync(join(directory, 'execution-log.md')), 'the real log is not touched');
});

test('dkim-never ends 1, says what was expected and seen, and prod is not deployed', async () => {
  const directory = folder();
  const { code, stdout } = await rehearse(directory, 200, '--fault', 'dkim-never', '--json');
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
    'sso-expired': {
      args: ['--partition', 'dev'],
      code: 2,
      log: /get-caller-identity --profile Alpha002-Admin` is account `139852620346`: 🟡 unknown \S+ — the SSO session of profile Alpha002-Admin has expired, or there is none/u,
      said: /next {6}aws sso login --profile Alpha002-Admin/,
    },
    rollback: {
      args: ['--partition', 'dev'],
      code: 1,
      log: /amm\.sh --profile Alpha002-Admin Alpha002 dev` exits 0: ❌ \S+ — expected exit code 0, got exit code 1: .*ROLLBACK_COMPLETE: Received response status \[FAILED\]/,
      said: /ROLLBACK_IN_PROGRESS {2}NsDelegation: Received response status \[FAILED\].*AccessDenied/,
    },
    'masked-exit-code': {
      args: ['--partition', 'dev'],
      code: 1,
      log: /amm\.sh --profile Alpha002-Admin Alpha002 dev` exits 0: ✅ [\s\S]*describe-stacks --stack-name Alpha002-dev-Email --profile Alpha002-Admin` is CREATE_COMPLETE or UPDATE_COMPLETE: ❌ \S+ — expected .*, got no stack Alpha002-dev-Email/,
      said: /dev · Verification: not run, because dev · Deploy failed/,
    },
    'deploy-killed': {
      args: ['--partition', 'dev'],
      code: 1,
      log: /amm\.sh --profile Alpha002-Admin Alpha002 dev` exits 0: ❌ \S+ — expected exit code 0, got exit code 137/,
      said: /next {6}Read the output \(137: ended by SIGKILL\); look at what was done/,
    },
    'dns-slow': {
      args: ['--partition', 'dev'],
      code: 2,
      log: /dig \+short NS dev\.ardamails\.com @8\.8\.8\.8` returns ≥ 2 nameservers: 🟡 unknown \S+ — published, not seen by the resolver: 4 name servers of dev\.ardamails\.com have it; 8\.8\.8\.8 gave no answer within 8 s/u,
      said: /next {6}Run it again/,
    },
    'dns-servfail': {
      args: ['--partition', 'dev'],
      code: 2,
      log: /_dmarc\.dev\.ardamails\.com @8\.8\.8\.8` includes `v=DMARC1`: 🟡 unknown \S+ — published, not seen by the resolver: .* 8\.8\.8\.8 gave SERVFAIL after 3 tries/u,
      said: /next {6}Run it again/,
    },
    'dns-not-propagated': {
      args: ['--partition', 'dev'],
      code: 2,
      log: /includes `v=spf1`: 🟡 unknown \S+ — published, not propagated: 4 name servers of dev\.ardamails\.com have it; 8\.8\.8\.8 has NXDOMAIN: dev\.ardamails\.com does not exist for another 15 min 0 s/u,
      said: /next {6}Wait 15 min 0 s, then repeat: dig \+short/,
    },
    'aws-throttled': {
      args: ['--partition', 'dev'],
      code: 2,
      log: /get-caller-identity --profile Alpha002-Admin` is account `139852620346`: 🟡 unknown \S+ — throttled \(Throttling\) after 3 tries/u,
      said: /next {6}Wait a little/,
    },
    'connection-cut': {
      args: ['--partition', 'dev'],
      code: 2,
      log: /get-caller-identity --profile Alpha002-Admin` is account `139852620346`: 🟡 unknown \S+ — /u,
      said: /next {6}Run it again/,
    },
    'postmark-429': {
      args: ['--partition', 'dev'],
      code: 2,
      log: /`dev\.ardamails\.com` registered on `PostmarkNonProd` .*: 🟡 unknown \S+ — 429: too many requests/u,
      said: /next {6}Wait a minute/,
    },
    'postmark-cut': {
      args: ['--partition', 'dev'],
      code: 0,
      log: /`dev\.ardamails\.com` registered on `PostmarkNonProd` .*: ✅ \S+ — created, domain 1001/,
      said: /✔ `dev\.ardamails\.com` registered/,
    },
  };
// Each has a world of its own, and waits for most of its time.
describe('faults', { concurrency: 4 }, () => {
  for (const [fault, { args, code, log, said }] of Object.entries(faults)) {
    test(`the fault ${fault} is seen for what it is`, async () => {
      const directory = folder();
      const finished = await rehearse(directory, 200, '--fault', fault, ...args);
      assert.equal(finished.code, code, finished.stdout + finished.stderr);
      assert.match(logIn(directory), log);
      assert.match(finished.stdout, said);
    });
  }
});

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
  const { stdout, stderr } = await rehearse(directory, 200, '--partition', 'dev');
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
  const names = [...listed.stdout.matchAll(/^(\S+) +\S.*\n +→ .{20}/gm)].map((match) => match[1]);
  assert.deepEqual(names.toSorted(), ['dkim-never', ...Object.keys(faults)].toSorted(), 'each has a test');
  const refused = await cascade(['rehearse', '--fault', 'nothing-such']);
  assert.equal(refused.code, 64);
  assert.match(refused.stderr, /There is no fault "nothing-such"\. Known: sso-expired/);
});

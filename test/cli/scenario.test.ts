/** The recorded run, played again: its log has the shape and the facts of the one that was kept by hand. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { before, test } from 'node:test';
import { rehearsalEnvironment } from '../../src/adapters/environment.ts';
import { openCascade } from '../../src/cli/open.ts';
import { startRehearsal } from '../../src/cli/rehearse.ts';
import { type Played, play } from '../../src/cli/scenario.ts';
import { ScenarioPerson } from '../../src/cli/scenario-person.ts';
import { readOverview } from '../../src/core/log/overview.ts';
import { parseRunbook } from '../../src/core/runbook/runbook.ts';
import type { Scenario, ScenarioStep } from '../../src/rehearsal/scenario.ts';
import { run3 } from '../../src/rehearsal/scenarios/run-3.ts';
import { cascade, type Finished, folder } from './command.ts';

const directory = folder();
const logPath = join(directory, 'execution-log.rehearsal.md');
let finished: Finished;
let log = '';

before(async () => {
  const options = ['--scenario', 'run-3', '--speed', '200', '--directory', directory];
  finished = await cascade(['rehearse', '--answers', 'yes', ...options]);
  log = existsSync(logPath) ? readFileSync(logPath, 'utf8') : '';
});

/** The body of the section that a heading begins, up to the next heading of any level. */
function section(heading: RegExp): string {
  const from = log.search(heading);
  assert.ok(from >= 0, `no heading ${heading}`);
  const body = log.slice(log.indexOf('\n', from) + 1);
  const end = body.search(/^#+ /m);
  return end < 0 ? body : body.slice(0, end);
}

const rows = (head: RegExp): string[][] => {
  const lines = log.slice(log.search(head)).split('\n');
  return lines
    .slice(0, lines.indexOf(''))
    .filter((_, index) => index !== 1)
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
};

const day = /\d{4}-\d{2}-\d{2}/;

test('it goes as it is told, and nothing in the log contradicts itself', () => {
  assert.equal(finished.code, 0, finished.stdout + finished.stderr);
  const lines = finished.stdout.split('\n').filter((line) => /^[✔✘]/u.test(line));
  assert.equal(lines.length, run3.steps.length);
  assert.deepEqual(
    lines.filter((line) => !line.startsWith('✔')),
    [],
  );
  assert.match(
    finished.stdout,
    /stage · Deploy: failed as told: .*AddNsRecordsToAnyHostedZone already exists/,
  );
  assert.ok(finished.stdout.endsWith(`passed  The log is ${logPath}\nNothing in it contradicts itself.\n`));
  assert.ok(!existsSync(join(directory, 'execution-log.md')));
});

test('the linter of the command line agrees', async () => {
  const options = ['--runbook', join(directory, 'partition-mail.runbook.md'), '--log', logPath];
  const { code, stdout } = await cascade(['lint', ...options]);
  assert.equal(stdout, 'Nothing contradicts itself.\n');
  assert.equal(code, 0);
});

test('the summary has the columns, the bindings and the statuses of the recorded one', () => {
  const [header, ...partitions] = rows(/^\| Partition \|/m);
  assert.deepEqual(header, [
    'Partition',
    'Infrastructure',
    'Postmark account',
    'Pre-flight',
    'Deploy',
    'Verified',
    'Sign-off date',
  ]);
  assert.deepEqual(
    partitions.map((cells) => cells.map((cell) => cell.replace(day, 'D'))),
    [
      ['`dev`', 'Alpha002', 'PostmarkNonProd', '✅ D', '✅ D', '✅ D', 'D'],
      ['`stage`', 'Alpha002', 'PostmarkNonProd', '✅ D', '✅ D', '✅ D', 'D'],
      ['`demo`', 'Alpha001', 'PostmarkProd', '✅ D', '✅ D', '✅ D', 'D'],
      ['`prod`', 'Alpha001', 'PostmarkProd', '✅ D', '✅ D', '✅ D', 'D'],
    ],
  );
});

test('the gates are those of the recorded run; only what nobody has answered or merged is pending', () => {
  const [header, ...gates] = rows(/^\| Gate \|/m);
  assert.deepEqual(header, ['Gate', 'Status', 'Date']);
  assert.deepEqual(
    gates.map(
      ([title, status, date]) => `${title}: ${status?.replace(day, 'D')}, ${date?.replace(day, 'D')}`,
    ),
    [
      'PR #462 (Run-2) merged: ⚠️ waived D — the worktree is the head of the open pull request, and fixes go into it before it lands (by Miguel Pinilla), D',
      'Entry criteria verified: ✅ D, D',
      'T-O4 Postmark Compliance reply sent: ✅ D, D',
      '`arda-nonprod` approval received OR more-evidence path documented: ⏳ pending, —',
      'Production deploy confirmation given: ✅ D, D',
      'Run-3 infra PR merged: ⏳ pending, —',
    ],
  );
});

test('the sections stand in the order of the work, each phase once, and two deploys took a second attempt', () => {
  assert.deepEqual(
    [...log.matchAll(/^(#{2,3}) (.*)$/gm)].map(([, level, title]) => `${level} ${title?.replace(day, 'D')}`),
    [
      '## Run kickoff',
      '## Cascade summary table',
      '## Entry criteria verification detail',
      '## Script fixes',
      '## § dev (Alpha002 / PostmarkNonProd)',
      '### Pre-flight (T-O1-dev) ✅ D',
      '### Deploy (T-O5-dev) ✅ D (second attempt)',
      '### Verification (T-O3-dev) ✅ D',
      '## T-O4',
      '## § stage (Alpha002 / PostmarkNonProd)',
      '### Pre-flight (T-O1-stage) ✅ D',
      '### Deploy (T-O5-stage) ✅ D (second attempt)',
      '### Verification (T-O3-stage) ✅ D',
      '## § demo (Alpha001 / PostmarkProd)',
      '### Pre-flight (T-O1-demo) ✅ D',
      '### Deploy (T-O6-demo) ✅ D',
      '### Verification (T-O3-demo) ✅ D',
      '## Production deploy confirmation',
      '## § prod (Alpha001 / PostmarkProd)',
      '### Pre-flight (T-O1-prod) ✅ D',
      '### Deploy (T-O7-prod) ✅ D',
      '### Verification (T-O3-prod) ✅ D',
      '## Code fixes',
      '## Closeout',
    ],
  );
});

test('on dev the account check stopped the first deploy before anything was changed', () => {
  const notes = section(/^### Deploy \(T-O5-dev\)/m).split('**Notes / anomalies**')[1] ?? '';
  assert.match(
    notes,
    /- \*\*Attempt \S+ \S+ \S+\*\* failed at .*: not started: expected account 139852620346, got account 009765408297\. Nothing was changed\.\n/,
  );
  assert.match(notes, /- \*\*Second attempt \S+ \S+ \S+\*\* passed: 3 of 3 checks\n/);
  assert.equal(notes.match(/\battempt /gi)?.length, 2);
});

test('on stage the first deploy failed on a role name behind a register that stays', () => {
  const body = section(/^### Deploy \(T-O5-stage\)/m);
  assert.match(
    body,
    /- \*\*Attempt .*\*\* failed at `\.\/amm\.sh --profile Alpha002-Admin Alpha002 stage`: .*ROLLBACK_COMPLETE: AddNsRecordsToAnyHostedZone already exists in stack Alpha002-dev-Email\. Changed before that: `stage\.ardamails\.com` registered on `PostmarkNonProd`/,
  );
  assert.match(
    body,
    /✅ passed — already there, domain \d+/,
    'the second attempt fetches what the first one made',
  );
  assert.match(body, /\*\*Note .*Alpha002-stage-Email had rolled back and was deleted/);
  assert.match(
    body,
    /describe-stacks --stack-name Alpha002-stage-Email .*: ✅ .*CREATE_COMPLETE, 25 resources/,
  );
  assert.ok(body.indexOf('**Attempt') < body.indexOf('**Note 2'));
  assert.ok(body.indexOf('was deleted') < body.indexOf('**Second attempt'));
});

test('fixes, confirmations and sign-offs stand in their places', () => {
  assert.deepEqual(
    rows(/^\| Date \| Script \|/m).map((cells) => cells[1]),
    ['Script', 'validate-exit.sh', 'validate-exit.sh'],
  );
  const [columns, fix, ...more] = rows(/^\| Partition \| Issue \|/m);
  assert.deepEqual(columns, ['Partition', 'Issue', 'Fix', 'Commit']);
  assert.equal(fix?.[0], 'stage');
  assert.match(fix?.join(' ') ?? '', /AllowCreatingDnsRecordsRole.*roleName.*[Tt]wo unit tests/);
  assert.deepEqual(more, []);
  assert.equal(section(/^## T-O4$/m).match(/: ✅ /g)?.length, 1);
  assert.equal(
    section(/^## Production deploy confirmation$/m).match(/: ✅ .* by Miguel Pinilla/g)?.length,
    2,
  );
  assert.equal(
    log.match(/^\*\*Sign-off\*\*: ✅ \S+ — confirmed by Miguel Pinilla: as run-3 tells it$/gm)?.length,
    4,
  );
  assert.match(section(/^## Run kickoff$/m), /\*\*Started\*\*: .* by Miguel Pinilla \(operator\)/);
});

test('the verifications are whole, and no placeholder is left that the product could fill', () => {
  for (const name of ['dev', 'stage', 'demo', 'prod']) {
    const body = section(new RegExp(`^### Verification \\(T-O3-${name}\\)`, 'm'));
    assert.match(body, /NS .*: ✅ .*4 nameservers/);
    assert.match(body, /DKIMVerified after 2 calls/);
    assert.match(body, /all 6 present/);
    assert.match(body, /--post-merge` exits 0: ✅ \S+ — 12 \/ 12/);
    assert.match(body, /V-check rows .*: ✅ /);
  }
  const [cascadeOfIt = ''] = log.split('## Closeout');
  const told = cascadeOfIt.replace(/^Statuses:.*$|^\| .* \| ⏳ pending \| — \|$/gm, '');
  assert.doesNotMatch(told, /⏳|🟡|\(none|fill in|TODO|\$\{/u);
});

test('the log is read back with the statuses that the run gave it', () => {
  const runbook = parseRunbook(readFileSync('runbooks/partition-mail/partition-mail.runbook.md', 'utf8'));
  const read = readOverview(log, runbook);
  assert.ok(read.kind === 'overview');
  const { partitions, gates } = read.overview;
  assert.deepEqual(
    partitions.map((each) => [...each.phases, each.signOff].map(({ status }) => status).join(' ')),
    ['dev', 'stage', 'demo', 'prod'].map(() => 'cleared cleared cleared cleared'),
  );
  assert.deepEqual(
    gates.map(({ status }) => status),
    ['waived', 'cleared', 'cleared', 'pending', 'cleared', 'pending'],
  );
});

test('scenarios are listed; what a scenario tells itself cannot be given beside it', async () => {
  const listed = await cascade(['rehearse', '--list-scenarios']);
  assert.equal(listed.code, 0);
  assert.match(listed.stdout, /^run-3 +The recorded run: /);
  const unknown = await cascade(['rehearse', '--scenario', 'run-9']);
  assert.equal(unknown.code, 64);
  assert.match(unknown.stderr, /There is no scenario "run-9"\. Known: run-3\./);
  const both = await cascade(['rehearse', '--scenario', 'run-3', '--fault', 'rollback', '--answers', 'no']);
  assert.equal(both.code, 64);
  assert.match(both.stderr, /Leave --fault and --answers no away\. Nothing was run\./);
});

/** Plays some steps in a world of their own, in this process. */
async function played(steps: readonly ScenarioStep[]): Promise<{ result: Played; printed: string }> {
  const scenario: Scenario = { name: 'short', title: 'A short one', operator: 'Ann', steps };
  const rehearsal = await startRehearsal({
    cwd: process.cwd(),
    samples: resolve('runbooks/partition-mail'),
    directory: folder(),
    faults: [],
    speed: 200,
  });
  const person = new ScenarioPerson(scenario, 'Ann');
  const env = rehearsalEnvironment(process.env, rehearsal.world.env);
  const opened = openCascade({ ...rehearsal, env, person, evidence: false });
  let printed = '';
  const write = (text: string): void => {
    printed += text;
  };
  const terminal = { write, live: false, columns: 80 };
  try {
    const stage = { opened, world: rehearsal.world, person, operator: 'Ann', terminal };
    const result = await play(scenario, { ...stage, signal: new AbortController().signal });
    return { result, printed };
  } finally {
    await opened.cascade.close();
    await rehearsal.world.close();
  }
}

const otherwise: Readonly<Record<string, { steps: readonly ScenarioStep[]; came: RegExp }>> = {
  'a run that passes where it is told to fail': {
    steps: [{ kind: 'run', target: 'dev/Pre-flight', outcome: 'failed' }],
    came: /^passed, 3 checks \(told: failed\)$/,
  },
  'a run that fails for another reason': {
    steps: [
      { kind: 'world', faults: ['wrong-profile'], because: 'a wrong profile' },
      { kind: 'run', target: 'dev/Pre-flight', outcome: 'failed', reason: 'locked' },
    ],
    came: /^failed: .*expected account 139852620346.* \(told: failed, "locked"\)$/,
  },
  'a question that it does not answer': {
    steps: [{ kind: 'run', target: 'entry-criteria' }],
    came: /^unknown: The DMARC report mailbox is monitored: nobody answered \(told: passed\)$/,
  },
  'what is refused': {
    steps: [{ kind: 'gate', gate: 'run-2-merged', decision: 'waived', reason: ' ' }],
    came: /for a reason/,
  },
};
for (const [name, { steps, came }] of Object.entries(otherwise)) {
  test(`a scenario ends at ${name}`, async () => {
    const rest: ScenarioStep = { kind: 'run', target: 'dev/Pre-flight' };
    const { result, printed } = await played([{ kind: 'start' }, ...steps, rest]);
    assert.equal(result.asTold, false);
    assert.equal(result.steps.length, steps.length + 1, 'and the rest is not played');
    assert.match(result.steps.at(-1)?.came ?? '', came);
    assert.match(printed, /^✘/mu);
  });
}

import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { describeWorld } from '../../src/rehearsal/describe-world.ts';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { cascade, folder, workspace } from './command.ts';

const runbookText = readFileSync('runbooks/partition-mail/partition-mail.runbook.md', 'utf8');
const selector = '20260526234343pm';
let world: World;
let live: Readonly<Record<string, string | undefined>>;

/** A world in which dev is what the hand-kept log says it is; the runs on it count as live ones. */
before(async () => {
  const directory = folder();
  world = await startWorld({
    description: describeWorld(runbookText),
    directory,
    samples: 'runbooks/partition-mail/infrastructure',
    speed: 200,
    deployed: [
      {
        partition: 'dev',
        dkimSelector: selector,
        nameServers: [
          'ns-826.awsdns-39.net',
          'ns-1215.awsdns-23.org',
          'ns-442.awsdns-55.com',
          'ns-1930.awsdns-49.co.uk',
        ],
        zoneId: 'Z0830123OPJSQ95EYD0M',
      },
    ],
  });
  // A live run has no speed of its own; only the worktree of the world is needed.
  live = { ...world.env, CASCADE_REHEARSAL: undefined };
});
after(() => world.close());

function handKept(): string {
  const path = workspace();
  copyFileSync('test/fixtures/hand-kept.md', join(path, 'execution-log.md'));
  return path;
}

test('status gives what a log kept by hand says', async () => {
  const { code, stdout } = await cascade(['status', '--json'], { cwd: handKept() });
  assert.equal(code, 0);
  const status = JSON.parse(stdout);
  assert.deepEqual(
    status.partitions.map(
      (partition: { partition: string; phases: { status: string }[]; signOff: { date: string } }) => [
        partition.partition,
        partition.phases.map((phase) => phase.status).join(' '),
        partition.signOff.date,
      ],
    ),
    ['dev', 'stage', 'demo', 'prod'].map((name) => [name, 'cleared cleared cleared', '2026-05-26']),
  );
  const gates = status.gates.map((gate: { status: string }) => gate.status);
  assert.deepEqual(gates, ['waived', 'cleared', 'pending', 'pending', 'pending', 'pending']);
});

test('verifying dev on its true world changes only its section and its row', async () => {
  const path = handKept();
  const log = join(path, 'execution-log.md');
  const beforeText = readFileSync(log, 'utf8');
  const { code, stdout, stderr } = await cascade(['verify', 'dev'], { cwd: path, env: live });
  assert.equal(code, 0, stdout + stderr);
  const afterText = readFileSync(log, 'utf8');
  const outside = (text: string): string =>
    text
      .replace(/^\| `dev` \|.*$/m, '')
      .replace(/### Verification \(T-O3-dev\)[\s\S]*?(?=\n\*\*Observations\*\*:)/, '');
  assert.equal(outside(afterText), outside(beforeText));
  assert.notEqual(afterText, beforeText);
  assert.match(afterText, /4 nameservers \(ns-.*awsdns-\d+.*\)/);
  assert.doesNotMatch(stdout, /REHEARSAL/, 'the log is the real one');

  const transcripts = readdirSync(`${log}.evidence`);
  assert.equal(transcripts.length, 1);
  assert.match(transcripts[0] ?? '', /^\d{8}T\d{6}Z-dev-verification\.txt$/);
  const transcript = readFileSync(join(`${log}.evidence`, transcripts[0] ?? ''), 'utf8');
  assert.match(
    transcript,
    /=== \.\/validate-exit\.sh dev --post-merge exits 0\n[\s\S]*12 \/ 12[\s\S]*\n--- passed after/,
  );
  assert.equal((await cascade(['verify', 'dev', '--no-evidence'], { cwd: path, env: live })).code, 0);
  assert.equal(readdirSync(`${log}.evidence`).length, 1, 'turned off');
});

test('a deploy that the log calls started is never passed, and says so', async () => {
  const path = handKept();
  const log = join(path, 'execution-log.md');
  writeFileSync(
    log,
    readFileSync(log, 'utf8').replace(
      'Command exit code: `0` ✅',
      '`./amm.sh` exits 0: 🟡 started 2026-05-26 10:00:00 -07:00',
    ),
  );
  const { stdout } = await cascade(['status'], { cwd: path });
  assert.match(stdout, /Deploy +🟡 started, no result/u);
});

const bad: Readonly<
  Record<string, { args: readonly string[]; make?: (path: string) => void; code: number; says: RegExp }>
> = {
  'an unknown partition': {
    args: ['verify', 'qa'],
    code: 64,
    says: /There is no partition "qa" in the runbook\. Known: dev, stage, demo, prod\./,
  },
  'an unknown phase': {
    args: ['run', 'dev', 'Deploi'],
    code: 64,
    says: /There is no phase "Deploi".*Pre-flight, Deploy, Verification, Sign-off/,
  },
  'an unknown gate': { args: ['run', '--gate', 'x'], code: 64, says: /There is no gate "x".*entry-criteria/ },
  'an unknown command': { args: ['deploy'], code: 64, says: /"deploy" is not a command/ },
  'an unknown option': { args: ['status', '--colour'], code: 64, says: /--colour/ },
  'no runbook here': {
    args: ['status', '--runbook', 'nowhere.runbook.md'],
    code: 64,
    says: /cannot be read \(ENOENT\)/,
  },
  'no front matter': {
    args: ['status'],
    make: (path) => writeFileSync(join(path, 'partition-mail.runbook.md'), '# Text\n'),
    code: 64,
    says: /partition-mail\.runbook\.md:1:1: A runbook begins with front matter/,
  },
  'an unknown name': {
    args: ['run', 'dev'],
    make: (path) =>
      writeFileSync(
        join(path, 'partition-mail.runbook.md'),
        runbookText.replace('NS    ${domain}', 'NS    ${domane}'),
      ),
    code: 64,
    says: /:\d+:7: "domane" is not known here.*\n.*Nothing was run/s,
  },
  'a runbook that is not text': {
    args: ['status'],
    make: (path) => writeFileSync(join(path, 'partition-mail.runbook.md'), Buffer.of(0xff, 0xfe, 0)),
    code: 64,
    says: /not UTF-8/,
  },
  'a log without the table': {
    args: ['verify', 'dev'],
    make: (path) => writeFileSync(join(path, 'execution-log.md'), '# A log\n'),
    code: 64,
    says: /no summary table.*nothing was changed/s,
  },
  'a log that is a folder': {
    args: ['verify', 'dev'],
    make: (path) => mkdirSync(join(path, 'execution-log.md')),
    code: 64,
    says: /folder/,
  },
  'a log that is not text': {
    args: ['verify', 'dev'],
    make: (path) => writeFileSync(join(path, 'execution-log.md'), Buffer.of(0xff, 0)),
    code: 64,
    says: /not a text file/,
  },
  'no log yet': { args: ['status'], code: 64, says: /There is no log at .*execution-log\.md yet/ },
};
for (const [name, { args, make, code, says }] of Object.entries(bad)) {
  test(`one clear message: ${name}`, async () => {
    const path = workspace();
    make?.(path);
    const finished = await cascade(args, { cwd: path, env: live });
    assert.equal(finished.code, code, finished.stderr + finished.stdout);
    assert.match(finished.stderr, says);
    assert.doesNotMatch(finished.stderr, /\n\s+at /, 'no stack trace');
  });
}

test('a rehearsal without a world runs nothing and says how to get one', async () => {
  const { code, stderr } = await cascade(['verify', 'dev'], {
    cwd: workspace(),
    env: { CASCADE_REHEARSAL: '1' },
  });
  assert.equal(code, 64);
  assert.match(stderr, /there is no world to rehearse in\. Unset it, or start one: npm start\n$/);
});

test('a profile that does not exist, and an op that is missing', async () => {
  const path = workspace();
  const text = runbookText.replaceAll('Alpha002-Admin', 'Nobody-Admin');
  writeFileSync(join(path, 'partition-mail.runbook.md'), text);
  const profile = await cascade(['run', 'dev', 'Pre-flight'], { cwd: path, env: live });
  assert.notEqual(profile.code, 0);
  assert.match(profile.stdout, /Nobody-Admin/);
  assert.match(profile.stdout, /next {6}.*(?:aws configure|aws sso login|\.aws\/config|AWS config)/);

  const missing = await cascade(['run', 'dev', 'Pre-flight'], {
    cwd: workspace(),
    env: { ...live, PATH: folder() },
  });
  assert.notEqual(missing.code, 0);
  assert.match(missing.stdout, /there is no command "op"\n +next +Install the 1Password command/);
});

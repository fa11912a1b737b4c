/**
 * A deploy whose command line is killed with SIGKILL at many points, alone (then the deploy script goes on without
 * it) and with all its processes. The log is whole and says what is unknown, the world is asked, nothing is repeated.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { before, describe, test } from 'node:test';
import { openCascade } from '../../src/cli/open.ts';
import { status } from '../../src/cli/status.ts';
import { lint } from '../../src/core/lint/lint.ts';
import { nobody } from '../../src/core/ports.ts';
import type { Passing } from './door.ts';
import { allEnded, killAll, type Mark, marker } from './marked-processes.ts';
import { logName, readyToDeploy, type WorkingCopy, workingCopy } from './working-copy.ts';

interface Asked {
  readonly what: string;
  readonly by: Passing['by'];
  readonly when: Passing['when'];
  /** Only when so many resources of the stack are complete. */
  readonly resources?: number;
}

type Point =
  | { readonly kind: 'file'; readonly file: string; readonly nth: number; readonly when: Passing['when'] }
  | { readonly kind: 'asked'; readonly asked: Asked; readonly all: boolean };

const bothSides = ['before', 'after'] as const;
const files: readonly Point[] = [
  // Started and result of the registration, started and result of the deploy, the stack, the phase. Nothing happens
  // between the second write and the third, nor between the fifth and the last.
  ...[1, 2, 4].flatMap((nth) => bothSides.map((when) => ({ file: logName, nth, when }) as const)),
  { file: logName, nth: 3, when: 'after' } as const,
  { file: logName, nth: 5, when: 'before' } as const,
  { file: logName, nth: 6, when: 'before' } as const,
  { file: logName, nth: 6, when: 'after' } as const,
  ...bothSides.map((when) => ({ file: 'cdk.context.json', nth: 1, when }) as const),
].map((each) => ({ kind: 'file', ...each }) as const);

const whileRegistering: readonly Asked[] = [
  { what: 'GetCallerIdentity', by: 'product', when: 'before' },
  { what: 'POST /domains/', by: 'product', when: 'before' },
  { what: 'POST /domains/', by: 'product', when: 'after' },
];
const whileDeploying: readonly Asked[] = [
  { what: 'CreateStack', by: 'script', when: 'before' },
  { what: 'CreateStack', by: 'script', when: 'after' },
  ...[1, 12, 25].map(
    (resources) => ({ what: 'DescribeStackEvents', by: 'script', when: 'before', resources }) as const,
  ),
];

const points: readonly Point[] = [
  ...files,
  ...whileRegistering.map((asked) => ({ kind: 'asked', asked, all: false }) as const),
  ...whileDeploying.flatMap((asked) => [false, true].map((all) => ({ kind: 'asked', asked, all }) as const)),
];

const named = (point: Point): string =>
  point.kind === 'file'
    ? `${point.when} ${basename(point.file)} is written, time ${point.nth}`
    : `${point.asked.when} the ${point.asked.by} gets its answer to ${point.asked.what}${point.asked.resources === undefined ? '' : ` at ${point.asked.resources} resources`}${point.all ? ', with the script' : ''}`;

/** Runs the deploy until it is killed at a point; without one it ends by itself. */
async function deploy(copy: WorkingCopy, mark: Mark, point?: Point): Promise<NodeJS.Signals | null> {
  const child = spawn(
    process.execPath,
    [
      ...['--import', resolve('test/cli/kill-at-write.ts'), copy.program],
      ...['run', 'dev', 'Deploy', '--operator', 'Operator'],
    ],
    {
      cwd: copy.path,
      stdio: 'ignore',
      env: {
        ...process.env,
        ...copy.env,
        ...mark,
        CASCADE_KILL_FILE: point?.kind === 'file' ? point.file : logName,
        CASCADE_KILL_AT: String(point?.kind === 'file' ? point.nth : 0),
        CASCADE_KILL_WHEN: point?.kind === 'file' ? point.when : 'before',
        CASCADE_KILL_TEXTS: join(copy.path, 'texts'),
      },
    },
  );
  const ended = new Promise<NodeJS.Signals | null>((done) =>
    child.on('exit', (code, signal) => {
      assert.ok(signal !== null || code === 0, `the deploy ended by itself with ${code}`);
      done(signal);
    }),
  );
  if (point?.kind === 'asked') {
    const { what, by, when, resources = 0 } = point.asked;
    copy.door.hold = async (passing) => {
      if (passing.what !== what || passing.by !== by || passing.when !== when) return;
      if (copy.resources() < resources) return;
      copy.door.hold = () => {};
      child.kill('SIGKILL');
      await ended;
      if (point.all) await killAll(mark);
    };
  }
  return ended;
}

/** The texts that came in the place of the log, as far as the process got. */
function texts(copy: WorkingCopy): string[] {
  const lines = readFileSync(join(copy.path, 'texts'), 'utf8').trim().split('\n');
  return lines.map((line) => JSON.parse(line));
}

/** A text of the log without what is different in each run. */
const timeless = (text: string): string =>
  text
    .replace(/\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} [+-]\d{2}:\d{2}/g, 'TIME')
    .replace(/\d{14}pm/g, 'SELECTOR')
    .replace(/, \d+ s$/gm, '');

/** What the product makes of the log: what it shows of Deploy, and its findings. */
async function shown(copy: WorkingCopy) {
  const opened = openCascade({ directory: copy.path, env: copy.env, person: nobody, evidence: false });
  const { partitions } = await status(opened);
  const dev = partitions.find((each) => each.partition === 'dev');
  const phase = dev?.phases.find((each) => each.phase === 'Deploy');
  assert.ok(phase !== undefined);
  const today = new Date().toISOString().slice(0, 10);
  const findings = lint(readFileSync(copy.log, 'utf8'), opened.cascade.runbook, today);
  const errors = findings.filter((each) => each.severity === 'error').map((each) => each.code);
  return { phase, changedBy: dev?.changedBy, errors };
}

/** How often the world was changed. */
const changes = (copy: WorkingCopy) => {
  const done = (what: string): number =>
    copy.door.answered.filter((each) => each.what === what && each.status === 200).length;
  return {
    deploys: copy.deploys(),
    domains: done('POST /domains/'),
    stacks: done('CreateStack'),
    updates: done('UpdateStack'),
    deletes: done('DeleteStack'),
  };
};

const started = (text: string): number => text.match(/: 🟡 started [^\n]*$/gm)?.length ?? 0;
const checkLine = (text: string, words: string): string =>
  text.split('\n').find((line) => line.startsWith('- ') && line.includes(words)) ?? '';

async function killedAt(copy: WorkingCopy, point: Point, whole: readonly string[]): Promise<void> {
  const mark = marker();
  assert.equal(await deploy(copy, mark, point), 'SIGKILL');

  // The log is the old or the new text, whole.
  const text = readFileSync(copy.log, 'utf8');
  const stage = whole.indexOf(timeless(text));
  assert.ok(stage >= 0, `no text that an undisturbed run goes through:\n${text}`);
  if (point.kind === 'file' && point.file === logName)
    assert.equal(stage, point.when === 'before' ? point.nth - 1 : point.nth);

  // What was begun stands there, and nothing was done that does not.
  const begun = started(text);
  assert.ok(begun <= 1);
  const registered = checkLine(text, 'registered on');
  const deployed = checkLine(text, './amm.sh');
  const atKill = changes(copy);
  if (atKill.domains > 0) assert.doesNotMatch(registered, /⏳/);
  if (atKill.deploys > 0) assert.doesNotMatch(deployed, /⏳/);
  const after = await shown(copy);
  assert.equal(after.phase.started === true, begun === 1);
  assert.equal(after.changedBy, undefined, 'a dead process changes nothing');
  assert.deepEqual(after.errors, begun === 1 ? ['no-result'] : []);

  // Who says no starts nothing again, nor does who said yes to "ask" lines in advance. What was not begun yet may well be done for the first time.
  if (begun === 1) {
    for (const answer of ['no', 'yes']) {
      const left = await copy.run('run', 'dev', 'Deploy', '--answers', answer, '--operator', 'Operator');
      assert.equal(left.code, 3, left.stdout + left.stderr);
      assert.match(
        left.stdout,
        /: started \d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} [+-]\d{2}:\d{2}, and the log has no result/,
      );
    }
    const { domains, stacks, deploys } = changes(copy);
    assert.equal(deploys, atKill.deploys);
    assert.ok(domains <= 1 && stacks <= 1);
  }

  const recovered = await copy.run('recover', 'dev', '--operator', 'Operator');
  assert.equal(changes(copy).deploys, atKill.deploys, 'looking deploys nothing');
  const found = readFileSync(copy.log, 'utf8');
  assert.equal(started(found), 0, found);
  assert.equal((await shown(copy)).phase.started, undefined);
  if (begun === 0) {
    assert.equal(recovered.code, 0, recovered.stdout + recovered.stderr);
    assert.match(recovered.stdout, /^Nothing was started without a result\.$/m);
    assert.equal(found, text);
  } else {
    assert.match(found, /\*\*Attempt \d{4}-\S+ \S+ \S+\*\* was cut off at `.*Looked at .*no result was seen/);
    assert.match(recovered.stdout, /^Nothing was repeated\./m);
    // That a domain is registered shows that it was; how a deploy ended nobody saw, but that there is no stack, one can.
    const { code } = recovered;
    const noStack = checkLine(found, 'describe-stacks').includes('❌');
    if (/started/.test(deployed)) assert.equal(code, noStack ? 1 : 2, recovered.stdout);
    else assert.ok(code === 0 || code === 1 || code === 2, recovered.stdout + recovered.stderr);
  }

  // Nothing more is under way: what the operator now says goes.
  await allEnded(mark);
  const yes = await copy.run('run', 'dev', 'Deploy', '--answers', 'yes', '--operator', 'Operator');
  assert.equal(yes.code, 0, yes.stdout + yes.stderr);
  const end = readFileSync(copy.log, 'utf8');
  assert.match(end, /^### Deploy \(T-O5-dev\) ✅/m);
  const made = changes(copy);
  assert.deepEqual(
    { ...made, deploys: 0 },
    { deploys: 0, domains: 1, stacks: 1, updates: 0, deletes: 0 },
    'each thing was made once',
  );
}

describe('a deploy is killed', { concurrency: 4 }, () => {
  let ready = '';
  let whole: readonly string[] = [];
  before(async () => {
    ready = await readyToDeploy();
    const copy = await workingCopy(ready);
    try {
      const first = readFileSync(copy.log, 'utf8');
      assert.equal(await deploy(copy, marker()), null);
      whole = [first, ...texts(copy)].map(timeless);
      assert.equal(whole.length, 7, 'the points are made for so many writes');
    } finally {
      await copy.close();
    }
  });
  for (const point of points) {
    test(named(point), async () => {
      const copy = await workingCopy(ready);
      try {
        await killedAt(copy, point, whole);
      } finally {
        await copy.close();
      }
    });
  }
});

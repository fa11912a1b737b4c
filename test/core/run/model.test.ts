/**
 * Random sequences of what happens to a cascade: runs, failures, decisions, hand edits, a killed process, a window
 * that is opened again. What may have run is judged by the words of the log alone, not by the engine's own reading.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { status } from '../../../src/cli/status.ts';
import { decideGate } from '../../../src/core/gates/decide.ts';
import { newLog } from '../../../src/core/log/create.ts';
import { applyEdits, stamp } from '../../../src/core/log/edits.ts';
import { readOverview } from '../../../src/core/log/overview.ts';
import { readLog } from '../../../src/core/log/read.ts';
import type { StatusKind } from '../../../src/core/log/status.ts';
import { answer, type ChangeLocks, failure, type LostChange } from '../../../src/core/ports.ts';
import { Cascade } from '../../../src/core/run/cascade.ts';
import { run as runTarget } from '../../../src/core/run/engine.ts';
import type { RunEvent, RunPurpose } from '../../../src/core/run/events.ts';
import type { Target } from '../../../src/core/run/places.ts';
import { recorded } from '../../../src/core/run/record.ts';
import { phase, sample } from '../fixture.ts';
import { memoryLog, memoryPorts, memoryWorld } from '../memory.ts';

const runbook = sample();
const partitions = ['dev', 'prod'] as const;
const phases = ['Pre-flight', 'Deploy', 'Verification'] as const;
const moods = ['well', 'failing', 'silent'] as const;

/** One cascade and its world, with all that a process forgets when it is killed kept apart from what lasts. */
class System {
  readonly world = memoryWorld();
  readonly log = memoryLog(
    newLog(runbook, {
      operator: 'Op',
      at: { date: '2026-11-24', time: '2026-11-24 09:00:00 +00:00' },
      worktree: '.',
      rehearsal: false,
    }),
  );
  /** Who holds which partition: the number of a process. */
  readonly holders = new Map<string, number>();
  process = 1;
  alive = new Set([1]);
  cascade: Cascade;
  /** Changes that began, each with what the log said then. */
  readonly begun: { readonly what: string; readonly log: string }[] = [];
  /** Results that a run told of, when the log had them. */
  readonly told: { readonly title: string; readonly verdict: string; readonly evidence: string }[] = [];
  /** What a person was asked whether it is to be run again. */
  readonly lost: LostChange[] = [];
  #count = 0;

  constructor() {
    for (const name of ['Dev', 'Prod'])
      this.world.secrets.set(`op://${name}/Postmark/credential`, `secret-of-${name}`);
    this.world.accounts.set('Alpha002-Admin', '139852620346').set('Admin-Alpha1', '009765408297');
    this.be('well');
    this.cascade = this.open();
  }

  /** How the world answers from now on. */
  be(mood: (typeof moods)[number]): void {
    const { world } = this;
    const codes = { well: 0, failing: 7, silent: 0 };
    world.shell = async (text, env, output) => {
      if (text.includes('deploy')) this.began(`deploy ${env['partition'] ?? ''}`);
      if (mood === 'silent') return failure('unknown', text, 'no answer', 'Look.');
      output(`run ${++this.#count}\n`);
      return answer({ exitCode: codes[mood] });
    };
    const values = mood === 'well' ? ['ns-1.example.net', 'ns-2.example.net'] : ['ns-1.example.net'];
    for (const name of partitions) {
      world.dns.set(
        `NS ${name}.example.com`,
        mood === 'silent' ? failure('unknown', 'dig', 'SERVFAIL', 'Ask again.') : { code: 'noerror', values },
      );
      world.dns.set(`TXT 20261124100000pm._domainkey.${name}.example.com`, {
        code: 'noerror',
        values: ['k=rsa;p=MIGfMA0'],
      });
    }
    world.answers = () =>
      mood === 'silent' ? undefined : { yes: mood === 'well', by: `Person ${++this.#count}` };
    world.runAgain = async (change) => {
      this.lost.push(change);
      return mood === 'well' ? 'run' : mood === 'silent' ? 'leave' : 'look';
    };
    world.typed = mood === 'silent' ? undefined : 'prod';
  }

  began(what: string): void {
    this.begun.push({ what, log: this.log.text ?? '' });
  }

  /** A window, or a command, that opens the same log. */
  open(): Cascade {
    const { process, holders, alive } = this;
    const locks: ChangeLocks = {
      take: async (partition) => {
        const holder = holders.get(partition);
        if (holder !== undefined && alive.has(holder))
          return failure('unknown', `change ${partition}`, `process ${holder} changes it`, 'Wait.');
        holders.set(partition, process);
        return answer({
          release: async () => {
            if (holders.get(partition) === process) holders.delete(partition);
          },
        });
      },
      holder: async (partition) => {
        const holder = holders.get(partition);
        return holder !== undefined && alive.has(holder) ? `process ${holder}` : undefined;
      },
    };
    const ports = memoryPorts(this.world);
    const create = ports.postmark.create.bind(ports.postmark);
    const postmark: typeof ports.postmark = {
      ...ports.postmark,
      create: (token, domain, ...rest) => {
        this.began(`register ${domain.split('.')[0] ?? ''}`);
        return create(token, domain, ...rest);
      },
    };
    return new Cascade({ runbook, log: this.log, ports: { ...ports, postmark }, worktree: '/w', locks });
  }

  /** @param until after so many events the process is gone: nothing more of it is done or written */
  async play(target: Target, purpose: RunPurpose, until: number): Promise<void> {
    const { signal } = new AbortController();
    const events = recorded(this.cascade, runTarget(this.cascade, target, { signal, purpose }), signal);
    for (let count = 0; count < until; count++) {
      const next = await events.next();
      if (next.done === true) return;
      this.hear(next.value);
    }
    // Killed: no "return", no "finally".
    this.alive.delete(this.process);
    this.process++;
    this.alive.add(this.process);
    this.cascade = this.open();
  }

  hear(event: RunEvent): void {
    if (event.kind !== 'check-finished' || event.check.language === 'ask') return;
    this.told.push({
      title: event.check.title,
      verdict: event.result.verdict,
      evidence: event.result.evidence,
    });
  }
}

type Step =
  | {
      readonly kind: 'run';
      readonly partition: (typeof partitions)[number];
      readonly phase: (typeof phases)[number];
      readonly until: number;
    }
  | { readonly kind: 'sign-off'; readonly partition: (typeof partitions)[number] }
  | { readonly kind: 'gate'; readonly gate: number }
  | { readonly kind: 'look'; readonly partition: (typeof partitions)[number] }
  | { readonly kind: 'decide'; readonly gate: number; readonly status: StatusKind }
  | { readonly kind: 'mood'; readonly mood: (typeof moods)[number] }
  | { readonly kind: 'hand'; readonly place: number; readonly token: string }
  | { readonly kind: 'reopen' };

const partition = fc.constantFrom(...partitions);
const gate = fc.constantFrom(0, 1);
/** Killed right behind the mark of a change, or anywhere. */
const until = fc.oneof(
  { weight: 4, arbitrary: fc.constant(1000) },
  { weight: 3, arbitrary: fc.constantFrom(2, 4) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 14 }) },
);
const anyPhase = fc.constantFrom<(typeof phases)[number]>(
  'Pre-flight',
  'Deploy',
  'Deploy',
  'Deploy',
  'Verification',
);
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('run' as const),
      partition,
      phase: anyPhase,
      until,
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('sign-off' as const), partition }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('gate' as const), gate }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('look' as const), partition }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('decide' as const),
      gate,
      status: fc.constantFrom<StatusKind>('cleared', 'waived', 'failed', 'partial', 'pending'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('mood' as const), mood: fc.constantFrom(...moods) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('hand' as const),
      place: fc.nat(200),
      token: fc.constantFrom(
        '✅ 2026-11-24',
        '❌ 2026-11-24',
        '⏳ pending',
        '🟡 2026-11-24',
        '⚠️ waived 2026-11-24',
      ),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const) }) },
);

const run = (partition: (typeof partitions)[number], phase: (typeof phases)[number]): Step => ({
  kind: 'run',
  partition,
  phase,
  until: 1000,
});
const wayThrough: readonly Step[] = [
  { kind: 'gate', gate: 0 },
  ...phases.map((each) => run('dev', each)),
  { kind: 'sign-off', partition: 'dev' },
  { kind: 'gate', gate: 1 },
  ...phases.map((each) => run('prod', each)),
  { kind: 'sign-off', partition: 'prod' },
];

/** Some of the way goes well, then anything happens. */
const sequences = fc
  .tuple(fc.nat(wayThrough.length - 1), fc.array(steps, { minLength: 5, maxLength: 25 }))
  .map(([length, rest]) => [...wayThrough.slice(0, length), ...rest]);

/** Whether the log says of a change that it was started, and no more. */
function startedIn(text: string, what: string): boolean {
  const [kind, name = ''] = what.split(' ');
  const command = kind === 'deploy' ? `./deploy.sh ${name}` : `\`${name}.example.com\` registered`;
  return text.split('\n').some((line) => line.includes(command) && /: 🟡 started [^;]*$/u.test(line));
}

async function take(system: System, step: Step): Promise<void> {
  const gateOf = (index: number) => runbook.gates[index] ?? assert.fail();
  const partitionOf = (name: string) =>
    runbook.partitions.find((each) => each.name === name) ?? assert.fail();
  switch (step.kind) {
    case 'run':
      return system.play(phase(runbook, step.partition, step.phase), 'run', step.until);
    case 'sign-off':
      return system.play({ kind: 'sign-off', partition: partitionOf(step.partition) }, 'run', 1000);
    case 'gate':
      return system.play({ kind: 'gate', gate: gateOf(step.gate) }, 'run', 1000);
    case 'look': {
      const before = system.begun.length;
      await system.play(phase(runbook, step.partition, 'Deploy'), 'look', 1000);
      assert.equal(system.begun.length, before, 'a look changed something');
      return;
    }
    case 'decide': {
      const { clock } = system.cascade.ports;
      const decision = { kind: step.status, by: 'Ada', reason: 'so be it' };
      const text = system.log.text ?? '';
      const edits = decideGate(text, runbook, gateOf(step.gate).title, decision, stamp(clock.now(), clock));
      if (!('kind' in edits)) system.log.text = applyEdits(text, edits);
      return;
    }
    case 'mood':
      return system.be(step.mood);
    case 'hand': {
      // Some token that stands behind a check or in a table becomes another one.
      const text = system.log.text ?? '';
      const tokens = [
        ...text.matchAll(
          /[✅🟡❌⚠⏳]\uFE0F?(?: (?:pending|waived|unknown))?(?: \d{4}-\d{2}-\d{2})?(?=[\s|])/gu,
        ),
      ];
      const found = tokens[step.place % Math.max(1, tokens.length)];
      if (found === undefined || text.slice(found.index).startsWith('🟡 started')) return;
      system.log.text = text.slice(0, found.index) + step.token + text.slice(found.index + found[0].length);
      return;
    }
    case 'reopen':
      system.cascade = system.open();
  }
}

const cells = (text: string, first: string): readonly string[] =>
  text
    .split('\n')
    .find((line) => line.startsWith(`| ${first} |`))
    ?.split('|')
    .map((cell) => cell.trim()) ?? [];

/** Whether a deploy may have begun over this log: by its tables alone, the least that has to hold. */
function mustBeOpen(text: string, partition: string): void {
  const opens = /^(?:✅|⚠️? ?waived)/u;
  const [, , , , preflight] = cells(text, `\`${partition}\``);
  assert.match(preflight ?? '', opens, `the deploy of ${partition} began behind its pre-flight`);
  assert.match(
    cells(text, 'Entry criteria verified')[2] ?? '',
    opens,
    'a deploy began behind the entry criteria',
  );
  if (partition !== 'prod') return;
  const production = cells(text, 'Production confirmed')[2] ?? '';
  assert.match(production, opens, 'the deploy of prod began behind its confirmation');
  if (production.startsWith('✅'))
    assert.match(
      cells(text, '`dev`')[6] ?? '',
      opens,
      'the deploy of prod began behind the verification of dev',
    );
}

/** Each reader sees the same: what reads on from the last text, what begins anew, and the command line. */
async function sameForAll(system: System): Promise<void> {
  const text = system.log.text ?? '';
  const here = readOverview(text, runbook);
  readLog('# another text, so that nothing of the last one is remembered\n');
  const fresh = readOverview(text, sample());
  assert.deepEqual(JSON.parse(JSON.stringify(fresh)), JSON.parse(JSON.stringify(here)));
  assert.ok(here.kind === 'overview');
  const told = await status({ cascade: system.cascade, runbookPath: '', logPath: 'log', rehearsal: false });
  assert.deepEqual(
    told.partitions.map((each) => [
      each.partition,
      ...each.phases.map((one) => one.status),
      each.signOff.status,
    ]),
    here.overview.partitions.map((each) => [
      each.partition,
      ...each.phases.map((one) => one.status),
      each.signOff.status,
    ]),
  );
}

/** Whatever was told is in the log: as the status of its check or as a line below it. */
function nothingLost(system: System): void {
  const text = system.log.text ?? '';
  const counted = new Map<string, number>();
  for (const { evidence } of system.told) counted.set(evidence, (counted.get(evidence) ?? 0) + 1);
  for (const [evidence, count] of counted) {
    const shown = evidence.replaceAll('`', "'").slice(0, 60);
    const found = text.split(shown).length - 1;
    // The same evidence of the same check stands once for its first result and once for each later one.
    assert.ok(found >= count, `"${shown}" was told ${count} times and stands ${found} times in\n${text}`);
  }
}

/** What says passed was seen to pass, or written by a person. */
function passedWasSeen(system: System, byHand: boolean): void {
  if (byHand) return;
  const seen = new Set(system.told.filter((each) => each.verdict === 'passed').map((each) => each.evidence));
  for (const line of (system.log.text ?? '').split('\n')) {
    const evidence = /^\s*- (?!\*\*).*✅ (?:passed|\d{4}-\d{2}-\d{2}) — (.*)$/u.exec(line)?.[1];
    if (evidence === undefined || /confirmed by|cleared by|by Ada/.test(evidence)) continue;
    assert.ok(
      [...seen].some((each) => evidence.startsWith(each.replaceAll('`', "'").slice(0, 40))),
      `nobody saw: ${line}`,
    );
  }
}

const runs = Number(process.env['CASCADE_RUNS'] ?? '') || 40;

test('no change runs behind a closed gate, nothing told is lost, and every reader sees the same', async () => {
  let changes = 0;
  await fc.assert(
    fc.asyncProperty(sequences, async (sequence) => {
      const system = new System();
      let byHand = false;
      for (const step of sequence) {
        const before = system.begun.length;
        const text = system.log.text ?? '';
        const asked = system.lost.length;
        byHand ||= step.kind === 'hand';
        await take(system, step);
        for (const { what, log } of system.begun.slice(before)) {
          const [, name = ''] = what.split(' ');
          mustBeOpen(log, name);
          assert.match(log, /🟡 started/u, `${what} began before the log said so`);
          if (!startedIn(text, what)) continue;
          const questions = system.lost.slice(asked).filter(({ partition }) => partition === name);
          assert.ok(questions.length > 0, `${what} was begun again and nobody was asked`);
        }
        nothingLost(system);
        passedWasSeen(system, byHand);
        await sameForAll(system);
      }
      changes += system.begun.length;
    }),
    { numRuns: runs },
  );
  assert.ok(changes > runs / 10, `hardly anything ran: ${changes} changes`);
});

test('the way through is open: in a world that is well everything passes', async () => {
  const system = new System();
  for (const step of wayThrough) await take(system, step);
  assert.deepEqual(
    system.begun.map(({ what }) => what),
    ['register dev', 'deploy dev', 'register prod', 'deploy prod'],
  );
  for (const name of partitions) assert.equal(cells(system.log.text ?? '', `\`${name}\``)[7], '2026-11-24');
});

/** `cascade rehearse --scenario`: plays a recorded run again, through what an operator would call. */
import { type Finding, lint } from '../core/lint/lint.ts';
import { stamp } from '../core/log/edits.ts';
import { readLog } from '../core/log/read.ts';
import { failureText } from '../core/ports.ts';
import type { RunEvent } from '../core/run/events.ts';
import { targetName } from '../core/run/places.ts';
import { startRun } from '../core/run/start.ts';
import { resourcesDone } from '../core/steps/aws.ts';
import type { RunStep, Scenario, ScenarioStep } from '../rehearsal/scenario.ts';
import { scenarios } from '../rehearsal/scenarios/index.ts';
import type { World } from '../rehearsal/world.ts';
import { UsageError } from './arguments.ts';
import type { OpenedCascade } from './open.ts';
import type { Terminal } from './report.ts';
import { runTarget } from './runs.ts';
import { type PlayedStep, ScenarioLines } from './scenario-lines.ts';
import type { ScenarioPerson } from './scenario-person.ts';
import { targetNamed } from './targets.ts';
import { decideGate, record } from './write.ts';

export function scenarioNamed(name: string): Scenario {
  const scenario = scenarios.find((each) => each.name === name);
  if (scenario !== undefined) return scenario;
  const known = scenarios.map((each) => each.name).join(', ');
  throw new UsageError(`There is no scenario "${name}". Known: ${known}.`);
}

export const scenarioList = (): string =>
  scenarios.map(({ name, title }) => `${name.padEnd(18)} ${title}\n`).join('');

export interface Played {
  /** Whether every step went as the scenario tells. */
  readonly asTold: boolean;
  readonly steps: readonly PlayedStep[];
  /** What contradicts itself in the log that was written. */
  readonly findings: readonly Finding[];
}

export interface Stage {
  readonly opened: OpenedCascade;
  readonly world: World;
  readonly person: ScenarioPerson;
  readonly operator: string;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** Plays the steps in order, up to the first that goes otherwise; one line tells of each. */
export async function play(scenario: Scenario, stage: Stage): Promise<Played> {
  const lines = new ScenarioLines(stage.terminal, scenario.steps.length);
  const steps: PlayedStep[] = [];
  for (const step of scenario.steps) {
    if (stage.signal.aborted) break;
    stage.person.step = step;
    const what = wordsOf(step, stage.opened);
    lines.begin(step.kind, what);
    const played = { kind: step.kind, what, ...(await playStep(step, stage, (text) => lines.going(text))) };
    lines.end(played);
    steps.push(played);
    if (!played.asTold) break;
  }
  return {
    asTold: steps.length === scenario.steps.length && steps.every((step) => step.asTold),
    steps,
    findings: await findings(stage.opened),
  };
}

/** What is done, in the words of whoever does it. */
function wordsOf(step: ScenarioStep, { cascade }: OpenedCascade): string {
  switch (step.kind) {
    case 'start':
      return cascade.log.path;
    case 'run':
      return targetName(targetNamed(cascade.runbook, step.target));
    case 'gate':
      return `${step.gate} ${step.decision}`;
    case 'record':
      // Of a fix its script or partition, of a note where it goes.
      return step.words.slice(0, step.words[0]?.endsWith('-fix') ? 2 : 3).join(' ');
    case 'world':
      return step.because;
    case 'delete-stack':
      return step.stack;
  }
}

type Came = Pick<PlayedStep, 'came' | 'asTold'>;

async function playStep(step: ScenarioStep, stage: Stage, going: (text: string) => void): Promise<Came> {
  const { opened, operator, world } = stage;
  const quiet = (): void => {};
  try {
    switch (step.kind) {
      case 'start':
        return await started(stage);
      case 'run':
        return await ran(step, stage, going);
      case 'gate': {
        const { gate, decision, reason } = step;
        await decideGate(opened, { words: [gate, decision], reason, operator, say: quiet });
        return { came: reason, asTold: true };
      }
      case 'record':
        await record(opened, { words: step.words, operator, say: quiet });
        return { came: step.words.at(-1) ?? '', asTold: true };
      case 'world':
        await world.setFaults(step.faults);
        return { came: step.faults.length === 0 ? 'no fault is left' : step.faults.join(', '), asTold: true };
      case 'delete-stack':
        await world.deleteStack(step.stack);
        return { came: 'deleted', asTold: true };
    }
  } catch (error) {
    // What was refused was told to be done.
    if (error instanceof UsageError) return { came: error.message, asTold: false };
    throw error;
  }
}

async function started({ opened, operator }: Stage): Promise<Came> {
  const { cascade, rehearsal } = opened;
  const start = await startRun(cascade, { operator, rehearsal });
  if (start.kind === 'refused') return { came: failureText(start.failure), asTold: false };
  return start.kind === 'created'
    ? { came: `started by ${operator}`, asTold: true }
    : { came: 'there is a log already', asTold: false };
}

async function ran(step: RunStep, stage: Stage, going: (text: string) => void): Promise<Came> {
  const { cascade } = stage.opened;
  const target = targetNamed(cascade.runbook, step.target);
  const report = await runTarget(cascade, target, { signal: stage.signal }, (event) => {
    const text = goingOn(event);
    if (text !== undefined) going(text);
  });
  const wanted = step.outcome ?? 'passed';
  const reason = report.reason ?? '';
  const asTold = report.outcome === wanted && reason.includes(step.reason ?? '');
  const count = report.checks.filter((check) => check.verdict === 'passed').length;
  const came =
    report.outcome === 'passed'
      ? `passed, ${count} ${count === 1 ? 'check' : 'checks'}`
      : `${report.outcome}${asTold ? ' as told' : ''}: ${reason}`;
  const told = `told: ${wanted}${step.reason === undefined ? '' : `, "${step.reason}"`}`;
  return { came: asTold ? came : `${came} (${told})`, asTold };
}

/** What is shown while a target runs. */
function goingOn(event: RunEvent): string | undefined {
  if (event.kind === 'check-started') return event.check.title;
  if (event.kind !== 'check-progress' || event.progress.kind !== 'stack') return undefined;
  const { progress } = event.progress;
  return `${progress.stack.status}, ${resourcesDone(progress)} of ${progress.resources.length} resources`;
}

async function findings({ cascade }: OpenedCascade): Promise<readonly Finding[]> {
  const { runbook, log, ports } = cascade;
  const text = await log.read();
  if (text.kind === 'failure') throw new UsageError(failureText(text));
  return lint(text.value ?? '', runbook, stamp(ports.clock.now(), ports.clock).date);
}

/** What `cascade lint` would say, on one line each. */
export async function lintWords(
  { cascade, logPath }: OpenedCascade,
  { findings: found }: Played,
): Promise<string> {
  if (found.length === 0) return 'Nothing in it contradicts itself.';
  const text = await cascade.log.read();
  const { lines } = readLog(text.kind === 'answer' ? (text.value ?? '') : '');
  return found
    .map(
      ({ code, message, span }) =>
        `${logPath}:${lines.positionAt(span.start).line + 1}: ${message} [${code}]`,
    )
    .join('\n');
}

#!/usr/bin/env node
/** The command line: composes the same core as the editor and gives its words and exit codes. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process, { argv, cwd, exit, env as processEnv, stderr, stdin, stdout } from 'node:process';
import { fileURLToPath } from 'node:url';
import { NoWorldError, rehearsalEnvironment } from '../adapters/environment.ts';
import { readRecord } from '../core/log/model.ts';
import { readLog } from '../core/log/read.ts';
import { failureText } from '../core/ports.ts';
import type { RunOptions } from '../core/run/engine.ts';
import { targetsToLookAt } from '../core/run/look.ts';
import { cascadeOrder } from '../core/run/order.ts';
import type { Target } from '../core/run/places.ts';
import { LogError } from '../core/run/record.ts';
import { startRun } from '../core/run/start.ts';
import { signOff } from '../core/runbook/patterns.ts';
import type { Scenario } from '../rehearsal/scenario.ts';
import { type Arguments, readArguments, UsageError } from './arguments.ts';
import { help } from './help.ts';
import { type LintFormat, lintFormats, lintLog } from './lint.ts';
import { type OpenedCascade, openCascade, openRunbook, operatorName, partitionNamed } from './open.ts';
import { terminalPerson } from './person.ts';
import { faultList, type Rehearsal, startRehearsal } from './rehearse.ts';
import { Report, type Terminal } from './report.ts';
import { exitCode, outcomeOf, runTargets } from './runs.ts';
import { lintWords, play, scenarioList, scenarioNamed } from './scenario.ts';
import { ScenarioPerson } from './scenario-person.ts';
import { status, statusText } from './status.ts';
import { namedTargets, verificationOf } from './targets.ts';
import { decideGate, record } from './write.ts';

/** Where the command was typed: npm goes to the folder of package.json before it runs one of our scripts. */
const here = (): string => {
  const byScript = ['cascade', 'rehearse'].includes(processEnv['npm_lifecycle_event'] ?? '');
  return byScript ? (processEnv['INIT_CWD'] ?? cwd()) : cwd();
};

type Env = Readonly<Record<string, string | undefined>>;

async function main(args: Arguments, signal: AbortSignal): Promise<number> {
  if (args.help || args.command === 'help') {
    stdout.write(help);
    return 0;
  }
  switch (args.command) {
    case 'status': {
      const opened = open(args, processEnv, here());
      const report = await status(opened);
      stdout.write(args.json ? `${JSON.stringify(report, undefined, 2)}\n` : statusText(report));
      return 0;
    }
    case 'run': {
      const opened = open(args, processEnv, here());
      return runAll(args, opened, namedTargets(args, opened.cascade.runbook), { signal });
    }
    case 'verify': {
      const opened = open(args, processEnv, here());
      return runAll(args, opened, verificationOf(opened.cascade.runbook, args.words[0]), { signal });
    }
    case 'recover':
      return recover(args, open(args, processEnv, here()), signal);
    case 'lint':
      return lintLog(open(args, processEnv, here()), { format: lintFormat(args), fix: args.fix });
    case 'gate':
    case 'record': {
      const { words, reason } = args;
      const operator = args.operator ?? operatorName(here(), processEnv);
      const options = { words, operator, ...(reason === undefined ? {} : { reason }) };
      const opened = open(args, processEnv, here());
      return args.command === 'gate' ? decideGate(opened, options) : record(opened, options);
    }
    case 'rehearse':
      return rehearse(args, signal);
    case '':
      stderr.write(help);
      return 64;
    default:
      throw new UsageError(
        `"${args.command}" is not a command. Known: status, run, verify, recover, lint, gate, record, rehearse. "cascade --help" says more.`,
      );
  }
}

function open(args: Arguments, env: Env, directory: string): OpenedCascade {
  const operator = args.operator ?? operatorName(directory, env);
  const terminal = stdin.isTTY && stderr.isTTY ? { terminal: { input: stdin, output: stderr } } : {};
  const answers = args.answers === undefined ? {} : { answers: args.answers };
  return openCascade({
    directory,
    env,
    ...(args.runbook === undefined ? {} : { runbook: args.runbook }),
    ...(args.log === undefined ? {} : { log: args.log }),
    evidence: args.evidence,
    person: terminalPerson({ ...answers, confirm: args.confirm, operator, ...terminal }),
  });
}

function lintFormat(args: Arguments): LintFormat {
  const named = args.format ?? (args.json ? 'json' : 'text');
  const format = lintFormats.find((each) => each === named);
  if (format === undefined) throw new UsageError(`--format takes ${lintFormats.join(', ')}, not "${named}".`);
  return format;
}

/** Where a run is told: the document of `--json` has standard output to itself. */
const terminalOf = ({ json }: Arguments): Terminal => ({
  write: (text) => void (json ? stderr : stdout).write(text),
  live: !json && stdout.isTTY === true,
  columns: stdout.columns ?? 120,
});

/** Looks at every change that has no result, of one partition or of all. */
async function recover(args: Arguments, opened: OpenedCascade, signal: AbortSignal): Promise<number> {
  const { cascade, logPath } = opened;
  const { runbook, log } = cascade;
  const [name] = args.words;
  const only = name === undefined ? undefined : partitionNamed(runbook, name);
  const text = await log.read();
  if (text.kind === 'failure') throw new UsageError(failureText(text));
  if (text.value === undefined) throw new UsageError(`There is no log at ${logPath}: nothing was started.`);
  const targets = targetsToLookAt(runbook, readRecord(readLog(text.value), runbook)).filter(
    (target) => only === undefined || target.kind === 'gate' || target.partition.name === only.name,
  );
  const code = await runAll(args, opened, targets, { signal, purpose: 'look' });
  (args.json ? stderr : stdout).write(
    targets.length === 0
      ? 'Nothing was started without a result.\n'
      : 'Nothing was repeated. "cascade verify PARTITION" proves what works; "cascade run PARTITION PHASE" runs again.\n',
  );
  return code;
}

async function runAll(
  args: Arguments,
  opened: OpenedCascade,
  targets: readonly Target[],
  options: RunOptions,
): Promise<number> {
  const { cascade, logPath, rehearsal } = opened;
  const report = new Report(terminalOf(args), rehearsal);
  try {
    const operator = args.operator ?? operatorName(here(), processEnv);
    const started = await startRun(cascade, { operator, rehearsal });
    if (started.kind === 'refused') {
      throw new UsageError(failureText(started.failure));
    }
    if (started.kind === 'created') report.line(`Started a new log: ${logPath}`);
    const reports = await runTargets(
      cascade,
      targets,
      options,
      (event) => report.take(event),
      (target, because) =>
        report.line(
          `\n· ${target.kind === 'gate' ? target.gate.title : `${target.partition.name} · ${target.kind === 'phase' ? target.phase.title : signOff}`}: not run, because ${because}`,
        ),
    );
    const outcome = options.signal.aborted ? 'interrupted' : outcomeOf(reports);
    report.outcome(outcome, `The log is ${logPath}`);
    if (args.json)
      stdout.write(
        `${JSON.stringify({ outcome, log: logPath, rehearsal, targets: reports }, undefined, 2)}\n`,
      );
    return exitCode(outcome);
  } finally {
    await cascade.close();
  }
}

async function rehearse(args: Arguments, signal: AbortSignal): Promise<number> {
  if (args.listFaults) {
    stdout.write(faultList());
    return 0;
  }
  if (args.listScenarios) {
    stdout.write(scenarioList());
    return 0;
  }
  const runbook = args.words[0] ?? args.runbook;
  const scenario = args.scenario === undefined ? undefined : scenarioNamed(args.scenario);
  if (scenario !== undefined) mustBeAlone(args, runbook);
  const rehearsal = await startRehearsal({
    cwd: here(),
    samples: sampleFolder(),
    faults: args.faults,
    speed: args.speed ?? 20,
    ...(runbook === undefined ? {} : { runbook }),
    ...(args.directory === undefined ? {} : { directory: args.directory }),
  });
  try {
    const env: Env = rehearsalEnvironment(processEnv, rehearsal.world.env);
    if (scenario !== undefined) return await replay(args, scenario, rehearsal, env, signal);
    // In a rehearsal "--answers yes" stands for the person in everything, the typed names included.
    const names =
      args.answers === 'yes' ? openRunbook(rehearsal.directory, rehearsal.runbook).runbook.partitions : [];
    const confirm = [...args.confirm, ...names.map((partition) => partition.name)];
    const opened = open({ ...args, runbook: rehearsal.runbook, confirm }, env, rehearsal.directory);
    const { runbook: parsed } = opened.cascade;
    const partitions =
      args.partitions.length === 0
        ? parsed.partitions
        : args.partitions.map((name) => partitionNamed(parsed, name));
    return await runAll(args, opened, cascadeOrder(parsed, partitions), { signal });
  } finally {
    await rehearsal.world.close();
  }
}

/** A scenario tells its own runbook, faults and answers. */
function mustBeAlone(args: Arguments, runbook: string | undefined): void {
  const others = [
    ...(runbook === undefined ? [] : ['a runbook']),
    ...(args.faults.length === 0 ? [] : ['--fault']),
    ...(args.partitions.length === 0 ? [] : ['--partition']),
    ...(args.confirm.length === 0 ? [] : ['--confirm']),
    ...(args.answers === 'no' ? ['--answers no'] : []),
  ];
  if (others.length === 0) return;
  throw new UsageError(
    `A scenario tells all that is done and answered. Leave ${others.join(' and ')} away. Nothing was run.`,
  );
}

async function replay(
  args: Arguments,
  scenario: Scenario,
  { directory, runbook, world }: Rehearsal,
  env: Env,
  signal: AbortSignal,
): Promise<number> {
  const operator = args.operator ?? scenario.operator;
  const person = new ScenarioPerson(scenario, operator);
  const opened = openCascade({ directory, env, runbook, evidence: args.evidence, person });
  const terminal = terminalOf(args);
  const { cascade, logPath } = opened;
  terminal.write(`${scenario.name} · ${scenario.title} · REHEARSAL\n\n`);
  try {
    const played = await play(scenario, { opened, world, person, operator, terminal, signal });
    const sound = played.findings.every(({ severity }) => severity !== 'error' && severity !== 'warning');
    const outcome = signal.aborted ? 'interrupted' : played.asTold && sound ? 'passed' : 'failed';
    terminal.write(`\n${outcome}  The log is ${logPath}\n${await lintWords(opened, played)}\n`);
    if (args.json) {
      const { steps, findings } = played;
      const document = { outcome, scenario: scenario.name, log: logPath, rehearsal: true, steps, findings };
      stdout.write(`${JSON.stringify(document, undefined, 2)}\n`);
    }
    return exitCode(outcome);
  } finally {
    await cascade.close();
  }
}

/** The sample runbook's folder: beside the sources in a checkout, beside `dist` in a package. */
function sampleFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const found = [join(here, '../runbooks/partition-mail'), join(here, '../../runbooks/partition-mail')].find(
    (path) => existsSync(path),
  );
  if (found === undefined)
    throw new UsageError(
      'The sample runbook is missing from this installation. Install Cascade Runbook again.',
    );
  return found;
}

const stopping = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => stopping.abort(new Error(`stopped by ${name}`)));
}
try {
  exit(await main(readArguments(argv.slice(2)), stopping.signal));
} catch (error) {
  if (error instanceof UsageError || error instanceof NoWorldError) {
    stderr.write(`cascade: ${error.message}\n`);
    exit(64);
  }
  if (error instanceof LogError) {
    stderr.write(`cascade: the log could not be written: ${error.message}\n`);
    exit(1);
  }
  throw error;
}

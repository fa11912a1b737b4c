/** From the command line to a cascade: which runbook, which log, which world. */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, relative, resolve } from 'node:path';
import { stderr } from 'node:process';
import { changeLocks } from '../adapters/change-locks.ts';
import { composePorts, type OnePasswordChoice } from '../adapters/compose.ts';
import { type Environment, isRehearsal, logPathFor, worktreeFor } from '../adapters/environment.ts';
import { evidenceFolder } from '../adapters/evidence-folder.ts';
import { logFile } from '../adapters/log-file.ts';
import { machineUser } from '../adapters/operator.ts';
import { verificationFile } from '../adapters/verification-file.ts';
import type { LogFile, Person } from '../core/ports.ts';
import { Cascade } from '../core/run/cascade.ts';
import { decodeRunbook } from '../core/runbook/bytes.ts';
import type { Partition } from '../core/runbook/front-matter.ts';
import { parseRunbook, type Runbook } from '../core/runbook/runbook.ts';
import type { Problem } from '../core/runbook/template.ts';
import { positionAt } from '../core/text.ts';
import { UsageError } from './arguments.ts';

export interface OpenOptions {
  readonly directory: string;
  readonly env: Environment;
  readonly runbook?: string;
  readonly log?: string;
  readonly person: Person;
  /** Transcripts beside the log. */
  readonly evidence: boolean;
}

export interface OpenedCascade {
  readonly cascade: Cascade;
  readonly runbookPath: string;
  readonly logPath: string;
  readonly rehearsal: boolean;
}

/** Finds and reads the runbook; every problem in it is an error with its place. */
export function openRunbook(
  directory: string,
  named: string | undefined,
): { path: string; runbook: Runbook } {
  const path = resolve(directory, named ?? onlyRunbook(directory));
  let bytes: Uint8Array;
  try {
    if (statSync(path).isDirectory()) return openRunbook(path, undefined);
    bytes = readFileSync(path);
  } catch (error) {
    throw new UsageError(
      `The runbook ${path} cannot be read (${reason(error)}). Name it with --runbook FILE.`,
    );
  }
  const decoded = decodeRunbook(bytes);
  if (decoded.kind === 'refused') throw new UsageError(`${path}: ${decoded.message}`);
  const runbook = parseRunbook(decoded.text);
  const told = (problems: readonly Problem[]): string[] =>
    problems.map(({ message, span }) => {
      const { line, column } = positionAt(runbook.text, span.start);
      return `${path}:${line + 1}:${column + 1}: ${message}`;
    });
  const errors = runbook.problems.filter((problem) => problem.severity === 'error');
  if (errors.length > 0) {
    throw new UsageError(`${told(errors).join('\n')}\nNothing was run and nothing was changed.`);
  }
  for (const warning of told(runbook.problems)) stderr.write(`cascade: ${warning}\n`);
  return { path, runbook };
}

export function openCascade(options: OpenOptions): OpenedCascade {
  const { directory, env } = options;
  const { path, runbook } = openRunbook(directory, options.runbook);
  const home = dirname(path);
  const worktree = worktreeFor(env, home, runbook.worktree);
  const logPath =
    options.log === undefined ? resolve(home, logPathFor(env, runbook.log)) : resolve(directory, options.log);
  const opened = (file: string): LogFile =>
    logFile({ path: file, label: relative(directory, file) || basename(file) });
  const log = opened(logPath);
  const rehearsal = isRehearsal(env);
  const ports = composePorts({ env, worktree, person: options.person, onePassword: onePasswordChoice(env) });
  return {
    cascade: new Cascade({
      runbook,
      log,
      ports,
      worktree,
      rehearsal,
      locks: changeLocks(logPath),
      ...(options.evidence ? { evidence: evidenceFolder(logPath) } : {}),
      ...(runbook.verification === undefined
        ? {}
        : { verification: verificationFile(env, home, runbook.verification, opened) }),
    }),
    runbookPath: path,
    logPath,
    rehearsal,
  };
}

export function partitionNamed(runbook: Runbook, name: string | undefined): Partition {
  const known = runbook.partitions.map((partition) => partition.name).join(', ');
  if (name === undefined) throw new UsageError(`Which partition? Known: ${known}.`);
  const partition = runbook.partitions.find((each) => each.name === name);
  if (partition === undefined)
    throw new UsageError(`There is no partition "${name}" in the runbook. Known: ${known}.`);
  return partition;
}

function onlyRunbook(directory: string): string {
  const found = readdirSync(directory).filter((name) => name.endsWith('.runbook.md'));
  if (found.length === 1 && found[0] !== undefined) return found[0];
  throw new UsageError(
    found.length === 0
      ? `There is no *.runbook.md in ${directory}. Go to its folder, or name it with --runbook FILE.`
      : `There are several runbooks here: ${found.join(', ')}. Name one with --runbook FILE.`,
  );
}

/** The command line is told by its environment what the editor is told by its settings. */
function onePasswordChoice(env: Environment): OnePasswordChoice {
  const method = env['CASCADE_ONEPASSWORD'] ?? 'command';
  if (method !== 'command' && method !== 'desktop' && method !== 'service-account') {
    throw new UsageError(`CASCADE_ONEPASSWORD is "${method}". It takes command, desktop or service-account.`);
  }
  const command = env['CASCADE_OP'];
  const account = env['CASCADE_ONEPASSWORD_ACCOUNT'];
  return {
    method,
    ...(command === undefined ? {} : { command }),
    ...(account === undefined ? {} : { account }),
  };
}

/** Who runs this: the git identity, else the user of the machine. */
export function operatorName(directory: string, env: Environment): string {
  try {
    const name = execFileSync('git', ['config', 'user.name'], {
      cwd: directory,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...env },
    }).trim();
    if (name !== '') return name;
  } catch {
    // No git, or no identity: the machine knows a name too.
  }
  return machineUser(env);
}

const reason = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);

/** Random work of one command line on a log, and what it was told is written there. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { text } from 'node:stream/consumers';
import type { Finished } from './command.ts';

export interface Workplace {
  readonly partitions: readonly string[];
  readonly phases: readonly string[];
  /** The id of a gate that nothing waits for. */
  readonly gate: string;
  /** Runs the command line. */
  cascade(args: readonly string[]): Promise<Finished>;
}

export interface Reported {
  /** Words that were reported as written: each stands in the log for good. */
  readonly words: readonly string[];
  /** Results of checks that were reported. */
  readonly results: number;
  /** Commands that were run. */
  readonly commands: number;
}

/** Numbers from 0 to 1, the same for the same seed. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const oneOf = <T>(next: () => number, all: readonly T[]): T =>
  all[Math.floor(next() * all.length)] as T;

export async function randomWork(
  name: string,
  seed: number,
  goOn: () => boolean,
  { partitions, phases, gate, cascade }: Workplace,
): Promise<Reported> {
  const next = random(seed);
  const words: string[] = [];
  let results = 0;
  let commands = 0;
  const written = async (word: string, args: readonly string[]): Promise<void> => {
    const { code, stderr } = await cascade([...args, '--operator', name]);
    if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${stderr}`);
    words.push(word);
  };
  while (goOn()) {
    commands += 1;
    const word = `${name}-word-${commands}.`;
    const partition = oneOf(next, partitions);
    const phase = oneOf(next, phases);
    const kind = next();
    if (kind < 0.3) await written(word, ['record', oneOf(next, ['note', 'anomaly']), partition, phase, word]);
    else if (kind < 0.4) await written(word, ['record', 'script-fix', 'amm.sh', 'it broke', word]);
    else if (kind < 0.55) {
      const decision = oneOf(next, ['waived', 'failed', 'partial', 'reopened']);
      await written(word, ['gate', gate, decision, '--reason', word]);
    } else {
      const args = ['run', partition, phase, '--json', '--no-evidence', '--operator', name];
      const { code, stdout, stderr } = await cascade(args);
      // Blocked is a change that another one is at just now.
      if (code === null || code > 3) throw new Error(`${args.join(' ')} ended with ${code}: ${stderr}`);
      const report: { targets: { checks: { verdict?: string }[] }[] } = JSON.parse(stdout);
      results += report.targets
        .flatMap(({ checks }) => checks)
        .filter((each) => each.verdict !== undefined).length;
    }
  }
  return { words, results, commands };
}

/** The lines that results add below their checks, of the first one apart: that stands in the check's own line. */
export const resultLines = (text: string): number =>
  text.match(
    /^ +- \d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} [+-]\d{2}:\d{2} \S+ (?:passed|failed|unknown|interrupted) — /gmu,
  )?.length ?? 0;

export interface WriterTask extends Omit<Workplace, 'cascade'> {
  readonly name: string;
  readonly seed: number;
  /** In milliseconds since 1970. */
  readonly until: number;
}

/**
 * A process that works on the log of a folder until its time is over.
 * @param program `writer.ts` beside this file
 */
export async function writerProcess(program: string, directory: string, task: WriterTask): Promise<Reported> {
  const child = spawn(process.execPath, [program, directory, JSON.stringify(task)], {
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  if (code !== 0) throw new Error(`${task.name} ended with ${code}: ${err}`);
  return JSON.parse(out.trim().split('\n').at(-1) ?? '');
}

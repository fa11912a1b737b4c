/** `npm test`: everything that can be tested, in order, ending with one line that counts. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv, env, execPath, stdout } from 'node:process';
import { parseArgs } from 'node:util';
import { endProcessTree } from '../adapters/process-tree.ts';
import { chromium } from './chromium.ts';
import { compiled, root } from './paths.ts';
import { runProgram, ToolingError, UsageError } from './program.ts';
import { ensurePrograms } from './system-packages.ts';

const help = `Usage: npm test -- [options]

Runs the compiler, the linter, the unit tests, the build, a suite inside a real VS Code and a walk through its
interface, whose screenshots stay in artifacts/screenshots. Ends with "N passed, N failed".

  --only check|unit|host|walk   one part of it
                                check  tsc and biome
                                unit   test/**/*.test.ts
                                host   the suite inside VS Code
                                walk   the packed extension in a served VS Code, driven through a browser
  --host desktop|served         the VS Code for the suite: the desktop one, downloaded, or the one that npm
                                delivers, in a Chromium without a screen; served when absent
  --help                        this text
`;

const parts = ['check', 'unit', 'host', 'walk'] as const;
type Part = (typeof parts)[number];

interface Options {
  readonly only?: Part;
  readonly host: 'desktop' | 'served';
}

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

function readOptions(words: readonly string[]): Options | 'help' {
  const { only, host = 'served', help: wantsHelp } = parse(words).values;
  if (wantsHelp === true) return 'help';
  if (host !== 'desktop' && host !== 'served') throw usage(`--host is desktop or served, not "${host}".`);
  if (only === undefined) return { host };
  const part = parts.find((each) => each === only);
  if (part === undefined) throw usage(`--only is one of ${parts.join(', ')}, not "${only}".`);
  return { only: part, host };
}

function parse(words: readonly string[]) {
  const options = { only: { type: 'string' }, host: { type: 'string' }, help: { type: 'boolean' } } as const;
  try {
    return parseArgs({ args: [...words], options });
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}

const usage = (what: string): UsageError => new UsageError(`${what}\n\n${help}`);

await runProgram(async (stop) => {
  const options = readOptions(argv.slice(2));
  if (options === 'help') {
    stdout.write(help);
    return 0;
  }
  const wanted = (part: Part): boolean => options.only === undefined || options.only === part;
  await setUp(wanted, options.host, stop);
  const results: Counts[] = [];
  const run = async (name: string, count: () => Promise<Counts>): Promise<Counts> => {
    stdout.write(`\n▶ ${name}\n`);
    const result = await count();
    results.push(result);
    return result;
  };
  const script = (path: string) => () => counted([join(root, path)], stop);
  const single =
    (...words: readonly string[]) =>
    async (): Promise<Counts> =>
      asOne((await exitCode(execPath, words, {}, stop)) === 0);

  if (wanted('check')) {
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    await run('tsc --noEmit', single(tsc, '--noEmit'));
    await run('tsc --noEmit -p src/renderer', single(tsc, '--noEmit', '-p', join(root, 'src/renderer')));
    await run(
      'biome check',
      single(join(root, 'node_modules/@biomejs/biome/bin/biome'), 'check', '--max-diagnostics=none'),
    );
  }
  if (wanted('unit')) await run('unit tests', () => unitTests(stop));
  if (wanted('host') || wanted('walk')) {
    const built = await run('build', single(join(root, 'src/tooling/build.ts')));
    if (built.failed > 0) stdout.write('Without a build nothing can run inside VS Code.\n');
    else {
      if (wanted('host'))
        await run(`suite in VS Code, ${options.host}`, script(`test/host/${options.host}.ts`));
      if (wanted('walk')) await run('walk', script('test/host/walks.ts'));
    }
  }
  const passed = results.reduce((sum, each) => sum + each.passed, 0);
  const failed = results.reduce((sum, each) => sum + each.failed, 0);
  stdout.write(`\n${passed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
});

/** What no npm package brings, for the parts that run. */
async function setUp(
  wanted: (part: Part) => boolean,
  host: Options['host'],
  stop: AbortSignal,
): Promise<void> {
  if (wanted('unit') || wanted('host') || wanted('walk')) await ensurePrograms(['git', 'dig'], stop);
  if (wanted('unit')) await ensurePrograms(['named', 'aws'], stop);
  if (wanted('walk') || (wanted('host') && host === 'served')) await chromium(stop);
}

function asOne(passed: boolean): Counts {
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1 };
}

async function unitTests(stop: AbortSignal): Promise<Counts> {
  return withScratch(async (file) => {
    const words = [
      '--test',
      // Many of them wait for most of their time; left to itself Node spares one core.
      `--test-concurrency=${availableParallelism()}`,
      ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
      ...['--test-reporter=tap', `--test-reporter-destination=${file}`],
      'test/**/*.test.ts',
    ];
    const code = await exitCode(execPath, words, { NODE_COMPILE_CACHE: compiled }, stop);
    const tap = await readFile(file, 'utf8').catch(() => '');
    const count = (word: string): number => Number(new RegExp(`^# ${word} (\\d+)$`, 'm').exec(tap)?.[1] ?? 0);
    const failed = count('fail') + count('cancelled');
    return { passed: count('pass'), failed: failed === 0 && code !== 0 ? 1 : failed };
  });
}

/** A program that writes its counts into a file; one that dies before counts as one failure. */
function counted(words: readonly string[], stop: AbortSignal): Promise<Counts> {
  return withScratch(async (file) => {
    const code = await exitCode(execPath, words, { CASCADE_COUNTS: file }, stop);
    const text = await readFile(file, 'utf8').catch(() => '');
    if (text === '') return asOne(false);
    const counts: Counts = JSON.parse(text);
    return counts.failed === 0 && code !== 0 ? { ...counts, failed: 1 } : counts;
  });
}

async function withScratch<T>(body: (file: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'cascade-test-'));
  try {
    return await body(join(folder, 'counts'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function exitCode(
  command: string,
  words: readonly string[],
  added: Readonly<Record<string, string>>,
  stop: AbortSignal,
): Promise<number | null> {
  stop.throwIfAborted();
  return new Promise((done, reject) => {
    const child = spawn(command, words, { cwd: root, env: { ...env, ...added }, stdio: 'inherit' });
    // The program's own end comes first: it closes what it started.
    const end = (): void => {
      if (child.pid !== undefined) void endProcessTree(child.pid, 8000);
    };
    stop.addEventListener('abort', end, { once: true });
    child.on('error', (error) =>
      reject(
        new ToolingError(`Could not start "${command} ${words.join(' ')}": ${error.message}. Run "npm ci".`),
      ),
    );
    child.on('exit', (code) => {
      stop.removeEventListener('abort', end);
      if (stop.aborted) reject(stop.reason);
      else done(code);
    });
  });
}

import { timeLimitOf } from '../runbook/cells.ts';
import { parsed, problem } from '../runbook/template.ts';
import { plainText, splitLines } from '../text.ts';
import type { Check, CheckContext, CheckResult, LineForm, StepLanguage } from './step.ts';
import { failed, fromFailure, passed, shortened, unknown } from './step.ts';

const forms: readonly LineForm[] = [
  { syntax: 'SCRIPT', effect: 'changes', passes: 'the exit code 0 of the whole cell' },
];
const name = /\$\{([A-Za-z][A-Za-z0-9_]*)\}/g;
const dotted = /\$\{([A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)+)\}/;
/** `12 / 12` in the output of a check: how many of how many. */
const count = /\b(\d{1,6}) ?\/ ?(\d{1,6})\b/g;
/** The counts stand at the end of what a check prints. */
const tailLength = 4096;

/** `sh`: the whole cell is one check; the names are environment variables, so the shell itself expands them. */
export const sh: StepLanguage = {
  id: 'sh',
  forms,
  parse: (cell) => {
    const text = cell.value;
    if (text.trim().length === 0) return [];
    const wrong = dotted.exec(text);
    if (wrong?.[1] !== undefined) {
      const start = cell.start + wrong.index;
      const span = { start, end: start + wrong[0].length };
      return [problem(`A shell has no names with dots. Write "\${${wrong[1].replaceAll('.', '_')}}".`, span)];
    }
    return [parsed(shellCheck(text, cell.start, cell.marks.includes('check'), timeLimitOf(cell.marks)))];
  },
};

function shellCheck(text: string, start: number, readsOnly: boolean, limit: number | undefined): Check {
  return {
    language: 'sh',
    source: text,
    span: { start, end: start + text.length },
    effect: readsOnly ? 'reads' : 'changes',
    uses: [],
    secrets: () => [],
    bind: (lookup) => ({
      command: commandLine(text, lookup),
      label: 'exits 0',
      missing: [],
      run: (context) => withinLimit(limit, readsOnly, context, (limited) => run(text, readsOnly, limited)),
    }),
  };
}

/** The command as it is shown: known names filled in, simple lines on one. */
function commandLine(text: string, lookup: (name: string) => string | undefined): string {
  const lines = splitLines(text)
    .map((line) => text.slice(line.start, line.end).trim())
    .filter((line) => line.length > 0 && !line.startsWith('#'));
  const known = (line: string): string => line.replace(name, (whole, each: string) => lookup(each) ?? whole);
  const joined = lines.map(known).join('; ');
  // What spans lines cannot be typed on one: its first line stands for it.
  const simple = lines.every((line) => !/(?:\\|[({|&]|\b(?:then|do|else)|<<.*)$/.test(line));
  return simple && joined.length <= 160 ? joined : `${known(lines[0] ?? text.trim())} …`;
}

class LimitReached extends Error {
  override readonly name = 'LimitReached';
}

/** Ends the command, and all that it started, when it takes longer than its cell allows. */
async function withinLimit(
  limit: number | undefined,
  readsOnly: boolean,
  context: CheckContext,
  work: (context: CheckContext) => Promise<CheckResult>,
): Promise<CheckResult> {
  if (limit === undefined) return work(context);
  const reached = new AbortController();
  const over = new AbortController();
  const signal = AbortSignal.any([context.signal, reached.signal]);
  const watch = context.ports.clock.sleep(limit, AbortSignal.any([context.signal, over.signal])).then(
    () => reached.abort(new LimitReached()),
    // Stopped, or done before the time was up.
    () => {},
  );
  try {
    return await work({ ...context, signal });
  } catch (error) {
    if (error instanceof LimitReached === false || context.signal.aborted) throw error;
    return unknown(
      `no end within ${limit / 1000} s; it was ended with all that it had started`,
      again(readsOnly),
    );
  } finally {
    over.abort();
    await watch;
  }
}

async function run(text: string, readsOnly: boolean, context: CheckContext): Promise<CheckResult> {
  let tail = '';
  const outcome = await context.shell().run(
    text,
    context.environment(),
    (chunk, stream) => {
      tail = (tail + context.output(chunk, stream).slice(-tailLength)).slice(-tailLength);
      return context.outputTaken();
    },
    context.signal,
  );
  const { rest, earlier } = context.outputEnd();
  tail = plainText(earlier + tail + rest);
  if (outcome.kind === 'failure') return fromFailure(outcome);
  const { exitCode, signal } = outcome.value;
  if (exitCode === undefined) {
    return unknown(
      signal === undefined ? 'the shell was gone before it told an exit code' : `ended by ${signal}`,
      again(readsOnly),
    );
  }
  if (exitCode !== 0) {
    const said = lastWords(tail);
    const next = readsOnly
      ? `Read the output${exitHint(exitCode)}, mend the cause, then run the cell again.`
      : `Read the output${exitHint(exitCode)}; look at what was done before you run the cell again.`;
    return failed('exit code 0', `exit code ${exitCode}${said === '' ? '' : `: ${said}`}`, next);
  }
  const last = readsOnly ? [...tail.matchAll(count)].at(-1) : undefined;
  if (last === undefined) return passed('exit code 0');
  const [, done, of] = last;
  if (Number(of) === 0)
    return unknown(
      `the output counts ${done} / ${of}`,
      'Nothing was counted: see why the script found nothing to check.',
    );
  return done === of
    ? passed(`${done} / ${of}, exit code 0`)
    : unknown(
        `exit code 0 although the output counts ${done} / ${of}`,
        'Read the output: the exit code and the count disagree.',
      );
}

const again = (readsOnly: boolean): string =>
  readsOnly ? 'Run the cell again.' : 'Look at what it did (Verify Partition) before you run it again.';

/** The last line that says something: scripts tell their reason at the end. */
function lastWords(output: string): string {
  const lines = output.split(/[\r\n]+/);
  return shortened(lines.findLast((line) => line.trim() !== '')?.trim() ?? '', 200);
}

function exitHint(code: number): string {
  if (code === 127) return ' (127: the command was not found)';
  if (code === 126) return ' (126: the file is not executable)';
  const signal = signals[code - 128];
  return signal === undefined ? '' : ` (${code}: ended by ${signal})`;
}

/** A shell tells of a command that a signal ended by 128 and the signal's number. */
const signals: Readonly<Record<number, string>> = {
  1: 'SIGHUP',
  2: 'SIGINT',
  3: 'SIGQUIT',
  6: 'SIGABRT',
  9: 'SIGKILL',
  11: 'SIGSEGV',
  13: 'SIGPIPE',
  15: 'SIGTERM',
};

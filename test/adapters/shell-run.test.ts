/** The engine over a real shell: what is printed is passed on in bounded memory, redacted, and can be stopped. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { systemClock } from '../../src/adapters/clock.ts';
import { posixShell } from '../../src/adapters/shell.ts';
import { Cascade } from '../../src/core/run/cascade.ts';
import { run } from '../../src/core/run/engine.ts';
import type { RunEvent } from '../../src/core/run/events.ts';
import { parseRunbook } from '../../src/core/runbook/runbook.ts';
import { frontMatter, phase } from '../core/fixture.ts';
import { canary, memoryLog, memoryPorts, memoryWorld } from '../core/memory.ts';
import { never, temporaryFolder } from './stand-in.ts';

async function preflight(t: TestContext, script: string, marks = 'check') {
  const runbook = parseRunbook(
    `---\n${frontMatter}---\n## Pre-flight\n\n\`\`\`op\nread \${secret} as token\n\`\`\`\n\n\`\`\`sh ${marks}\n${script}\n\`\`\`\n`,
  );
  assert.deepEqual(runbook.problems, []);
  const world = memoryWorld();
  world.secrets.set('op://Dev/Postmark/credential', canary);
  const directory = await temporaryFolder(t);
  const cascade = new Cascade({
    runbook,
    log: memoryLog(undefined),
    ports: {
      ...memoryPorts(world),
      shell: posixShell({ env: process.env }),
      clock: systemClock({ env: {} }),
    },
    worktree: directory,
  });
  t.after(() => cascade.close());
  const target = phase(runbook, 'dev', 'Pre-flight');
  return { directory, events: (signal: AbortSignal = never) => run(cascade, target, { signal }) };
}

const resultOf = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.kind === 'check-finished' ? [event.result] : [])).at(-1);

/** Processes that are left over, of those whose numbers stand in a file. */
async function living(file: string): Promise<string[]> {
  const pids = (await readFile(file, 'utf8')).trim().split('\n');
  assert.ok(pids.every((pid) => /^\d+$/.test(pid)));
  const states = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')));
  return states.filter((state) => state !== '' && !/\) Z /.test(state));
}

test('100 MB of output for one who takes it slowly: nothing is lost, and memory stays bounded', async (t) => {
  const { events } = await preflight(t, 'yes "a line of output 0123456789" | head -c 100000000; exit 3');
  let length = 0;
  let most = 0;
  let count = 0;
  let result: RunEvent | undefined;
  const before = process.memoryUsage().rss;
  for await (const event of events()) {
    if (event.kind === 'check-finished') result = event;
    if (event.kind !== 'check-output') continue;
    length += event.chunk.length;
    most = Math.max(most, process.memoryUsage().rss);
    // As a log or an editor that has other things to do.
    await (++count % 200 === 0 ? sleep(5) : turn());
  }
  assert.equal(length, 100_000_000);
  assert.match(JSON.stringify(result), /exit code 3/, 'the end of a shell that is gone is not lost either');
  assert.ok(most - before < 64e6, `${(most - before) / 1e6} MB more`);
});

test('a flood is stopped at once, also when nobody takes the events any more', async (t) => {
  const { events } = await preflight(t, 'echo $$ > pid; exec yes flood');
  const stop = new AbortController();
  const seen: RunEvent[] = [];
  for await (const event of events(stop.signal)) {
    if (event.kind !== 'check-output') seen.push(event);
    else if (!stop.signal.aborted) {
      // By now the pipe and all that is behind it are full.
      await sleep(200);
      stop.abort(new Error('stopped'));
    }
  }
  assert.equal(resultOf(seen)?.evidence, 'interrupted');

  const left = await preflight(t, 'echo $$ > pid; exec yes flood');
  for await (const event of left.events()) if (event.kind === 'check-output') break;
  assert.deepEqual(await living(join(left.directory, 'pid')), []);
});

test('a cell that takes longer than it may is ended with its grandchildren, and is unknown', async (t) => {
  const stubborn = `trap "" TERM; echo $$ >> pids; while :; do sleep 0.1; done`;
  const { events, directory } = await preflight(
    t,
    `setsid sh -c '${stubborn} & wait' &\nsh -c '${stubborn}'`,
    'check within=1s',
  );
  const seen: RunEvent[] = [];
  for await (const event of events()) seen.push(event);
  const result = resultOf(seen);
  assert.equal(result?.verdict, 'unknown');
  assert.equal(result?.evidence, 'no end within 1 s; it was ended with all that it had started');
  assert.deepEqual(await living(join(directory, 'pids')), []);
});

test('what a script prints of a secret is in no event, and in the arguments of no process', async (t) => {
  const { events, directory } = await preflight(
    t,
    `token="$(printf '%s' '${Buffer.from(canary).toString('hex').replace(/../g, '\\x$&')}')"
     token="$(printf "$token")"
     printf '%.9s' "$token"; sleep 0.1; printf '%s\\n' "\${token#?????????}"
     printf '%.9s' "$token"; sleep 0.1; printf '%s\\n' "\${token#?????????}" >&2
     printf '%s' "$token" | base64; printf 'user:%s' "$token" | base64
     printf '%s' "$token" | od -An -tx1 | tr -d ' \\n'; echo
     printf '{"token":"%s"}\\n' "$token"; printf '\\033[1m%s\\033[0m\\n' "$token"
     env | sort > environment
     sleep 0.3; no-such-command "$token"`,
  );
  const seen: RunEvent[] = [];
  const commandLines: string[] = [];
  for await (const event of events()) {
    seen.push(event);
    if (event.kind === 'check-output') commandLines.push(...argumentsOfAll());
  }
  const output = seen.flatMap((event) => (event.kind === 'check-output' ? [event.chunk] : [])).join('');
  assert.equal(output.match(/\[op:\/\/Dev\/Postmark\/credential\]/g)?.length, 7, output);
  const everything = JSON.stringify(seen);
  for (const form of [canary, canary.slice(4, 20), Buffer.from(canary).toString('base64').slice(4, 24)])
    assert.ok(!everything.includes(form), output);
  assert.ok(!commandLines.some((line) => line.includes(canary)));
  assert.ok(!(await readFile(join(directory, 'environment'), 'utf8')).includes(canary.slice(4, 20)));
});

/** The command lines of all processes that this one can see. */
function argumentsOfAll(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        return '';
      }
    });
}

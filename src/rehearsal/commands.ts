import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/*
 * The commands of the world stand here as texts and not as files: the world is bundled into the extension, where
 * it has no source folder to copy them from.
 */

/** An editor gives no `node` on the PATH, but it can play one. */
const LAUNCHER = (script: string): string => `#!/bin/sh
ELECTRON_RUN_AS_NODE=1 exec "$CASCADE_NODE" "\${0%/*}/${script}" "$@"
`;

const ASK = `
async function ask(route, parameters) {
  const query = new URLSearchParams(parameters);
  const answer = await fetch(process.env.CASCADE_WORLD_URL + route + '?' + query).catch(() => undefined);
  return answer ? answer.json() : { error: 'connecting to the rehearsal: nothing answers' };
}
`;

const OP = `import { setTimeout as sleep } from 'node:timers/promises';
${ASK}
function fail(message) {
  const two = (n) => String(n).padStart(2, '0');
  const now = new Date();
  const date = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join('/');
  const time = [two(now.getHours()), two(now.getMinutes()), two(now.getSeconds())].join(':');
  process.stderr.write('[ERROR] ' + date + ' ' + time + ' ' + message + '\\n');
  process.exitCode = 1;
}

async function read(words) {
  const bare = words.filter((word) => word !== '-n' && word !== '--no-newline');
  const flag = bare.find((word) => word.startsWith('-'));
  if (flag) return fail('unknown flag: ' + flag);
  if (bare.length !== 1) return fail('accepts 1 arg(s), received ' + bare.length);
  await sleep(300 / Number(process.env.CASCADE_SPEED || 1));
  const { value, error } = await ask('/world/secret', { reference: bare[0] });
  if (error) return fail(error);
  process.stdout.write(bare.length === words.length ? value + '\\n' : value);
}

const [command = '', ...words] = process.argv.slice(2);
if (command === 'read') await read(words);
else if (command === 'whoami') {
  const { value, error } = await ask('/world/session', {});
  if (error) fail(error);
  else process.stdout.write('URL:        https://rehearsal.example\\nEmail:      ' + value + '\\n');
} else if (command === '--version') process.stdout.write('2.30.0\\n');
else fail('the op of a rehearsal knows read and whoami, not "' + command + '"');
`;

const GH = `${ASK}
function fail(message) {
  process.stderr.write(message + '\\n');
  process.exitCode = 1;
}

async function view(number, flags) {
  const given = new Map();
  while (flags.length > 0) {
    const [, name, value] = /^(--?[a-z]+)(?:=(.*))?$/s.exec(flags.shift()) ?? [];
    if (!['--json', '--jq', '-q', '--repo', '-R'].includes(name)) return fail('unknown flag: ' + name);
    given.set(name === '-q' ? '--jq' : name, value ?? flags.shift());
  }
  if (given.get('--json') !== 'headRefOid') return fail('the gh of a rehearsal knows --json headRefOid only');
  const jq = given.get('--jq');
  if (jq !== undefined && jq !== '.headRefOid') return fail('the gh of a rehearsal knows --jq .headRefOid only');
  const { value, error } = await ask('/world/pull-request', { number });
  if (error) return fail(error);
  process.stdout.write((jq === undefined ? JSON.stringify({ headRefOid: value }) : value) + '\\n');
}

const [group, command, number, ...flags] = process.argv.slice(2);
if (group === 'pr' && command === 'view' && number) await view(number, flags);
else if (group === '--version') process.stdout.write('gh version 2.60.0 (rehearsal)\\n');
else fail('the gh of a rehearsal knows pr view <number> only');
`;

/** Writes `op` and `gh` into `<directory>/bin`, and answers with that folder. */
export async function writeCommands(directory: string): Promise<string> {
  const bin = join(directory, 'bin');
  await mkdir(bin, { recursive: true });
  for (const [name, script] of Object.entries({ op: OP, gh: GH })) {
    await writeFile(join(bin, `${name}.mjs`), script);
    const launcher = join(bin, name);
    await writeFile(launcher, LAUNCHER(`${name}.mjs`));
    await chmod(launcher, 0o755);
  }
  return bin;
}

/** `npm start`: the extension, the sample runbook and the rehearsal world, in a VS Code. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { argv, env, stderr, stdout } from 'node:process';
import { parseArgs } from 'node:util';
import { FAULTS, type FaultName, isFaultName } from '../rehearsal/faults.ts';
import { build } from './build.ts';
import { desktopCommand, openDesktop } from './desktop.ts';
import { packVsix } from './package.ts';
import { runProgram, ToolingError, UsageError } from './program.ts';
import { type Rehearsal, startRehearsal } from './rehearsal-workspace.ts';
import { ensurePrograms, findProgram } from './system-packages.ts';
import { folderUrl, startHost } from './vscode-host.ts';
import { installVsCodeServer } from './vscode-install.ts';

const help = `Usage: npm start -- [options]

Builds the extension, starts the rehearsal world on this machine and opens VS Code on a copy of the sample
runbook. Nothing leaves the machine, no account is used. Ctrl-C ends all of it.

  --host desktop|served   the desktop VS Code (the "code" command), or one that npm delivers, served for a browser;
                          desktop where the command exists
  --port N                the port of the served one; a free one when absent
  --no-open               do not open a browser on the served one
  --workspace DIR         a folder to keep between rehearsals; the sample is copied into it when it holds no runbook.
                          Without it a fresh folder in the temp folder
  --speed N               how many times faster than life the world goes; 1 when absent
  --fault NAME            let something go wrong; may be repeated:
${FAULTS.map(({ name, title }) => `                            ${name.padEnd(16)} ${title}`).join('\n')}
  --help                  this text
`;

interface Options {
  readonly host: 'desktop' | 'served';
  readonly port?: number;
  readonly open: boolean;
  readonly workspace?: string;
  readonly speed: number;
  readonly faults: readonly FaultName[];
}

function readOptions(words: readonly string[]): Options | 'help' {
  const { values } = parse(words);
  if (values.help === true) return 'help';
  const { host = desktopCommand() === undefined ? 'served' : 'desktop' } = values;
  if (host !== 'desktop' && host !== 'served') throw usage(`--host is desktop or served, not "${host}".`);
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536))
    throw usage(`--port is a number from 1 to 65535, not "${values.port}".`);
  const speed = Number(values.speed ?? 1);
  if (!(speed > 0)) throw usage(`--speed is a number above 0, not "${values.speed}".`);
  const faults = (values.fault ?? []).map((name) => {
    if (isFaultName(name)) return name;
    throw usage(`"${name}" is not a fault.`);
  });
  return {
    host,
    open: values['no-open'] !== true,
    speed,
    faults,
    ...(port === undefined ? {} : { port }),
    ...(values.workspace === undefined ? {} : { workspace: resolve(values.workspace) }),
  };
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      options: {
        host: { type: 'string' },
        port: { type: 'string' },
        'no-open': { type: 'boolean' },
        workspace: { type: 'string' },
        speed: { type: 'string' },
        fault: { type: 'string', multiple: true },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}

const usage = (what: string): UsageError => new UsageError(`${what}\n\n${help}`);

async function start(options: Options, stop: AbortSignal): Promise<void> {
  const command = options.host === 'desktop' ? requiredDesktop() : undefined;
  if (command === undefined && options.port !== undefined) await portIsFree(options.port);
  await ensurePrograms(['git'], stop);
  await using ends = new AsyncDisposableStack();
  stderr.write('Building …\n');
  await build();
  stop.throwIfAborted();
  const rehearsal = await startRehearsal(options);
  ends.defer(() => rehearsal.world.close());
  const dataDirectory = await mkdtemp(join(tmpdir(), 'cascade-vscode-'));
  ends.defer(() => rm(dataDirectory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  if (command === undefined) await serve(options, rehearsal, dataDirectory, stop);
  else await desktop(command, rehearsal, dataDirectory, stop);
}

async function serve(
  options: Options,
  rehearsal: Rehearsal,
  dataDirectory: string,
  stop: AbortSignal,
): Promise<void> {
  const server = await installVsCodeServer(stop);
  const vsix = join(dataDirectory, 'cascade-runbook.vsix');
  await packVsix(vsix, stop);
  await using ends = new AsyncDisposableStack();
  const host = await startHost(server, {
    dataDirectory,
    vsix: [vsix],
    env: rehearsal.world.env,
    stop,
    ...(options.port === undefined ? {} : { port: options.port }),
  });
  ends.defer(() => host.close());
  const address = folderUrl(host, rehearsal.workspace);
  stdout.write(`\nOpen ${address}\n\n${firstSteps(rehearsal)}`);
  if (options.open) await openBrowser(address);
  await Promise.race([host.ended, aborted(stop)]);
  if (!stop.aborted) throw new ToolingError("VS Code's server ended by itself. Run npm start again.");
}

function requiredDesktop(): string {
  const command = desktopCommand();
  if (command !== undefined) return command;
  throw new ToolingError(
    'Looked for the command "code" on PATH, and did not find it. Install it from VS Code ("Shell Command: Install \'code\' command in PATH"), or use --host served.',
  );
}

async function desktop(
  command: string,
  rehearsal: Rehearsal,
  dataDirectory: string,
  stop: AbortSignal,
): Promise<void> {
  stdout.write(`\nVS Code opens on ${rehearsal.workspace}\n\n${firstSteps(rehearsal)}`);
  await openDesktop({
    command,
    workspace: rehearsal.workspace,
    dataDirectory,
    env: rehearsal.world.env,
    stop,
  });
}

function firstSteps({ workspace, runbook }: Rehearsal): string {
  return `First: click ${runbook} in the explorer, then "Select Partition…" in its toolbar, and run a cell.
The rehearsal stays in ${workspace}; its log is execution-log.rehearsal.md there.
Ctrl-C ends it.
`;
}

/** Only where there is a screen: elsewhere the address is opened by hand. */
async function openBrowser(address: string): Promise<void> {
  const hasScreen =
    process.platform !== 'linux' || env['DISPLAY'] !== undefined || env['WAYLAND_DISPLAY'] !== undefined;
  const opener = findProgram(process.platform === 'darwin' ? 'open' : 'xdg-open');
  if (!hasScreen || opener === undefined) return;
  spawn(opener, [address], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}

function portIsFree(port: number): Promise<void> {
  return new Promise((done, reject) => {
    const probe = createServer();
    probe.on('error', (error) =>
      reject(
        new ToolingError(
          `Asked for port ${port} on 127.0.0.1: ${error.message}. Name another with --port, or leave it out for a free one.`,
        ),
      ),
    );
    probe.listen(port, '127.0.0.1', () => probe.close(() => done()));
  });
}

function aborted(stop: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (stop.aborted) done();
    else stop.addEventListener('abort', () => done(), { once: true });
  });
}

await runProgram(async (stop) => {
  const options = readOptions(argv.slice(2));
  if (options === 'help') stdout.write(help);
  else await start(options, stop);
  return stop.aborted ? 130 : 0;
});

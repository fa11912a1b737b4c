import { mkdir, realpath, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { deleteStack } from './aws/cloudformation.ts';
import { awsEndpoint } from './aws/endpoint.ts';
import { writeProfiles } from './aws/profiles.ts';
import { writeCommands } from './commands.ts';
import { controlRoutes } from './control.ts';
import { deploy } from './deployed.ts';
import type { DeployedPartition, WorldDescription } from './description.ts';
import type { FaultName } from './faults.ts';
import { serveHttp } from './http.ts';
import { postmarkApi } from './postmark.ts';
import { startEngine } from './stack-engine.ts';
import { openStore } from './state.ts';
import { makeWorktree, worktreeHead } from './worktree.ts';
import { serveWorldDns } from './world-dns.ts';

export type { DeployedPartition, WorldDescription, WorldPartition } from './description.ts';

export interface WorldOptions {
  readonly description: WorldDescription;
  /** The folder for everything that the world writes: AWS files, commands, and the worktree unless given. */
  readonly directory: string;
  /** The folder to work in; made from the samples where there is none, made a repository where it is none. */
  readonly worktree?: string;
  /** The folder of the sample worktree; required only where a worktree has to be made. */
  readonly samples?: string;
  readonly faults?: readonly FaultName[];
  /** Simulated delays are divided by it; 1 when absent. */
  readonly speed?: number;
  /** What is registered, verified and deployed when the world starts. */
  readonly deployed?: readonly DeployedPartition[];
  /** Where the world remembers; without it a restarted world has forgotten everything. */
  readonly stateFile?: string;
}

export interface World {
  /** What is to be added to a process's environment, PATH included. */
  readonly env: Readonly<Record<string, string>>;
  readonly worktree: string;
  readonly url: string;
  /** What goes wrong from now on, in place of what went wrong until now. */
  setFaults(faults: readonly FaultName[]): Promise<void>;
  /** Deletes a stack as an operator would who clears its name, and waits until it is gone. */
  deleteStack(name: string): Promise<void>;
  /** Ends the servers and the clocks; a stack in creation stops where it is. */
  close(): Promise<void>;
}

/** Starts a simulated world on the loopback address. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const { description, speed = 1 } = options;
  if (!(speed > 0)) throw new Error(`The speed of a rehearsal is a number above 0, not ${speed}`);
  /** The parts of the world share it, and look again each time. */
  const faults = new Set(options.faults);

  await mkdir(options.directory, { recursive: true });
  const directory = await realpath(options.directory);
  const worktree = options.worktree ?? join(directory, 'worktree');
  const bin = await writeCommands(directory);
  const faultsFile = join(directory, 'faults');
  await writeFaults(faultsFile, faults);
  const profiles = await writeProfiles(directory, description, faults);
  const accounts = new Map(profiles.accounts);

  const store = openStore(description, options.stateFile);
  const entries = await deploy(store, description, options.deployed ?? [], faults);
  await makeWorktree(worktree, description, options.samples, entries);
  const dns = await serveWorldDns(description, store, faults);
  const engine = startEngine(store, speed, faults);
  const services = { description, store, engine, faults };
  const aws = awsEndpoint(services, accounts);
  const postmark = postmarkApi({ store, resolver: dns.nameServers, speed, faults });
  const control = controlRoutes({ description, store, faults, head: () => worktreeHead(worktree) });
  const http = await serveHttp((request) => {
    if (request.path.startsWith('/world/')) return control(request);
    return /^\/domains(\/|$)/i.test(request.path) ? postmark(request) : aws(request);
  });

  let closed: Promise<unknown> | undefined;
  return {
    env: {
      AWS_ENDPOINT_URL: http.url,
      AWS_CONFIG_FILE: profiles.configFile,
      AWS_SHARED_CREDENTIALS_FILE: profiles.credentialsFile,
      AWS_EC2_METADATA_DISABLED: 'true',
      POSTMARK_API_URL: http.url,
      CASCADE_RESOLVER: dns.resolver,
      CASCADE_NAME_SERVERS: [...dns.parents, `*=${dns.nameServers}`].join(' '),
      CASCADE_REHEARSAL: '1',
      CASCADE_SPEED: String(speed),
      CASCADE_FAULTS_FILE: faultsFile,
      CASCADE_WORKTREE: worktree,
      CASCADE_WORLD_URL: http.url,
      CASCADE_NODE: process.execPath,
      PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`,
    },
    worktree,
    url: http.url,
    async setFaults(names) {
      faults.clear();
      for (const name of names) faults.add(name);
      await writeFaults(faultsFile, faults);
      const written = await writeProfiles(directory, description, faults);
      for (const [key, account] of written.accounts) accounts.set(key, account);
    },
    async deleteStack(name) {
      const gone = deleteStack(services, name);
      while (!gone()) await sleep(POLL_TIME / speed);
    },
    async close() {
      engine.close();
      closed ??= Promise.all([http.close(), dns.close()]);
      await closed;
    },
  };
}

/** How often a deletion is looked at, in simulated milliseconds. */
const POLL_TIME = 300;

/** The scripts of the worktree read it: their environment stays as it was when their shell began. */
const writeFaults = (file: string, faults: ReadonlySet<FaultName>): Promise<void> =>
  writeFile(file, `${[...faults].join(' ')}\n`);

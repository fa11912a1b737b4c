import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { AccountClient } from 'postmark';
import {
  startWorld,
  type World,
  type WorldDescription,
  type WorldOptions,
} from '../../src/rehearsal/world.ts';

export const SPEED = 200;
export const SAMPLES = fileURLToPath(
  new URL('../../runbooks/partition-mail/infrastructure', import.meta.url),
);
export const NON_PROD = '139852620346';
export const PROD = '009765408297';

const partition = (name: string, infrastructure: string, vault: string) => {
  const nonProd = infrastructure === 'Alpha002';
  return {
    name,
    infrastructure,
    profile: nonProd ? 'Alpha002-Admin' : 'Admin-Alpha1',
    account: nonProd ? NON_PROD : PROD,
    postmark: nonProd ? 'PostmarkNonProd' : 'PostmarkProd',
    secret: `op://${vault}/Postmark/credential`,
    domain: `${name}.ardamails.com`,
    stack: `${infrastructure}-${name}-Email`,
  };
};

export const DESCRIPTION: WorldDescription = {
  region: 'us-east-1',
  branch: 'email/run-2',
  pullRequests: [462],
  partitions: [
    partition('dev', 'Alpha002', 'Arda-DevOAM'),
    partition('stage', 'Alpha002', 'Arda-StageOAM'),
    partition('demo', 'Alpha001', 'Arda-DemoOAM'),
  ],
};

export const DEV_DEPLOYED = {
  partition: 'dev',
  dkimSelector: '20260526234343pm',
  nameServers: [
    'ns-826.awsdns-39.net',
    'ns-1215.awsdns-23.org',
    'ns-442.awsdns-55.com',
    'ns-1930.awsdns-49.co.uk',
  ],
  zoneId: 'Z0830123OPJSQ95EYD0M',
};

/** A folder that goes away with the test. */
export async function temporaryFolder(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'rehearsal-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A world that ends with the test. */
export async function world(t: TestContext, options: Partial<WorldOptions> = {}): Promise<World> {
  const directory = options.directory ?? (await temporaryFolder(t));
  const started = await startWorld({
    description: DESCRIPTION,
    samples: SAMPLES,
    speed: SPEED,
    ...options,
    directory,
  });
  t.after(() => started.close());
  return started;
}

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in the worktree, with the world's environment added. */
export function run(
  { env, worktree }: World,
  command: string,
  words: readonly string[],
  onOutput: (text: string) => void = () => {},
  more: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const child = spawn(command, words, { cwd: worktree, env: { ...process.env, ...env, ...more } });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    onOutput(text);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
    onOutput(text);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

export const dig = async (world: World, ...words: readonly string[]): Promise<string> => {
  const [address = '', port = ''] = (world.env['CASCADE_RESOLVER'] ?? '').split(':');
  return (
    await run(world, 'dig', ['-p', port, `@${address}`, '+tries=1', '+time=5', ...words])
  ).stdout.trim();
};

/** What a client of the AWS SDK is made with: the profile's key, as the world wrote it. */
export async function aws(world: World, profile = 'Alpha002-Admin') {
  const text = await readFile(world.env['AWS_SHARED_CREDENTIALS_FILE'] ?? '', 'utf8');
  const section = text.split('[').find((part) => part.startsWith(`${profile}]`)) ?? '';
  const value = (name: string): string => new RegExp(`^${name} = (.*)$`, 'm').exec(section)?.[1] ?? '';
  return {
    region: 'us-east-1',
    endpoint: world.url,
    maxAttempts: 1,
    credentials: {
      accessKeyId: value('aws_access_key_id'),
      secretAccessKey: value('aws_secret_access_key'),
    },
  };
}

/** A client of the Postmark account that this partition is on. */
export async function postmark(world: World, name = 'dev'): Promise<AccountClient> {
  const secret = DESCRIPTION.partitions.find((one) => one.name === name)?.secret ?? '';
  const { stdout: token } = await run(world, 'op', ['read', '-n', secret]);
  return postmarkWith(world, token);
}

export const postmarkWith = (world: World, token: string): AccountClient =>
  new AccountClient(token, { useHttps: false, requestHost: new URL(world.url).host, timeout: 10 });

/** Registers a partition's domain and writes it into `cdk.context.json`, as the product does. */
export async function register(
  world: World,
  name: string,
): Promise<{ readonly id: number; readonly key: string }> {
  const { infrastructure, domain } = DESCRIPTION.partitions.find((one) => one.name === name) ?? {
    infrastructure: '',
    domain: '',
  };
  const client = await postmark(world, name);
  const created = await client.createDomain({ Name: domain, ReturnPathDomain: `pm-bounces.${domain}` });
  const file = join(world.worktree, 'cdk.context.json');
  const context = JSON.parse(await readFile(file, 'utf8'));
  context[`partitionMail:${infrastructure}:${name}`] = {
    dkimSelector: created.DKIMPendingHost.split('.')[0],
    dkimPublicKey: created.DKIMPendingTextValue,
    returnPathTarget: created.ReturnPathDomainCNAMEValue,
  };
  await writeFile(file, JSON.stringify(context, undefined, 2));
  return { id: created.ID, key: created.DKIMPendingTextValue };
}

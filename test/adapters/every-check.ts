/** All lines that ask a service by HTTP, of one server that plays them all. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { awsSdk } from '../../src/adapters/aws.ts';
import { postmarkApi } from '../../src/adapters/postmark.ts';
import { newLog } from '../../src/core/log/create.ts';
import { Cascade } from '../../src/core/run/cascade.ts';
import { run } from '../../src/core/run/engine.ts';
import { parseRunbook } from '../../src/core/runbook/runbook.ts';
import { frontMatter, phase } from '../core/fixture.ts';
import { canary, memoryLog, memoryPorts, memoryWorld } from '../core/memory.ts';
import { never } from './stand-in.ts';

const reads = {
  aws: [
    'identity ${profile} is ${account}',
    'stack ${stack} is CREATE_COMPLETE',
    'zone ${domain}',
    'exports A-B- One Two',
    'secret some/secret',
    'role SomeRole',
  ],
  postmark: ['verify dkim ${domain}', 'verify return-path ${domain}'],
};
const changes = { postmark: ['register ${domain} return-path pm-bounces.${domain}'] };

export interface Result {
  readonly line: string;
  readonly verdict: string;
  readonly evidence: string;
  /** What to do about it. */
  readonly next?: string;
}

/** What all checks make of servers at `url`; @param folder an empty one */
export async function everyCheck(folder: string, url: string, deadlineMs = 4000): Promise<Result[]> {
  const credentials = join(folder, 'credentials');
  await writeFile(credentials, '[Alpha002-Admin]\naws_access_key_id = AKID\naws_secret_access_key = key\n');
  await writeFile(join(folder, 'config'), '');
  const env = {
    AWS_ENDPOINT_URL: url,
    AWS_CONFIG_FILE: join(folder, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: credentials,
    POSTMARK_API_URL: url,
  };
  const world = memoryWorld();
  world.secrets.set('op://Dev/Postmark/credential', canary);
  world.accounts.set('Alpha002-Admin', '139852620346');
  const memory = memoryPorts(world);
  const aws = awsSdk({ env, deadlineMs });
  const ports = { ...memory, aws, postmark: postmarkApi({ env, deadlineMs }) };
  const cell = (language: string, lines: readonly string[]) =>
    `\`\`\`${language}\n${lines.join('\n')}\n\`\`\`\n\n`;
  const play = async (body: string, identified: typeof ports): Promise<Result[]> => {
    const front = frontMatter
      .replace(/gates:[\s\S]*/, '')
      .replace(/phases:[\s\S]*/, 'phases: [{ title: Check }]\n');
    const runbook = parseRunbook(`---\n${front}---\n## Check\n\n${body}`);
    assert.deepEqual(runbook.problems, []);
    const at = { date: '2026-11-24', time: '2026-11-24 09:00:00 +00:00' };
    const log = memoryLog(newLog(runbook, { operator: 'Op', at, worktree: '.', rehearsal: false }));
    const cascade = new Cascade({ runbook, log, ports: identified, worktree: folder });
    const results: Result[] = [];
    for await (const event of run(cascade, phase(runbook, 'dev', 'Check'), { signal: never })) {
      if (event.kind !== 'check-finished') continue;
      const { verdict, evidence, next } = event.result;
      results.push({ line: event.check.title, verdict, evidence, ...(next === undefined ? {} : { next }) });
    }
    return results;
  };
  return [
    ...(await play(cell('aws', reads.aws), ports)),
    ...(await play(cell('postmark', reads.postmark), ports)),
    // As if AWS had confirmed the account: otherwise nothing would be asked of Postmark.
    ...(await play(cell('postmark', changes.postmark), { ...ports, aws: memory.aws })),
  ];
}

/** Whatever the world answers: a check passes only on evidence of its own, and says what to do in every other case. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { newLog } from '../../../src/core/log/create.ts';
import { answer, type DnsAnswer, failure, type Outcome, type Ports } from '../../../src/core/ports.ts';
import { Cascade } from '../../../src/core/run/cascade.ts';
import { run } from '../../../src/core/run/engine.ts';
import { parseRunbook } from '../../../src/core/runbook/runbook.ts';
import { Secret } from '../../../src/core/secret.ts';
import { stackStates } from '../../../src/core/steps/stack-states.ts';
import type { CheckResult } from '../../../src/core/steps/step.ts';
import { frontMatter, phase } from '../fixture.ts';
import { memoryLog, memoryPorts, memoryWorld, senderDomain } from '../memory.ts';

const front = frontMatter
  .replace(/gates:[\s\S]*/, '')
  .replace(/phases:[\s\S]*/, 'phases: [{ title: Check }, { title: Verification }]\n');

async function resultOf(
  language: string,
  line: string,
  ports: Partial<Ports>,
  title = 'Check',
): Promise<CheckResult> {
  const runbook = parseRunbook(`---\n${front}---\n## ${title}\n\n\`\`\`${language}\n${line}\n\`\`\`\n`);
  assert.deepEqual(runbook.problems, []);
  const world = memoryWorld();
  world.accounts.set('Alpha002-Admin', '139852620346');
  world.secrets.set('op://Dev/Postmark/credential', 'a-token-that-is-long');
  const at = { date: '2026-11-24', time: '2026-11-24 09:00:00 +00:00' };
  const log = memoryLog(newLog(runbook, { operator: 'Op', at, worktree: '.', rehearsal: false }));
  const cascade = new Cascade({
    runbook,
    log,
    ports: { ...memoryPorts(world), ...ports },
    worktree: '/worktree',
  });
  const signal = new AbortController().signal;
  let result: CheckResult | undefined;
  for await (const event of run(cascade, phase(runbook, 'dev', title), { signal })) {
    if (event.kind === 'check-finished') result = event.result;
  }
  assert.ok(result, 'a check ends with a result');
  return result;
}

/** Passed only with evidence; and with it, passed. */
async function tells(work: Promise<CheckResult>, evidence: boolean): Promise<void> {
  const result = await work;
  assert.equal(result.verdict === 'passed', evidence, JSON.stringify(result));
  assert.doesNotMatch(result.evidence, /error of its own/);
  if (!evidence) assert.ok(result.next !== undefined && result.next !== '', 'it says what to do');
}

const failures = fc
  .constantFrom<'failed' | 'unknown'>('failed', 'unknown')
  .map((verdict) => failure(verdict, 'asked', 'came back wrong', 'Do something.'));
const outcome = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<Outcome<T>> =>
  fc.oneof(values.map(answer), failures);
const held = <T>(found: Outcome<T>, holds: (value: T) => boolean): boolean =>
  found.kind === 'answer' && holds(found.value);
const memory = memoryPorts(memoryWorld());

test('aws: an identity, a stack, exports, a zone, a secret, a role', async () => {
  const account = fc.constantFrom('139852620346', '009765408297', '', '13985262034');
  await fc.assert(
    fc.asyncProperty(outcome(account.map((each) => ({ account: each, arn: '' }))), async (found) => {
      const aws = { ...memory.aws, identity: async () => found };
      await tells(
        resultOf('aws', 'identity ${profile} is ${account}', { aws }),
        held(found, (value) => value.account === '139852620346'),
      );
    }),
  );
  const states = fc.constantFrom(...stackStates, 'SOMETHING_NEW', '');
  const stack = states.map((status) => ({ stack: { name: 'S', status }, resources: [] }));
  await fc.assert(
    fc.asyncProperty(outcome(fc.option(stack, { nil: undefined })), async (found) => {
      const aws = { ...memory.aws, stackProgress: async () => found };
      await tells(
        resultOf('aws', 'stack ${stack} is CREATE_COMPLETE | UPDATE_COMPLETE', { aws }),
        held(found, (value) => /^(CREATE|UPDATE)_COMPLETE$/.test(value?.stack.status ?? '')),
      );
    }),
    { numRuns: 150 },
  );
  const names = fc.array(fc.constantFrom('P-One', 'P-Two', 'P-', 'One', 'P-One2'), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(outcome(names), async (found) => {
      const exports: Outcome<{ name: string; value: string }[]> =
        found.kind === 'answer' ? answer(found.value.map((name) => ({ name, value: 'v' }))) : found;
      const aws = { ...memory.aws, exports: async () => exports };
      await tells(
        resultOf('aws', 'exports P- One Two', { aws }),
        held(found, (value) => value.includes('P-One') && value.includes('P-Two')),
      );
    }),
  );
  const zone = fc.constant({ id: 'Z', name: 'dev.example.com', nameServers: [] });
  await fc.assert(
    fc.asyncProperty(outcome(fc.option(zone, { nil: undefined })), async (found) => {
      const aws = { ...memory.aws, hostedZone: async () => found };
      await tells(
        resultOf('aws', 'zone ${domain}', { aws }),
        held(found, (value) => value !== undefined),
      );
    }),
  );
  const thing = fc.option(fc.constant({ arn: 'arn:x' }), { nil: undefined });
  await fc.assert(
    fc.asyncProperty(outcome(thing), fc.constantFrom('secret', 'role'), async (found, verb) => {
      const aws = { ...memory.aws, secret: async () => found, role: async () => found };
      await tells(
        resultOf('aws', `${verb} some/name`, { aws }),
        held(found, (value) => value !== undefined),
      );
    }),
  );
});

const dnsAnswer = fc.record({
  code: fc.constantFrom<DnsAnswer['code']>('noerror', 'nxdomain'),
  values: fc.array(fc.constantFrom('right', 'Right', 'right and more', 'wrong', ''), { maxLength: 3 }),
  ttl: fc.constantFrom(0, 59, 3600),
});

test('dig: what resolvers and the zone itself say, of one value', async () => {
  await fc.assert(
    fc.asyncProperty(
      outcome(dnsAnswer),
      fc.oneof(fc.array(outcome(dnsAnswer), { maxLength: 3 }).map(answer), failures),
      fc.constantFrom('Check', 'Verification'),
      async (said, zone, title) => {
        const servers =
          zone.kind === 'answer'
            ? zone.value.map((each, index) => ({ name: `ns${index}`, outcome: each }))
            : [];
        const dns = {
          ...memory.dns,
          query: async () => said,
          authoritative: async () =>
            zone.kind === 'failure' ? zone : answer({ zone: 'example.com', servers }),
        };
        const right = (found: Outcome<DnsAnswer>): boolean =>
          held(found, ({ values }) => values.length === 1 && values[0] === 'right');
        const contradicted =
          title === 'Verification' &&
          servers.some((server) => server.outcome.kind === 'answer' && !right(server.outcome));
        await tells(
          resultOf('dig', 'TXT key.${domain} is right', { dns }, title),
          right(said) && !contradicted,
        );
      },
    ),
    { numRuns: 400 },
  );
});

test('dig: mail records and delegation', async () => {
  const texts = fc.array(
    fc.constantFrom(
      'v=spf1 -all',
      'v=spf1 +all',
      'v=spf1 all',
      'v=spf1 ip4:0.0.0.0/0 -all',
      'v=spf1 includ:x -all',
      'v=spf10 -all',
      'v=DMARC1; p=none',
      'v=DMARC1; p=maybe',
      'v=DMARC1',
      'p=none; v=DMARC1',
      'v=DMARC1; p=none; rua=https://x',
      'k=rsa;p=',
      'k=rsa;p=AAAA',
      'something else',
    ),
    { maxLength: 2 },
  );
  const sound: Readonly<Record<string, (values: readonly string[]) => boolean>> = {
    'spf ${domain}': (values) => values.filter((each) => /^v=spf1( |$)/.test(each)).join() === 'v=spf1 -all',
    'dmarc ${domain}': (values) =>
      values.filter((each) => /^v=DMARC1/.test(each)).join() === 'v=DMARC1; p=none',
    'dkim s._domainkey.${domain}': () => false,
  };
  await fc.assert(
    fc.asyncProperty(outcome(texts), fc.constantFrom(...Object.keys(sound)), async (found, line) => {
      const said: Outcome<DnsAnswer> =
        found.kind === 'answer' ? answer({ code: 'noerror', values: found.value }) : found;
      const dns = {
        ...memory.dns,
        query: async () => said,
        authoritative: async () => failure('unknown', 'a', 'b', 'c'),
      };
      await tells(
        resultOf('dig', line, { dns }),
        held(found, (values) => sound[line]?.(values) === true),
      );
    }),
    { numRuns: 400 },
  );
  const set = fc.constantFrom(['a.net', 'b.net'], ['B.net.', 'a.net'], ['a.net'], []);
  await fc.assert(
    fc.asyncProperty(outcome(set), outcome(set), outcome(set), async (above, own, route53) => {
      const said: Outcome<DnsAnswer> =
        own.kind === 'answer' ? answer({ code: 'noerror', values: own.value }) : own;
      const dns = {
        ...memory.dns,
        delegation: async () =>
          above.kind === 'answer' ? answer({ parent: 'example.com', nameServers: above.value }) : above,
        authoritative: async () =>
          answer({ zone: 'dev.example.com', servers: [{ name: 'a.net', outcome: said }] }),
      };
      const hostedZone = async () =>
        route53.kind === 'answer' ? answer({ id: 'Z', name: 'z', nameServers: route53.value }) : route53;
      const plain = [above, own, route53].map((each) =>
        each.kind === 'answer'
          ? each.value
              .map((name) => name.toLowerCase().replace(/\.$/, ''))
              .sort()
              .join()
          : '?',
      );
      await tells(
        resultOf('dig', 'delegation ${domain}', { dns, aws: { ...memory.aws, hostedZone } }),
        new Set(plain).size === 1 && plain[0] !== '?' && plain[0] !== '',
      );
    }),
    { numRuns: 200 },
  );
});

test('postmark: a registration and verifications', async () => {
  const domain = fc.record({
    dkimSelector: fc.constantFrom('s', ''),
    dkimPublicKey: fc.constantFrom('k=rsa;p=x', ''),
    returnPathTarget: fc.constantFrom('pm.mtasv.net', ''),
    dkimVerified: fc.boolean(),
    returnPathVerified: fc.boolean(),
  });
  const named = domain.map((each) => ({
    ...senderDomain('dev.example.com', 'pm-bounces.dev.example.com', 1),
    ...each,
  }));
  await fc.assert(
    fc.asyncProperty(outcome(fc.option(named, { nil: undefined })), outcome(named), async (found, called) => {
      const postmark = {
        ...memory.postmark,
        find: async () => found,
        create: async () => called,
        setReturnPath: async () => called,
        verifyDkim: async () => called,
        verifyReturnPath: async () => called,
      };
      const there = found.kind === 'answer' ? (found.value === undefined ? called : found) : found;
      await tells(
        resultOf('postmark', 'register ${domain} return-path pm-bounces.${domain}', { postmark }),
        held(
          there,
          (value) =>
            value !== undefined &&
            ![value.dkimSelector, value.dkimPublicKey, value.returnPathTarget].includes(''),
        ),
      );
      const known = held(found, (value) => value !== undefined);
      await tells(
        resultOf('postmark', 'verify dkim ${domain}', { postmark }),
        known && held(called, (value) => value.dkimVerified),
      );
      await tells(
        resultOf('postmark', 'verify return-path ${domain}', { postmark }),
        known && held(called, (value) => value.returnPathVerified),
      );
    }),
  );
});

test('sh: an exit code, a signal, a count in the output', async () => {
  const ended = fc.record(
    { exitCode: fc.constantFrom(0, 1, 2, 126, 127, 137, 255), signal: fc.constantFrom('SIGKILL') },
    { requiredKeys: [] },
  );
  const counts = fc.constantFrom('', '12 / 12 PASS', '11 / 12 PASS', '0 / 0', 'PASS');
  await fc.assert(
    fc.asyncProperty(
      outcome(ended),
      counts,
      fc.constantFrom('sh', 'sh check'),
      async (found, printed, language) => {
        const shell = {
          open: () => ({
            run: async (_: string, __: unknown, onOutput: (chunk: string, stream: 'stdout') => unknown) => {
              await onOutput(printed, 'stdout');
              return found;
            },
            close: async () => {},
          }),
        };
        const agrees = language === 'sh' || !['11 / 12 PASS', '0 / 0'].includes(printed);
        await tells(
          resultOf(language, './script.sh', { shell }),
          held(found, ({ exitCode }) => exitCode === 0) && agrees,
        );
      },
    ),
    { numRuns: 150 },
  );
});

test('git, op and ask', async () => {
  const hash = fc.constantFrom('a'.repeat(40), 'b'.repeat(40), '');
  await fc.assert(
    fc.asyncProperty(
      outcome(fc.array(fc.constantFrom('file'), { maxLength: 1 })),
      outcome(fc.constantFrom('main', 'other', undefined)),
      outcome(hash),
      outcome(hash),
      async (changed, branch, head, pull) => {
        const repository = {
          changes: async () => changed,
          branch: async () => branch,
          head: async () => head,
          pullRequestHead: async () => pull,
        };
        await tells(
          resultOf('git', 'worktree clean', { repository }),
          held(changed, (value) => value.length === 0),
        );
        await tells(
          resultOf('git', 'branch is main', { repository }),
          held(branch, (value) => value === 'main'),
        );
        await tells(
          resultOf('git', 'head is pull request 1', { repository }),
          held(head, (value) => value !== '' && held(pull, (other) => other === value)),
        );
      },
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.option(fc.boolean(), { nil: undefined }), async (yes) => {
      const ask = async () => (yes === undefined ? undefined : { yes, by: 'Op' });
      await tells(resultOf('ask', 'it is so', { person: { ...memory.person, ask } }), yes === true);
    }),
  );
  await fc.assert(
    fc.asyncProperty(outcome(fc.constantFrom('value', '', '  ')), async (found) => {
      const secret =
        found.kind === 'answer' ? answer(new Secret('op://Dev/Postmark/credential', found.value)) : found;
      const secrets = { session: () => undefined, read: async () => [secret] };
      await tells(
        resultOf('op', 'read ${secret}', { secrets }),
        held(found, (value) => value === 'value'),
      );
    }),
  );
});

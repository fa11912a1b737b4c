/** The core's ports in memory: what the world answers is set by the test, what it was asked is kept. */

import { applyChange } from '../../src/core/log/edits.ts';
import {
  answer,
  type ContextEntry,
  type DnsAnswer,
  type EvidenceFolder,
  type Failure,
  failure,
  type LogFile,
  nobody,
  type Outcome,
  type Person,
  type PersonAnswer,
  type Ports,
  type SenderDomain,
  type ShellResult,
  type StackExport,
  type StackProgress,
  type Unwritten,
  type ZoneAnswer,
} from '../../src/core/ports.ts';
import { Secret } from '../../src/core/secret.ts';

export const canary = 'canary-4f1d9f7e-0b7a-secret';

export interface MemoryWorld {
  secrets: Map<string, string>;
  sessionEnds: Date | undefined;
  accounts: Map<string, string>;
  dns: Map<string, DnsAnswer | Failure>;
  /** What the zone's own servers say, where it is not what the resolver says. */
  authoritative: Map<string, ZoneAnswer | DnsAnswer | Failure>;
  delegations: Map<string, readonly string[] | Failure>;
  domains: Map<string, SenderDomain>;
  /** Calls of verifyDkim after which it holds. */
  dkimAfter: number;
  exports: StackExport[];
  stacks: Map<string, StackProgress>;
  shell: (
    text: string,
    env: Readonly<Record<string, string>>,
    output: (chunk: string, stream?: 'stdout' | 'stderr') => void,
  ) => Promise<Outcome<ShellResult>>;
  contexts: Map<string, ContextEntry>;
  answers: (question: string) => PersonAnswer | undefined;
  runAgain: Person['runAgain'];
  typed: string | undefined;
  /** What becomes of a result that the log does not take. */
  unwritten: (unwritten: Unwritten) => 'again' | 'leave';
  asked: string[];
  now: Date;
}

export function memoryWorld(): MemoryWorld {
  return {
    secrets: new Map(),
    sessionEnds: undefined,
    accounts: new Map(),
    dns: new Map(),
    authoritative: new Map(),
    delegations: new Map(),
    domains: new Map(),
    dkimAfter: 2,
    exports: [],
    stacks: new Map(),
    shell: async () => answer({ exitCode: 0 }),
    contexts: new Map(),
    answers: () => ({ yes: true, by: 'Operator' }),
    runAgain: nobody.runAgain,
    typed: undefined,
    unwritten: () => 'leave',
    asked: [],
    now: new Date('2026-11-24T10:00:00Z'),
  };
}

export function memoryPorts(world: MemoryWorld): Ports {
  const domainOf = (id: number): SenderDomain | undefined =>
    [...world.domains.values()].find((domain) => domain.id === id);
  let dkimCalls = 0;
  return {
    secrets: {
      session: () =>
        world.sessionEnds === undefined ? undefined : { by: 'memory', ends: world.sessionEnds },
      read: async (references) => {
        world.asked.push(`secrets ${references.join(' ')}`);
        return references.map((reference) => {
          const value = world.secrets.get(reference);
          return value === undefined
            ? failure('failed', `op read "${reference}"`, 'no such item', 'Look at the vault.')
            : answer(new Secret(reference, value));
        });
      },
    },
    aws: {
      identity: async ({ profile }) => {
        world.asked.push(`identity ${profile}`);
        const account = world.accounts.get(profile);
        return account === undefined
          ? failure(
              'failed',
              'aws sts get-caller-identity',
              `no profile ${profile}`,
              `aws sso login --profile ${profile}`,
            )
          : answer({ account, arn: `arn:aws:sts::${account}:assumed-role/x` });
      },
      stackProgress: async (_, name) => answer(world.stacks.get(name)),
      exports: async () => answer(world.exports),
      hostedZone: async (_, domain) => answer({ id: 'Z1', name: domain, nameServers: ['ns-1.example.net'] }),
      secret: async () => answer(undefined),
      role: async () => answer(undefined),
    },
    postmark: {
      find: async (_, domain) => answer(world.domains.get(domain)),
      create: async (_, name, returnPathDomain) => {
        world.asked.push(`create ${name}`);
        const domain = senderDomain(name, returnPathDomain, world.domains.size + 1);
        world.domains.set(name, domain);
        return answer(domain);
      },
      setReturnPath: async (_, id, returnPathDomain) => {
        const domain = domainOf(id);
        if (domain === undefined) return failure('failed', 'PUT /domains', 'no such domain', 'Register it.');
        const changed = { ...domain, returnPathDomain };
        world.domains.set(domain.name, changed);
        return answer(changed);
      },
      verifyDkim: async (_, id) => {
        dkimCalls++;
        const domain = domainOf(id);
        if (domain === undefined) return failure('failed', 'PUT', 'no such domain', 'Register it.');
        return answer({ ...domain, dkimVerified: dkimCalls >= world.dkimAfter });
      },
      verifyReturnPath: async (_, id) => {
        const domain = domainOf(id);
        if (domain === undefined) return failure('failed', 'PUT', 'no such domain', 'Register it.');
        return answer({ ...domain, returnPathVerified: true });
      },
    },
    dns: {
      query: async (resolver, type, name) => {
        const found = world.dns.get(`${type} ${name}`);
        if (found === undefined) return answer({ code: 'nxdomain', values: [] });
        return 'kind' in found
          ? { ...found, asked: `dig +short ${type} ${name} @${resolver}` }
          : answer(found);
      },
      authoritative: async (_, type, name) => {
        const found = world.authoritative.get(`${type} ${name}`) ?? world.dns.get(`${type} ${name}`);
        if (found !== undefined && 'kind' in found) return found;
        if (found !== undefined && 'zone' in found) return answer(found);
        const outcome = answer<DnsAnswer>(found ?? { code: 'nxdomain', values: [] });
        return answer({ zone: 'example.com', servers: [{ name: 'ns-1.example.net', outcome }] });
      },
      delegation: async (_, domain) => {
        const found = world.delegations.get(domain) ?? [];
        return 'kind' in found ? found : answer({ parent: 'example.com', nameServers: found });
      },
    },
    shell: {
      open: () => ({
        run: (text, env, onOutput, signal) => {
          world.asked.push(`sh ${text.trim()}`);
          signal.throwIfAborted();
          return world.shell(text, env, (chunk, stream) => onOutput(chunk, stream ?? 'stdout'));
        },
        close: async () => {},
      }),
    },
    repository: {
      changes: async () => answer([]),
      branch: async () => answer('main'),
      head: async () => answer('e53a7f16ed1ebf855969f4f0ab3af6a2a251c304'),
      pullRequestHead: async () => answer('e53a7f16ed1ebf855969f4f0ab3af6a2a251c304'),
    },
    person: {
      ask: async ({ text }) => world.answers(text),
      runAgain: (...asked) => world.runAgain(...asked),
      typeName: async () => world.typed,
      unwritten: async (unwritten) => world.unwritten(unwritten),
    },
    context: {
      read: async (key) => answer(world.contexts.get(key)),
      write: async (key, entry) => {
        world.contexts.set(key, { ...world.contexts.get(key), ...entry });
        return answer(undefined);
      },
    },
    clock: {
      now: () => world.now,
      offsetMinutes: () => 0,
      sleep: async (_, signal) => {
        await new Promise((resolve) => setImmediate(resolve));
        signal.throwIfAborted();
      },
    },
  };
}

export const senderDomain = (name: string, returnPathDomain: string, id: number): SenderDomain => ({
  id,
  name,
  dkimSelector: '20261124100000pm',
  dkimPublicKey: 'k=rsa;p=MIGfMA0',
  dkimVerified: false,
  returnPathDomain,
  returnPathTarget: 'pm.mtasv.net',
  returnPathVerified: false,
});

export interface MemoryLog extends LogFile {
  text: string | undefined;
  /** Every text the log has been. */
  readonly history: string[];
  /** What could not be written, by its tag. */
  readonly aside: Map<string, string>;
}

export function memoryLog(text: string | undefined): MemoryLog {
  const log: MemoryLog = {
    path: 'execution-log.md',
    text,
    history: [],
    aside: new Map(),
    read: async () => answer(log.text),
    update: async (change) => {
      if (log.text === undefined)
        return failure('failed', 'write execution-log.md', 'no such file', 'Start a run.');
      const changed = applyChange(log.text, change);
      if (changed.kind === 'failure') return changed;
      log.text = changed.value;
      log.history.push(log.text);
      return changed;
    },
    create: async (made) => {
      if (log.text !== undefined) return failure('failed', 'create execution-log.md', 'it exists', 'Use it.');
      log.text = made;
      return answer(undefined);
    },
    setAside: async (tag, kept) => {
      log.aside.set(tag, kept);
      return answer(`execution-log.md.unwritten-${tag}.md`);
    },
  };
  return log;
}

export interface MemoryEvidence extends EvidenceFolder {
  /** Transcripts by their names. */
  readonly files: Map<string, string>;
  /** What the disk answers to the next write, or to making a file. */
  refusal: Failure | undefined;
}

export function memoryEvidence(): MemoryEvidence {
  const evidence: MemoryEvidence = {
    files: new Map(),
    refusal: undefined,
    open: async (stem) => {
      if (evidence.refusal !== undefined) return evidence.refusal;
      const path = `execution-log.md.evidence/${stem}.txt`;
      evidence.files.set(path, '');
      return answer({
        path,
        append: async (text) => {
          if (evidence.refusal !== undefined) return evidence.refusal;
          evidence.files.set(path, (evidence.files.get(path) ?? '') + text);
          return answer(undefined);
        },
        close: async () => {},
      });
    },
  };
  return evidence;
}

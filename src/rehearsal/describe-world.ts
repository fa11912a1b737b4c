/** The world that a runbook expects: its partitions with their values, its branch and its pull requests. */
import { lookupFor } from '../core/runbook/names.ts';
import { parseRunbook, type Runbook } from '../core/runbook/runbook.ts';
import type { WorldDescription, WorldPartition } from './description.ts';

export function describeWorld(runbookText: string): WorldDescription {
  const runbook = parseRunbook(runbookText);
  const branch = gitWords(runbook, /^branch is (\S+)$/)[0];
  const pullRequests = gitWords(runbook, /^head is pull request (\d+)$/).map(Number);
  return {
    partitions: runbook.partitions.map((partition): WorldPartition => {
      const lookup = lookupFor(runbook, partition);
      const value = (name: string): string => lookup(name) ?? `${partition.name}-${name}`;
      return {
        name: partition.name,
        infrastructure: value('infrastructure'),
        profile: value('profile'),
        account: value('account'),
        postmark: value('postmark'),
        secret: value('secret'),
        domain: lookup('domain') ?? `${partition.name}.example.com`,
        stack: value('stack'),
      };
    }),
    region: lookupFor(runbook, runbook.partitions[0])('region') ?? 'us-east-1',
    ...(branch === undefined ? {} : { branch }),
    pullRequests,
  };
}

function gitWords(runbook: Runbook, form: RegExp): string[] {
  return runbook.steps
    .filter((step) => step.language === 'git')
    .flatMap((step) => step.checks.flatMap((check) => form.exec(check.source)?.[1] ?? []));
}

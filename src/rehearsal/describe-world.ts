/** The world that a runbook expects: its partitions with their values, its branch and its pull requests. */
import { lookupFor } from '../core/runbook/names.ts';
import { parseRunbook, type Runbook } from '../core/runbook/runbook.ts';
import {
  fill,
  type Lookup,
  type Parsed,
  parsed,
  parseTemplate,
  type Template,
} from '../core/runbook/template.ts';
import type { Check } from '../core/steps/step.ts';
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
        domain: registered(runbook, lookup) ?? lookup('domain') ?? `${partition.name}.example.com`,
        stack: asked(runbook, lookup) ?? value('stack'),
      };
    }),
    region: lookupFor(runbook, runbook.partitions[0])('region') ?? 'us-east-1',
    ...(branch === undefined ? {} : { branch }),
    pullRequests,
  };
}

/** The domain that the runbook registers, whatever name it has for it. */
function registered(runbook: Runbook, lookup: Lookup): string | undefined {
  const written = checksOf(runbook, 'postmark').flatMap(
    ({ source }) => /^register\s+(\S+)/.exec(source)?.[1] ?? [],
  )[0];
  return written === undefined ? undefined : whole(parseTemplate(written, 0), lookup);
}

/** The stack that the runbook asks for. */
function asked(runbook: Runbook, lookup: Lookup): string | undefined {
  const stack = checksOf(runbook, 'aws').flatMap((check) => check.stack ?? [])[0];
  return stack === undefined ? undefined : whole(parsed(stack), lookup);
}

/** A text with all its names filled in. */
function whole(template: Parsed<Template>, lookup: Lookup): string | undefined {
  if (template.kind === 'problem') return undefined;
  const { text, missing } = fill(template.value, lookup);
  return missing.length === 0 ? text : undefined;
}

const checksOf = (runbook: Runbook, language: string): readonly Check[] =>
  runbook.steps.filter((step) => step.language === language).flatMap((step) => step.checks);

function gitWords(runbook: Runbook, form: RegExp): string[] {
  return checksOf(runbook, 'git').flatMap((check) => form.exec(check.source)?.[1] ?? []);
}

import { nearest } from '../nearest.ts';
import type { AwsTarget, StackProgress } from '../ports.ts';
import { type Lookup, type Parsed, parsed, problem, type Template } from '../runbook/template.ts';
import {
  type Arguments,
  type CheckLine,
  checkLines,
  type Filled,
  makeCheck,
  notUnderstood,
  templates,
  type Word,
} from './lines.ts';
import { meaningOf, nextFor, stackStates } from './stack-states.ts';
import {
  type Check,
  type CheckContext,
  type CheckResult,
  failed,
  fromFailure,
  type LineForm,
  passed,
  type StepLanguage,
  unknown,
} from './step.ts';

const forms: readonly LineForm[] = [
  { syntax: 'identity PROFILE is ACCOUNT', effect: 'reads', passes: 'a profile that leads to this account' },
  { syntax: 'stack NAME is STATUS [| STATUS …]', effect: 'reads', passes: 'a stack in one of these states' },
  { syntax: 'zone DOMAIN', effect: 'reads', passes: 'a public hosted zone of this name' },
  {
    syntax: 'exports PREFIX NAME [NAME …]',
    effect: 'reads',
    passes: 'exports of CloudFormation for all of these names, each behind the prefix',
  },
  { syntax: 'secret NAME', effect: 'reads', passes: 'a secret of this name in Secrets Manager' },
  { syntax: 'role NAME', effect: 'reads', passes: 'a role of this name in IAM' },
];

/** `aws`: what an account holds, read through the partition's profile and region. */
export const aws: StepLanguage = {
  id: 'aws',
  forms,
  parse: (cell) => checkLines(cell.value, cell.start).map(parseLine),
};

function parseLine(line: CheckLine): Parsed<Check> {
  const [verb, first, is, ...rest] = line.words;
  if (verb === undefined || first === undefined) return notUnderstood('aws', forms, line);
  switch (verb.text) {
    case 'identity': {
      const [account, more] = rest;
      if (is?.text !== 'is' || account === undefined || more !== undefined) break;
      const args = templates({ profile: first, account });
      return args.kind === 'problem' ? args : parsed(identity(line, args.value));
    }
    case 'stack': {
      const statuses = statusList(rest);
      if (is?.text !== 'is' || statuses === undefined) break;
      const strange = rest.find(({ text }) => text !== '|' && meaningOf(text) === undefined);
      if (strange !== undefined)
        return problem(
          `"${strange.text}" is no state of a stack. Known: ${stackStates.join(', ')}.`,
          strange.span,
          nearest(strange.text, stackStates),
        );
      const args = templates({ name: first });
      return args.kind === 'problem' ? args : parsed(stack(line, args.value, statuses));
    }
    case 'exports': {
      if (is === undefined) break;
      const names = [is, ...rest];
      const args = templates({
        prefix: first,
        ...Object.fromEntries(names.map((name, index) => [`name${index}`, name])),
      });
      return args.kind === 'problem' ? args : parsed(exports(line, args.value));
    }
    case 'zone':
    case 'secret':
    case 'role': {
      if (is !== undefined) break;
      const args = templates({ name: first });
      if (args.kind === 'problem') return args;
      return parsed({ zone, secret, role }[verb.text](line, args.value));
    }
  }
  return notUnderstood('aws', forms, line);
}

/** `A | B`, the bars apart from the words. */
function statusList(words: readonly Word[]): readonly string[] | undefined {
  const statuses = words.filter((_, index) => index % 2 === 0).map((word) => word.text);
  const bars = words.filter((_, index) => index % 2 === 1);
  const fits =
    words.length % 2 === 1 &&
    bars.every((bar) => bar.text === '|') &&
    statuses.every((each) => /^[A-Z_]+$/.test(each));
  return fits ? statuses : undefined;
}

/** A check that reads through the partition's profile. */
function read<A extends Arguments>(
  line: CheckLine,
  args: A,
  word: (values: Filled<A>['values']) => { command: string; label: string },
  run: (target: AwsTarget, values: Filled<A>['values'], context: CheckContext) => Promise<CheckResult>,
  stackName?: Template,
): Check {
  return makeCheck({
    language: 'aws',
    line,
    effect: 'reads',
    args,
    also: ['profile', 'region'],
    ...(stackName === undefined ? {} : { stack: stackName }),
    bind: (values, also) => {
      const words = word(values);
      return {
        command: `${words.command} --profile ${also('profile')}`,
        label: words.label,
        run: (context) => run({ profile: also('profile'), region: also('region') }, values, context),
      };
    },
  });
}

const identity = (line: CheckLine, args: { readonly profile: Template; readonly account: Template }): Check =>
  makeCheck({
    language: 'aws',
    line,
    effect: 'reads',
    args,
    also: ['region'],
    bind: (values, also) => ({
      command: `aws sts get-caller-identity --profile ${values.profile}`,
      label: `is account \`${values.account}\``,
      run: async ({ ports, signal }) =>
        checkIdentity(
          await ports.aws.identity({ profile: values.profile, region: also('region') }, signal),
          values.profile,
          values.account,
        ),
    }),
  });

/** Whether a profile leads to the account that is written down for the partition. */
export function checkIdentity(
  identified: Awaited<ReturnType<CheckContext['ports']['aws']['identity']>>,
  profile: string,
  account: string,
): CheckResult {
  if (identified.kind === 'failure') return fromFailure(identified);
  return identified.value.account === account
    ? passed(`account ${account}`)
    : failed(
        `account ${account}`,
        `account ${identified.value.account}`,
        `Mend the profile "${profile}" in the AWS config, or the account in the runbook, then: aws sso login --profile ${profile}`,
      );
}

const stack = (line: CheckLine, args: { readonly name: Template }, statuses: readonly string[]): Check =>
  read(
    line,
    args,
    ({ name }) => ({
      command: `aws cloudformation describe-stacks --stack-name ${name}`,
      label: `is ${statuses.join(' or ')}`,
    }),
    async (target, { name }, { ports, signal, progress }) => {
      const seen = await ports.aws.stackProgress(target, name, new Date(0), signal);
      if (seen.kind === 'failure') return fromFailure(seen);
      const expected = statuses.join(' or ');
      if (seen.value === undefined)
        return failed(expected, `no stack ${name}`, 'Deploy it, or mend its name in the runbook.');
      progress({ kind: 'stack', progress: seen.value });
      const { status } = seen.value.stack;
      if (statuses.includes(status)) return passed(`${status}, ${seen.value.resources.length} resources`);
      const meaning = meaningOf(status);
      if (meaning === undefined || meaning === 'moving')
        return unknown(`${status}: ${stackCount(seen.value)}`, nextFor(status, name));
      const reason = seen.value.firstFailure;
      const because =
        reason === undefined
          ? (seen.value.stack.reason ?? '')
          : `${reason.logicalId}: ${reason.reason ?? reason.status}`;
      return failed(expected, because.length > 0 ? `${status} (${because})` : status, nextFor(status, name));
    },
    args.name,
  );

/** How many of the stack's resources stand; what a rollback removed does not. */
export function resourcesDone({ resources }: StackProgress): number {
  return resources.filter(({ status }) => /^(?:CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status)).length;
}

/** `12 of 25 resources` */
export const stackCount = (progress: StackProgress): string =>
  `${resourcesDone(progress)} of ${progress.resources.length} resources`;

const zone = (line: CheckLine, args: { readonly name: Template }): Check =>
  read(
    line,
    args,
    ({ name }) => ({
      command: `aws route53 list-hosted-zones-by-name --dns-name ${name}`,
      label: 'has the public hosted zone',
    }),
    async (target, { name }, { ports, signal }) => {
      const found = await ports.aws.hostedZone(target, name, signal);
      if (found.kind === 'failure') return fromFailure(found);
      return found.value === undefined
        ? failed(
            `a public hosted zone ${name}`,
            'none',
            'Deploy the stack that makes it, or look at the account of the profile.',
          )
        : passed(`${found.value.id} (${found.value.nameServers.join(', ')})`);
    },
  );

const exports = (line: CheckLine, args: { readonly prefix: Template } & Arguments): Check => {
  const namesIn = (values: Readonly<Record<string, string>>): string[] =>
    Object.entries(values).flatMap(([key, value]) => (key === 'prefix' ? [] : [value]));
  return read(
    line,
    args,
    (values) => {
      const count = namesIn(values).length;
      return {
        command: 'aws cloudformation list-exports',
        label: `includes the ${count} \`${values.prefix}*\` ${count === 1 ? 'export' : 'exports'}`,
      };
    },
    async (target, values, { ports, signal }) => {
      const found = await ports.aws.exports(target, signal);
      if (found.kind === 'failure') return fromFailure(found);
      const byName = new Map(found.value.map((each) => [each.name, each.value]));
      const names = namesIn(values);
      const missing = names.filter((name) => !byName.has(values.prefix + name));
      if (missing.length > 0) {
        return failed(
          `all of ${names.join(', ')}`,
          `${missing.join(', ')} missing`,
          `Look at the outputs of the stack that exports ${values.prefix}*.`,
        );
      }
      const shown = names.map((name) => `${name} (${byName.get(values.prefix + name) ?? ''})`);
      return passed(`all ${names.length} present: ${shown.join(', ')}`);
    },
  );
};

function existing(
  what: string,
  option: string,
  call: (
    context: CheckContext,
    target: AwsTarget,
    name: string,
  ) => ReturnType<CheckContext['ports']['aws']['role']>,
) {
  return (line: CheckLine, args: { readonly name: Template }): Check =>
    read(
      line,
      args,
      ({ name }) => ({ command: `${option} ${name}`, label: 'exists' }),
      async (target, { name }, context) => {
        const found = await call(context, target, name);
        if (found.kind === 'failure') return fromFailure(found);
        return found.value === undefined
          ? failed(`${what} ${name}`, 'none', `Deploy the stack that makes it, or mend the name.`)
          : passed(found.value.arn);
      },
    );
}

const secret = existing(
  'the secret',
  'aws secretsmanager describe-secret --secret-id',
  (context, target, name) => context.ports.aws.secret(target, name, context.signal),
);
const role = existing('the role', 'aws iam get-role --role-name', (context, target, name) =>
  context.ports.aws.role(target, name, context.signal),
);

/** Where a partition's AWS calls go; undefined when the runbook does not say. */
export function awsTarget(lookup: Lookup): AwsTarget | undefined {
  const profile = lookup('profile');
  const region = lookup('region');
  return profile === undefined || region === undefined ? undefined : { profile, region };
}

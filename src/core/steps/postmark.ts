import type { Outcome, SenderDomain } from '../ports.ts';
import { type Parsed, parsed, type Template } from '../runbook/template.ts';
import type { Secret } from '../secret.ts';
import { type CheckLine, checkLines, makeCheck, notUnderstood, templates } from './lines.ts';
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
  {
    syntax: 'register DOMAIN return-path DOMAIN',
    effect: 'changes',
    passes: 'the domain being on the Postmark account with this return path, created where it was not there',
  },
  { syntax: 'verify dkim DOMAIN', effect: 'reads', passes: 'the DKIM record that Postmark finds' },
  {
    syntax: 'verify return-path DOMAIN',
    effect: 'reads',
    passes: 'the CNAME of the return path that Postmark finds',
  },
];

/** Postmark looks records up on its side after a call; the recorded run saw DKIM true on the second call. */
const secondsBetweenCalls = 4;
const mostCalls = 8;
/** Of those, how many may go without an answer. */
const mostSilent = 3;

/** `postmark`: the sender domain of a partition, on the account its secret opens. */
export const postmark: StepLanguage = {
  id: 'postmark',
  forms,
  parse: (cell) => checkLines(cell.value, cell.start).map(parseLine),
};

function parseLine(line: CheckLine): Parsed<Check> {
  const [verb, second, third, fourth, more] = line.words;
  if (
    verb?.text === 'register' &&
    second !== undefined &&
    third?.text === 'return-path' &&
    fourth !== undefined &&
    more === undefined
  ) {
    const args = templates({ domain: second, returnPath: fourth });
    return args.kind === 'problem' ? args : parsed(register(line, args.value));
  }
  if (verb?.text === 'verify' && third !== undefined && fourth === undefined) {
    const args = templates({ domain: third });
    if (args.kind === 'problem') return args;
    if (second?.text === 'dkim') return parsed(verify(line, args.value, dkim));
    if (second?.text === 'return-path') return parsed(verify(line, args.value, returnPath));
  }
  return notUnderstood('postmark', forms, line);
}

const token = (context: CheckContext): Promise<Outcome<Secret>> =>
  context.secret(context.lookup('secret') ?? '');

const register = (
  line: CheckLine,
  args: { readonly domain: Template; readonly returnPath: Template },
): Check =>
  makeCheck({
    language: 'postmark',
    line,
    effect: 'changes',
    args,
    also: ['secret', 'postmark', 'infrastructure'],
    secrets: (_, lookup) => [lookup('secret') ?? ''],
    bind: (values, also) => ({
      label: `\`${values.domain}\` registered on \`${also('postmark')}\` with return path \`${values.returnPath}\``,
      run: async (context) => {
        const secret = await token(context);
        if (secret.kind === 'failure') return fromFailure(secret);
        const { ports, signal } = context;
        const found = await ports.postmark.find(secret.value, values.domain, signal);
        if (found.kind === 'failure') return fromFailure(found);
        let how = 'already there';
        let domain: Outcome<SenderDomain>;
        if (found.value === undefined) {
          how = 'created';
          domain = await ports.postmark.create(secret.value, values.domain, values.returnPath, signal);
        } else if (found.value.returnPathDomain.toLowerCase() !== values.returnPath.toLowerCase()) {
          how = `return path changed from ${found.value.returnPathDomain || 'none'}`;
          domain = await ports.postmark.setReturnPath(
            secret.value,
            found.value.id,
            values.returnPath,
            signal,
          );
        } else {
          domain = { kind: 'answer', value: found.value };
        }
        if (domain.kind === 'failure') return fromFailure(domain);
        return keep(context, domain.value, how);
      },
      look: (context) => lookFor(context, values.domain, values.returnPath),
    }),
  });

/** Writes what the stack needs of the domain into `cdk.context.json`. */
async function keep(context: CheckContext, domain: SenderDomain, how: string): Promise<CheckResult> {
  const { dkimSelector, dkimPublicKey, returnPathTarget } = domain;
  if (dkimSelector === '' || dkimPublicKey === '' || returnPathTarget === '') {
    return failed(
      'a DKIM selector, a DKIM key and a return-path target from Postmark',
      `domain ${domain.id} has ${dkimSelector === '' ? 'no DKIM host' : 'no return-path target'}`,
      'Look at the domain in the Postmark console, then run the cell again.',
    );
  }
  const written = await context.ports.context.write(context.contextKey, {
    dkimSelector,
    dkimPublicKey,
    returnPathTarget,
  });
  if (written.kind === 'failure') return fromFailure(written);
  return passed(
    `${how}, domain ${domain.id}, DKIM selector ${dkimSelector}, return path to ${returnPathTarget}; written to cdk.context.json under ${context.contextKey}`,
  );
}

/** Whether a domain is registered and what the stack needs of it is kept: then it does not matter who saw it done. */
async function lookFor(context: CheckContext, domain: string, returnPath: string): Promise<CheckResult> {
  const secret = await token(context);
  if (secret.kind === 'failure') return fromFailure(secret);
  const found = await context.ports.postmark.find(secret.value, domain, context.signal);
  if (found.kind === 'failure') return fromFailure(found);
  const again = 'Run the register line again: it takes what is there and adds what is missing.';
  if (found.value === undefined) return unknown(`Postmark has no domain ${domain}`, again);
  const { id, dkimSelector, returnPathDomain } = found.value;
  const kept = await context.ports.context.read(context.contextKey);
  if (kept.kind === 'failure') return fromFailure(kept);
  const there = `domain ${id} is registered, DKIM selector ${dkimSelector}`;
  if (returnPathDomain.toLowerCase() !== returnPath.toLowerCase())
    return unknown(`${there}, its return path is ${returnPathDomain || 'none'}`, again);
  if (kept.value?.['dkimSelector'] !== dkimSelector)
    return unknown(`${there}; cdk.context.json does not have it under ${context.contextKey}`, again);
  return passed(`${there}; written to cdk.context.json under ${context.contextKey}`);
}

interface Verification {
  readonly what: string;
  readonly field: string;
  readonly call: 'verifyDkim' | 'verifyReturnPath';
  readonly holds: (domain: SenderDomain) => boolean;
}

const dkim: Verification = {
  what: 'DKIM',
  field: 'DKIMVerified',
  call: 'verifyDkim',
  holds: (domain) => domain.dkimVerified,
};
const returnPath: Verification = {
  what: 'return path',
  field: 'ReturnPathDomainVerified',
  call: 'verifyReturnPath',
  holds: (domain) => domain.returnPathVerified,
};

const verify = (line: CheckLine, args: { readonly domain: Template }, verification: Verification): Check =>
  makeCheck({
    language: 'postmark',
    line,
    effect: 'reads',
    args,
    also: ['secret', 'postmark'],
    secrets: (_, lookup) => [lookup('secret') ?? ''],
    bind: (values, also) => ({
      label: `Postmark ${verification.what} of \`${values.domain}\` verified on \`${also('postmark')}\``,
      run: async (context) => {
        const secret = await token(context);
        if (secret.kind === 'failure') return fromFailure(secret);
        return confirm(context, secret.value, values.domain, verification);
      },
    }),
  });

async function confirm(
  context: CheckContext,
  secret: Secret,
  domain: string,
  verification: Verification,
): Promise<CheckResult> {
  const { ports, signal } = context;
  const found = await ports.postmark.find(secret, domain, signal);
  if (found.kind === 'failure') return fromFailure(found);
  if (found.value === undefined) {
    return failed(
      `${domain} on the Postmark account`,
      'no such domain',
      'Run the register line of the Deploy phase first.',
    );
  }
  const route = `PUT /domains/${found.value.id}/${verification.call}`;
  let silent = 0;
  for (let call = 1; call <= mostCalls; call++) {
    const domainNow = await ports.postmark[verification.call](secret, found.value.id, signal);
    // What Postmark did not answer is asked again with the rest, later each time; a refusal ends it.
    if (domainNow.kind === 'failure') {
      silent += 1;
      if (domainNow.verdict === 'failed' || silent === mostSilent) return fromFailure(domainNow);
    } else if (verification.holds(domainNow.value)) {
      return passed(`${verification.field} after ${call} ${call === 1 ? 'call' : 'calls'} of ${route}`);
    }
    if (call === mostCalls) {
      if (domainNow.kind === 'failure') return fromFailure(domainNow);
      break;
    }
    const pause = secondsBetweenCalls * 2 ** silent;
    const state = domainNow.kind === 'failure' ? domainNow.came : `${verification.field}: false`;
    context.progress({
      kind: 'note',
      text: `${state} after ${call} of ${mostCalls} calls; asking again in ${pause} s`,
    });
    await ports.clock.sleep(pause * 1000, signal);
  }
  return failed(
    `${verification.field}: true`,
    `${verification.field}: false after ${mostCalls} calls of ${route}`,
    'Look at the records that the dig lines show; when they are right, wait some minutes and verify again.',
  );
}

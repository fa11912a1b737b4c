import { type Failure, failure } from '../core/ports.ts';

/** `op://vault/item/[section/]field`, as both the command and the SDK want it. */
const form = /^op:\/\/[^/\s][^/]*\/[^/]+\/[^/]+(\/[^/]+)?$/;

export const askedFor = (reference: string): string => `op read "${reference}"`;

export function malformed(reference: string): Failure | undefined {
  if (form.test(reference) && !/[\u0000-\u001f\u007f]/.test(reference)) return undefined;
  return failure(
    'failed',
    askedFor(reference),
    'this is no secret reference',
    'Write it as op://vault/item/field in the runbook.',
  );
}

export const empty = (reference: string): Failure =>
  failure(
    'failed',
    askedFor(reference),
    'the field is empty',
    'Fill the field in 1Password, then run again.',
  );

interface Meaning {
  readonly verdict: Failure['verdict'];
  /** Undefined where 1Password's own words say it best. */
  readonly came?: string;
  readonly next: string;
  /** Whether the next reference would end in the same way, after asking the person once more. */
  readonly forAll: boolean;
}

const integration =
  'Open 1Password, turn on Settings › Developer › Integrate with 1Password CLI, unlock it, then run again.';

/** 1Password's command has one exit code for everything, so its words have to be read. */
const meanings: readonly (readonly [RegExp, Meaning])[] = [
  [
    /authorization timeout|account is locked|locked/i,
    {
      verdict: 'unknown',
      came: '1Password is locked: nobody approved in time',
      next: 'Unlock 1Password, then run again.',
      forAll: true,
    },
  ],
  [
    /prompt dismissed|authorization denied|cancell?ed/i,
    {
      verdict: 'unknown',
      came: 'the prompt of 1Password was dismissed',
      next: 'Run again and approve the prompt.',
      forAll: true,
    },
  ],
  [
    /connecting to desktop app|cannot connect to 1Password app/i,
    { verdict: 'unknown', came: 'op does not reach the 1Password app', next: integration, forAll: true },
  ],
  [
    /no accounts configured/i,
    {
      verdict: 'unknown',
      came: 'op knows no account',
      next: `${integration} Or: op account add`,
      forAll: true,
    },
  ],
  [
    /not (currently )?signed in|session expired|invalid session|sign in to/i,
    {
      verdict: 'unknown',
      came: 'op is not signed in',
      next: 'Sign in, then run again: op signin',
      forAll: true,
    },
  ],
  [
    /too many requests|rate limit/i,
    { verdict: 'unknown', next: 'Wait a minute, then run again.', forAll: true },
  ],
  [
    /isn't a vault|isn't an item|isn't a field|does not have a field|could not find|invalid secret reference|more than one (vault|item)/i,
    {
      verdict: 'failed',
      next: 'Mend the reference in the runbook, or the item in 1Password.',
      forAll: false,
    },
  ],
];

/** @param stderr of `op`, which repeats the reference and never holds a value */
export function opFailure(
  reference: string,
  exitCode: number | undefined,
  stderr: string,
): { failure: Failure; forAll: boolean } {
  const said = stderr
    .replace(/^\[ERROR\] \S+ \S+ /gm, '')
    .trim()
    .split('\n')[0];
  const meaning = meanings.find(([words]) => words.test(stderr))?.[1];
  const ended = exitCode === undefined ? 'op was ended by a signal' : `op ended with exit code ${exitCode}`;
  const came = meaning?.came ?? (said ? `${ended}: ${said.slice(0, 300)}` : ended);
  return {
    failure: failure(
      meaning?.verdict ?? 'unknown',
      askedFor(reference),
      came,
      meaning?.next ?? 'Run the command in a terminal to see more.',
    ),
    forAll: meaning?.forAll ?? false,
  };
}

/** The SDK's error types of one reference. */
export function typedFailure(reference: string, type: string): Failure {
  const [verdict, came, next] = words(type);
  return failure(verdict, askedFor(reference), came, next);
}

function words(type: string): readonly [Failure['verdict'], string, string] {
  const mend = 'Mend the reference in the runbook, or the item in 1Password.';
  const unique =
    'Use the ID in its place (1Password: Copy Private Link, or op item get), or rename one of them.';
  switch (type) {
    case 'parsing':
      return ['failed', 'this is no secret reference', 'Write it as op://vault/item/field in the runbook.'];
    case 'vaultNotFound':
      return ['failed', 'there is no such vault, or this sign-in may not see it', mend];
    case 'itemNotFound':
      return ['failed', 'there is no such item in the vault', mend];
    case 'fieldNotFound':
      return ['failed', 'the item has no such field', mend];
    case 'noMatchingSections':
      return ['failed', 'the item has no such section', mend];
    case 'tooManyVaults':
      return ['failed', 'there is more than one vault of this name', unique];
    case 'tooManyItems':
      return ['failed', 'there is more than one item of this name', unique];
    case 'tooManyMatchingFields':
      return ['failed', 'the item has more than one field of this name', unique];
    default:
      return ['unknown', `1Password answered ${type}`, 'Look at the item in 1Password, then run again.'];
  }
}

import { type AwsTarget, type Failure, failure } from '../core/ports.ts';
import { certificateNext, certificateWords, isCertificateCode } from './certificates.ts';
import { DeadlineError } from './deadline.ts';
import { proxyNext, proxyWantsSignIn, proxyWords } from './fetch-cause.ts';

/** An answer without what AWS always gives: a page of somebody else, to which the SDK makes an empty one. */
export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer';

  constructor() {
    super('an answer that is not what AWS gives');
  }
}

/** A part that every true answer has. */
export function present<T>(part: T | undefined): T {
  if (part === undefined) throw new UnreadableAnswer();
  return part;
}

/** What an error of the AWS SDK means to an operator. Bugs are thrown on. */
export function awsFailure(error: unknown, asked: string, target: AwsTarget): Failure {
  if (!(error instanceof Error)) throw error;
  const unknown = (came: string, next: string) => failure('unknown', asked, came, next);
  if (error instanceof DeadlineError) return unknown(error.message, runAgain);
  if (error instanceof UnreadableAnswer) return unknown(error.message, runAgain);
  const certificate = codesOf(error).find(isCertificateCode);
  if (certificate !== undefined) return unknown(certificateWords(certificate), certificateNext);
  if (
    clock.has(error.name) ||
    (refused.has(error.name) && /signature (expired|not yet)/i.test(error.message))
  )
    return unknown(
      `AWS refuses the time of the request: the clock of this machine is wrong (${error.name})`,
      setClock,
    );
  const credential = credentialFailure(error, asked, target);
  if (credential !== undefined) return credential;

  const status = statusOf(error);
  const tries = attemptsOf(error);
  if (status === proxyWantsSignIn) return unknown(proxyWords, proxyNext);
  if (throttles.has(error.name) || status === 429) {
    return unknown(`throttled (${error.name})${tries}`, 'Wait a little, then run it again.');
  }
  if (status !== undefined && status >= 500) return unknown(`${status} ${error.name}${tries}`, runAgain);
  if (error.name === 'SyntaxError') return unknown('an answer that cannot be read', runAgain);
  if (status !== undefined && status >= 400 && error.name !== 'UnknownError' && error.name !== 'Error') {
    return failure(
      'failed',
      asked,
      `${error.name}: ${firstLine(error.message)}`,
      clientNext(error.name, target),
    );
  }
  const code = networkCode(error);
  if (code !== undefined) return unknown(`no answer from AWS (${code})${tries}`, runAgain);
  if (error.name === 'TimeoutError') return unknown('no answer from AWS in time', runAgain);
  // The SDK puts the answer on an error when it could not read it.
  if (status !== undefined || '$response' in error) {
    return unknown('an answer that cannot be read', runAgain);
  }
  throw error;
}

/** Whether another look at the shared files may help: then the client has to go. */
export function concernsCredentials(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    isProviderError(error) || expired.has(error.name) || refused.has(error.name) || statusOf(error) === 403
  );
}

const runAgain = 'Run it again; if it stays so, look whether this machine reaches AWS.';
const throttles = new Set([
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'PriorRequestNotComplete',
]);
const expired = new Set(['ExpiredToken', 'ExpiredTokenException']);
const clock = new Set(['RequestTimeTooSkewed', 'RequestExpired', 'RequestInTheFuture']);
const setClock = 'Set the clock of this machine (turn on time synchronisation), then run it again.';
const refused = new Set([
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'SignatureDoesNotMatch',
  'InvalidSignatureException',
  'AuthFailure',
  'IncompleteSignature',
]);

function credentialFailure(error: Error, asked: string, { profile }: AwsTarget): Failure | undefined {
  const login = `aws sso login --profile ${profile}`;
  const say = (verdict: Failure['verdict'], came: string, next: string) =>
    failure(verdict, asked, came, next);
  const { name, message } = error;
  if (expired.has(name)) return say('unknown', `the credentials of profile ${profile} have expired`, login);
  if (refused.has(name)) {
    return say('failed', `AWS does not take the credentials of profile ${profile} (${name})`, login);
  }
  if (name === 'UnauthorizedException') {
    return say('unknown', `the SSO session of profile ${profile} is not valid any more`, login);
  }
  if (name === 'ForbiddenException') {
    return say(
      'failed',
      `SSO gives profile ${profile} no access to its account and role`,
      `Have the role assigned to you, or mend the profile: aws configure sso --profile ${profile}`,
    );
  }
  if (error instanceof TypeError && /sso_region|sso_start_url/.test(message)) {
    return say(
      'failed',
      `profile ${profile} names an sso-session that is not in the AWS config`,
      `aws configure sso --profile ${profile}`,
    );
  }
  if (!isProviderError(error)) return undefined;
  if (/could not resolve credentials using profile|profile .* (was not|could not be) found/i.test(message)) {
    return say(
      'failed',
      `there is no profile ${profile} with credentials in the AWS config`,
      `aws configure sso --profile ${profile}`,
    );
  }
  if (/sso session|sso_session|token|expired|refresh/i.test(message)) {
    return say('unknown', `the SSO session of profile ${profile} has expired, or there is none`, login);
  }
  return say(
    'unknown',
    `no credentials for profile ${profile}: ${firstLine(message)}`,
    `Mend the profile, or sign in: ${login}`,
  );
}

const isProviderError = (error: Error): boolean =>
  error.name === 'CredentialsProviderError' ||
  error.name === 'TokenProviderError' ||
  error.name === 'ProviderError';

function clientNext(name: string, { profile }: AwsTarget): string {
  return /AccessDenied|Unauthorized|NotAuthorized/.test(name)
    ? `Use a profile that may do this in place of ${profile}, or have it allowed.`
    : 'Mend what was asked for in the runbook, or run the command in a terminal to see more.';
}

const firstLine = (text: string): string => (text.split('\n')[0] ?? '').slice(0, 300);

function metadata(error: Error): { readonly httpStatusCode?: unknown; readonly attempts?: unknown } {
  const found = '$metadata' in error ? error.$metadata : undefined;
  return typeof found === 'object' && found !== null ? found : {};
}

function statusOf(error: Error): number | undefined {
  const { httpStatusCode: status } = metadata(error);
  return typeof status === 'number' ? status : undefined;
}

function attemptsOf(error: Error): string {
  const { attempts } = metadata(error);
  return typeof attempts === 'number' && attempts > 1 ? ` after ${attempts} tries` : '';
}

function networkCode(error: Error): string | undefined {
  return codesOf(error).find((code) => /^(E[A-Z_]+|UND_ERR.*)$/.test(code));
}

const codesOf = (error: Error): string[] =>
  [error, error.cause, ...(error instanceof AggregateError ? error.errors : [])].map((each) =>
    each instanceof Error && 'code' in each ? String(each.code) : '',
  );

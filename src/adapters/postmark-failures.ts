import { type Failure, failure } from '../core/ports.ts';
import { certificateNext, certificateWords, isCertificateCode } from './certificates.ts';
import { DeadlineError } from './deadline.ts';
import { isProxyCause, proxyNext, proxyWantsSignIn, proxyWords } from './fetch-cause.ts';

/** A 2xx whose body is not what the API gives. */
export class UnreadableAnswer extends Error {
  constructor() {
    super('an answer that is not what Postmark gives');
    this.name = 'UnreadableAnswer';
  }
}

/**
 * What a call's error means. By numbers only: a bundler that makes names short breaks `error.name`.
 *
 * @param reference where the token lives; the token itself is never at hand here
 */
export function postmarkFailure(error: unknown, asked: string, reference: string): Failure {
  const again = 'Run it again; if it stays so, look at https://status.postmarkapp.com.';
  if (error instanceof DeadlineError || error instanceof UnreadableAnswer) {
    return failure('unknown', asked, error.message, again);
  }
  if (!isPostmarkError(error)) {
    // Bodies that break off reject with errors of fetch, which the client does not wrap.
    if (error instanceof TypeError && error.message === 'terminated') {
      return failure('unknown', asked, 'the connection was cut', again);
    }
    throw error;
  }
  const { code, statusCode: status, message } = error;
  if (status === 0 && isCertificateCode(message))
    return failure('unknown', asked, certificateWords(message), certificateNext);
  if (status === 0 && isProxyCause(message)) return failure('unknown', asked, message, proxyNext);
  if (status === proxyWantsSignIn) return failure('unknown', asked, proxyWords, proxyNext);
  if (status === 0) return failure('unknown', asked, `no answer from Postmark (${message})`, again);
  if (status === 429)
    return failure('unknown', asked, '429: too many requests', 'Wait a minute, then run it again.');
  const came = `${status}${code ? `, error code ${code}` : ''}: ${message}`;
  if (status >= 500) return failure('unknown', asked, came, again);
  if (status === 401 || code === 10) {
    return failure(
      'failed',
      asked,
      `${status}: Postmark does not take the token`,
      `Look whether ${reference} holds an account token (not a server token) that is still valid.`,
    );
  }
  if (status === 408 || code === 0) return failure('unknown', asked, came, again);
  return failure('failed', asked, came, nextFor(code));
}

interface PostmarkError extends Error {
  readonly code: number;
  readonly statusCode: number;
}

const isPostmarkError = (error: unknown): error is PostmarkError =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'number' &&
  'statusCode' in error &&
  typeof error.statusCode === 'number';

function nextFor(code: number): string {
  switch (code) {
    case 510:
      return 'The domain is gone from the account: register it again.';
    case 513:
      return 'The domain is on another account: look whether the token is the right one.';
    case 514:
    case 515:
    case 516:
      return 'Mend the domain name in the runbook.';
    default:
      return 'Look the error code up: https://postmarkapp.com/developer/api/overview#error-codes';
  }
}

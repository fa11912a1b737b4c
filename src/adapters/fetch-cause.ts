/** What to do about a proxy that lets nothing through. */
export const proxyNext =
  'Sign in to the proxy, or mend HTTPS_PROXY, HTTP_PROXY and NO_PROXY, then run it again.';

/** The status of a proxy that wants to know who one is. */
export const proxyWantsSignIn = 407;
export const proxyWords = 'a proxy on the way wants a sign-in (407)';

/** Why `fetch` has no answer: its own message says nothing, the code of a cause does. Undefined where none tells. */
export function fetchCause(error: unknown): string | undefined {
  let cause = error instanceof Error ? error.cause : undefined;
  let code: string | undefined;
  while (cause instanceof Error) {
    const refusal = /^Proxy response \((\d+)\)/.exec(cause.message)?.[1];
    if (refusal !== undefined)
      return refusal === String(proxyWantsSignIn) ? proxyWords : `a proxy on the way answers ${refusal}`;
    // The first that is one: some causes have 0.
    if (code === undefined && 'code' in cause && typeof cause.code === 'string') code = cause.code;
    cause = cause.cause;
  }
  return code;
}

export const isProxyCause = (words: string): boolean => words.startsWith('a proxy on the way ');

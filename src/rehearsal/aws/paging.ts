export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken?: string;
}

/** The page at `token`; undefined for a token that this world did not give. */
export function page<T>(all: readonly T[], size: number, token: string | null): Page<T> | undefined {
  const start = token === null ? 0 : offset(token);
  if (start === undefined || start > all.length) return undefined;
  const end = start + size;
  const items = all.slice(start, end);
  return end < all.length ? { items, nextToken: tokenAt(end) } : { items };
}

/**
 * The same for a list, oldest first, that is given newest first and grows meanwhile: the token counts from the
 * oldest end, so that no item comes twice.
 */
export function pageNewestFirst<T>(
  all: readonly T[],
  size: number,
  token: string | null,
): Page<T> | undefined {
  const end = token === null ? all.length : offset(token);
  if (end === undefined || end > all.length) return undefined;
  const start = Math.max(0, end - size);
  const items = all.slice(start, end).toReversed();
  return start > 0 ? { items, nextToken: tokenAt(start) } : { items };
}

const tokenAt = (at: number): string => Buffer.from(`at:${at}`).toString('base64url');

function offset(token: string): number | undefined {
  const digits = /^at:(\d+)$/.exec(Buffer.from(token, 'base64url').toString())?.[1];
  return digits === undefined ? undefined : Number(digits);
}

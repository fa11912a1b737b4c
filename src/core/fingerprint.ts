import type { Secret } from './secret.ts';

/** Slow enough that short secrets are not found by trying, quick enough for a dozen in a run. */
const iterations = 200_000;

/**
 * Tells whether two references hold the same value, and nothing else of it: eight digits of a slow hash. The same for
 * the same value in every run, so that logs can be compared too.
 */
export async function fingerprint(secret: Secret): Promise<string> {
  const encoder = new TextEncoder();
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret.reveal()), 'PBKDF2', false, [
    'deriveBits',
  ]);
  const salt = encoder.encode('Cascade Runbook fingerprint');
  const bits = await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt, iterations }, key, 32);
  return Array.from(new Uint8Array(bits), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

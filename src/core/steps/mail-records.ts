/** The records that receivers of mail look at: SPF (RFC 7208), DMARC (RFC 7489, RFC 9989) and DKIM keys (RFC 6376). */
import type { Failure, Outcome } from '../ports.ts';

/** The texts at a name. */
export type ReadTexts = (name: string) => Promise<Outcome<readonly string[]>>;

/** What is wrong with a record, what was seen of a sound one, or why nobody knows. */
export type Finding =
  | { readonly kind: 'sound'; readonly words: string }
  | { readonly kind: 'faulty'; readonly words: string }
  | Failure;

const sound = (words: string): Finding => ({ kind: 'sound', words });
const faulty = (words: string): Finding => ({ kind: 'faulty', words });

export const isSpf = (text: string): boolean => /^v=spf1(?: |$)/i.test(text);

/** Receivers give up on a record that needs more. */
const mostLookUps = 10;
const needsLookUp = ['include', 'a', 'mx', 'ptr', 'exists', 'redirect'];
const mechanisms = ['all', 'ip4', 'ip6', ...needsLookUp.slice(0, -1)];

interface SpfTerm {
  /** `+`, `-`, `~` or `?`; empty for what is no mechanism. */
  readonly qualifier: string;
  readonly name: string;
  readonly value: string;
}

function spfTerms(record: string): readonly SpfTerm[] | string {
  const terms: SpfTerm[] = [];
  for (const word of record.split(/ +/).slice(1)) {
    if (word === '') continue;
    const [, modifier, given] = /^([a-z][a-z0-9_.-]*)=(.*)$/i.exec(word) ?? [];
    if (modifier !== undefined) {
      terms.push({ qualifier: '', name: modifier.toLowerCase(), value: given ?? '' });
      continue;
    }
    const [, qualifier, name = '', value] =
      /^([+?~-]?)([a-z][a-z0-9]*)(?::([^\s]+)|(?:\/.*)?)$/i.exec(word) ?? [];
    if (!mechanisms.includes(name.toLowerCase())) return `"${word}" is no term of SPF`;
    if (value === undefined && /^(?:include|exists|ip4|ip6)$/i.test(name)) return `"${word}" names nothing`;
    terms.push({ qualifier: qualifier || '+', name: name.toLowerCase(), value: value ?? '' });
  }
  return terms;
}

/** Whether a term lets everybody send. */
const letsAll = ({ qualifier, name, value }: SpfTerm): boolean =>
  qualifier === '+' && (name === 'all' || (/^ip[46]$/.test(name) && /\/0$/.test(value)));

/** What is wrong with the texts at a name, seen without asking for others. */
export function spfFault(texts: readonly string[]): string | undefined {
  const records = texts.filter(isSpf);
  if (records.length !== 1) return records.length === 0 ? 'no SPF record' : `${records.length} SPF records`;
  const terms = spfTerms(records[0] ?? '');
  if (typeof terms === 'string') return terms;
  return terms.some(letsAll) ? 'everybody may send: "+all"' : undefined;
}

/** Follows includes and redirects, and counts the look-ups a receiver needs. */
export async function checkSpf(domain: string, texts: readonly string[], read: ReadTexts): Promise<Finding> {
  let lookUps = 0;
  const visit = async (
    name: string,
    found: readonly string[],
    above: readonly string[],
  ): Promise<Finding | undefined> => {
    const where = above.length === 0 ? '' : ` in the record of ${name}`;
    const fault = spfFault(found);
    if (fault !== undefined) return faulty(`${fault}${where}`);
    const terms = spfTerms(found.find(isSpf) ?? '');
    if (typeof terms === 'string') return faulty(`${terms}${where}`);
    for (const term of terms) {
      // After a mechanism that fits everybody a redirect is not followed.
      if (term.name === 'redirect' && terms.some((each) => each.name === 'all')) continue;
      if (!needsLookUp.includes(term.name)) continue;
      lookUps++;
      if (lookUps > mostLookUps) return faulty(`more than ${mostLookUps} look-ups`);
      if (term.name !== 'include' && term.name !== 'redirect') continue;
      const next = term.value.toLowerCase().replace(/\.$/, '');
      // What a macro stands for is known only when a mail comes.
      if (next.includes('%')) continue;
      if (next === name || above.includes(next)) return faulty(`${name} and ${next} lead to each other`);
      const included = await read(next);
      if (included.kind === 'failure') return included;
      const wrong = await visit(next, included.value, [...above, name]);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  };
  const wrong = await visit(domain.toLowerCase().replace(/\.$/, ''), texts, []);
  if (wrong !== undefined) return wrong;
  const record = texts.find(isSpf) ?? '';
  return sound(`${record}, ${lookUps} of ${mostLookUps} look-ups`);
}

const isDmarc = (text: string): boolean => /^v\s*=\s*DMARC1\s*(?:;|$)/.test(text);

/** `tag=value` pairs set off by semicolons; what is wrong where it is not that. */
function tags(text: string): ReadonlyMap<string, string> | string {
  const found = new Map<string, string>();
  for (const part of text.split(';')) {
    if (part.trim() === '') continue;
    const [, name, value] = /^\s*([A-Za-z][A-Za-z0-9_]*)\s*=\s*([\s\S]*?)\s*$/.exec(part) ?? [];
    if (name === undefined || value === undefined) return `"${part.trim()}" is no "tag=value"`;
    if (found.has(name)) return `"${name}" stands in it twice`;
    found.set(name, value);
  }
  return found;
}

const dmarcForms: Readonly<Record<string, RegExp>> = {
  p: /^(none|quarantine|reject)$/i,
  sp: /^(none|quarantine|reject)$/i,
  np: /^(none|quarantine|reject)$/i,
  adkim: /^[rs]$/i,
  aspf: /^[rs]$/i,
  pct: /^(100|\d{1,2})$/,
  psd: /^[ynu]$/i,
  t: /^[yn]$/i,
};

/** What is wrong with the texts at `_dmarc.…`, seen without asking for others. */
export function dmarcFault(texts: readonly string[]): string | undefined {
  const records = texts.filter(isDmarc);
  if (records.length !== 1)
    return records.length === 0 ? 'no DMARC record' : `${records.length} DMARC records`;
  const found = tags(records[0] ?? '');
  if (typeof found === 'string') return found;
  if (!found.has('p')) return 'it has no policy "p="';
  for (const [name, value] of found) {
    if (dmarcForms[name]?.test(value) === false) return `"${name}=${value}" is not allowed`;
  }
  const addresses = reportAddresses(texts);
  return typeof addresses === 'string' ? addresses : undefined;
}

/** The domains that reports are sent to, or what is wrong with an address. */
function reportAddresses(texts: readonly string[]): readonly string[] | string {
  const found = tags(texts.find(isDmarc) ?? '');
  if (typeof found === 'string') return found;
  const domains: string[] = [];
  for (const name of ['rua', 'ruf']) {
    for (const address of (found.get(name) ?? '').split(',')) {
      if (address.trim() === '') continue;
      const [, domain] = /^mailto:[^\s@!]+@([^\s@!]+?)(?:![0-9]+[kmgt]?)?$/i.exec(address.trim()) ?? [];
      if (domain === undefined) return `"${name}" names ${address.trim()}, which is no mailto address`;
      domains.push(domain.toLowerCase());
    }
  }
  return [...new Set(domains)];
}

/** Whether each receiver of reports that belongs to somebody else has agreed to get them. */
export async function checkDmarc(
  domain: string,
  texts: readonly string[],
  read: ReadTexts,
): Promise<Finding> {
  const fault = dmarcFault(texts);
  const addresses = reportAddresses(texts);
  if (fault !== undefined || typeof addresses === 'string') return faulty(fault ?? String(addresses));
  const { getDomain } = await import('tldts');
  const organization = (name: string): string => getDomain(name, { allowPrivateDomains: true }) ?? name;
  const outside = addresses.filter((address) => organization(address) !== organization(domain));
  for (const receiver of outside) {
    const name = `${domain}._report._dmarc.${receiver}`;
    const found = await read(name);
    if (found.kind === 'failure') return found;
    if (!found.value.some(isDmarc))
      return faulty(`${receiver} has not agreed to get reports: no v=DMARC1 at ${name}`);
  }
  const agreed = outside.length === 0 ? '' : `, reports to ${outside.join(', ')} authorised`;
  return sound(`${texts.find(isDmarc) ?? ''}${agreed}`);
}

/** What is wrong with the texts at `…._domainkey.…`, seen without reading the key. */
export function dkimFault(texts: readonly string[]): string | undefined {
  if (texts.length !== 1) return `${texts.length} records`;
  const found = tags(texts[0] ?? '');
  if (typeof found === 'string') return found;
  const version = found.get('v');
  if (version !== undefined && version !== 'DKIM1') return `"v=${version}" is not DKIM1`;
  const key = found.get('p');
  if (key === undefined) return 'it has no key "p="';
  if (key === '') return 'the key is revoked: "p=" is empty';
  const kind = found.get('k') ?? 'rsa';
  return kind === 'rsa' || kind === 'ed25519' ? undefined : `"k=${kind}" is not known`;
}

/** Reads the key itself. */
export async function checkDkim(texts: readonly string[], leastBits: number): Promise<Finding> {
  const fault = dkimFault(texts);
  const found = tags(texts[0] ?? '');
  if (fault !== undefined || typeof found === 'string') return faulty(fault ?? String(found));
  const testing = /(?:^|:)\s*y\s*(?:$|:)/.test(found.get('t') ?? '') ? ', in test mode (t=y)' : '';
  const bytes = base64Bytes((found.get('p') ?? '').replace(/\s+/g, ''));
  if (bytes === undefined) return faulty('the key is not base64');
  if (found.get('k') === 'ed25519')
    return bytes.length === 32
      ? sound(`ed25519${testing}`)
      : faulty(`an ed25519 key of ${bytes.length} bytes, not 32`);
  const bits = await rsaBits(bytes);
  if (bits === undefined) return faulty('the key cannot be read as an RSA key');
  return bits < leastBits ? faulty(`an RSA key of ${bits} bits`) : sound(`RSA, ${bits} bits${testing}`);
}

function base64Bytes(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  } catch {
    return undefined;
  }
}

async function rsaBits(bytes: Uint8Array<ArrayBuffer>): Promise<number | undefined> {
  try {
    const form = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
    const { algorithm } = await crypto.subtle.importKey('spki', bytes, form, true, ['verify']);
    return 'modulusLength' in algorithm && typeof algorithm.modulusLength === 'number'
      ? algorithm.modulusLength
      : undefined;
  } catch {
    // No key, or one of another kind.
    return undefined;
  }
}

/** Where what was seen differs from what was expected, to be marked in place. */

export interface Piece {
  readonly kind: 'same' | 'different';
  readonly text: string;
}

export interface Difference {
  readonly expected: readonly Piece[];
  readonly actual: readonly Piece[];
  /** For who cannot see the marks: `Character 137 is “Q”, expected “O”.` */
  readonly words: string;
}

/** A stretch of both texts, in signs: the same in both, or what stands in one in place of what stands in the other. */
interface Stretch {
  readonly kind: 'same' | 'different';
  readonly expected: readonly string[];
  readonly actual: readonly string[];
}

/** Texts that have less than this in common are not one text with a difference. */
const leastCommon = 0.6;
/** Equal signs between two differences that are too few to be more than chance. */
const chance = 2;
/** More differences than this are not looked for one by one. */
const mostEdits = 200;

const signs = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const split = (text: string): readonly string[] => Array.from(signs.segment(text), ({ segment }) => segment);

/** undefined where the two are equal, or have too little in common. */
export function difference(expected: string, actual: string): Difference | undefined {
  if (expected === actual) return undefined;
  const a = split(expected);
  const b = split(actual);
  const stretches = merged(compare(a, b));
  const common = stretches
    .filter(({ kind }) => kind === 'same')
    .reduce((sum, stretch) => sum + stretch.expected.length, 0);
  if (common < leastCommon * Math.max(a.length, b.length)) return undefined;
  const pieces = (side: 'expected' | 'actual'): readonly Piece[] =>
    stretches
      .map((stretch) => ({ kind: stretch.kind, text: stretch[side].join('') }))
      .filter(({ text }) => text !== '');
  return { expected: pieces('expected'), actual: pieces('actual'), words: inWords(stretches) };
}

function inWords(stretches: readonly Stretch[]): string {
  const different = stretches.filter(({ kind }) => kind === 'different');
  const [first] = different;
  if (first === undefined) return '';
  const before = stretches.slice(0, stretches.indexOf(first));
  const at = before.reduce((sum, { actual }) => sum + actual.length, 0) + 1;
  const told =
    first.actual.length === 0
      ? `Before character ${at} ${quoted(first.expected)} is missing`
      : first.expected.length === 0
        ? `From character ${at} on ${quoted(first.actual)} is too much`
        : `${first.actual.length === 1 ? 'Character' : 'From character'} ${at} ${
            first.actual.length === 1 ? 'is' : 'on it is'
          } ${quoted(first.actual)}, expected ${quoted(first.expected)}`;
  const more = different.length - 1;
  return `${told}${more === 0 ? '' : `; ${more} more ${more === 1 ? 'difference' : 'differences'}`}.`;
}

/** What looks like another sign, or like nothing, is told by its code. */
function quoted(found: readonly string[]): string {
  const text = found.length > 24 ? `${found.slice(0, 24).join('')}…` : found.join('');
  if (/^[!-~ ]*[!-~][!-~ ]*…?$/.test(text) || found.length > 4) return `“${text}”`;
  const codes = Array.from(
    text,
    (sign) => `U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`,
  );
  return `“${text}” (${codes.join(' ')})`;
}

/** Equal at both ends; in between the shortest way from one to the other. */
function compare(a: readonly string[], b: readonly string[]): readonly Stretch[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (
    tail < a.length - head &&
    tail < b.length - head &&
    a[a.length - 1 - tail] === b[b.length - 1 - tail]
  )
    tail++;
  const same = (from: number, to: number): Stretch => ({
    kind: 'same',
    expected: a.slice(from, to),
    actual: a.slice(from, to),
  });
  return [
    same(0, head),
    ...shortest(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    same(a.length - tail, a.length),
  ];
}

/** Myers' algorithm: the furthest that can be reached on each diagonal with one more edit each round. */
function shortest(a: readonly string[], b: readonly string[]): readonly Stretch[] {
  const whole: Stretch = { kind: 'different', expected: a, actual: b };
  if (a.length === 0 || b.length === 0) return [whole];
  const rounds: ReadonlyMap<number, number>[] = [];
  let reached = new Map<number, number>([[1, 0]]);
  for (let edits = 0; edits <= mostEdits; edits++) {
    rounds.push(reached);
    const next = new Map<number, number>();
    for (let k = -edits; k <= edits; k += 2) {
      let x = stepX(reached, k, edits);
      while (x < a.length && x - k < b.length && a[x] === b[x - k]) x++;
      next.set(k, x);
      if (x >= a.length && x - k >= b.length) return wayBack(a, b, rounds);
    }
    reached = next;
  }
  return [whole];
}

const at = (reached: ReadonlyMap<number, number>, k: number): number => reached.get(k) ?? -1;

/** Where the way on diagonal `k` begins in this round: from the diagonal above or below, whichever is further. */
function stepX(reached: ReadonlyMap<number, number>, k: number, edits: number): number {
  const down = k === -edits || (k !== edits && at(reached, k - 1) < at(reached, k + 1));
  return down ? at(reached, k + 1) : at(reached, k - 1) + 1;
}

function wayBack(
  a: readonly string[],
  b: readonly string[],
  rounds: readonly ReadonlyMap<number, number>[],
): readonly Stretch[] {
  const found: Stretch[] = [];
  let x = a.length;
  let y = b.length;
  for (let edits = rounds.length - 1; edits >= 0; edits--) {
    const reached = rounds[edits] ?? new Map<number, number>();
    const k = x - y;
    const start = stepX(reached, k, edits);
    const kept = a.slice(start, x);
    found.unshift({ kind: 'same', expected: kept, actual: kept });
    x = start;
    y = start - k;
    if (edits === 0) break;
    const down = k === -edits || (k !== edits && at(reached, k - 1) < at(reached, k + 1));
    if (down) found.unshift({ kind: 'different', expected: [], actual: b.slice(y - 1, y) });
    else found.unshift({ kind: 'different', expected: a.slice(x - 1, x), actual: [] });
    if (down) y--;
    else x--;
  }
  return found;
}

/** Differences with nothing, or next to nothing, between them are one. */
function merged(stretches: readonly Stretch[]): readonly Stretch[] {
  const found: Stretch[] = [];
  const filled = stretches.filter(({ expected, actual }) => expected.length + actual.length > 0);
  for (const [index, stretch] of filled.entries()) {
    const last = found.at(-1);
    const between = last?.kind === 'different' && filled[index + 1]?.kind === 'different';
    const kind = between && stretch.expected.length <= chance ? 'different' : stretch.kind;
    if (last === undefined || last.kind !== kind) found.push({ ...stretch, kind });
    else
      found[found.length - 1] = {
        kind,
        expected: [...last.expected, ...stretch.expected],
        actual: [...last.actual, ...stretch.actual],
      };
  }
  return found;
}

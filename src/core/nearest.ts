/** What a person may have meant by a word that nobody knows. */

/** Longer words are no slips of the hand. */
const longest = 64;

/** The nearest of the known words, capitals apart; undefined where none is near. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length === 0 || word.length > longest) return undefined;
  const small = word.toLowerCase();
  let best: string | undefined;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const each of known) {
    if (each.length > longest || Math.abs(each.length - word.length) >= least) continue;
    const distance = slips(small, each.toLowerCase());
    if (distance < least && distance < each.length) {
      best = each;
      least = distance;
    }
  }
  return best;
}

/** Letters left out, added, replaced, or two that changed places, to make one word of the other. */
function slips(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(at(rows, i - 1, j) + 1, (row[j - 1] ?? 0) + 1, at(rows, i - 1, j - 1) + cost);
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, at(rows, i - 2, j - 2) + 1);
      row.push(least);
    }
    rows.push(row);
  }
  return at(rows, a.length, b.length);
}

const at = (rows: readonly (readonly number[])[], i: number, j: number): number =>
  rows[i]?.[j] ?? Number.POSITIVE_INFINITY;

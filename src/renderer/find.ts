/** Where a word stands in a text, in any case. */
export interface Found {
  readonly start: number;
  readonly end: number;
  /** Counts from 1. */
  readonly line: number;
}

/** More are not marked. */
const most = 1000;

export function find(text: string, word: string): readonly Found[] {
  if (word === '') return [];
  const found: Found[] = [];
  let line = 1;
  let from = 0;
  const pattern = new RegExp(word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'giu');
  for (const match of text.matchAll(pattern)) {
    for (let at = text.indexOf('\n', from); at >= 0 && at < match.index; at = text.indexOf('\n', at + 1))
      line++;
    from = match.index;
    found.push({ start: match.index, end: match.index + match[0].length, line });
    if (found.length === most) break;
  }
  return found;
}

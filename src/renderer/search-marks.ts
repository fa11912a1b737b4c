import type { Found } from './find.ts';

/** All matches, and the one that is looked at. The page has one set of marks for all outputs on it. */
const all = 'cascade-found';
const current = 'cascade-found-now';

/** Marks that leave the elements as they are; where the page cannot, the match is selected. */
export class SearchMarks {
  #ranges: readonly Range[] = [];

  /** @returns where the current match is */
  mark(element: HTMLElement, found: readonly Found[], at: number): Range | undefined {
    this.clear();
    this.#ranges = rangesOf(element, found);
    const now = this.#ranges[at];
    if (typeof Highlight === 'undefined') {
      if (now !== undefined) select(now);
      return now;
    }
    for (const range of this.#ranges) highlight(all).add(range);
    if (now !== undefined) highlight(current).add(now);
    return now;
  }

  clear(): void {
    if (typeof Highlight === 'undefined') return;
    for (const range of this.#ranges) {
      highlight(all).delete(range);
      highlight(current).delete(range);
    }
    this.#ranges = [];
  }
}

function highlight(name: string): Highlight {
  const known = CSS.highlights.get(name) ?? new Highlight();
  // The match that is looked at is drawn over the others.
  known.priority = name === current ? 1 : 0;
  CSS.highlights.set(name, known);
  return known;
}

function select(range: Range): void {
  const selection = getSelection();
  selection?.removeAllRanges();
  selection?.addRange(range);
}

/** Offsets into the text of an element, as ranges over its text nodes; both are in order. */
function rangesOf(element: HTMLElement, found: readonly Found[]): readonly Range[] {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let node = walker.nextNode();
  let start = 0;
  const place = (offset: number): readonly [Node, number] | undefined => {
    while (node !== null && start + (node.nodeValue?.length ?? 0) < offset) {
      start += node.nodeValue?.length ?? 0;
      node = walker.nextNode();
    }
    return node === null ? undefined : [node, offset - start];
  };
  return found.flatMap((each) => {
    const from = place(each.start);
    const to = place(each.end);
    if (from === undefined || to === undefined) return [];
    const range = document.createRange();
    range.setStart(...from);
    range.setEnd(...to);
    return [range];
  });
}

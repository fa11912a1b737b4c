/** An entry of a list is cut where it is longer; UTF-16 units. */
export const longestEntry = 72;

/** A text in lines that an entry of a list shows whole, broken at blanks. */
export function fold(text: string): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > longestEntry) {
    // A name and what is said of it stand apart, where they do not fit side by side.
    const colon = lines.length === 0 ? rest.indexOf(': ') + 1 : 0;
    const blank = rest.lastIndexOf(' ', longestEntry);
    const end = colon > 0 && colon <= longestEntry ? colon : blank > 0 ? blank : beforePair(rest);
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).replace(/^ /, '');
  }
  return [...lines, rest];
}

/** The longest entry that leaves both halves of a character together. */
const beforePair = (text: string): number =>
  /[\uD800-\uDBFF]/.test(text.charAt(longestEntry - 1)) ? longestEntry - 1 : longestEntry;

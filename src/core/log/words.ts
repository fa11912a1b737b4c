/** Words of a log, as they are compared: people reword, set marks, and change quotes. */

/** As it reads: without marks, and without the backslashes that a table needs. */
export const bare = (text: string): string => text.replace(/\\([|`*])/g, '$1').replace(/`|\*\*/g, '');

/** Without marks, case, bars, or what people put around them. */
export function plain(text: string): string {
  return withoutTail(
    text
      .replace(/\\([|`*])/g, '$1')
      .replace(/`|\*\*/g, '')
      .replace(/[“”]/g, '"')
      .replace(/[‘’]/g, "'")
      .replace(/\s+/g, ' '),
  )
    .trim()
    .toLowerCase();
}

const tail = ' \t\n\r:—–-';

/** By hand: a search for it from the left would cost the square of a long run of dashes. */
function withoutTail(text: string): string {
  let end = text.length;
  while (end > 0 && tail.includes(text[end - 1] ?? '')) end--;
  return text.slice(0, end);
}

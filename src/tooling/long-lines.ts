/** Lines that a regular expression, or a search from each place, would stumble over; the tests and the bench use them. */

/** What such a line repeats. */
export const pieces: Readonly<Record<string, string>> = {
  blanks: ' ',
  tabs: '\t',
  dashes: '-',
  'long dashes': '—',
  numbers: '1',
  hashes: '#',
  backticks: '`',
  bars: '|',
  backslashes: '\\',
  'open brackets': '(',
  'square brackets': '[',
  stars: '*',
  underlines: '_',
  colons: ':',
  'bullets in a row': '- ',
  'numbers in a row': '1. ',
  'an open tag': '<a b="c" ',
  'tags without end': '<a b c',
  'open comments': '<!--',
  quotes: '> ',
  signs: '✅',
  'signs with dates': '✅ 2026-11-24 ',
  'signs in code': '`✅` ',
  'half signs': '\uD83D',
  variations: '\uFE0F',
  'two stars and blanks': '** ',
  placeholders: '(fill in ',
  words: 'pending ',
  'no words': 'no ',
  sentences: 'Nothing is pending. ',
  'dots and blanks': '. ',
  'section signs': '§ ',
  names: '${partition}',
  'times of history': '2026-11-24 10:00:00 +00:00 ',
  'merge marks': '<<<<<<<',
  tildes: '~',
  'tildes and separators': '~~~ \u2028',
  'open names': '${',
  'open angles': '<',
  'backslashes and angles': '\\\\<',
  'equals signs': '=',
  'attributes that equal nothing': '<a b=',
};

/** Places of a new log in which such a line may stand. */
export const places: Readonly<Record<string, (log: string, line: string) => string>> = {
  alone: (_, line) => line,
  'in a bullet': (log, line) => log.replace(/^- .* exits 0: ⏳ pending$/m, () => `- a${line}: ✅ ${line}`),
  'in a heading': (log, line) => log.replace(/^### Deploy.*$/m, () => `### Deploy (${line}) ✅ ${line}`),
  'in a cell': (log, line) =>
    log.replace(/^(\| `\w+` \| )[^|]*\|/m, (_, partition: string) => `${partition}${line} |`),
  'in a field': (log, line) => log.replace('**Sign-off**: ⏳ pending', () => `**Sign-off**: ✅ ${line}`),
};

/** A line of so many UTF-16 units. */
export const longLine = (piece: string, units: number): string =>
  piece.repeat(Math.ceil(units / piece.length));

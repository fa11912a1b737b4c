import { type Difference, difference, type Piece } from './difference.ts';
import { make, text } from './elements.ts';
import { shown } from './words.ts';

/** What was expected above what was seen, with the difference marked in both. */
export function differenceView(expected: string, actual: string): HTMLElement {
  const found = difference(shown(expected), shown(actual));
  return make(
    'dl',
    'cascade-difference',
    make('dt', '', 'expected'),
    make('dd', '', side(expected, found, 'expected')),
    make('dt', '', 'actual'),
    make('dd', '', side(actual, found, 'actual')),
    ...(found === undefined
      ? []
      : [make('dt', '', 'difference'), make('dd', 'cascade-where', text('', found.words))]),
  );
}

function side(whole: string, found: Difference | undefined, name: 'expected' | 'actual'): HTMLElement {
  if (found === undefined) return text('cascade-value', whole);
  const value = make('bdi', 'cascade-value', ...found[name].map((piece) => marked(piece, name)));
  value.dir = 'auto';
  return value;
}

function marked({ kind, text: words }: Piece, name: 'expected' | 'actual'): Node | string {
  if (kind === 'same') return words;
  return make(name === 'expected' ? 'ins' : 'del', 'cascade-mark', words);
}

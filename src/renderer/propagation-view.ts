import type { Sighting } from '../core/steps/step.ts';
import { icon, make, text } from './elements.ts';

const words = {
  yes: { state: 'passed', says: 'has it' },
  no: { state: 'failed', says: 'has it not' },
  unknown: { state: 'unknown', says: 'no answer' },
} as const;

/** Who has what: a row for each server that was asked. */
export function propagationView(seenBy: readonly Sighting[]): HTMLElement {
  const head = ['server', 'answer', 'what it gave', 'remembered for'].map((title) => {
    const cell = make('th', '', title);
    cell.scope = 'col';
    return cell;
  });
  const rows = seenBy.map(({ by, has, what, left }) => {
    const server = make('th', '', text('', by));
    server.scope = 'row';
    const { state, says } = words[has];
    return make(
      'tr',
      '',
      server,
      make('td', '', make('span', 'cascade-verdict', icon(state), says)),
      make('td', 'cascade-value', text('', what)),
      make('td', '', left ?? ''),
    );
  });
  return make(
    'table',
    'cascade-table',
    make('caption', 'cascade-unseen', 'Who has it'),
    make('thead', '', make('tr', '', ...head)),
    make('tbody', '', ...rows),
  );
}

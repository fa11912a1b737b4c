import type { StackEvent, StackRow } from '../core/run/cell-report.ts';
import { icon, make, text } from './elements.ts';

/** How far a stack is: what failed first on top, a bar, and what changed last. */
export function stackView(stack: StackRow): HTMLElement {
  const bar = make('progress', 'cascade-bar');
  bar.max = Math.max(1, stack.all);
  bar.value = stack.done;
  bar.setAttribute('aria-label', `Resources of ${stack.name}`);
  const count = `${stack.done} of ${stack.all} resources`;
  const events = make(
    'ul',
    'cascade-events',
    ...stack.events.map((event) => make('li', '', ...parts(event))),
  );
  // A list style of none takes the list away from some screen readers.
  events.setAttribute('role', 'list');
  events.setAttribute('aria-label', `Newest events of ${stack.name}`);
  return make(
    'div',
    'cascade-stack',
    stack.failure === undefined
      ? undefined
      : make('p', 'cascade-failure', icon('failed'), 'failed first: ', ...parts(stack.failure)),
    make(
      'div',
      'cascade-bar-line',
      bar,
      make('span', '', `${count} · `, text('', stack.name), ` · ${stack.status}`),
    ),
    stack.reason === undefined ? undefined : make('p', '', text('', stack.reason)),
    stack.events.length === 0 ? undefined : events,
  );
}

const parts = ({ resource, type, status, reason }: StackEvent): (Node | string)[] => [
  make('strong', '', text('', resource)),
  ' ',
  text('cascade-quiet', type),
  ' ',
  make('span', 'cascade-status', status),
  ...(reason === undefined ? [] : [' ', text('', reason)]),
];

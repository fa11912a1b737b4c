/** Elements are made of names and texts; nothing is ever read as markup. */
import type { CheckState } from '../core/run/cell-report.ts';
import { inlineCode, shown } from './words.ts';

type Child = Node | string | undefined;

export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  style: string,
  ...children: readonly Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  if (style !== '') element.className = style;
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** A text of unknown direction, kept to itself. */
export function text(style: string, words: string): HTMLElement {
  const element = make('bdi', style, shown(words));
  element.dir = 'auto';
  return element;
}

export function markdown(style: string, words: string): HTMLElement {
  const parts = inlineCode(shown(words)).map((part) =>
    part.kind === 'code' ? make('code', 'cascade-code', part.text) : part.text,
  );
  const element = make('bdi', style, ...parts);
  element.dir = 'auto';
  return element;
}

/** Drawn in a square of 16. Each state has a shape of its own. */
const shapes: Readonly<Record<CheckState, readonly string[]>> = {
  passed: ['M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13', 'M4.8 8.3l2.2 2.2l4.2-4.6'],
  failed: ['M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13', 'M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2'],
  unknown: ['M8 1.8l6.6 12H1.4z', 'M8 6v3.6M8 11.2v1'],
  running: ['M8 1.5a6.5 6.5 0 1 1-6.5 6.5'],
  waiting: ['M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13', 'M8 4.5v3.8l2.5 1.6'],
  blocked: ['M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13', 'M4.5 8h7'],
  'not-run': ['M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13'],
};

/** The words beside it say the same. */
export function icon(state: CheckState): SVGElement {
  const namespace = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(namespace, 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('class', `cascade-icon cascade-icon-${state}`);
  svg.setAttribute('aria-hidden', 'true');
  for (const shape of shapes[state]) {
    const path = document.createElementNS(namespace, 'path');
    path.setAttribute('d', shape);
    svg.append(path);
  }
  return svg;
}

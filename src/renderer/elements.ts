/** Elements are made of names and texts; nothing is ever read as markup. */
import type { CheckState } from '../core/run/cell-report.ts';
import { shapes } from './shapes.ts';
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

/** Each state has a shape of its own. */
const stateShapes: Readonly<Record<CheckState, readonly string[]>> = {
  passed: shapes.tick,
  failed: shapes.cross,
  unknown: shapes.warning,
  running: shapes.turning,
  waiting: shapes.clock,
  blocked: shapes.bar,
  'not-run': shapes.ring,
};

export const icon = (state: CheckState): SVGElement => drawing(stateShapes[state], iconStyle(state));

/** The colour and the movement of a state. */
export const iconStyle = (state: CheckState): string => `cascade-icon cascade-icon-${state}`;

/** The words beside it say the same. */
export function drawing(paths: readonly string[], style: string, box = '0 0 16 16'): SVGElement {
  const namespace = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(namespace, 'svg');
  svg.setAttribute('viewBox', box);
  svg.setAttribute('class', style);
  svg.setAttribute('aria-hidden', 'true');
  for (const shape of paths) {
    const path = document.createElementNS(namespace, 'path');
    path.setAttribute('d', shape);
    svg.append(path);
  }
  return svg;
}

/** Constructed sheets: a page may refuse style elements. */
export function adopt(...texts: readonly string[]): void {
  const sheets = texts.map((words) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(words);
    return sheet;
  });
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, ...sheets];
}

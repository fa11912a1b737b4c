/** Markup that is already escaped. */
export interface Xml {
  readonly xml: string;
}

/** An element; strings among the children are text, undefined ones are left out. */
export function tag(name: string, ...children: readonly (Xml | string | undefined)[]): Xml {
  const inside = children.map((child) => (typeof child === 'string' ? escaped(child) : (child?.xml ?? '')));
  return { xml: `<${name}>${inside.join('')}</${name}>` };
}

/** The element, or nothing where it would have no text. */
export function optional(name: string, text: string | undefined): Xml | undefined {
  return text === undefined ? undefined : tag(name, text);
}

export function document(root: string, namespace: string, children: readonly (Xml | undefined)[]): string {
  const inside = children.map((child) => child?.xml ?? '').join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${namespace}">${inside}</${root}>`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

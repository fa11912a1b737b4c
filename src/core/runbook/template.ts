/** Text with `${name}` in it, kept with the place of each name. */
import type { Span } from '../text.ts';

export type TemplatePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'name'; readonly name: string; readonly span: Span };

export interface Template {
  readonly kind: 'template';
  /** As written. */
  readonly source: string;
  readonly span: Span;
  readonly parts: readonly TemplatePart[];
}

export interface Problem {
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly span: Span;
  /** What was probably meant, to be written in place of what stands at the span. */
  readonly meant?: string;
}

export type Parsed<T> =
  | { readonly kind: 'parsed'; readonly value: T }
  | { readonly kind: 'problem'; readonly problem: Problem };

export const parsed = <T>(value: T): Parsed<T> => ({ kind: 'parsed', value });
export const problem = (
  message: string,
  span: Span,
  meant?: string,
): { kind: 'problem'; problem: Problem } => ({
  kind: 'problem',
  problem: { severity: 'error', message, span, ...(meant === undefined ? {} : { meant }) },
});

/** `partition`, `context.dkimSelector`: words joined by dots. */
const nameForm = /^[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)*$/;

/** @param offset where `source` stands in the runbook. */
export function parseTemplate(source: string, offset: number): Parsed<Template> {
  const parts: TemplatePart[] = [];
  let at = 0;
  while (at < source.length) {
    const open = source.indexOf('${', at);
    if (open < 0) break;
    if (open > at) parts.push({ kind: 'text', text: source.slice(at, open) });
    const close = source.indexOf('}', open);
    const span = { start: offset + open, end: offset + (close < 0 ? source.length : close + 1) };
    if (close < 0) return problem('"${" is never closed. Write "${name}".', span);
    const name = source.slice(open + 2, close);
    if (!nameForm.test(name)) {
      return problem(
        `"\${${name}}" holds no name. A name is letters, digits and dots: "\${partition}".`,
        span,
      );
    }
    parts.push({ kind: 'name', name, span });
    at = close + 1;
  }
  if (at < source.length) parts.push({ kind: 'text', text: source.slice(at) });
  return parsed({ kind: 'template', source, span: { start: offset, end: offset + source.length }, parts });
}

/** Looks a name up: its value, or undefined while it has none. */
export type Lookup = (name: string) => string | undefined;

export interface Filled {
  readonly text: string;
  /** The names that have no value yet; in `text` they stand as written. */
  readonly missing: readonly string[];
}

export function fill(template: Template, lookup: Lookup): Filled {
  const missing: string[] = [];
  const text = template.parts
    .map((part) => {
      if (part.kind === 'text') return part.text;
      const value = lookup(part.name);
      if (value === undefined) missing.push(part.name);
      return value ?? `\${${part.name}}`;
    })
    .join('');
  return { text, missing };
}

export function namesOf(template: Template): readonly { readonly name: string; readonly span: Span }[] {
  return template.parts.filter((part) => part.kind === 'name');
}

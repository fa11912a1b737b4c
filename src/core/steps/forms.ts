/** Lines held against the forms of their language: how far one goes along with a form, and what comes next. */
import type { LineForm } from './step.ts';

export interface FormPart {
  /** `word` stands as it is, `hole` for what one writes, `rest` for all that follows. */
  readonly kind: 'word' | 'hole' | 'rest';
  readonly text: string;
  /** What one writes there stands for itself: no `${name}`. */
  readonly plain?: true;
}

export interface FormParts {
  readonly parts: readonly FormPart[];
  /** What may follow. */
  readonly more: readonly FormPart[];
  /** Whether that may follow again. */
  readonly repeats: boolean;
}

/** The parts of a form; its first word is its verb, capitals or not. */
export function readForm({ syntax }: Pick<LineForm, 'syntax'>): FormParts {
  const [, head = '', tail = ''] = /^([^[]*)(?:\[([^\]]*)\])?$/.exec(syntax) ?? [];
  const parts = partsOf(words(head));
  const first = parts[0];
  const isVerb = first !== undefined && parts.length > 1 && first.kind === 'hole';
  return {
    parts: isVerb ? [{ kind: 'word', text: first.text }, ...parts.slice(1)] : parts,
    more: partsOf(words(tail).filter((word) => word !== '…')),
    repeats: tail.includes('…'),
  };
}

const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');

const partsOf = (texts: readonly string[]): readonly FormPart[] =>
  texts.map((text, index) => {
    if (!/[A-Z]/.test(text)) return { kind: 'word', text };
    const before = texts[index - 1];
    const plain = text === 'STATUS' || before === 'as' || before === 'least';
    return { kind: text === 'TEXT' || text === 'VALUE' ? 'rest' : 'hole', text, ...(plain ? { plain } : {}) };
  });

/** The word that a form begins with; undefined where it begins with what one writes. */
export function verbOf(form: LineForm): string | undefined {
  const first = readForm(form).parts[0];
  return first?.kind === 'word' ? first.text : undefined;
}

export const verbsOf = (forms: readonly LineForm[]): readonly string[] => [
  ...new Set(forms.flatMap((form) => verbOf(form) ?? [])),
];

/** How far words go along with a form. */
export interface Fit {
  /** So many of the words fit. */
  readonly count: number;
  /** What has to come then, or may; undefined where the form ends. */
  readonly next: FormPart | undefined;
  /** That and what goes with it, up to where the line may end. */
  readonly rest: readonly FormPart[];
}

export function fitOf(form: LineForm, line: readonly string[]): Fit {
  const { parts, more, repeats } = readForm(form);
  const at = (index: number): FormPart | undefined => {
    const behind = index - parts.length;
    if (behind < 0) return parts[index];
    return behind < more.length || repeats ? more[behind % more.length] : undefined;
  };
  const behind = (count: number): Fit => {
    const next = at(count);
    if (next === undefined) return { count, next, rest: [] };
    const rest = count < parts.length ? parts.slice(count) : more.slice((count - parts.length) % more.length);
    return { count, next, rest };
  };
  for (const [index, word] of line.entries()) {
    const part = at(index);
    if (part?.kind === 'rest') return { count: line.length, next: part, rest: [part] };
    if (part === undefined || (part.kind === 'word' && part.text !== word)) return behind(index);
  }
  return behind(line.length);
}

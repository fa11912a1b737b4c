/** Reading the lines of a cell: words with places, comments left out, names seen. */
import { nearest } from '../nearest.ts';
import {
  fill,
  type Lookup,
  namesOf,
  type Parsed,
  parsed,
  parseTemplate,
  problem,
  type Template,
} from '../runbook/template.ts';
import { type Span, splitLines } from '../text.ts';
import { fitOf, verbOf, verbsOf } from './forms.ts';
import { type BoundCheck, type Check, type Effect, type LineForm, shortened } from './step.ts';

export interface Word {
  readonly text: string;
  readonly span: Span;
}

export interface CheckLine {
  readonly text: string;
  readonly span: Span;
  readonly words: readonly Word[];
}

/** The lines of a cell that say something; `#` begins a comment line. `start` is the cell's offset in the runbook. */
export function checkLines(value: string, start: number): readonly CheckLine[] {
  return splitLines(value).flatMap((line) => {
    const raw = value.slice(line.start, line.end);
    const text = raw.trim();
    if (text.length === 0 || text.startsWith('#')) return [];
    const from = start + line.start + (raw.length - raw.trimStart().length);
    const words = [...text.matchAll(/\S+/g)].map((match) => ({
      text: match[0],
      span: { start: from + match.index, end: from + match.index + match[0].length },
    }));
    return [{ text, span: { start: from, end: from + text.length }, words }];
  });
}

/** The rest of the line from a word on. */
export function restFrom(line: CheckLine, index: number): Word | undefined {
  const word = line.words[index];
  if (word === undefined) return undefined;
  const text = line.text.slice(word.span.start - line.span.start);
  return { text, span: { start: word.span.start, end: line.span.end } };
}

/** Templates by argument name. */
export type Arguments = Readonly<Record<string, Template>>;

/** Values by argument name, with the names that have none yet. */
export interface Filled<A extends Arguments> {
  readonly values: { readonly [K in keyof A]: string };
  readonly missing: readonly string[];
}

export function templates<K extends string>(
  words: Readonly<Record<K, Word>>,
): Parsed<Readonly<Record<K, Template>>> {
  const result: Partial<Record<K, Template>> = {};
  for (const key of Object.keys(words) as K[]) {
    const template = parseTemplate(words[key].text, words[key].span.start);
    if (template.kind === 'problem') return template;
    result[key] = template.value;
  }
  return parsed(result as Readonly<Record<K, Template>>);
}

export function fillAll<A extends Arguments>(args: A, lookup: Lookup): Filled<A> {
  const missing: string[] = [];
  const values: Record<string, string> = {};
  for (const [key, template] of Object.entries(args)) {
    const filled = fill(template, lookup);
    missing.push(...filled.missing);
    values[key] = filled.text;
  }
  return { values: values as Filled<A>['values'], missing };
}

/** What makes a check of a line: its arguments, and what to say and do once they have values. */
export interface CheckMaking<A extends Arguments> {
  readonly language: string;
  readonly line: { readonly text: string; readonly span: Span };
  readonly effect: Effect;
  readonly args: A;
  /** Names the check needs beside those in its line: `profile`, `region`. */
  readonly also?: readonly string[];
  readonly keeps?: string;
  readonly stack?: Template;
  readonly secrets?: (values: Filled<A>['values'], also: Lookup) => readonly string[];
  readonly bind: (values: Filled<A>['values'], also: (name: string) => string) => Omit<BoundCheck, 'missing'>;
}

export function makeCheck<A extends Arguments>(making: CheckMaking<A>): Check {
  const { language, line, effect, args, also = [] } = making;
  return {
    language,
    source: line.text,
    span: line.span,
    effect,
    uses: [
      ...Object.values(args).flatMap((template) => namesOf(template)),
      ...also.map((name) => ({ name, span: line.span })),
    ],
    ...(making.keeps === undefined ? {} : { keeps: making.keeps }),
    ...(making.stack === undefined ? {} : { stack: making.stack }),
    secrets: (lookup) => making.secrets?.(fillAll(args, lookup).values, lookup) ?? [],
    bind: (lookup) => {
      const filled = fillAll(args, lookup);
      const lacking = also.filter((name) => lookup(name) === undefined);
      const bound = making.bind(filled.values, (name) => lookup(name) ?? `\${${name}}`);
      return { ...bound, missing: [...new Set([...filled.missing, ...lacking])] };
    },
  };
}

/** More forms are too many for a message: then the verbs have to do. */
const mostShown = 8;

/** The message for a line no form of the language fits, at the word where it goes astray. */
export function notUnderstood(
  language: string,
  forms: readonly LineForm[],
  line: CheckLine,
): ReturnType<typeof problem> {
  const [verb] = line.words;
  const same = forms.filter((form) => verbOf(form) === verb?.text);
  const shown = (some: readonly LineForm[]): string => some.map(({ syntax }) => syntax).join('  or  ');
  if (verb === undefined || same.length === 0) {
    const meant = nearest(verb?.text ?? '', verbsOf(forms));
    const message = `"${shortened(verb?.text ?? '')}" is not a verb of "${language}".`;
    const span = verb?.span ?? line.span;
    return meant === undefined
      ? problem(
          forms.length > mostShown
            ? `${message} Known: ${verbsOf(forms).join(', ')}.`
            : `${message} Write: ${shown(forms)}`,
          span,
        )
      : problem(
          `${message} Did you mean "${meant}"? Write: ${shown(forms.filter((form) => verbOf(form) === meant))}`,
          span,
          meant,
        );
  }
  const message = `"${shortened(line.text)}" does not fit its form. Write: ${shown(same)}`;
  const texts = line.words.map((word) => word.text);
  const fits = same.map((form) => fitOf(form, texts));
  const strange = line.words[Math.max(...fits.map(({ count }) => count))];
  if (strange === undefined) return problem(message, line.span);
  const expected = fits.flatMap(({ count, next }) =>
    line.words[count] === strange && next?.kind === 'word' ? next.text : [],
  );
  return problem(message, strange.span, nearest(strange.text, expected));
}

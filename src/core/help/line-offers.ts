/** What is offered while a cell is written: the lines of its language, their next words, and names. */
import type { Runbook } from '../runbook/runbook.ts';
import { type FormPart, fitOf, readForm, verbOf } from '../steps/forms.ts';
import { languages } from '../steps/languages.ts';
import { stackStates } from '../steps/stack-states.ts';
import type { LineForm } from '../steps/step.ts';
import type { Span } from '../text.ts';
import { type LinePlace, lineAt, type View } from './line-place.ts';
import { aboutKind, namesInScope, type ScopeName, valueOn } from './name-stories.ts';

/** Text to insert, and what the caret goes through on the way. */
export type Snippet = readonly (string | { readonly hole: string })[];

export interface Offer {
  readonly kind: 'form' | 'words' | 'name' | 'state';
  readonly label: string;
  /** Beside the label: the value of a name. */
  readonly detail?: string;
  readonly about?: string;
  readonly insert: Snippet;
  /** What it replaces: what was typed of it. */
  readonly span: Span;
  /** What the typed text is held against. */
  readonly filter: string;
  /** The line may end before it: it is offered to who asks, not to who typed a blank. */
  readonly quiet?: true;
}

/** A name is no longer than this: what stands further back is not looked at. */
const farthest = 200;

export function offersAt(runbook: Runbook, caret: number, view: View): readonly Offer[] {
  const place = lineAt(runbook, caret);
  if (place === undefined) return [];
  const begun = /\$\{?[A-Za-z0-9_.]*$/.exec(place.before.slice(-farthest))?.[0];
  if (begun !== undefined) return nameOffers(runbook, place, caret, begun, view);
  const { language } = place.cell;
  if (language === undefined || language === 'sh' || /^\s*#/.test(place.before)) return [];
  return lineOffers(runbook, place, caret, languages[language].forms, view);
}

function lineOffers(
  runbook: Runbook,
  place: LinePlace,
  caret: number,
  forms: readonly LineForm[],
  view: View,
): readonly Offer[] {
  const parted = [...place.before.matchAll(/\S+/g)];
  const last = parted.at(-1);
  const isTyping = last !== undefined && last.index + last[0].length === place.before.length;
  const typed = isTyping ? last[0] : '';
  const behind = /^\S*/.exec(place.after)?.[0] ?? '';
  const span = { start: caret - typed.length, end: caret + behind.length };
  const goesOn = place.after.slice(behind.length).trim() !== '';
  const words = parted.slice(0, isTyping ? -1 : undefined).map(([word]) => word);
  const scope = namesInScope(runbook, place.partitions);
  const offers = new Map<string, Offer>();
  const add = (offer: Offer): void => {
    if (!offers.has(offer.label)) offers.set(offer.label, offer);
  };
  /** What goes into the hole at the caret, where names may. */
  let wanted: string | undefined;
  let isQuiet = true;
  for (const form of forms) {
    const { count, next, rest } = fitOf(form, words);
    if (count < words.length || next === undefined) continue;
    const isOptional = words.length >= readForm(form).parts.length;
    const quiet = isOptional ? ({ quiet: true } as const) : {};
    if (next.kind === 'word') {
      const kind = words.length === 0 ? 'form' : 'words';
      add({
        kind,
        label: goesOn
          ? wordsOf(rest)
          : rest.map(({ text }) => text).join(' ') + (isOptional ? '' : optional(form)),
        about: aboutForm(form),
        insert: goesOn ? [wordsOf(rest)] : snippet(rest, verbOf(form), scope),
        span,
        filter: wordsOf(rest),
        ...quiet,
      });
    } else {
      if (next.plain === undefined && words.length > 0) wanted ??= likely(next.text, verbOf(form), scope);
      isQuiet &&= 'quiet' in quiet;
      if (next.text === 'STATUS')
        for (const state of stackStates)
          add({ kind: 'state', label: state, insert: [state], span, filter: state, ...quiet });
    }
  }
  // In a statement to a person most words are no names.
  const names = wanted === undefined ? [] : nameOffers(runbook, place, caret, typed, view);
  const first = names.filter(({ insert }) => insert[0] === wanted);
  const others = names.filter((offer) => !first.includes(offer));
  const quiet = isQuiet ? ({ quiet: true } as const) : {};
  return [...offers.values(), ...[...first, ...others].map((offer) => ({ ...offer, ...quiet }))];
}

/** What a line does, and what it passes on. */
export const aboutForm = ({ effect, passes }: LineForm): string =>
  `${effect === 'changes' ? 'Changes the world. ' : ''}Passes on: ${passes}.`;

/** The words that stand one behind the other: `at least`. */
function wordsOf(rest: readonly FormPart[]): string {
  const end = rest.findIndex(({ kind }) => kind !== 'word');
  return (end < 0 ? rest : rest.slice(0, end)).map(({ text }) => text).join(' ');
}

/** What may follow, as the form tells it. */
function optional({ syntax }: LineForm): string {
  const bracket = syntax.indexOf(' [');
  return bracket < 0 ? '' : syntax.slice(bracket);
}

function snippet(rest: readonly FormPart[], verb: string | undefined, scope: readonly ScopeName[]): Snippet {
  return rest.flatMap((part, index) => {
    const piece = part.kind === 'word' ? part.text : { hole: likely(part.text, verb, scope) };
    return index === 0 ? [piece] : [' ', piece];
  });
}

/** What most probably goes into a hole: `${profile}` for PROFILE where there is such a name. */
function likely(hole: string, verb: string | undefined, scope: readonly ScopeName[]): string {
  if (hole.startsWith('op://')) return isThere(scope, 'secret') ? '${secret}' : hole;
  if (hole === 'NAME') return verb !== undefined && isThere(scope, verb) ? `\${${verb}}` : hole;
  const words = hole.match(/[A-Z]+/g) ?? [];
  const nameFor = (word: string): string =>
    word === 'SELECTOR' ? 'context.dkimSelector' : word.toLowerCase();
  return words.every((word) => isThere(scope, nameFor(word)))
    ? hole.replace(/[A-Z]+/g, (word) => `\${${nameFor(word)}}`)
    : hole;
}

const isThere = (scope: readonly ScopeName[], wanted: string): boolean =>
  scope.some(({ name, only }) => name === wanted && only === undefined);

/** @param typed what stands before the caret of the name, `${` included where it was typed */
function nameOffers(
  runbook: Runbook,
  { cell, partitions, after }: LinePlace,
  caret: number,
  typed: string,
  view: View,
): readonly Offer[] {
  const chosen = partitions.find((each) => each?.name === view.partition);
  const isChosen = chosen !== undefined || partitions.includes(undefined);
  const behind = /^[A-Za-z0-9_.]*\}?/.exec(after.slice(0, farthest))?.[0] ?? '';
  const span = { start: caret - typed.length, end: caret + behind.length };
  return namesInScope(runbook, partitions).map(({ name, kind, only }): Offer => {
    const written = cell.language === 'sh' ? name.replaceAll('.', '_') : name;
    const value = isChosen ? (valueOn(runbook, name, chosen, view) ?? 'no value yet') : undefined;
    const detail = only === undefined ? value : `only on ${only.join(', ')}`;
    return {
      kind: 'name',
      label: written,
      ...(detail === undefined ? {} : { detail }),
      about: aboutKind[kind],
      insert: [`\${${written}}`],
      span,
      filter: typed.startsWith('$') ? `\${${written}}` : written,
    };
  });
}

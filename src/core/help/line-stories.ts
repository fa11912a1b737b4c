/** What is known of a word in a line: of a verb its forms, of a name what it stands for. */
import type { Runbook } from '../runbook/runbook.ts';
import { fitOf, verbOf } from '../steps/forms.ts';
import { languages } from '../steps/languages.ts';
import type { LineForm } from '../steps/step.ts';
import type { Span } from '../text.ts';
import { lineAt, type View } from './line-place.ts';
import { type NameStory, nameStory } from './name-stories.ts';
import { occurrenceAt } from './occurrences.ts';

export type LineStory =
  | { readonly kind: 'line'; readonly span: Span; readonly forms: readonly LineForm[] }
  | { readonly kind: 'name'; readonly span: Span; readonly story: NameStory };

export function lineStoryAt(runbook: Runbook, caret: number, view: View): LineStory | undefined {
  const place = lineAt(runbook, caret);
  if (place === undefined) return undefined;
  const found = occurrenceAt(runbook, caret);
  if (found !== undefined) {
    const own = runbook.partitions.filter((each) => each.name === found.partition);
    const partitions = own.length > 0 ? own : place.partitions;
    return { kind: 'name', span: found.whole, story: nameStory(runbook, found.name, partitions, view) };
  }
  const { cell, span, before, after } = place;
  const text = before + after;
  if (cell.language === undefined || cell.language === 'sh' || text.trimStart().startsWith('#'))
    return undefined;
  const words = [...text.matchAll(/\S+/g)];
  const texts = words.map(([word]) => word);
  const forms = languages[cell.language].forms.filter((form) => verbOf(form) === texts[0]);
  const fits = forms.map((form) => fitOf(form, texts).count);
  const best = forms.filter((_, index) => fits[index] === Math.max(...fits));
  const at = words.findIndex(
    ({ 0: word, index }) => before.length >= index && before.length <= index + word.length,
  );
  const word = words[at];
  const isPart = best.some((form) => fitOf(form, texts.slice(0, at)).next?.kind === 'word');
  if (word === undefined || !isPart) return undefined;
  const start = span.start + word.index;
  return { kind: 'line', span: { start, end: start + word[0].length }, forms: best };
}

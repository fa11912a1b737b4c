/** Renaming a name of a runbook, where it is declared and wherever it is used; or why that cannot be done safely. */
import type { TextEdit } from '../ports.ts';
import { variableForm } from '../runbook/front-matter.ts';
import { allNames, contextNames, givenNames, usedNames } from '../runbook/names.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { positionAt } from '../text.ts';
import { type Occurrence, occurrenceAt, occurrences } from './occurrences.ts';
import { shellNames } from './shell-names.ts';

export type Refused = { readonly kind: 'refused'; readonly message: string };

const refused = (message: string): Refused => ({ kind: 'refused', message });

/** Whether what stands at the caret can have another name at all. */
export function renameAt(
  runbook: Runbook,
  caret: number,
): { readonly kind: 'name'; readonly at: Occurrence } | Refused {
  const at = occurrenceAt(runbook, caret);
  if (at === undefined)
    return refused(
      'No name stands here. Names are in "${…}", behind "as", and keys of variables and partitions.',
    );
  const { name } = at;
  if (givenNames.some((each) => each === name))
    return refused(
      `"${name}" is given by the product. Declare a variable with this value under another name.`,
    );
  if (contextNames.some((each) => each === name))
    return refused(
      `"${name}" is a key of cdk.context.json, which register writes and the stack reads. Declare a variable with this value under another name.`,
    );
  if (usedNames.some((each) => each === name))
    return refused(
      `Cascade itself asks for "${name}", so it keeps its name. Declare a variable with this value under another name.`,
    );
  if (definitionsOf(runbook, name).length === 0)
    return refused(`"${name}" is not known here, so there is nothing to rename. Declare it first.`);
  return { kind: 'name', at };
}

/** Where a name gets its value. */
export const definitionsOf = (runbook: Runbook, name: string): readonly Occurrence[] =>
  occurrences(runbook).filter((each) => each.name === name && each.role !== 'used');

export const occurrencesOf = (runbook: Runbook, name: string): readonly Occurrence[] =>
  occurrences(runbook).filter((each) => each.name === name);

/** All changes that give the name at the caret another one. */
export function renameTo(
  runbook: Runbook,
  caret: number,
  to: string,
): { readonly kind: 'edits'; readonly edits: readonly TextEdit[] } | Refused {
  const found = renameAt(runbook, caret);
  if (found.kind === 'refused') return found;
  const { name } = found.at;
  const all = occurrencesOf(runbook, name);
  const wrong = whyNot(runbook, to);
  if (to === name) return { kind: 'edits', edits: [] };
  if (wrong !== undefined) return refused(wrong);
  const front = runbook.cells.find(({ kind }) => kind === 'front-matter');
  const broken = runbook.problems.find(
    ({ severity, span }) =>
      severity === 'error' &&
      front !== undefined &&
      span.start >= front.valueStart &&
      span.start <= front.valueStart + front.value.length,
  );
  if (broken !== undefined)
    return refused(
      `The front matter has a problem (${line(runbook, broken.span.start)}). Mend it, then rename.`,
    );
  const doubtful = all.find((each) => each.doubt !== undefined);
  if (doubtful?.doubt !== undefined)
    return refused(
      `"${name}" in ${line(runbook, doubtful.span.start)} ${doubtful.doubt}. Change that place by hand first; nothing was renamed.`,
    );
  const meeting = runbook.cells.find(
    ({ language, value }) => language === 'sh' && shellNames(value, new Set([to])).length > 0,
  );
  if (meeting !== undefined)
    return refused(
      `The sh cell in ${line(runbook, meeting.valueStart)} has a variable "${to}" of its own. Choose another name.`,
    );
  return {
    kind: 'edits',
    edits: all.map(({ span }) => ({ offset: span.start, length: span.end - span.start, text: to })),
  };
}

const line = (runbook: Runbook, offset: number): string =>
  `line ${positionAt(runbook.text, offset).line + 1} of the runbook`;

/** Why a new name cannot be taken. */
function whyNot(runbook: Runbook, to: string): string | undefined {
  if (!variableForm.test(to))
    return `"${to}" is not a name. Begin with a small letter, go on with letters and digits.`;
  if (['context', 'protected', ...givenNames].includes(to))
    return `"${to}" has a meaning of its own in a runbook. Choose another name.`;
  if (usedNames.some((each) => each === to))
    return `Cascade itself asks for "${to}", so it would mean more than a name. Choose another one.`;
  if (allNames(runbook).includes(to) || occurrencesOf(runbook, to).length > 0)
    return `"${to}" stands in the runbook already. Choose another name.`;
  return undefined;
}

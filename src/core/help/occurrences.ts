/** Every place of a runbook where a name stands: declared, kept by a check, or used. */
import { remembered } from '../once.ts';
import type { ReadCell } from '../runbook/cells.ts';
import { allNames } from '../runbook/names.ts';
import type { Runbook } from '../runbook/runbook.ts';
import type { TemplatePart } from '../runbook/template.ts';
import type { Span } from '../text.ts';
import { shellNames } from './shell-names.ts';

export interface Occurrence {
  /** As the runbook has it: in a shell `context_x` is `context.x`. */
  readonly name: string;
  readonly role: 'declared' | 'kept' | 'used';
  /** The name alone. */
  readonly span: Span;
  /** With what stands around it: `${name}`. */
  readonly whole: Span;
  /** Whose binding is declared here, or has the name in its value. */
  readonly partition?: string;
  /** Why it is not certain that this is the name, in words that go on after the place. */
  readonly doubt?: string;
}

/** In the order of the text; found once for a runbook. */
export const occurrences: (runbook: Runbook) => readonly Occurrence[] = remembered(find);

/** The name that the caret is in, or right behind. */
export const occurrenceAt = (runbook: Runbook, caret: number): Occurrence | undefined =>
  occurrences(runbook).find(({ whole }) => caret >= whole.start && caret < whole.end) ??
  occurrences(runbook).find(({ whole }) => caret === whole.end);

function find(runbook: Runbook): readonly Occurrence[] {
  const names = new Map(allNames(runbook).map((name) => [name.replaceAll('.', '_'), name]));
  const cells = runbook.cells.filter((cell) => cell.kind === 'code');
  return [
    ...declared(runbook),
    ...cells.flatMap((cell) => (cell.language === 'sh' ? inShell(cell, names) : inLines(cell))),
  ].sort((a, b) => a.whole.start - b.whole.start);
}

function declared(runbook: Runbook): Occurrence[] {
  const used = (parts: readonly TemplatePart[], partition?: string): Occurrence[] =>
    parts.flatMap((part) => {
      if (part.kind === 'text') return [];
      const { name, span } = part;
      const isThere = runbook.text.slice(span.start, span.end) === `\${${name}}`;
      return [
        {
          name,
          role: 'used',
          span: { start: span.start + 2, end: span.end - 1 },
          whole: span,
          ...(partition === undefined ? {} : { partition }),
          ...(isThere ? {} : { doubt: 'is written with escapes of YAML' }),
        },
      ];
    });
  return [
    ...runbook.declarations.map(({ name, partition, span }): Occurrence => {
      const isThere = runbook.text.slice(span.start, span.end) === name;
      return {
        name,
        role: 'declared',
        span,
        whole: span,
        ...(partition === undefined ? {} : { partition }),
        ...(isThere ? {} : { doubt: 'is written with escapes of YAML' }),
      };
    }),
    ...[...runbook.variables.values()].flatMap((template) => used(template.parts)),
    ...runbook.partitions.flatMap((partition) =>
      [...partition.bindings.values()].flatMap((template) => used(template.parts, partition.name)),
    ),
  ];
}

/** Comments among them: a name in one is meant for the same thing. */
function inLines({ value, valueStart, language }: ReadCell): Occurrence[] {
  const found = [...value.matchAll(/\$\{([A-Za-z][A-Za-z0-9_.]*)\}/g)].map(
    ({ 0: written, 1: name = '', index }): Occurrence => {
      const start = valueStart + index;
      const end = start + written.length;
      return { name, role: 'used', span: { start: start + 2, end: end - 1 }, whole: { start, end } };
    },
  );
  if (language !== 'op') return found;
  const kept = [...value.matchAll(/^[ \t]*read[ \t]+\S+[ \t]+as[ \t]+(\S+)[ \t]*$/gm)].map(
    ({ 0: line, 1: name = '', index }): Occurrence => {
      const start = valueStart + index + line.lastIndexOf(name);
      const span = { start, end: start + name.length };
      return { name, role: 'kept', span, whole: span };
    },
  );
  return [...found, ...kept];
}

/** A shell has names of its own: only those that the runbook gives it are meant. */
function inShell({ value, valueStart }: ReadCell, names: ReadonlyMap<string, string>): Occurrence[] {
  return shellNames(value, new Set(names.keys())).flatMap(({ name: written, span, whole, doubt }) => {
    const name = names.get(written);
    if (name === undefined) return [];
    const moved = ({ start, end }: Span): Span => ({ start: valueStart + start, end: valueStart + end });
    return [
      {
        name,
        role: 'used',
        span: moved(span),
        whole: moved(whole),
        ...(doubt === undefined ? {} : { doubt }),
      },
    ];
  });
}

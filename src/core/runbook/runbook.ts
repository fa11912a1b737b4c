/** A runbook, whole: its front matter, its cells, the checks of each step and every problem with its place. */
import { scan } from '../markdown/scan.ts';
import { nearest } from '../nearest.ts';
import { languages } from '../steps/languages.ts';
import type { Check } from '../steps/step.ts';
import type { Span } from '../text.ts';
import {
  marksOf,
  type ReadCell,
  readCells,
  type StepLanguageId,
  stepLanguages,
  timeLimitOf,
} from './cells.ts';
import {
  type FrontMatter,
  type GateDeclaration,
  noFrontMatter,
  type Partition,
  type Phase,
  readFrontMatter,
} from './front-matter.ts';
import { allNames, isKnown } from './names.ts';
import { signOff } from './patterns.ts';
import type { Problem } from './template.ts';

/** Where a step belongs, told by the heading it stands under. */
export type Home =
  | { readonly kind: 'phase'; readonly phase: Phase }
  | { readonly kind: 'sign-off' }
  | { readonly kind: 'gate'; readonly gate: GateDeclaration };

export interface Step {
  /** Its place among the code cells, from 0. */
  readonly index: number;
  readonly language: StepLanguageId;
  /** What stands behind its language: `check`, `each`, `within=10m`. */
  readonly marks: readonly string[];
  /** In a gate's section: its lines run for every partition. */
  readonly each: boolean;
  readonly home: Home;
  readonly checks: readonly Check[];
  readonly span: Span;
}

export interface Runbook extends FrontMatter {
  readonly text: string;
  readonly cells: readonly ReadCell[];
  readonly steps: readonly Step[];
  readonly problems: readonly Problem[];
}

const knownMarks = ['check', 'each'];

export function parseRunbook(text: string): Runbook {
  const cells = readCells(text);
  const front = cells.find((cell) => cell.kind === 'front-matter');
  const problems: Problem[] = [];
  let value = noFrontMatter;
  if (front === undefined) {
    const message =
      'A runbook begins with front matter: "---", then "runbook:", "partitions:" and "phases:", then "---".';
    problems.push({ severity: 'error', message, span: { start: 0, end: Math.min(3, text.length) } });
  } else {
    const result = readFrontMatter(front.value, front.valueStart);
    value = result.value;
    problems.push(...result.problems);
  }
  const homes = homesOf(cells, value);
  const steps: Step[] = [];
  let index = 0;
  for (const cell of cells) {
    if (cell.kind !== 'code' || cell.language === undefined) continue;
    const read = readStep(cell, cell.language, index++, homes.get(cell), front !== undefined);
    problems.push(...read.problems);
    if (read.step !== undefined) steps.push(read.step);
  }
  for (const cell of cells) if (cell.kind === 'text') problems.push(...strangeLanguages(cell));
  const runbook: Runbook = { ...value, text, cells, steps, problems: [] };
  problems.push(...circular(value), ...unknownNames(runbook));
  return { ...runbook, problems: problems.sort((a, b) => a.span.start - b.span.start) };
}

function readStep(
  cell: ReadCell,
  language: StepLanguageId,
  index: number,
  home: Home | undefined,
  complain: boolean,
): { step?: Step; problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const span = { start: cell.valueStart, end: cell.valueStart + cell.value.length };
  const head = { start: cell.start, end: cell.valueStart };
  const marks = marksOf(cell.origin.info ?? '');
  for (const mark of marks) {
    const limit = timeLimitOf([mark]);
    if (knownMarks.includes(mark) || (limit !== undefined && language === 'sh')) continue;
    problems.push({
      severity: 'error',
      message:
        limit === undefined
          ? `"${mark}" is not a mark of a cell. Known: ${knownMarks.join(', ')}, and for sh within=10m.`
          : `"${mark}" belongs to "sh": the other languages have deadlines of their own.`,
      span: head,
    });
  }
  const checks: Check[] = [];
  for (const result of languages[language].parse({ value: cell.value, start: cell.valueStart, marks })) {
    if (result.kind === 'parsed') checks.push(result.value);
    else problems.push(result.problem);
  }
  if (home === undefined) {
    const message =
      'This cell stands under no phase and no gate. Put it under a heading with the title of a phase, the section of a gate, or "Sign-off".';
    if (complain) problems.push({ severity: 'error', message, span: head });
    return { problems };
  }
  const each = marks.includes('each');
  if (each && home.kind !== 'gate') {
    problems.push({
      severity: 'error',
      message: '"each" belongs to the section of a gate: a phase runs for one partition.',
      span: head,
    });
  }
  if (home.kind === 'gate' && !each && checks.some((check) => check.effect === 'changes')) {
    const message =
      'A change in the section of a gate needs a partition: mark the cell "each", or "check" when it only reads.';
    problems.push({ severity: 'error', message, span: head });
  }
  return { step: { index, language, marks, each, home, checks, span }, problems };
}

/** Blocks that look as if they were meant as cells: they stay text, and it is said. */
function strangeLanguages(cell: ReadCell): Problem[] {
  return scan(cell.value).flatMap((line): Problem[] => {
    if (line.kind !== 'fence' || line.role !== 'open' || !line.top) return [];
    const word = /^[^\s{,]*/.exec(line.info)?.[0] ?? '';
    const marked = marksOf(line.info).some((mark) => knownMarks.includes(mark));
    const meant = stepLanguages.find((language) => oneSlip(word.toLowerCase(), language));
    if (word === '' || word === 'awk' || (!marked && meant === undefined)) return [];
    const hint = meant === undefined ? `Known: ${stepLanguages.join(', ')}.` : `Did you mean "${meant}"?`;
    const span = { start: cell.valueStart + line.start, end: cell.valueStart + line.end };
    return [
      {
        severity: 'warning',
        message: `"${word}" is not a step language, so this block is text. ${hint}`,
        span,
      },
    ];
  });
}

/** Whether a word is another one but for one letter, two that changed places, or capitals. */
function oneSlip(word: string, other: string): boolean {
  const [long, short] = word.length >= other.length ? [word, other] : [other, word];
  if (long.length - short.length > 1) return false;
  let at = 0;
  while (at < short.length && long[at] === short[at]) at++;
  const swapped = long.length === short.length && long[at] === short[at + 1] && long[at + 1] === short[at];
  return (
    long.slice(at + (swapped ? 2 : 1)) ===
    short.slice(at + (long.length === short.length ? (swapped ? 2 : 1) : 0))
  );
}

/** The innermost heading above a cell that names a phase, a gate's section or the sign-off. */
function homesOf(cells: readonly ReadCell[], front: FrontMatter): ReadonlyMap<ReadCell, Home> {
  const homes = new Map<ReadCell, Home>();
  const open: { level: number; home: Home | undefined }[] = [];
  for (const cell of cells) {
    if (cell.kind === 'code') {
      const home = open.findLast((each) => each.home !== undefined)?.home;
      if (home !== undefined) homes.set(cell, home);
    }
    if (cell.kind !== 'text') continue;
    for (const { level, title } of headings(cell.value)) {
      while ((open.at(-1)?.level ?? 0) >= level) open.pop();
      open.push({ level, home: homeOf(title, front) });
    }
  }
  return homes;
}

function headings(text: string): { level: number; title: string }[] {
  const found: { level: number; title: string }[] = [];
  let before = '';
  for (const line of scan(text)) {
    const raw = text.slice(line.start, line.end).trim();
    if (line.kind === 'heading')
      found.push({ level: line.level, title: text.slice(line.title.start, line.title.end) });
    if (line.kind === 'underline') found.push({ level: raw.startsWith('=') ? 1 : 2, title: before });
    before = raw;
  }
  return found;
}

function homeOf(title: string, front: FrontMatter): Home | undefined {
  const phase = front.phases.find((each) => each.title === title);
  if (phase !== undefined) return { kind: 'phase', phase };
  if (title === signOff) return { kind: 'sign-off' };
  const gate = front.gates.find((each) => each.section === title);
  return gate === undefined ? undefined : { kind: 'gate', gate };
}

function circular(front: FrontMatter): Problem[] {
  const problems: Problem[] = [];
  for (const partition of [undefined, ...front.partitions]) {
    const own = partition?.bindings ?? front.variables;
    for (const [name, template] of own) {
      const seen = new Set<string>();
      const reaches = (from: string): boolean => {
        if (seen.has(from)) return false;
        seen.add(from);
        const next = partition?.bindings.get(from) ?? front.variables.get(from);
        return (next?.parts ?? []).some(
          (part) => part.kind === 'name' && (part.name === name || reaches(part.name)),
        );
      };
      if (reaches(name)) {
        problems.push({
          severity: 'error',
          message: `"${name}" is declared by itself. Give it a value of its own.`,
          span: template.span,
        });
      }
    }
  }
  return problems;
}

/** What a step runs on: in a gate's section once, on none, unless it is for each. */
export const partitionsOf = (
  runbook: FrontMatter,
  { home, each }: Pick<Step, 'home' | 'each'>,
): readonly (Partition | undefined)[] => (home.kind === 'gate' && !each ? [undefined] : runbook.partitions);

/** The name that is nearest to one that nobody knows, of those that are known on all these partitions. */
export function meantBy(
  runbook: FrontMatter,
  partitions: readonly (Partition | undefined)[],
  name: string,
): string | undefined {
  const near = nearest(name, allNames(runbook));
  return near !== undefined && partitions.every((each) => isKnown(runbook, each, near)) ? near : undefined;
}

/** Names that stand for nothing, at the place of each use, before anything runs. */
function unknownNames(runbook: Runbook): Problem[] {
  const problems: Problem[] = [];
  const kept = new Set(runbook.steps.flatMap((step) => step.checks.flatMap((check) => check.keeps ?? [])));
  const complain = (name: string, span: Span, partitions: readonly (Partition | undefined)[]): void => {
    if (kept.has(name)) {
      const message = `"${name}" is a secret: its value never goes into a line. Steps that need it take it from the run.`;
      problems.push({ severity: 'error', message, span });
      return;
    }
    const lacking = partitions.filter((partition) => !isKnown(runbook, partition, name));
    if (lacking.length === 0) return;
    const first = lacking[0];
    const where =
      lacking.length === partitions.length
        ? ''
        : ` on ${lacking.map((partition) => partition?.name ?? '').join(', ')}`;
    const mend =
      first === undefined &&
      runbook.partitions.some((each) => each.bindings.has(name) || name === 'partition')
        ? 'This cell runs once for the whole cascade: mark it "each", or name the value.'
        : `Declare it under "variables:" or for each partition.`;
    const meant = where !== '' ? undefined : meantBy(runbook, partitions, name);
    const asked = meant === undefined ? '' : ` Did you mean "${meant}"?`;
    problems.push({
      severity: 'error',
      message: `"${name}" is not known here${where}. ${mend}${asked}`,
      span,
      // A line may need a name that does not stand in it.
      ...(meant === undefined || runbook.text.slice(span.start, span.end) !== `\${${name}}`
        ? {}
        : { meant: `\${${meant}}` }),
    });
  };
  for (const [, template] of runbook.variables) {
    for (const part of template.parts) {
      if (part.kind === 'name') complain(part.name, part.span, runbook.partitions);
    }
  }
  for (const partition of runbook.partitions) {
    for (const [, template] of partition.bindings) {
      for (const part of template.parts)
        if (part.kind === 'name') complain(part.name, part.span, [partition]);
    }
  }
  for (const step of runbook.steps) {
    const partitions = partitionsOf(runbook, step);
    for (const check of step.checks) {
      for (const use of check.uses) complain(use.name, use.span, partitions);
    }
  }
  return problems;
}

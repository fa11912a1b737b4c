/**
 * `npm run grammars`: writes the TextMate grammars of the check languages into media/syntaxes, made of the same forms
 * that the parser reads, and one that finds these languages in the fences of Markdown.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execPath, stdout } from 'node:process';
import { stepLanguages } from '../core/runbook/cells.ts';
import { type FormPart, readForm, verbsOf } from '../core/steps/forms.ts';
import { languages } from '../core/steps/languages.ts';
import { stackStates } from '../core/steps/stack-states.ts';
import type { LineForm } from '../core/steps/step.ts';
import { runCommand } from './command.ts';
import { root } from './paths.ts';
import { runProgram } from './program.ts';

type Captures = Readonly<Record<string, Rule>>;

interface Rule {
  readonly name?: string;
  readonly contentName?: string;
  readonly match?: string;
  readonly begin?: string;
  readonly end?: string;
  readonly while?: string;
  readonly captures?: Captures;
  readonly beginCaptures?: Captures;
  readonly endCaptures?: Captures;
  readonly include?: string;
  readonly patterns?: readonly Rule[];
}

export interface Grammar {
  readonly scopeName: string;
  readonly injectionSelector?: string;
  readonly patterns: readonly Rule[];
  readonly repository: Readonly<Record<string, Rule>>;
}

/** Those whose lines are checks; the shell has a grammar of the editor's own. */
export const checkLanguages = stepLanguages.filter((id) => id !== 'sh');

export const grammarFile = (name: string): string => `media/syntaxes/${name}.tmLanguage.json`;
export const markdownGrammar = 'cascade-markdown';

/** All grammars, by the name of their file. */
export function grammars(): Readonly<Record<string, Grammar>> {
  return {
    ...Object.fromEntries(checkLanguages.map((id) => [`cascade-${id}`, grammarOf(id, languages[id].forms)])),
    [markdownGrammar]: injection(),
  };
}

const scope = {
  comment: 'comment.line.number-sign.cascade',
  verb: 'keyword.control.cascade',
  // Themes leave a plain operator as they leave text; one that is a word has a colour.
  word: 'keyword.operator.wordlike.cascade',
  bar: 'keyword.operator.cascade',
  // Some themes know the one, some the other.
  name: 'variable.other.cascade variable.parameter.cascade',
  text: 'string.unquoted.cascade',
  reference: 'string.unquoted.reference.cascade constant.other.reference.cascade',
  number: 'constant.numeric.cascade',
  state: 'constant.language.cascade',
} as const;

/** A character of a word that begins no `${name}`. */
const plain = '(?:[^\\s$]|\\$(?!\\{))';

function grammarOf(id: string, forms: readonly LineForm[]): Grammar {
  const verbs = verbsOf(forms);
  const begun: readonly Rule[] =
    verbs.length === 0
      ? []
      : [{ match: `^[ \\t]*(${alternatives(verbs)})(?=\\s|$)`, captures: { '1': { name: scope.verb } } }];
  return {
    scopeName: `source.cascade-${id}`,
    patterns: [
      { name: scope.comment, match: '^[ \\t]*#.*$' },
      ...alike(forms).map(lineRule),
      ...begun,
      { include: '#values' },
    ],
    repository: {
      names: {
        patterns: [
          { name: scope.name, match: '\\$\\{[A-Za-z][A-Za-z0-9_]*(?:\\.[A-Za-z][A-Za-z0-9_]*)*\\}' },
        ],
      },
      values: { patterns: [{ include: '#names' }, { name: scope.reference, match: `op://${plain}*` }] },
      references: { patterns: [{ include: '#names' }, { name: scope.reference, match: `${plain}+` }] },
      text: { patterns: [{ include: '#names' }, { name: scope.text, match: '(?:[^$]|\\$(?!\\{))+' }] },
      numbers: { patterns: [{ include: '#names' }, { name: scope.number, match: '[0-9]+' }] },
      states: {
        patterns: [
          { include: '#names' },
          { name: scope.state, match: `(?<!\\S)(?:${alternatives(stackStates)})(?!\\S)` },
        ],
      },
      kept: { patterns: [{ name: scope.name, match: '\\S+' }] },
    },
  };
}

/** Forms that differ by their verb alone stand together. */
function alike(forms: readonly LineForm[]): readonly (readonly LineForm[])[] {
  const groups = new Map<string, LineForm[]>();
  for (const form of forms) {
    const shape = JSON.stringify({ ...readForm(form), parts: readForm(form).parts.slice(1) });
    groups.set(shape, [...(groups.get(shape) ?? []), form]);
  }
  return [...groups.values()];
}

/** One rule for a whole line, from its last word that stands as it is optional: it is coloured while it is typed. */
function lineRule(forms: readonly LineForm[]): Rule {
  const { parts, more, repeats } = readForm(forms[0] ?? { syntax: '' });
  const verbs = verbsOf(forms);
  const captures: Record<string, Rule> = {};
  let count = 0;
  const group = (rule: Rule, pattern: string): string => {
    captures[String(++count)] = rule;
    return `(${pattern})`;
  };
  if (verbs.length === 0) {
    const whole = group({ patterns: [{ include: '#text' }] }, '\\S.*');
    return { match: `^[ \\t]*${whole}$`, captures };
  }
  const head = group({ name: scope.verb }, alternatives(verbs));
  const rest = chunks(parts.slice(1));
  const lastWord = rest.findLastIndex(({ kind }) => kind === 'word');
  let pattern = `^[ \\t]*${head}`;
  let open = 0;
  for (const [index, part] of rest.entries()) {
    const own = group(ruleOf(part), patternOf(part));
    if (index > lastWord) {
      pattern += `(?:[ \\t]+${own}`;
      open++;
    } else pattern += `[ \\t]+${own}`;
  }
  if (more.length > 0) {
    const own = chunks(more);
    if (repeats) {
      pattern += `(?:[ \\t]+${group({ patterns: own.map(rulePlaced) }, '\\S.*')})?`;
    } else {
      for (const [index, part] of own.entries())
        pattern += `(?:[ \\t]+${group(ruleOf(part, own[index - 1]), patternOf(part))}`;
      pattern += ')?'.repeat(own.length);
    }
  }
  return { match: `${pattern}${')?'.repeat(open)}[ \\t]*$`, captures };
}

/** Words that stand as they are one behind the other, as one: `at least`. */
function chunks(parts: readonly FormPart[]): readonly FormPart[] {
  const joined: FormPart[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (last?.kind === 'word' && part.kind === 'word')
      joined[joined.length - 1] = { kind: 'word', text: `${last.text} ${part.text}` };
    else joined.push(part);
  }
  return joined;
}

const patternOf = ({ kind, text }: FormPart): string =>
  kind === 'word' ? text.split(' ').map(escaped).join('[ \\t]+') : kind === 'rest' ? '\\S.*' : '\\S+';

const wordScope = (text: string): string => (text === '|' ? scope.bar : scope.word);

function ruleOf(part: FormPart, before?: FormPart): Rule {
  if (part.kind === 'word') return { name: wordScope(part.text) };
  if (part.kind === 'rest') return { patterns: [{ include: '#text' }] };
  const kept = before?.text === 'as' ? '#kept' : undefined;
  return { patterns: [{ include: kept ?? holes[part.text] ?? '#values' }] };
}

/** A part of what repeats, wherever it stands. */
const rulePlaced = (part: FormPart): Rule =>
  part.kind === 'word'
    ? { name: wordScope(part.text), match: `(?<!\\S)${patternOf(part)}(?!\\S)` }
    : { include: holes[part.text] ?? '#values' };

const holes: Readonly<Record<string, string>> = {
  NUMBER: '#numbers',
  STATUS: '#states',
  'op://VAULT/ITEM/FIELD': '#references',
};

const alternatives = (words: readonly string[]): string =>
  [...words]
    .sort((a, b) => b.length - a.length || (a < b ? -1 : 1))
    .map(escaped)
    .join('|');

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Fences of Markdown whose language is a check language; `sh` has one already. */
function injection(): Grammar {
  const rules = checkLanguages.map((id) => `fence-${id}`);
  return {
    scopeName: 'markdown.cascade.codeblock',
    injectionSelector: 'L:text.html.markdown',
    patterns: rules.map((rule) => ({ include: `#${rule}` })),
    repository: Object.fromEntries(
      checkLanguages.map((id): [string, Rule] => [
        `fence-${id}`,
        {
          name: 'markup.fenced_code.block.markdown',
          begin: `(^|\\G)(\\s*)(\`{3,}|~{3,})[ \\t]*(?=${id}(?:[\\s,{]|$))([^\\s,{]+)([^\`]*)$`,
          end: '(^|\\G)(\\2|\\s{0,3})(\\3)\\s*$',
          beginCaptures: {
            '3': { name: 'punctuation.definition.markdown' },
            '4': { name: 'fenced_code.block.language.markdown' },
            '5': { name: 'fenced_code.block.language.attributes.markdown' },
          },
          endCaptures: { '3': { name: 'punctuation.definition.markdown' } },
          patterns: [
            {
              begin: '(^|\\G)(\\s*)(.*)',
              while: '(^|\\G)(?!\\s*([`~]{3,})\\s*$)',
              contentName: `meta.embedded.block.cascade-${id}`,
              patterns: [{ include: `source.cascade-${id}` }],
            },
          ],
        },
      ]),
    ),
  };
}

if (import.meta.main) {
  await runProgram(async (stop) => {
    await mkdir(join(root, 'media/syntaxes'), { recursive: true });
    for (const [name, grammar] of Object.entries(grammars())) {
      await writeFile(join(root, grammarFile(name)), `${JSON.stringify(grammar, null, 2)}\n`);
      stdout.write(`${grammarFile(name)}\n`);
    }
    const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
    await runCommand(execPath, [biome, 'format', '--write', 'media/syntaxes'], {
      cwd: root,
      advice: 'Mend what it names.',
      stop,
    });
    return 0;
  });
}

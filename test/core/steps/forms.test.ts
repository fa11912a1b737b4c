import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { nearest } from '../../../src/core/nearest.ts';
import { type FormPart, fitOf, readForm, verbOf, verbsOf } from '../../../src/core/steps/forms.ts';
import { languages } from '../../../src/core/steps/languages.ts';
import type { LineForm } from '../../../src/core/steps/step.ts';

const lined = Object.values(languages).filter(({ id }) => id !== 'ask' && id !== 'sh');

/** Something that may stand for what one writes. */
const samples: Readonly<Record<string, string>> = {
  'op://VAULT/ITEM/FIELD': 'op://Vault/item/field',
  NUMBER: '2',
  STATUS: 'CREATE_COMPLETE',
  HASH: 'abcdef1',
  TEXT: 'v=spf1 include:example.com',
};
const written = ({ kind, text }: FormPart): string => (kind === 'word' ? text : (samples[text] ?? 'sample'));
const sentence = (parts: readonly FormPart[]): string => parts.map(written).join(' ');

const parse = (id: keyof typeof languages, line: string) =>
  languages[id].parse({ value: line, start: 0, marks: [] });

/** All lines that a form tells of. */
function linesOf(form: LineForm): string[] {
  const { parts, more, repeats } = readForm(form);
  const lines = [sentence(parts)];
  if (more.length > 0) lines.push(sentence([...parts, ...more]));
  if (repeats) lines.push(sentence([...parts, ...more, ...more]));
  return lines;
}

for (const { id, forms } of lined) {
  const name = id as keyof typeof languages;
  test(`every form of "${id}" is what its parser takes, with the effect it tells`, () => {
    for (const form of forms) {
      for (const line of linesOf(form)) {
        const [result] = parse(name, line);
        assert.ok(result?.kind === 'parsed', line);
        assert.equal(result.value.effect, form.effect, line);
        assert.equal(fitOf(form, line.split(' ')).count, line.split(' ').length, line);
      }
    }
  });

  test(`no word of a form of "${id}" can be left out or replaced`, () => {
    for (const form of forms) {
      const { parts } = readForm(form);
      for (const [index, part] of parts.entries()) {
        if (part.kind !== 'word') continue;
        for (const replaced of [[], [{ kind: 'word', text: 'zzz' } as const]]) {
          const line = sentence([...parts.slice(0, index), ...replaced, ...parts.slice(index + 1)]);
          const fits = forms.some((each) => linesOf(each).includes(line) || isHeldBy(each, line));
          if (!fits && line !== '') assert.equal(parse(name, line)[0]?.kind, 'problem', line);
        }
      }
    }
  });
}

test('a hole that takes no name is one where the parser takes none, and the reverse', () => {
  for (const { id, forms } of lined) {
    for (const form of forms) {
      const { parts, more } = readForm(form);
      const all = [...parts, ...more];
      for (const [index, part] of all.entries()) {
        if (part.kind === 'word') continue;
        const line = sentence(all.map((each, at) => (at === index ? { kind: 'word', text: '${x}' } : each)));
        const isTaken = parse(id as keyof typeof languages, line)[0]?.kind === 'parsed';
        assert.equal(part.plain === undefined, isTaken, line);
      }
    }
  }
});

/** Whether another form has room for the line: `head is x` for `head is HASH`. */
function isHeldBy(form: LineForm, line: string): boolean {
  const words = line.split(' ');
  const { count, next } = fitOf(form, words);
  const { parts, more } = readForm(form);
  const whole = words.length >= parts.length && (next === undefined || next === more[0]);
  return count === words.length && (whole || next?.kind === 'rest');
}

test('the README has every line as the parser reads it, under what it does', () => {
  const readme = readFileSync('README.md', 'utf8').split('\n');
  const types = verbsOf(languages.dig.forms).filter((verb) => /^[A-Z]+$/.test(verb));
  const told = (form: LineForm): string =>
    types.includes(verbOf(form) ?? '') ? form.syntax.replace(/^\S+/, 'TYPE') : form.syntax;
  let language = '';
  const found: string[] = [];
  for (const row of readme) {
    const cells = row.split(/(?<!\\)\|/).map((cell) => cell.trim());
    const effect = cells[3] ?? '';
    if (effect !== 'reads' && effect !== 'changes') continue;
    language = /^`(\w+)/.exec(cells[1] ?? '')?.[1] ?? language;
    if (language === 'ask' || language === 'sh') continue;
    const lines = [...(cells[2] ?? '').matchAll(/`([^`]+)`/g)].map(([, line = '']) =>
      line.replaceAll('\\|', '|'),
    );
    found.push(...lines.map((line) => `${language} ${line} ${effect}`));
  }
  const known = lined.flatMap(({ id, forms }) => forms.map((form) => `${id} ${told(form)} ${form.effect}`));
  assert.deepEqual(found.sort(), [...new Set(known)].sort());
});

test('what the lines of dig that look further pass on is told in one way', () => {
  const readme = readFileSync('README.md', 'utf8');
  for (const form of languages.dig.forms.filter((each) => /^[a-z]/.test(each.syntax)))
    assert.ok(readme.includes(`| \`${verbOf(form)}\` | ${form.passes} |`), form.syntax);
});

test('how far a line goes along with a form, and what comes next', () => {
  const stack: LineForm = { syntax: 'stack NAME is STATUS [| STATUS …]', effect: 'reads', passes: '' };
  const next = (line: string) => fitOf(stack, line.split(' ')).next?.text;
  assert.equal(fitOf(stack, []).next?.text, 'stack');
  assert.equal(next('stack'), 'NAME');
  assert.equal(next('stack x'), 'is');
  assert.equal(next('stack x is A'), '|');
  assert.equal(next('stack x is A |'), 'STATUS');
  assert.equal(next('stack x is A | B'), '|');
  assert.equal(fitOf(stack, ['stack', 'x', 'si']).count, 2);
});

test('a line that goes astray is told at the word where it does, with what was probably meant', () => {
  const told = (id: keyof typeof languages, line: string) => {
    const [result] = parse(id, line);
    assert.ok(result?.kind === 'problem', line);
    const { span, meant } = result.problem;
    return [line.slice(span.start, span.end), meant];
  };
  assert.deepEqual(told('op', '  raed op://a/b/c'), ['raed', 'read']);
  assert.deepEqual(told('op', 'fetch op://a/b/c'), ['fetch', undefined]);
  assert.deepEqual(told('aws', 'stack x si CREATE_COMPLETE'), ['si', 'is']);
  assert.deepEqual(told('aws', 'stack x is CREATE_COMPLET'), ['CREATE_COMPLET', 'CREATE_COMPLETE']);
  assert.deepEqual(told('aws', 'zone x y'), ['y', undefined]);
  assert.deepEqual(told('aws', 'identity x'), ['identity x', undefined]);
  assert.deepEqual(told('dig', 'txt x has y'), ['txt', 'TXT']);
  assert.deepEqual(told('dig', 'NS x atleast 2'), ['atleast', undefined]);
  assert.deepEqual(told('postmark', 'verify dkmi x'), ['dkmi', 'dkim']);
});

test('the nearest word is one that a hand may have slipped from', () => {
  const known = ['domain', 'stack', 'region', 'profile'];
  assert.equal(nearest('domane', known), 'domain');
  assert.equal(nearest('Domain', known), 'domain');
  assert.equal(nearest('satck', known), 'stack');
  assert.equal(nearest('mailbox', known), undefined);
  assert.equal(nearest('', known), undefined);
  assert.equal(nearest('x', ['a', 'b']), undefined);
  assert.equal(nearest('d'.repeat(1_000_000), known), undefined);
});

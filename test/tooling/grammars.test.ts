import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import oniguruma from 'vscode-oniguruma';
import textmate from 'vscode-textmate';
import manifest from '../../package.json' with { type: 'json' };
import { readCells, type StepLanguageId } from '../../src/core/runbook/cells.ts';
import { fitOf, readForm, verbsOf } from '../../src/core/steps/forms.ts';
import { languages } from '../../src/core/steps/languages.ts';
import { checkLines } from '../../src/core/steps/lines.ts';
import { checkLanguages, grammarFile, grammars } from '../../src/tooling/grammars.ts';

const sampleFile = 'runbooks/partition-mail/partition-mail.runbook.md';
const declared = manifest.contributes.grammars;
const injected = declared.filter((each) => 'injectTo' in each).map((each) => each.scopeName);

/** Of Markdown no more than what ours is injected into: every line is a paragraph. */
const markdown = { scopeName: 'text.html.markdown', patterns: [], repository: {} };

const wasm = readFileSync(createRequire(import.meta.url).resolve('vscode-oniguruma/release/onig.wasm'));
await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
const registry = new textmate.Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
    createOnigString: (text) => new oniguruma.OnigString(text),
  }),
  loadGrammar: async (scopeName) => {
    if (scopeName === markdown.scopeName) return textmate.parseRawGrammar(JSON.stringify(markdown), 'm.json');
    const file = declared.find((each) => each.scopeName === scopeName)?.path;
    return file === undefined ? null : textmate.parseRawGrammar(readFileSync(file, 'utf8'), file);
  },
  getInjections: (scopeName) => (scopeName === markdown.scopeName ? injected : undefined),
});

interface Token {
  readonly text: string;
  readonly scopes: readonly string[];
}

async function tokens(scopeName: string, lines: readonly string[]): Promise<Token[][]> {
  const grammar = await registry.loadGrammar(scopeName);
  assert.ok(grammar, scopeName);
  let state = textmate.INITIAL;
  return lines.map((line) => {
    const { tokens: found, ruleStack } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    return found.map(({ startIndex, endIndex, scopes }) => ({
      text: line.slice(startIndex, endIndex),
      scopes,
    }));
  });
}

/** What is coloured of a line, as `text: scope`, the language's own name left out. */
async function colours(id: StepLanguageId, line: string): Promise<string[]> {
  const [found = []] = await tokens(`source.cascade-${id}`, [line]);
  return found.flatMap(({ text, scopes }) =>
    scopes.length < 2 ? [] : [`${text}: ${scopes.at(-1)?.replace(/\.cascade$/, '')}`],
  );
}

test('the grammars are those that the forms of the parser make: npm run grammars', () => {
  for (const [name, grammar] of Object.entries(grammars()))
    assert.deepEqual(
      JSON.parse(readFileSync(grammarFile(name), 'utf8')),
      JSON.parse(JSON.stringify(grammar)),
    );
  assert.deepEqual(
    declared.map(({ path }) => path.replace('./', '')).sort(),
    Object.keys(grammars()).map(grammarFile).sort(),
  );
});

test('every language has its grammar, and the fences of Markdown know each', () => {
  for (const id of checkLanguages) {
    const own = declared.find((each) => 'language' in each && each.language === `cascade-${id}`);
    assert.equal(own?.scopeName, `source.cascade-${id}`);
    const embedded = declared.flatMap((each) => Object.entries(each.embeddedLanguages ?? {}));
    assert.deepEqual(
      embedded.filter(([, language]) => language === `cascade-${id}`),
      [[`meta.embedded.block.cascade-${id}`, `cascade-${id}`]],
    );
  }
});

test('every verb and every word of the forms has its colour, whatever stands between them', async () => {
  for (const id of checkLanguages) {
    for (const form of languages[id].forms) {
      const { parts, more } = readForm(form);
      const all = [...parts, ...more];
      const line = all.map(({ kind, text }) => (kind === 'word' ? text : '${partition}')).join('   ');
      const found = await colours(id, line);
      const words = found.filter((each) => each.includes(': keyword')).join(' ');
      for (const { kind, text } of all)
        if (kind === 'word') assert.ok(words.includes(text), `${line}: ${words}`);
      assert.equal(
        found.filter((each) => each === '${partition}: variable.parameter').length,
        all.filter(({ kind }) => kind !== 'word').length,
        line,
      );
    }
  }
});

test('every check line of the sample runbook and of the README is coloured by what its words are', async () => {
  const readme = readFileSync('README.md', 'utf8');
  const small = /^ {4}---\n[\s\S]*?\n(?=\S)/m.exec(readme)?.[0].replace(/^ {4}/gm, '') ?? '';
  let count = 0;
  for (const text of [readFileSync(sampleFile, 'utf8'), small]) {
    for (const { language, value } of readCells(text)) {
      if (language === undefined || language === 'sh') continue;
      for (const line of checkLines(value, 0)) {
        count++;
        const found = await colours(language, line.text);
        const names = found
          .filter((each) => each.endsWith(': variable.parameter'))
          .map((each) => each.split(':')[0]);
        const kept = / as (\w+)$/.exec(line.text)?.[1];
        const written = [...line.text.matchAll(/\$\{[\w.]+\}/g)].map(([name]) => name);
        assert.deepEqual(names, [...written, ...(kept === undefined ? [] : [kept])], line.text);
        if (language === 'ask') continue;
        const words = line.words.map((word) => word.text);
        assert.ok(verbsOf(languages[language].forms).includes(words[0] ?? ''));
        assert.equal(found[0], `${words[0]}: keyword.control`, line.text);
        const form = languages[language].forms.find((each) => fitOf(each, words).count === words.length);
        assert.ok(form, line.text);
      }
    }
  }
  assert.ok(count >= 25, `only ${count} lines`);
});

test('values have the colour of what they are', async () => {
  assert.deepEqual(await colours('op', 'read op://Vault-${partition}/Item/field as token'), [
    'read: keyword.control',
    'op://Vault-: constant.other.reference',
    '${partition}: variable.parameter',
    '/Item/field: constant.other.reference',
    'as: keyword.operator.wordlike',
    'token: variable.parameter',
  ]);
  assert.deepEqual(await colours('aws', 'stack x is CREATE_COMPLETE | UPDATE_COMPLET'), [
    'stack: keyword.control',
    'is: keyword.operator.wordlike',
    'CREATE_COMPLETE: constant.language',
    '|: keyword.operator',
  ]);
  assert.deepEqual(await colours('dig', 'TXT ${domain} has v=spf1 is here'), [
    'TXT: keyword.control',
    '${domain}: variable.parameter',
    'has: keyword.operator.wordlike',
    'v=spf1 is here: string.unquoted',
  ]);
  assert.deepEqual(await colours('dig', 'NS x at  least 12'), [
    'NS: keyword.control',
    'at  least: keyword.operator.wordlike',
    '12: constant.numeric',
  ]);
  assert.deepEqual(await colours('ask', '${partition} is fine'), [
    '${partition}: variable.parameter',
    ' is fine: string.unquoted',
  ]);
  assert.deepEqual(await colours('dig', '  # NS x'), ['  # NS x: comment.line.number-sign']);
});

test('what is no verb has no colour; what is being typed has that of its verb', async () => {
  assert.deepEqual(await colours('dig', 'fetch ${domain'), []);
  assert.deepEqual(await colours('dig', 'NSX ${domain} at least 2'), ['${domain}: variable.parameter']);
  assert.deepEqual(await colours('dig', 'NS ${domain} a'), [
    'NS: keyword.control',
    '${domain}: variable.parameter',
  ]);
  assert.deepEqual(await colours('aws', 'stack'), ['stack: keyword.control']);
});

test('fences of Markdown have the colours of their language, and end where they end', async () => {
  const lines = [
    '# A',
    '```dig each',
    'NS ${domain} at least 2',
    '',
    '# no',
    '```',
    'NS x at least 2',
    '~~~op',
    'read x',
    '~~~',
    '```digs',
    'NS x',
    '```',
  ];
  const found = await tokens('text.html.markdown', lines);
  const has = (line: number, scope: string): boolean =>
    (found[line] ?? []).some(({ scopes }) => scopes.some((each) => each.startsWith(scope)));
  assert.deepEqual(
    lines.map((_, line) => has(line, 'keyword.control')),
    [false, false, true, false, false, false, false, false, true, false, false, false, false],
  );
  assert.ok(has(2, 'meta.embedded.block.cascade-dig'));
  assert.ok(has(4, 'comment'));
  assert.ok(!has(6, 'markup.fenced_code'));
});

test('odd and very long lines are coloured without a word, and soon', async () => {
  const odd = [
    '\u202E${domain} שלום',
    'NS 😀 at least 2',
    '${',
    '${}',
    'read ${a',
    '\t',
    'stack x is A |',
    '| | |',
  ];
  const long = ['NS ', 'TXT x has ', 'exports a ', 'stack x is ', 'fetch '].flatMap((head) => [
    head + 'a '.repeat(10_000),
    head + ' '.repeat(20_000),
    head + '${x}'.repeat(5_000),
    head + '${'.repeat(10_000),
  ]);
  const started = performance.now();
  for (const id of checkLanguages) await tokens(`source.cascade-${id}`, [...odd, ...long]);
  assert.ok(performance.now() - started < 5_000, `${performance.now() - started} ms`);
});

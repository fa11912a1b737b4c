import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import manifest from '../../package.json' with { type: 'json' };
import texts from '../../package.nls.json' with { type: 'json' };
import { stepLanguages } from '../../src/core/runbook/cells.ts';
import { FAULTS } from '../../src/rehearsal/faults.ts';

const code = globSync('src/vscode/**/*.ts')
  .map((file) => readFileSync(file, 'utf8'))
  .join('\n');
const { contributes } = manifest;

const same = (a: Iterable<string>, b: Iterable<string>): void =>
  assert.deepEqual([...new Set(a)].sort(), [...new Set(b)].sort());

test('the README has every fault, as the command line lists it', () => {
  const readme = readFileSync('README.md', 'utf8');
  const missing = FAULTS.filter(
    ({ name, title, seen }) => !readme.includes(`| \`${name}\` | ${title} | ${seen} |`),
  );
  assert.deepEqual(missing, []);
});

test('every command of the manifest is registered, and the reverse', () => {
  const registered = [...code.matchAll(/^\s+'(cascade\.\w+)': \(/gm)].map((match) => match[1] ?? '');
  assert.ok(registered.length > 0);
  same(
    contributes.commands.map((command) => command.command),
    registered,
  );
});

/** The text that stands for "%key%". */
const text = (placeholder: string): string => {
  const found = Object.entries(texts).find(([key]) => placeholder === `%${key}%`);
  assert.ok(found, `${placeholder} is not in package.nls.json`);
  return found[1];
};

/** What a person reads of the manifest, wherever it stands: the property or the list that holds it, and the text. */
function* readable(value: unknown, path = ''): Generator<readonly [string, string]> {
  const named =
    /\/(?:title|category|description|markdownDescription|contents|contextualTitle|\w+Descriptions\/\d+|aliases\/0)$/;
  const isName = /\/(?:notebooks|notebookRenderer)\/\d+\/displayName$|\/views\/.*\/name$/;
  if (typeof value === 'string' && (named.test(path) || isName.test(path))) yield [path, value];
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) yield* readable(inner, `${path}/${key}`);
}

test('every text that a person reads stands in package.nls.json, and nothing else does', () => {
  const plain = [...readable(manifest)].filter(([, value]) => !/^%[\w.-]+%$/.test(value));
  assert.deepEqual(plain, []);
  const used = [...JSON.stringify(manifest).matchAll(/"%([^%"]+)%"/g)].map((match) => match[1] ?? '');
  same(used, Object.keys(texts));
});

test('the texts of the manifest are one voice: short, plain, without emoji and exclamation marks', () => {
  for (const [key, value] of Object.entries(texts)) {
    assert.doesNotMatch(value, /!|\p{Extended_Pictographic}/u, key);
    assert.equal(value, value.trim(), key);
    if (key.endsWith('.description') || key === 'description') assert.match(value, /[.)]$/, key);
  }
});

test('every command has the category and a title in title case without emoji', () => {
  for (const { command, category, title } of contributes.commands) {
    assert.equal(title, `%command.${command.replace('cascade.', '')}.title%`);
    assert.equal(text(category), 'Cascade', command);
    for (const word of text(title).replace(/…$/, '').split(' '))
      assert.match(word, /^(?:[A-Z]\w*|(?:on|in|of|the|a))$/, `${command}: ${text(title)}`);
  }
});

test('every setting of the manifest is read, and the reverse', () => {
  const read = [...code.matchAll(/settings\.get(?:<\w+>)?\('([\w.]+)'/g)].map(
    (match) => `cascade.${match[1]}`,
  );
  same(Object.keys(contributes.configuration.properties), read);
});

test('every setting has a description, a scope and a default', () => {
  for (const [name, setting] of Object.entries(contributes.configuration.properties)) {
    assert.ok(text(setting.markdownDescription), name);
    assert.ok(setting.scope, name);
    assert.ok('default' in setting, name);
  }
});

test('what decides where a run goes is restricted in untrusted workspaces', () => {
  assert.equal(manifest.capabilities.untrustedWorkspaces.supported, 'limited');
  const free = ['cascade.operator', 'cascade.evidence'];
  same(
    [...manifest.capabilities.untrustedWorkspaces.restrictedConfigurations, ...free],
    Object.keys(contributes.configuration.properties),
  );
});

test('every view of the manifest is made, and the reverse', () => {
  const made = [...code.matchAll(/createTreeView\('([\w.]+)'/g)].map((match) => match[1] ?? '');
  const declared = Object.values(contributes.views)
    .flat()
    .map((view) => view.id);
  same(declared, made);
  for (const { view } of contributes.viewsWelcome) assert.ok(declared.includes(view), view);
});

test('every menu names a command and a view that exist', () => {
  const commands = contributes.commands.map((command) => command.command);
  const views = Object.values(contributes.views)
    .flat()
    .map((view) => view.id);
  for (const entry of Object.values(contributes.menus).flat()) {
    assert.ok(commands.includes(entry.command), entry.command);
    const view = /view == ([\w.]+)/.exec(entry.when)?.[1];
    assert.ok(view === undefined || views.includes(view), entry.when);
  }
});

test("every step language has a language of the editor; the shell has the editor's own", () => {
  same(
    contributes.languages.map((language) => language.id),
    stepLanguages.filter((id) => id !== 'sh').map((id) => `cascade-${id}`),
  );
});

test('the notebook claims runbooks only', () => {
  const [notebook] = contributes.notebooks;
  assert.equal(contributes.notebooks.length, 1);
  assert.match(code, new RegExp(`notebookType = '${notebook?.type}'`));
  assert.deepEqual(notebook?.selector, [{ filenamePattern: '*.runbook.md' }]);
});

test('the renderer is there for what the cells show, and reached by its id', () => {
  const [renderer] = contributes.notebookRenderer;
  assert.match(code, new RegExp(`rendererId = '${renderer?.id}'`));
  assert.equal(renderer?.mimeTypes.length, 1);
  assert.ok(code.includes(`checksType = '${renderer.mimeTypes[0]}'`));
  assert.equal(renderer.requiresMessaging, 'optional', 'it draws also where nobody answers');
});

test('every context value and context key in a condition is set by the code', () => {
  const conditions = [...Object.values(contributes.menus).flat(), ...contributes.viewsWelcome]
    .map((entry) => entry.when)
    .join(' ');
  const keys = [...conditions.matchAll(/\b(cascade\.\w+) ==|\bin (cascade\.\w+)/g)].map(
    (match) => match[1] ?? match[2] ?? '',
  );
  for (const key of new Set(keys)) assert.match(code, new RegExp(`'setContext', '${key}'`), key);
  for (const match of conditions.matchAll(/viewItem == ([\w.]+)/g))
    assert.match(code, new RegExp(`'${match[1]}'`), match[1]);
});

test('every file that the manifest names is there', () => {
  const files = JSON.stringify(contributes).match(/(?:\.\/)?media\/[\w./-]+/g) ?? [];
  assert.ok(files.length > 0);
  for (const file of files) assert.ok(existsSync(file), file);
});

test('the version that 1Password is told is that of the manifest', () => {
  const compose = readFileSync('src/adapters/compose.ts', 'utf8');
  assert.equal(/productVersion = '([^']+)'/.exec(compose)?.[1], manifest.version);
});

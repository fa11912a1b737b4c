import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';

/** The rooms of `src` and what each may import: other rooms, and packages by their first segment. */
const rooms: Readonly<Record<string, { readonly rooms: readonly string[]; readonly packages: RegExp }>> = {
  core: { rooms: ['core'], packages: /^(yaml|tldts)$/ },
  adapters: {
    rooms: ['adapters', 'core'],
    packages: /^(node:|@aws-sdk\/|@smithy\/|@1password\/sdk$|postmark$|jsonc-parser$|dns-packet$)/,
  },
  rehearsal: { rooms: ['rehearsal', 'core'], packages: /^(node:|dns-packet$)/ },
  vscode: { rooms: ['vscode', 'core', 'adapters', 'rehearsal'], packages: /^(node:|vscode$)/ },
  renderer: {
    rooms: ['renderer', 'core'],
    packages: /^(vscode-notebook-renderer|@vscode\/webview-ui-toolkit)$/,
  },
  board: { rooms: ['board', 'renderer', 'core'], packages: /^$/ },
  cli: { rooms: ['cli', 'core', 'adapters', 'rehearsal'], packages: /^node:/ },
  tooling: { rooms: ['tooling', 'core', 'adapters', 'rehearsal'], packages: /./ },
};

/** Only these may build adapters; everything else takes ports. */
const compositionRoots = [
  'src/cli/main.ts',
  'src/cli/open.ts',
  'src/vscode/cascades.ts',
  'src/vscode/log-documents.ts',
  'src/vscode/world.ts',
  'src/vscode/settings.ts',
];

interface Import {
  readonly file: string;
  readonly specifier: string;
}

const imports: readonly Import[] = globSync('src/**/*.{ts,mjs}').flatMap((file) => {
  const text = readFileSync(file, 'utf8');
  const found = [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)];
  return found.map((match) => ({ file, specifier: match[1] ?? '' }));
});

const roomOf = (path: string): string => path.split('/')[1] ?? '';

test('the check sees the imports it is about', () => {
  assert.ok(imports.length > 100, `only ${imports.length} imports found`);
  for (const room of Object.keys(rooms)) {
    assert.ok(
      imports.some(({ file }) => roomOf(file) === room),
      `no import found in src/${room}`,
    );
  }
});

test('every room imports only what it may', () => {
  const wrong = imports.filter(({ file, specifier }) => {
    const rule = rooms[roomOf(file)];
    if (rule === undefined) return true;
    if (!specifier.startsWith('.')) return !rule.packages.test(specifier);
    return !rule.rooms.includes(roomOf(relative('.', join(dirname(file), specifier))));
  });
  assert.deepEqual(wrong, []);
});

test('the core knows neither the editor, nor Node, nor an adapter', () => {
  const core = imports.filter(({ file }) => roomOf(file) === 'core');
  assert.deepEqual(
    core.filter(({ specifier }) => /^(vscode|node:)|adapters|rehearsal/.test(specifier)),
    [],
  );
  const globals = globSync('src/core/**/*.ts').filter((file) =>
    /\b(process|Buffer|require|__dirname)\b[.(]/.test(readFileSync(file, 'utf8')),
  );
  assert.deepEqual(globals, []);
});

test('the pages take nothing but types from the core, and know the toolkit in one module', () => {
  const files = globSync('src/{renderer,board}/**/*.ts');
  const lines = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/^import [^;]*'\.\.\/core\/[^;]*;/gm)].map(([line]) => line),
  );
  assert.ok(lines.length > 3);
  assert.deepEqual(
    lines.filter((line) => !line.startsWith('import type ')),
    [],
  );
  const toolkit = imports.filter(({ specifier }) => specifier === '@vscode/webview-ui-toolkit');
  assert.deepEqual(
    toolkit.map(({ file }) => file),
    ['src/renderer/toolkit.ts'],
  );
});

test('only the composition roots of the faces import adapters', () => {
  const faces = imports.filter(
    ({ file, specifier }) => /^src\/(vscode|cli)\//.test(file) && specifier.includes('/adapters/'),
  );
  assert.deepEqual(
    [...new Set(faces.map(({ file }) => file))].filter((file) => !compositionRoots.includes(file)),
    [],
  );
});

test('no import goes round in a circle', () => {
  const graph = new Map<string, string[]>();
  for (const { file, specifier } of imports) {
    if (specifier.startsWith('.'))
      graph.set(file, [...(graph.get(file) ?? []), relative('.', join(dirname(file), specifier))]);
  }
  const done = new Set<string>();
  const walk = (file: string, path: readonly string[]): void => {
    assert.ok(!path.includes(file), `circle: ${[...path.slice(path.indexOf(file)), file].join(' → ')}`);
    if (done.has(file)) return;
    for (const next of graph.get(file) ?? []) walk(next, [...path, file]);
    done.add(file);
  };
  for (const file of graph.keys()) walk(file, []);
});

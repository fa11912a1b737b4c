import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import MarkdownIt from 'markdown-it';
import { scan } from '../../../src/core/markdown/scan.ts';

const oracle = new MarkdownIt('commonmark').disable('inline');

/** First lines of the fences that stand in no container. */
function oracleFences(text: string): string[] {
  return oracle
    .parse(text, {})
    .filter((token) => token.type === 'fence' && token.level === 0)
    .map((token) => `${token.map?.[0]} ${token.markup}`);
}

function ourFences(text: string): string[] {
  return scan(text).flatMap((line, index) =>
    line.kind === 'fence' && line.role === 'open' && line.top ? [`${index} ${line.marker}`] : [],
  );
}

const cases: Record<string, string> = {
  'fences of both kinds': '```sh\na\n```\n~~~~\n```\n~~~~\n',
  'a fence in a list': '- a\n  ```sh\n  x\n  ```\n- b\n\n```sh\ny\n```\n',
  'a fence that its list item ends': '- a\n  ```sh\n  x\nafter\n\n```\ny\n```\n',
  'a lazy line keeps the item open': '- a\nlazy\n  ```\n  x\n  ```\n',
  'a fence in a quote': '> ```\n> x\n\n```\ny\n```\n',
  'a fence in a comment': '<!--\n```\nx\n```\n-->\n\n```\ny\n```\n',
  'a fence in an HTML block': '<details>\n```\nx\n\n```\ny\n```\n',
  'an indented fence is code': 'a\n\n    ```\n    x\n    ```\n',
  'a fence after a paragraph': 'a\n```\nx\n```\n',
  'a fence that is never closed': '```dig\nNS a\n',
  'a fence on the bullet line': '- ```\n  x\n  ```\n```\ny\n```\n',
  'an ordered number in a paragraph': 'a\n2. b\n   ```\n   x\n   ```\n',
  'an info string with a backtick': '``` a`b\nx\n```\ny\n```\n',
  'carriage returns': '```\rx\r```\ry\r',
};
for (const [name, text] of Object.entries(cases)) {
  test(`fences as markdown-it sees them: ${name}`, () => {
    assert.deepEqual(ourFences(text), oracleFences(text));
  });
}

test('the fences of every Markdown file of the dependencies are those of markdown-it', () => {
  const files = globSync('node_modules/**/*.md', { withFileTypes: true }).filter((entry) => entry.isFile());
  assert.ok(files.length > 50, `only ${files.length} Markdown files under node_modules`);
  const differing: string[] = [];
  for (const file of files) {
    const path = `${file.parentPath}/${file.name}`;
    const text = readFileSync(path, 'utf8');
    if (ourFences(text).join('|') !== oracleFences(text).join('|')) differing.push(path);
  }
  assert.deepEqual(differing, []);
});

test('headings, items and quotes are told apart', () => {
  const kinds = scan('# A #\nB\n---\n> q\n* i\n  text\n\n***\n').map((line) => line.kind);
  assert.deepEqual(kinds, ['heading', 'text', 'underline', 'quote', 'item', 'text', 'blank', 'text']);
});

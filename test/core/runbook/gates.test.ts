/** What the front matter says of gates, and what is wrong with it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRunbook } from '../../../src/core/runbook/runbook.ts';
import { frontMatter } from '../fixture.ts';

function problems(...gates: readonly string[]): readonly string[] {
  const front = frontMatter.replace(
    /gates:\n[\s\S]*$/,
    `gates:\n${gates.map((gate) => `  - ${gate}\n`).join('')}`,
  );
  const text = `---\n${front}---\n`;
  return parseRunbook(text).problems.map(
    ({ message, span }) => `${text.slice(span.start, span.end)}: ${message}`,
  );
}

const cases: readonly (readonly [name: string, gates: readonly string[], expected: readonly RegExp[]])[] = [
  [
    'gates that are well',
    [
      '{ id: a, title: A, requires: [dev/Deploy, b], fresh: 24h }',
      '{ id: b, title: B, blocks: ["*/Sign-off"] }',
    ],
    [],
  ],
  [
    'a phase nobody has',
    ['{ id: a, title: A, requires: [dev/Deply] }'],
    [/^dev\/Deply: "dev\/Deply" names no phase of a partition and no gate/],
  ],
  [
    'a partition nobody has',
    ['{ id: a, title: A, blocks: [test/Deploy] }'],
    [/^test\/Deploy: .* names no phase/],
  ],
  [
    'a gate nobody has',
    ['{ id: a, title: A, requires: [bb] }'],
    [/^bb: "bb" names no phase of a partition and no gate/],
  ],
  [
    'a gate in place of a phase that is blocked',
    ['{ id: a, title: A, blocks: [b] }', '{ id: b, title: B }'],
    [/^b: "b" names no phase of a partition/],
  ],
  ['an id that looks like a phase', ['{ id: a/b, title: A }'], [/"a\/b" cannot name a gate/]],
  [
    'no length of time',
    ['{ id: a, title: A, fresh: 1 day }'],
    [/^1 day: "1 day" is no length of time\. Write 90m, 24h or 7d\./],
  ],
  [
    'a gate that requires itself',
    ['{ id: a, title: A, requires: [a] }'],
    [/^a: The gate "A" waits for itself: it requires the gate "A"\. It could never be cleared/],
  ],
  [
    'two gates that require each other',
    ['{ id: a, title: A, requires: [b] }', '{ id: b, title: B, requires: [a] }'],
    [/"A" waits for itself: it requires the gate "B", which requires the gate "A"/, /"B" waits for itself/],
  ],
  [
    'a gate that requires what it blocks',
    ['{ id: a, title: A, blocks: [dev/Deploy], requires: [dev/Deploy] }'],
    [/^dev\/Deploy: The gate "A" waits for itself: it requires dev\/Deploy, which it blocks/],
  ],
  [
    'a gate that requires what comes after what it blocks',
    ['{ id: a, title: A, blocks: [dev/Deploy], requires: [dev/Verification] }'],
    [/it requires dev\/Verification, which comes after dev\/Deploy, which it blocks/],
  ],
  [
    'a circle over another gate',
    [
      '{ id: a, title: A, blocks: [dev/Deploy], requires: [b] }',
      '{ id: b, title: B, requires: [dev/Sign-off] }',
    ],
    [
      /"A" waits for itself: it requires the gate "B", which requires dev\/Sign-off, which comes after dev\/Verification, which comes after dev\/Deploy, which it blocks/,
      /"B" waits for itself/,
    ],
  ],
  [
    'a pattern that takes in too much',
    ['{ id: a, title: A, blocks: ["*/Deploy"], requires: ["*/Verification"] }'],
    [/^"\*\/Verification": The gate "A" waits for itself/],
  ],
  [
    'the same for other partitions',
    ['{ id: a, title: A, blocks: [prod/Deploy], requires: [dev/Verification] }'],
    [],
  ],
];

for (const [name, gates, expected] of cases) {
  test(name, () => {
    const found = problems(...gates);
    assert.equal(found.length, expected.length, found.join('\n'));
    for (const [index, wanted] of expected.entries()) assert.match(found[index] ?? '', wanted);
  });
}

test('what was meant to expire has expired where its length is not understood', () => {
  const front = frontMatter.replace('blocks: ["*/Deploy"] }', 'blocks: ["*/Deploy"], fresh: soon }');
  assert.equal(parseRunbook(`---\n${front}---\n`).gates[0]?.fresh?.milliseconds, 0);
});

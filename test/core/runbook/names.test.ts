import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { givenNames, usedNames } from '../../../src/core/runbook/names.ts';
import { parseRunbook } from '../../../src/core/runbook/runbook.ts';
import { inCell } from '../help/caret.ts';

test('the names that the product asks for are those that are told as such', () => {
  const asked = globSync('src/core/**/*.ts').flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    const single = [...text.matchAll(/\blookup(?:For\([^)]*\))?\)?\('(\w+)'\)/g)].map(
      ([, name = '']) => name,
    );
    const listed = [...text.matchAll(/\balso: \[([^\]]*)\]/g)].flatMap(([, names = '']) =>
      [...names.matchAll(/'(\w+)'/g)].map(([, name = '']) => name),
    );
    return [...single, ...listed];
  });
  assert.deepEqual(
    [...new Set(asked)].filter((name) => !givenNames.some((each) => each === name)).sort(),
    [...usedNames].sort(),
  );
});

/** What would be put in place of what stands where. */
const fixes = (text: string): string[] =>
  parseRunbook(text).problems.map(
    ({ span, meant }) => `${text.slice(span.start, span.end)} → ${meant ?? 'nothing'}`,
  );

test('an unknown name that is near a known one proposes it', () => {
  assert.deepEqual(fixes(inCell('dig', 'NS ${domane} at least 2')), ['${domane} → ${domain}']);
  assert.deepEqual(fixes(inCell('dig', 'NS ${context.dkimSelektor} at least 2')), [
    '${context.dkimSelektor} → ${context.dkimSelector}',
  ]);
  assert.deepEqual(fixes(inCell('dig', 'NS ${mailbox} at least 2')), ['${mailbox} → nothing']);
  assert.deepEqual(fixes(inCell('ask', 'In ${regoin}', 'Production confirmation')), [
    '${regoin} → ${region}',
  ]);
  assert.deepEqual(fixes(inCell('ask', 'On ${domain}', 'Production confirmation')), ['${domain} → nothing']);
  assert.deepEqual(
    fixes(inCell('dig', 'NS x at least 2').replace('${partition}.example', '${partitoin}.example')).at(0),
    '${partitoin} → ${partition}',
  );
});

test('a line that needs a name which does not stand in it proposes nothing', () => {
  const text = inCell('aws', 'zone x').replace('region:', 'regoin:');
  assert.deepEqual(fixes(text), ['zone x → nothing']);
});

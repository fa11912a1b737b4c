import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { View } from '../../../src/core/help/line-place.ts';
import { lineStoryAt } from '../../../src/core/help/line-stories.ts';
import { inCell, instead, withCaret } from './caret.ts';

function story(text: string, view: View = {}) {
  const { runbook, at } = withCaret(text);
  const found = lineStoryAt(runbook, at, view);
  return found === undefined
    ? undefined
    : { ...found, words: runbook.text.slice(found.span.start, found.span.end) };
}

const forms = (text: string): string[] | undefined => {
  const found = story(text);
  return found?.kind === 'line' ? found.forms.map(({ syntax }) => syntax) : undefined;
};

const name = (text: string, view?: View) => {
  const found = story(text, view);
  return found?.kind === 'name' ? found.story : undefined;
};

test('a verb, and each word of a form, tells the form that the line follows', () => {
  assert.deepEqual(forms(inCell('dig', 'N‸S ${domain} at least 2')), ['NS NAME at least NUMBER']);
  assert.deepEqual(forms(inCell('dig', 'NS ${domain} at le‸ast 2')), ['NS NAME at least NUMBER']);
  assert.equal(story(inCell('dig', 'NS ${domain} at le‸ast 2'))?.words, 'least');
  assert.deepEqual(forms(inCell('git', 'head is pull req‸uest 462')), ['head is pull request NUMBER']);
  assert.equal(forms(inCell('dig', 'N‸S'))?.length, 3);
  assert.equal(forms(inCell('dig', 'NS exam‸ple.com at least 2')), undefined);
  assert.equal(forms(inCell('dig', 'fe‸tch x')), undefined);
  assert.equal(forms(inCell('dig', '# N‸S x')), undefined);
  assert.equal(forms(inCell('ask', 'The te‸am agreed')), undefined);
  assert.equal(forms(inCell('sh', 're‸ad x')), undefined);
});

test('a name tells what it is, and its value on each partition, that of the chosen one first', () => {
  const found = name(inCell('dig', 'NS ${dom‸ain} at least 2'), { partition: 'prod' });
  assert.deepEqual(found, {
    kind: 'variable',
    name: 'domain',
    declared: '${partition}.example.com',
    values: [
      { partitions: ['prod'], value: 'prod.example.com' },
      { partitions: ['dev'], value: 'dev.example.com' },
    ],
    more: 0,
  });
  assert.equal(story(inCell('dig', 'NS x.${dom‸ain} at least 2'))?.words, '${domain}');
});

test('equal values are told as one', () => {
  const found = name(inCell('sh', 'aws --region "$reg‸ion"'));
  assert.ok(found !== undefined && found.kind !== 'unknown');
  assert.deepEqual(found.values, [{ partitions: ['dev', 'prod'], value: 'us-east-1' }]);
});

test('the context is told as far as it was read', () => {
  const contexts = new Map([['dev', { dkimSelector: 'pm2026' }]]);
  const found = name(inCell('dig', 'TXT ${context.dkim‸Selector}.x has y'), { contexts });
  assert.ok(found !== undefined && found.kind === 'context');
  assert.deepEqual(found.values, [
    { partitions: ['dev'], value: 'pm2026' },
    { partitions: ['prod'], value: undefined },
  ]);
});

test('a kept secret tells where it is read from, never what it is', () => {
  const found = name(instead('as token', 'as tok‸en'), { partition: 'dev' });
  assert.ok(found !== undefined && found.kind === 'secret');
  assert.deepEqual(found.values[0], { partitions: ['dev'], value: 'op://Dev/Postmark/credential' });
});

test('an unknown name says so, and what was probably meant', () => {
  assert.deepEqual(name(inCell('dig', 'NS ${doma‸ne} at least 2')), {
    kind: 'unknown',
    name: 'domane',
    meant: 'domain',
  });
  assert.deepEqual(name(inCell('dig', 'NS ${mail‸box} at least 2')), { kind: 'unknown', name: 'mailbox' });
  assert.equal(name(inCell('sh', 'echo "$HO‸ME"')), undefined, 'the shell has names of its own');
});

test('in the section of a gate a name has one value, in a binding that of its partition', () => {
  const gate = name(inCell('ask', 'In ${reg‸ion}', 'Production confirmation'));
  assert.ok(gate !== undefined && gate.kind !== 'unknown');
  assert.deepEqual(gate.values, [{ partitions: [], value: 'us-east-1' }]);
  const text = instead('postmark: Prod,', 'postmark: "${parti‸tion}-mail",');
  const own = name(text);
  assert.ok(own !== undefined && own.kind === 'given');
  assert.deepEqual(own.values, [{ partitions: ['prod'], value: 'prod' }]);
});

test('of many partitions some are told of', () => {
  const many = Array.from({ length: 100 }, (_, index) => `  p${index}: { host: h${index} }`).join('\n');
  const text = instead('partitions:\n', `partitions:\n${many}\n`).replace('NS  ${domain}', 'NS  ${dom‸ain}');
  const found = name(text, { partition: 'p70' });
  assert.ok(found !== undefined && found.kind !== 'unknown');
  assert.equal(found.values.length, 12);
  assert.deepEqual(found.values[0], { partitions: ['p70'], value: 'p70.example.com' });
  assert.equal(found.more, 90);
});

test('whatever is asked about, nothing throws', () => {
  const lines = [
    '‸',
    '${‸',
    '${ ‸}',
    '😀‸😀',
    '\u202E${dom‸ain}',
    `NS ${'x'.repeat(300_000)}‸`,
    `${'${a}'.repeat(20_000)}‸`,
    '$‸',
  ];
  for (const language of ['op', 'dig', 'ask', 'sh', 'cobol'])
    for (const line of lines)
      for (const text of [inCell(language, line), inCell(language, line).replaceAll('\n', '\r\n')])
        story(text);
});

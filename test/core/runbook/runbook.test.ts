import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRunbook } from '../../../src/core/runbook/runbook.ts';
import { positionAt } from '../../../src/core/text.ts';
import { body, frontMatter, sample, sampleText } from '../fixture.ts';

/** The problems of a text as `line:column message`, both counted from 1. */
function problems(text: string): string[] {
  return parseRunbook(text).problems.map(({ message, span }) => {
    const { line, column } = positionAt(text, span.start);
    return `${line + 1}:${column + 1} ${message}`;
  });
}

const withFront = (change: (front: string) => string): string => `---\n${change(frontMatter)}---\n${body}`;
const withBody = (text: string): string => `---\n${frontMatter}---\n${text}`;

test('a good runbook has no problems, and each cell knows its home', () => {
  const runbook = sample();
  assert.deepEqual(runbook.problems, []);
  assert.deepEqual(
    runbook.steps.map(
      (step) => `${step.language} ${step.home.kind === 'phase' ? step.home.phase.title : step.home.kind}`,
    ),
    [
      'op gate',
      'op Pre-flight',
      'postmark Deploy',
      'sh Deploy',
      'dig Verification',
      'sh Verification',
      'ask sign-off',
      'ask gate',
    ],
  );
});

const bad: Record<string, [string, RegExp]> = {
  'no front matter': ['# A\n\n```sh\nx\n```\n', /^1:1 A runbook begins with front matter/],
  'a partition twice': [
    withFront((front) => front.replace('  prod:', '  dev:')),
    /^11:3 "dev" is declared twice/,
  ],
  'YAML that does not parse': [
    withFront((front) => front.replace('runbook: sample', 'runbook: [')),
    /^\d+:\d+ The front matter is not YAML/,
  ],
  'an unknown key': [
    withFront((front) => `${front}colour: red\n`),
    /^19:1 "colour" is not a key of a runbook/,
  ],
  'an account without quotes': [
    withFront((front) => front.replace('"009765408297"', '009765408297')),
    /^11:\d+ Write this number in quotes: "009765408297"/,
  ],
  'an account of another length': [
    withFront((front) => front.replace('"009765408297"', '"97"')),
    /"97" is not an AWS account/,
  ],
  'no phases': [
    withFront((front) => front.replace(/phases:[\s\S]*?gates:/, 'gates:')),
    /"phases:" is missing/,
  ],
  'a gate on an unknown phase': [
    withFront((front) => front.replace('[prod/Deploy]', '[prod/Deplay]')),
    /^18:\d+ "prod\/Deplay" names no phase/,
  ],
  'a variable named by itself': [
    withFront((front) => front.replace('region: us-east-1', 'region: ${region}')),
    /"region" is declared by itself/,
  ],
  'an unknown verb': [
    withBody('## Pre-flight\n\n```op\nfetch x\n```\n'),
    /^23:1 "fetch" is not a verb of "op"\. Write: read/,
  ],
  'a line that does not fit': [
    withBody('## Pre-flight\n\n```aws\nstack a CREATE\n```\n'),
    /^23:9 "stack a CREATE" does not fit its form/,
  ],
  'an unknown record type': [
    withBody('## Pre-flight\n\n```dig\nNSX a at least 1\n```\n'),
    /^23:1 "NSX" is not a verb of "dig"\. Did you mean "NS"\? Write: NS NAME at least NUMBER/,
  ],
  'an unknown name': [
    withBody('## Pre-flight\n\n```dig\nNS ${domane} at least 1\n```\n'),
    /^23:4 "domane" is not known here\. Declare it/,
  ],
  'a name that never closes': [
    withBody('## Pre-flight\n\n```dig\nNS ${domain at least 1\n```\n'),
    /^23:4 "\$\{" is never closed/,
  ],
  'a secret in a line': [
    withBody('## Pre-flight\n\n```op\nread ${secret} as token\n```\n\n```dig\nTXT a has ${token}\n```\n'),
    /^27:11 "token" is a secret/,
  ],
  'a name of a partition where there is none': [
    withBody('## Entry criteria\n\n```op\nread ${secret}\n```\n'),
    /^23:6 "secret" is not known here\. This cell runs once.*"each"/,
  ],
  'a cell under no phase': [
    withBody('## Elsewhere\n\n```ask\nall is well\n```\n'),
    /^22:1 This cell stands under no phase/,
  ],
  'an unknown mark': [withBody('## Pre-flight\n\n```sh chek\nx\n```\n'), /^22:1 "chek" is not a mark/],
  'each outside a gate': [
    withBody('## Pre-flight\n\n```op each\nread ${secret}\n```\n'),
    /^22:1 "each" belongs to the section of a gate/,
  ],
  'a dotted name in a shell': [
    withBody('## Deploy\n\n```sh\necho ok\necho ${context.dkimSelector}\n```\n'),
    /^24:6 A shell has no names with dots\. Write "\$\{context_dkimSelector\}"/,
  ],
};

for (const [name, [text, expected]] of Object.entries(bad)) {
  test(`a problem with its place: ${name}`, () => {
    const found = problems(text);
    assert.ok(
      found.some((problem) => expected.test(problem)),
      `expected ${expected}, got\n${found.join('\n')}`,
    );
  });
}

test('a language that is not known makes no cell, and what looks like a slip is told', () => {
  const fences = (info: string): string[] =>
    problems(withBody(`## Pre-flight\n\n\`\`\`${info}\nx\n\`\`\`\n`));
  assert.deepEqual(fences('digs'), [
    '22:1 "digs" is not a step language, so this block is text. Did you mean "dig"?',
  ]);
  assert.deepEqual(fences('SH'), [
    '22:1 "SH" is not a step language, so this block is text. Did you mean "sh"?',
  ]);
  assert.match(fences('bash check')[0] ?? '', /"bash" is not a step language.*Known: op, aws/);
  for (const plain of ['json', 'bash', 'ts', 'yaml', '', 'text', 'console', 'diff', 'awk'])
    assert.deepEqual(fences(plain), [], plain);
  assert.equal(parseRunbook(withBody('## Pre-flight\n\n```digs\nx\n```\n')).problems[0]?.severity, 'warning');
});

test('CRLF changes no place', () => {
  const text = withBody('## Pre-flight\n\n```op\nfetch x\n```\n');
  assert.deepEqual(problems(text.replaceAll('\n', '\r\n')), problems(text));
});

test('no text makes the parser throw', () => {
  for (let cut = 0; cut < sampleText.length; cut += 7) {
    parseRunbook(sampleText.slice(0, cut));
    parseRunbook(sampleText.slice(cut));
  }
});

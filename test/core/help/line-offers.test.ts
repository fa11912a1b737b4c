import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Offer, offersAt } from '../../../src/core/help/line-offers.ts';
import type { View } from '../../../src/core/help/line-place.ts';
import { verbsOf } from '../../../src/core/steps/forms.ts';
import { languages } from '../../../src/core/steps/languages.ts';
import { inCell, instead, withCaret } from './caret.ts';

const onDev: View = {
  partition: 'dev',
  contexts: new Map([['dev', { dkimSelector: 'pm2026', dkimPublicKey: 'k=rsa; p=MIG' }]]),
};

function offers(text: string, view: View = onDev): readonly Offer[] {
  const { runbook, at } = withCaret(text);
  return offersAt(runbook, at, view);
}

const labels = (text: string, view?: View): string[] => offers(text, view).map(({ label }) => label);

/** The line after an offer was taken, its holes in angle brackets. */
function taken(text: string, label: string): string {
  const { runbook, at } = withCaret(text);
  const offer = offersAt(runbook, at, onDev).find((each) => each.label === label);
  assert.ok(offer, `no ${label}`);
  const inserted = offer.insert
    .map((piece) => (typeof piece === 'string' ? piece : `<${piece.hole}>`))
    .join('');
  const after = runbook.text.slice(0, offer.span.start) + inserted + runbook.text.slice(offer.span.end);
  const start = after.lastIndexOf('\n', offer.span.start - 1) + 1;
  return after.slice(start, after.indexOf('\n', start));
}

test('at the head of a line stand the forms of the language, with what they pass on', () => {
  for (const id of ['op', 'aws', 'postmark', 'dig', 'git'] as const) {
    const found = offers(inCell(id, '‸'));
    assert.deepEqual(
      found.map(({ label }) => label).sort(),
      languages[id].forms.map(({ syntax }) => syntax).sort(),
      id,
    );
    for (const { about, filter, quiet } of found) {
      assert.match(about ?? '', /Passes on: \S/);
      assert.ok(verbsOf(languages[id].forms).some((verb) => filter.startsWith(verb)));
      assert.equal(quiet, undefined);
    }
  }
  assert.match(
    offers(inCell('postmark', 'reg‸'))[0]?.about ?? '',
    /^Changes the world\. Passes on: the domain/,
  );
});

test('a form that is taken has the names of the partition where they fit', () => {
  assert.equal(
    taken(inCell('aws', 'id‸'), 'identity PROFILE is ACCOUNT'),
    'identity <${profile}> is <${account}>',
  );
  assert.equal(
    taken(inCell('aws', '  ‸'), 'stack NAME is STATUS [| STATUS …]'),
    '  stack <${stack}> is <STATUS>',
  );
  assert.equal(taken(inCell('op', '‸'), 'read op://VAULT/ITEM/FIELD [as NAME]'), 'read <${secret}>');
  assert.equal(taken(inCell('git', 'w‸'), 'worktree clean'), 'worktree clean');
  assert.equal(taken(inCell('dig', 'N‸S'), 'NS NAME at least NUMBER'), 'NS <NAME> at least <NUMBER>');
});

test('the name that fits a hole comes first, and where none may stand none is offered', () => {
  assert.equal(labels(inCell('aws', 'identity ‸'))[0], 'profile');
  assert.equal(labels(inCell('aws', 'identity ${profile} is ‸'))[0], 'account');
  assert.equal(labels(inCell('aws', 'stack ‸'))[0], 'stack');
  assert.equal(
    taken(inCell('dig', 'dk‸'), 'dkim SELECTOR._domainkey.DOMAIN [at least NUMBER bits]'),
    'dkim <${context.dkimSelector}._domainkey.${domain}>',
  );
  assert.deepEqual(labels(inCell('op', 'read ${secret} as ‸')), []);
  assert.deepEqual(labels(inCell('dig', 'NS x at least ‸')), []);
  assert.ok(offers(inCell('aws', 'stack x is ‸')).every(({ kind }) => kind === 'state'));
  assert.ok(offers(inCell('git', 'head is pull request ‸')).every(({ kind }) => kind === 'name'));
});

test('a verb that something follows is changed by itself', () => {
  assert.equal(taken(inCell('dig', 'N‸ ${domain} at least 2'), 'TXT'), 'TXT ${domain} at least 2');
  assert.equal(taken(inCell('dig', 'NS ${domain} a‸ 2'), 'at least'), 'NS ${domain} at least 2');
});

test('behind what one writes come the words that may follow', () => {
  assert.deepEqual(labels(inCell('dig', 'NS ${domain} ‸')), ['at least NUMBER', 'has TEXT', 'is VALUE']);
  assert.deepEqual(labels(inCell('dig', 'NS ${domain} ha‸')), ['at least NUMBER', 'has TEXT', 'is VALUE']);
  assert.deepEqual(labels(inCell('git', 'head ‸')), ['is HASH', 'is pull request NUMBER']);
  assert.deepEqual(labels(inCell('postmark', 'verify ‸')), ['dkim DOMAIN', 'return-path DOMAIN']);
  assert.equal(taken(inCell('git', 'head i‸'), 'is pull request NUMBER'), 'head is pull request <NUMBER>');
  assert.equal(taken(inCell('op', 'read ${secret} ‸'), 'as NAME'), 'read ${secret} as <NAME>');
});

test('the states of a stack are offered where one stands, and a bar behind it only to who asks', () => {
  const states = offers(inCell('aws', 'stack ${stack} is ‸')).filter(({ kind }) => kind === 'state');
  assert.ok(states.some(({ label }) => label === 'CREATE_COMPLETE'));
  assert.ok(states.every(({ quiet }) => quiet === undefined));
  const bar = offers(inCell('aws', 'stack ${stack} is CREATE_COMPLETE ‸'));
  assert.deepEqual(
    bar.map(({ label, quiet }) => [label, quiet]),
    [['| STATUS', true]],
  );
});

test('nothing is offered behind a whole line, in a comment, in a statement, in text, or for an unknown verb', () => {
  assert.deepEqual(labels(inCell('git', 'worktree clean ‸')), []);
  assert.deepEqual(labels(inCell('dig', '# NS ‸')), []);
  assert.deepEqual(labels(inCell('ask', 'The team ‸')), []);
  assert.deepEqual(labels(inCell('sh', 'echo ‸')), []);
  assert.deepEqual(labels(inCell('dig', 'fetch ‸')), []);
  assert.deepEqual(labels(instead('# Sample', '# Sa‸mple')), []);
});

test('behind "${" come all names that stand for something, with their value on the chosen partition', () => {
  const found = offers(inCell('dig', 'NS ${‸}'));
  const details = Object.fromEntries(found.map(({ label, detail }) => [label, detail]));
  assert.equal(details['domain'], 'dev.example.com');
  assert.equal(details['profile'], 'Alpha002-Admin');
  assert.equal(details['partition'], 'dev');
  assert.equal(details['resolver'], '192.0.2.53');
  assert.equal(details['secret'], 'op://Dev/Postmark/credential');
  assert.equal(details['context.dkimSelector'], 'pm2026');
  assert.equal(details['context.returnPathTarget'], 'no value yet');
  assert.equal(taken(inCell('dig', 'NS ${do‸} at least 2'), 'domain'), 'NS ${domain} at least 2');
  assert.equal(taken(inCell('dig', 'NS $‸ at least 2'), 'domain'), 'NS ${domain} at least 2');
  assert.equal(taken(inCell('dig', 'NS x.${do‸main} at least 2'), 'stack'), 'NS x.${stack} at least 2');
  assert.equal(
    taken(inCell('dig', 'NS ${context.dk‸'), 'context.dkimSelector'),
    'NS ${context.dkimSelector}',
  );
  assert.ok(found.every(({ filter }) => filter.startsWith('${')));
});

test('the value of a secret is never known here, and a kept one is not offered: no line may hold it', () => {
  const text = instead('NS  ${domain} at least 2', 'NS  ${‸');
  assert.ok(text.includes('as token'));
  assert.ok(!labels(text).includes('token'));
});

test('without a chosen partition no value is told, and in the section of a gate only what is one for all', () => {
  const found = offers(inCell('dig', 'NS ${‸}'), {});
  assert.equal(found.find(({ label }) => label === 'domain')?.detail, undefined);
  const gate = offers(inCell('ask', '${‸}', 'Production confirmation'));
  assert.deepEqual(
    gate.map(({ label, detail }) => [label, detail]),
    [
      ['resolver', '192.0.2.53'],
      ['region', 'us-east-1'],
    ],
  );
});

test('a name that only some partitions have says so', () => {
  const text = inCell('dig', 'NS ${‸}').replace('postmark: Prod,', 'postmark: Prod, host: x,');
  const host = offers(text).find(({ label }) => label === 'host');
  assert.equal(host?.detail, 'only on prod');
});

test('a shell has the same names as variables, dots as "_"', () => {
  const found = labels(inCell('sh', 'echo "$‸"'));
  assert.ok(found.includes('context_dkimSelector'));
  assert.ok(!found.includes('context.dkimSelector'));
  assert.equal(taken(inCell('sh', 'echo "$pro‸"'), 'profile'), 'echo "${profile}"');
});

test('in the front matter and in a cell without a home names and forms are offered too', () => {
  assert.ok(
    labels(instead('domain: ${partition}.example.com', 'domain: ${p‸}.example.com')).includes('partition'),
  );
  assert.ok(labels(inCell('dig', '‸', 'Nowhere')).includes('spf DOMAIN'));
});

test('whatever stands in a cell, nothing throws', () => {
  const lines = [
    '‸',
    '${‸',
    '${}‸',
    '😀 ‸',
    'NS 😀‸',
    '\u202E${‸domain} שלום',
    `NS ${'x'.repeat(500_000)} ‸`,
    `NS ${'${domain} '.repeat(20_000)}‸`,
    `${'$'.repeat(100_000)}‸`,
    'NS\u00A0x ‸',
  ];
  for (const language of ['op', 'aws', 'postmark', 'dig', 'git', 'ask', 'sh', 'cobol'])
    for (const line of lines)
      for (const text of [inCell(language, line), inCell(language, `${line}\nNS x`).replaceAll('\n', '\r\n')])
        assert.ok(Array.isArray(offers(text)));
  for (const text of ['‸', '---\n‸', '---\n‸\n---\n', '```dig\n‸', '```dig\n```‸'])
    assert.ok(Array.isArray(offers(text)));
});

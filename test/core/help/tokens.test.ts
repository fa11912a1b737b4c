import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokenOffers, tokenPlace } from '../../../src/core/help/tokens.ts';
import { greetingText } from '../../host/cases/greeting-text.ts';
import { marked, runbook } from './greeting.ts';

/** The place at `^`, as the text that would be replaced and what of it was typed. */
function placeIn(text: string): { replaced: string; typed: string; quiet: boolean } | undefined {
  const { record, caret } = marked(text);
  const place = tokenPlace(record, runbook, caret);
  if (place === undefined) return undefined;
  const { span, typed, quiet } = place;
  return { replaced: record.log.text.slice(span.start, span.end), typed, quiet };
}

const at = (line: string, written: string): string => {
  assert.ok(greetingText.includes(line), line);
  return greetingText.replace(line, written);
};

const agreed = '- The team agreed: ✅ 2026-05-21';

test('behind the colon of a check a status goes, whatever of a word was typed', () => {
  assert.deepEqual(placeIn(at(agreed, '- The team agreed: ^')), { replaced: '', typed: '', quiet: false });
  assert.deepEqual(placeIn(at(agreed, '- The team agreed: cl^')), {
    replaced: 'cl',
    typed: 'cl',
    quiet: false,
  });
  assert.deepEqual(placeIn(at(agreed, '- The team agreed: cl^eared')), {
    replaced: 'cleared',
    typed: 'cl',
    quiet: false,
  });
  assert.deepEqual(placeIn(at('**Sign-off**: ⏳ pending', '**Sign-off**: d^')), {
    replaced: 'd',
    typed: 'd',
    quiet: false,
  });
});

test('a status that stands there gives way as a whole, the words behind it stay', () => {
  assert.deepEqual(placeIn(at(agreed, '- The team agreed: ✅^ 2026-05-21 — all of it')), {
    replaced: '✅ 2026-05-21',
    typed: '✅',
    quiet: false,
  });
  assert.deepEqual(placeIn(at(agreed, '- The team agreed: ^✅ 2026-05-21 — all of it')), {
    replaced: '✅ 2026-05-21',
    typed: '',
    quiet: false,
  });
});

test('the cells of the summary and of the gates take a status, the others do not', () => {
  const row = '| We go | ⏳ pending | — |';
  assert.equal(placeIn(at(row, '| We go | ^⏳ pending | — |'))?.replaced, '⏳ pending');
  assert.deepEqual(placeIn(at(row, '| We go | ^ | — |')), { replaced: '', typed: '', quiet: false });
  assert.deepEqual(placeIn(at(row, '| We go | wa^ | — |')), { replaced: 'wa', typed: 'wa', quiet: false });
  assert.deepEqual(placeIn(at(row, '| We go | —^ | — |')), { replaced: '—', typed: '—', quiet: false });
  assert.equal(placeIn(at(row, '| We ^go | ⏳ pending | — |')), undefined);
  assert.equal(placeIn(at(row, '| We go | ⏳ pending | —^ |')), undefined);
  const prod = '| `prod` | ⏳ pending | ⏳ pending | — |';
  assert.equal(placeIn(at(prod, '| `prod` | ^ | ⏳ pending | — |'))?.replaced, '');
  assert.equal(placeIn(at(prod, '| `prod` | ⏳ pending | ⏳ pending | —^ |')), undefined);
});

test('behind a heading of a phase it is offered only when asked for', () => {
  const heading = '### Verification (T-1-dev)';
  assert.deepEqual(placeIn(at(heading, `${heading} ^`)), { replaced: '', typed: '', quiet: true });
  assert.deepEqual(placeIn(at(heading, `${heading} cl^`)), { replaced: 'cl', typed: 'cl', quiet: true });
  assert.equal(placeIn(at(heading, '### Verifi^cation')), undefined);
});

test('not in words, in notes, in fences, or outside of what records the cascade', () => {
  assert.equal(placeIn(at(agreed, '- The team ^agreed: ✅ 2026-05-21')), undefined);
  assert.equal(placeIn(at(agreed, '- The team agreed: ✅ 2026-05-21 — seen: ^')), undefined);
  assert.equal(placeIn(at(agreed, `${agreed}\n\n**Notes / anomalies**:\n\n- Note: ^`)), undefined);
  assert.equal(placeIn(at(agreed, `${agreed}\n\n\`\`\`\n- Check: ^\n\`\`\`\n`)), undefined);
  assert.equal(placeIn(at('# Greeting, kept by hand', '# Greeting\n\n- Operator: ^')), undefined);
});

test('the tokens carry today, and leave no blank before what follows', () => {
  assert.deepEqual(
    tokenOffers('2026-11-24', '').map(({ text }) => text),
    ['✅ 2026-11-24', '🟡 2026-11-24 ', '❌ 2026-11-24 ', '⚠️ waived 2026-11-24 — ', '⏳ pending'],
  );
  assert.deepEqual(
    tokenOffers('2026-11-24', ' — why').map(({ text }) => text),
    ['✅ 2026-11-24', '🟡 2026-11-24', '❌ 2026-11-24', '⚠️ waived 2026-11-24 —', '⏳ pending'],
  );
});

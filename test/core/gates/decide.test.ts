/** What a person decides of a gate, in its row and in its section. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideGate } from '../../../src/core/gates/decide.ts';
import { proofOfGate } from '../../../src/core/gates/proof.ts';
import { lint } from '../../../src/core/lint/lint.ts';
import { newLog } from '../../../src/core/log/create.ts';
import { applyEdits, type Stamp } from '../../../src/core/log/edits.ts';
import type { GateDecision } from '../../../src/core/log/gate-record.ts';
import { readRecord } from '../../../src/core/log/model.ts';
import { readLog } from '../../../src/core/log/read.ts';
import { settle } from '../../../src/core/log/settle.ts';
import { placedChecks, placeOf } from '../../../src/core/run/places.ts';
import { sample } from '../fixture.ts';

const runbook = sample();
const at: Stamp = { date: '2026-11-24', time: '2026-11-24 10:02:11 +00:00' };
const fresh = newLog(runbook, { operator: 'Op', at, worktree: '.', rehearsal: false });
const [entry, production] = ['Entry criteria verified', 'Production confirmed'];

const decided = (text: string, title: string, decision: GateDecision): string => {
  const edits = decideGate(text, runbook, title, decision, at);
  assert.ok(!('kind' in edits), 'kind' in edits ? edits.came : '');
  return applyEdits(text, edits);
};
const checked = (text: string): string =>
  text.replace(/(\| `op read [^|]*\|) ⏳ pending \|/g, '$1 ✅ 2026-11-24 |');
const line = (text: string, words: string): string =>
  text.split('\n').find((each) => each.includes(words)) ?? '';
const disagreements = (text: string): readonly string[] =>
  lint(text, runbook, at.date)
    .filter(({ code }) => code === 'gate-section')
    .map(({ message }) => message);
const proven = (text: string, title: string): string => {
  const gate = runbook.gates.find((each) => each.title === title);
  assert.ok(gate);
  return proofOfGate(readRecord(readLog(text), runbook), gate, at).kind;
};

test('a gate is not cleared while a check of its section is open', () => {
  const refused = decideGate(fresh, runbook, entry, { kind: 'cleared', by: 'Ada' }, at);
  assert.ok('kind' in refused);
  assert.match(
    refused.came,
    /in the section of the gate "Entry criteria verified" "op read .*" is pending, and 1 more is open/,
  );
  assert.match(refused.next, /run the cells under "Entry criteria", .* or waive the gate with a reason/);
});

test('a gate is not cleared while what it requires is not', () => {
  const refused = decideGate(fresh, runbook, production, { kind: 'cleared', by: 'Ada' }, at);
  assert.ok('kind' in refused);
  assert.match(refused.came, /requires dev\/Verification cleared, and it is pending/);
});

test('a gate is cleared by word when its section says so, and both tell who and when', () => {
  const text = decided(checked(fresh), entry, { kind: 'cleared', by: 'Ada' });
  assert.match(line(text, `| ${entry} |`), /✅ 2026-11-24 — by Ada \| 2026-11-24 \|$/);
  assert.match(text, /\|\n\n- 2026-11-24 10:02:11 \+00:00 ✅ cleared by Ada\n\n## /);
  assert.equal(proven(text, entry), 'proven');
  assert.deepEqual(disagreements(text), []);
});

for (const kind of ['waived', 'partial', 'failed'] as const) {
  test(`${kind} stands in the row and in the section, and they agree`, () => {
    const text = decided(checked(fresh), entry, { kind, by: 'Ada', reason: 'the vault | is new' });
    assert.match(line(text, `| ${entry} |`), /the vault \\\| is new \(by Ada\)/);
    assert.match(
      text,
      new RegExp(`^- 2026-11-24 10:02:11 \\+00:00 \\S+ ${kind} by Ada — the vault \\| is new$`, 'mu'),
    );
    assert.equal(proven(text, entry), kind === 'waived' ? 'waived' : 'open');
    assert.deepEqual(disagreements(text), []);
  });
}

test('a gate that is opened again has its checks open again, and their words stay', () => {
  const before = decided(
    checked(fresh).replaceAll('✅ 2026-11-24 |  |', '✅ 2026-11-24 | 36 characters |'),
    entry,
    {
      kind: 'cleared',
      by: 'Ada',
    },
  );
  const text = decided(before, entry, { kind: 'pending', by: 'Ben', reason: 'a new vault' });
  assert.match(
    line(text, 'op read "op://Dev'),
    /\| ⏳ pending; before that ✅ 2026-11-24 \| 36 characters \|$/u,
  );
  assert.match(
    text,
    /- 2026-11-24 10:02:11 \+00:00 ✅ cleared by Ada\n- 2026-11-24 10:02:11 \+00:00 ⏳ reopened by Ben — a new vault\n/,
  );
  assert.equal(proven(text, entry), 'open');
  assert.deepEqual(disagreements(text), []);
});

test('checks that pass afterwards decide again, and say so', () => {
  const failed = decided(checked(fresh), entry, { kind: 'failed', by: 'Ada', reason: 'no' });
  const gate = runbook.gates[0];
  assert.ok(gate);
  const target = { kind: 'gate', gate } as const;
  const place = placeOf(runbook, target);
  assert.ok(place.kind === 'gate');
  const entries = placedChecks(runbook, target, () => ({})).map((each) => each.entry);
  const text = applyEdits(failed, settle(failed, place, entries, at));
  assert.match(text, /❌ failed by Ada — no\n- 2026-11-24 10:02:11 \+00:00 ✅ cleared by its checks\n/u);
  assert.equal(proven(text, entry), 'proven');
  assert.deepEqual(disagreements(text), []);
  assert.equal(applyEdits(text, settle(text, place, entries, at)), text, 'once');
});

test('a gate without a section in the log has its row alone', () => {
  const bare = fresh.replace(/## Entry criteria\n[\s\S]*?(?=\n## )/, '');
  const text = decided(bare, entry, { kind: 'cleared', by: 'Ada' });
  assert.equal(text.split('\n').length, bare.split('\n').length);
  assert.equal(proven(text, entry), 'proven');
});

test('a row that only the log has is decided as it is', () => {
  const text = decided(
    fresh.replace(`| ${entry} |`, `| PR merged | ⏳ pending | — |\n| ${entry} |`),
    'PR merged',
    {
      kind: 'waived',
      by: 'Ada',
      reason: 'later',
    },
  );
  assert.match(line(text, '| PR merged |'), /⚠️ waived 2026-11-24 — later \(by Ada\) \| 2026-11-24 \|$/u);
});

test('a gate of a section with a list keeps the list in one', () => {
  const dev = fresh.replace(
    /(\| `dev` \|.*\|) ⏳ \| ⏳ \| ⏳ \|/,
    '$1 ✅ 2026-11-24 | ✅ 2026-11-24 | ✅ 2026-11-24 |',
  );
  const text = decided(dev, production, { kind: 'waived', by: 'Ada', reason: 'trial' });
  assert.match(
    text,
    /- The production deploy proceeds: ⏳ pending\n- 2026-11-24 10:02:11 \+00:00 ⚠️ waived by Ada — trial\n\n## /u,
  );
});

test('the bytes around a decision stay, whatever ends its lines', () => {
  const text = checked(fresh).replaceAll('\n', '\r\n');
  const after = decided(text, entry, { kind: 'cleared', by: 'Ada' });
  assert.ok(!/[^\r]\n/.test(after));
  assert.equal(
    after.replace(/ — by Ada/, '').replace(/\r\n- 2026.* cleared by Ada\r\n/, '').length,
    text.replace(`| ${entry} | ⏳ pending | — |`, `| ${entry} | ✅ 2026-11-24 | 2026-11-24 |`).length,
  );
});

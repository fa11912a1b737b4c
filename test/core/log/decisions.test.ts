import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newLog } from '../../../src/core/log/create.ts';
import { applyEdits, type Stamp } from '../../../src/core/log/edits.ts';
import { needsReason, recordGate } from '../../../src/core/log/gate-record.ts';
import { noteLine, recordFix } from '../../../src/core/log/notes.ts';
import { readOverview } from '../../../src/core/log/overview.ts';
import { recordNote } from '../../../src/core/log/record.ts';
import { fillRows, recordRows } from '../../../src/core/log/verification.ts';
import { placeOf } from '../../../src/core/run/places.ts';
import { parseRunbook } from '../../../src/core/runbook/runbook.ts';
import { phase, sample, sampleText } from '../fixture.ts';

const runbook = sample();
const at: Stamp = { date: '2026-11-24', time: '2026-11-24 10:02:11 +00:00' };
const fresh = newLog(runbook, { operator: 'Op', at, worktree: '.', rehearsal: false });
const gate = { title: 'Production confirmed' };

function gateOf(text: string) {
  const read = readOverview(text, runbook);
  assert.equal(read.kind, 'overview');
  const found =
    read.kind === 'overview' ? read.overview.gates.find((each) => each.id === 'production') : undefined;
  assert.ok(found);
  return found;
}

const decide = (text: string, ...decision: Parameters<typeof recordGate>[2][]): string =>
  decision.reduce((now, each) => applyEdits(now, recordGate(now, gate, each, at)), text);

test('a waiver says who, when and why, and the gate is waived', () => {
  const text = decide(fresh, { kind: 'waived', reason: 'the ticket | is `closed`', by: 'Ada' });
  assert.match(
    text,
    /^\| Production confirmed \| ⚠️ waived 2026-11-24 — the ticket \\\| is 'closed' \(by Ada\) \| 2026-11-24 \|$/m,
  );
  assert.equal(gateOf(text).status, 'waived');
});

test('what was decided before stays behind what is decided now', () => {
  const text = decide(
    fresh,
    { kind: 'cleared', by: 'Ada' },
    { kind: 'pending', reason: 'stage failed', by: 'Ben' },
    { kind: 'cleared', reason: 'it passes', by: 'Ben' },
  );
  assert.match(
    text,
    /✅ 2026-11-24 — it passes \(by Ben\); before that ⏳ 2026-11-24 — stage failed \(opened again by Ben\); before that ✅ 2026-11-24 — by Ada \|/,
  );
  assert.equal(gateOf(text).status, 'cleared');
});

test('an opened gate is pending again', () => {
  assert.equal(
    gateOf(decide(fresh, { kind: 'cleared', by: 'A' }, { kind: 'pending', reason: 'x', by: 'A' })).status,
    'pending',
  );
});

test('only a gate that is cleared needs no reason', () => {
  assert.deepEqual((['cleared', 'partial', 'failed', 'waived', 'pending'] as const).filter(needsReason), [
    'partial',
    'failed',
    'waived',
    'pending',
  ]);
});

test('a gate that the table lacks gets a row, and a log without the table gets one', () => {
  const without = fresh.replace(/^\| Production confirmed .*\n/m, '');
  assert.match(
    decide(without, { kind: 'failed', reason: 'no', by: 'Ada' }),
    /^\| Production confirmed \| ❌ 2026-11-24 — no \(by Ada\) \| 2026-11-24 \|$/m,
  );
  const bare = fresh.replace(/^\| Gate [\s\S]*?\n\n/m, '');
  assert.equal(gateOf(decide(bare, { kind: 'cleared', by: 'Ada' })).status, 'cleared');
});

const dev = placeOf(runbook, phase(runbook, 'dev', 'Deploy'));

test('notes stand under the phase, whole, however long', () => {
  const words = `The deploy took long | ${'x'.repeat(900)}\n## no heading`;
  const text = applyEdits(fresh, recordNote(fresh, dev, noteLine('anomaly', words, 'Ada', at)));
  const line = text.split('\n').find((each) => each.startsWith('- **Anomaly'));
  assert.ok(line?.startsWith('- **Anomaly 2026-11-24 10:02:11 +00:00** (Ada): The deploy took long | x'));
  assert.ok(line?.endsWith('x ## no heading'));
  assert.ok(text.indexOf(line ?? '') > text.indexOf('### Deploy (T-O5-dev)'));
  assert.ok(text.indexOf(line ?? '') < text.indexOf('### Verification (T-O3-dev)'));
});

test('a fix becomes a row of its table', () => {
  const script = { kind: 'script', script: 'validate.sh', bug: 'a | b', fix: 'quoted it' } as const;
  const text = applyEdits(fresh, recordFix(fresh, script, at));
  assert.match(text, /^\| 2026-11-24 \| validate\.sh \| a \\\| b \| quoted it \|$/m);
  const code = {
    kind: 'code',
    partition: 'dev',
    issue: 'name taken',
    fix: 'role.ts',
    commit: 'abc1234',
  } as const;
  assert.match(
    applyEdits(text, recordFix(text, code, at)),
    /^\| dev \| name taken \| role\.ts \| abc1234 \|$/m,
  );
});

test('a row that says there is none yet gives way to the first fix', () => {
  const log =
    '# Log\n\n## Code fixes that surfaced\n\n| Partition | Issue | Fix | Commit |\n|---|---|---|---|\n| (none yet) | | | |\n\nEnd\n';
  const code = { kind: 'code', partition: 'dev', issue: 'i', fix: 'f', commit: 'c' } as const;
  assert.equal(
    applyEdits(log, recordFix(log, code, at)),
    '# Log\n\n## Code fixes that surfaced\n\n| Partition | Issue | Fix | Commit |\n|---|---|---|---|\n| dev | i | f | c |\n\nEnd\n',
  );
});

test('a log without a place for fixes gets one, in its own line ends', () => {
  const log = '# Log\r\n\r\nText';
  const script = { kind: 'script', script: 's', bug: 'b', fix: 'f' } as const;
  assert.equal(
    applyEdits(log, recordFix(log, script, at)),
    '# Log\r\n\r\nText\r\n\r\n## Script fixes\r\n\r\n| Date | Script | Bug | Fix |\r\n| --- | --- | --- | --- |\r\n| 2026-11-24 | s | b | f |\r\n',
  );
});

const document = `# Verification

| Id | What | Status | Evidence |
|---|---|---|---|
| V-OPS-005-dev | mail | ⏳ pending | |
| \`V-PART-001-dev\` | stack | ⏳ at the close | seen by hand |
| V-PART-002-dev | waived | ⚠️ waived 2026-11-01 — not used | |
| V-OPS-005-prod | mail | ⏳ pending | |

| Id | Note |
|---|---|
| V-PART-009-dev | a table without a status |
`;

test('a passed verification fills the rows of its partition and no others', () => {
  const { ids, edits } = fillRows(document, 'dev', '10 of 10 checks passed', at);
  assert.deepEqual(ids, ['V-OPS-005-dev', 'V-PART-001-dev', 'V-PART-002-dev']);
  const after = applyEdits(document, edits);
  assert.match(after, /^\| V-OPS-005-dev \| mail \| ✅ 2026-11-24 \| 10 of 10 checks passed \|$/m);
  assert.match(
    after,
    /✅ 2026-11-24; before that ⏳ at the close \| 10 of 10 checks passed; before that: seen by hand \|$/m,
  );
  for (const line of document.split('\n').filter((each) => /waived|-prod|009/.test(each)))
    assert.ok(after.includes(line), line);
  const again = applyEdits(after, fillRows(after, 'dev', '10 of 10 checks passed', at).edits);
  assert.equal(again, after, 'the same once more changes nothing');
});

test('the log says what became of the rows', () => {
  const named = parseRunbook(sampleText.replace('resolver:', 'verification: v.md\nresolver:'));
  const log = newLog(named, { operator: 'Op', at, worktree: '.', rehearsal: false });
  assert.equal(log.match(/^- V-check rows in `v\.md`: ⏳ pending$/gm)?.length, named.partitions.length);
  const place = placeOf(named, phase(named, 'dev', 'Verification'));
  const once = applyEdits(log, recordRows(log, place, { kind: 'partial', words: 'there is no v.md' }, at));
  assert.match(once, /^- V-check rows in `v\.md`: 🟡 2026-11-24 — there is no v\.md$/m);
  const twice = applyEdits(once, recordRows(once, place, { kind: 'cleared', words: '2 rows: A, B' }, at));
  assert.match(
    twice,
    /✅ 2026-11-24; before that 🟡 2026-11-24 — there is no v\.md\n {2}- 2026-11-24 10:02:11 \+00:00 ✅ — 2 rows: A, B$/m,
  );
});

test('a new log stands in the order of the work', () => {
  const order = fresh.match(/^## .*$/gm);
  assert.deepEqual(order, [
    '## Run kickoff',
    '## Cascade summary table',
    '## Entry criteria',
    '## Script fixes',
    '## § dev (Alpha002 / NonProd)',
    '## Production confirmation',
    '## § prod (Alpha001 / Prod)',
    '## Code fixes',
    '## Closeout',
  ]);
});

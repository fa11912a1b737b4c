/** A log kept by hand that contradicts itself: everything is found, what follows is mended, the rest is a person's. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fixAll } from '../../../src/core/lint/lint.ts';
import { applyEdits } from '../../../src/core/log/edits.ts';
import { parseRunbook } from '../../../src/core/runbook/runbook.ts';
import { today, told } from './logs.ts';

const text = readFileSync('test/fixtures/contradictions.md', 'utf8');
const runbook = parseRunbook(readFileSync('runbooks/partition-mail/partition-mail.runbook.md', 'utf8'));

const found: readonly string[] = [
  '14:19 status-form: the gate "Branch merged" is waived and no reason is given. Write it behind the date.',
  '16:41 gate-section: The gate "T-O4 Postmark Compliance reply sent" is pending in the table, and its section says cleared 2026-05-26 (1 of 1 check cleared; 1 more there is open).',
  '17:42 gate-section: The gate "Production deploy confirmation given" is pending in the table, and its section says cleared 2026-05-27 (2 of 2 checks cleared).',
  '28:1 heading-differs: The heading of Pre-flight of dev has no status, and its checks are cleared (2 of 2).',
  '43:3 open-check: "V-check rows filled in" is pending, while the heading and the summary of Verification of dev say cleared, and dev is signed off.',
  '45:47 sign-off: dev is signed off, and the sign-off still says "Look at the provider\'s console still to be done". "Console of the provider shows both marks for `dev.ardamails.…" above is cleared: mend the words, or say what is still open.',
  '63:1 check-missing: Verification of stage has no record of "validate-exit.sh stage --post-merge", which dev and demo have.',
  '71:1 recorded-twice: Pre-flight of demo is recorded twice; this one is older and open.',
  '76:24 placeholder: A placeholder was left over: "(fill in whatever was odd)".',
  '92:1 sign-off: The sign-off of demo says 2026-05-27, and the summary says 2026-05-26.',
  '104:35 status-form: "✔" is not read as a status. Write ✅.',
  '108:60 no-result: "`./amm.sh --profile Admin-Alpha1 Alpha001 prod` exits 0" of Deploy of prod was started and has no result: nobody knows how it ended. Verify prod, then write down what you found.',
];

test('a log kept by hand that contradicts itself: all of it is found', () => {
  assert.deepEqual(told(text, runbook), found);
});

test('what follows from the log is mended, and the rest needs a person: a gate that a change waits for is one', () => {
  const { edits, rest } = fixAll(text, runbook, today);
  const mended = applyEdits(text, edits);
  const before = text.split('\n');
  const changed = mended.split('\n').filter((line, index) => line !== before[index]);
  assert.equal(mended.split('\n').length, before.length);
  assert.deepEqual(changed, [
    '### Pre-flight (T-O1-dev) ✅ 2026-05-26',
    '### Pre-flight (T-O1-demo) — superseded',
  ]);
  assert.deepEqual(
    told(mended, runbook, rest),
    found.filter((each) => !/^(?:28:1|71:1|76:24) /.test(each)),
  );
});

/** Each rule: the contradiction is found where it stands, what mends it is quiet, and a fix changes what it names. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RuleCode } from '../../../src/core/lint/codes.ts';
import { lint } from '../../../src/core/lint/lint.ts';
import { applyEdits } from '../../../src/core/log/edits.ts';
import { readOverview } from '../../../src/core/log/overview.ts';
import { type Change, changed, marked, sound, threePartitions, today, told } from './logs.ts';

const runbook = threePartitions();

interface Case {
  readonly name: string;
  readonly code: RuleCode;
  /** What makes a contradiction of the sound log; `«…»` marks the place of the finding. */
  readonly broken: readonly Change[];
  readonly says: RegExp;
  readonly fix?: {
    readonly title: string;
    readonly safe: boolean;
    /** What the fix makes of the broken log. */
    readonly makes: readonly Change[];
  };
  /** What else the broken log has, by code: a contradiction may be one of several. */
  readonly besides?: readonly RuleCode[];
}

const devRow = '| `dev` | Alpha002 | ✅ 2026-11-20 | ✅ 2026-11-21 | ✅ 2026-11-22 | 2026-11-22 |';
const productionRow = '| Production confirmed | ⏳ pending | — |';
const devVerification = '### Verification (T-O3-dev) ✅ 2026-11-22';
const prodSignOff = '**Sign-off**: ⏳ pending';
const devSignOff: Change = ['**Sign-off**: ✅ 2026-11-22 by Ann.\n\n## § stage', ''];

const signOffOfDev = (words: string): Change => [devSignOff[0], `${words}\n\n## § stage`];

const cases: readonly Case[] = [
  {
    name: 'a merge that was not finished',
    code: 'merge-conflict',
    broken: [['# Sample\n', '# Sample\n\n«<<<<<<< HEAD»\n']],
    says: /conflict marker that git left: resolve the conflict/,
  },
  {
    name: 'a log without its summary table',
    code: 'unreadable',
    broken: [['# Sample\n\n| Partition |', '«»# Sample\n\n| Part |']],
    says: /no summary table.*Nothing can be recorded/,
  },
  {
    name: 'a summary without the column of a phase',
    code: 'unreadable',
    broken: [
      [
        '| Partition | Infrastructure | Pre-flight | Deploy | Verified | Sign-off date |',
        '«| Partition | Infrastructure | Pre-flight | Deploy | Checked | Sign-off date |»',
      ],
    ],
    says: /no column "Verified"/,
  },
  {
    name: 'a change that began and never ended',
    code: 'no-result',
    broken: [
      [
        '`./deploy.sh dev` exits 0: ✅ 2026-11-21 — 25 resources',
        '`./deploy.sh dev` exits 0: «🟡 started 2026-11-21 10:00:00 +00:00»',
      ],
    ],
    says: /"`\.\/deploy\.sh dev` exits 0" of Deploy of dev was started and has no result.*Verify dev/,
  },
  {
    name: 'a phase that is recorded twice, the first time with nothing in it',
    code: 'recorded-twice',
    broken: [
      [
        devVerification,
        `«### Verification (T-O3-dev)»\n\n- \`./validate.sh dev\` exits 0: ⏳ pending\n\n${devVerification}`,
      ],
    ],
    says: /Verification of dev is recorded twice; this one is older and open/,
    fix: {
      title: 'Mark the older one as superseded',
      safe: true,
      makes: [['### Verification (T-O3-dev)\n', '### Verification (T-O3-dev) — superseded\n']],
    },
  },
  {
    name: 'a phase that is recorded twice, both times with results',
    code: 'recorded-twice',
    broken: [
      [
        devVerification,
        `«### Verification (T-O3-dev) ❌ 2026-11-21»\n\n- \`./validate.sh dev\` exits 0: ❌ 2026-11-21\n\n${devVerification}`,
      ],
    ],
    says: /Verification of dev is recorded twice; this one is older and holds results/,
    fix: {
      title: 'Mark the older one as superseded',
      safe: false,
      makes: [
        [
          '### Verification (T-O3-dev) ❌ 2026-11-21\n',
          '### Verification (T-O3-dev) — superseded ❌ 2026-11-21\n',
        ],
      ],
    },
  },
  {
    name: 'a partition with two sections',
    code: 'recorded-twice',
    broken: [['## § prod (Alpha001 / Prod)', '## § prod (Alpha001 / Prod)\n\n«## § dev (again)»']],
    says: /The section of dev stands twice/,
    fix: {
      title: 'Mark this one as superseded',
      safe: false,
      makes: [['## § dev (again)', '## § dev (again) — superseded']],
    },
  },
  {
    name: 'a row that stands twice',
    code: 'recorded-twice',
    broken: [[productionRow, `${productionRow}\n«| **Production confirmed** | ⏳ pending | — |»`]],
    says: /The row "production confirmed" stands twice/,
  },
  {
    name: 'a gate that is pending while its section is cleared',
    code: 'gate-section',
    broken: [
      ['- The production deploy proceeds: ⏳ pending', '- The production deploy proceeds: ✅ 2026-11-23'],
      [productionRow, '| Production confirmed | «⏳ pending» | — |'],
    ],
    says: /The gate "Production confirmed" is pending in the table, and its section says cleared 2026-11-23 \(1 of 1 check cleared\)/,
    fix: {
      title: 'Write ✅ 2026-11-23 as its section says',
      safe: false,
      makes: [[productionRow, '| Production confirmed | ✅ 2026-11-23 | 2026-11-23 |']],
    },
  },
  {
    name: 'a gate that is cleared while its section is pending',
    code: 'gate-section',
    broken: [[productionRow, '| Production confirmed | «✅ 2026-11-23» | 2026-11-23 |']],
    says: /is cleared in the table, and its section says pending/,
    fix: {
      title: 'Write ⏳ pending as its section says',
      safe: false,
      makes: [
        [
          '| Production confirmed | ✅ 2026-11-23 | 2026-11-23 |',
          '| Production confirmed | ⏳ pending | 2026-11-23 |',
        ],
      ],
    },
  },
  {
    name: 'a gate that is cleared while a check of its section failed',
    code: 'gate-section',
    broken: [
      ['| The mailbox is watched | ✅ 2026-11-20 |', '| The mailbox is watched | ❌ 2026-11-21 |'],
      ['| Entry criteria verified | ✅ 2026-11-20 |', '| Entry criteria verified | «✅ 2026-11-20» |'],
    ],
    says: /is cleared in the table, and its section says failed 2026-11-21 \(1 of 2 checks cleared\)/,
    fix: {
      title: 'Write ❌ 2026-11-21 as its section says',
      safe: false,
      makes: [
        [
          '| Entry criteria verified | ✅ 2026-11-20 | 2026-11-20 |',
          '| Entry criteria verified | ❌ 2026-11-21 | 2026-11-21 |',
        ],
      ],
    },
  },
  {
    name: 'a check that is open in a phase that is cleared and signed off',
    code: 'open-check',
    broken: [['- Nameservers answer for dev: ✅ 2026-11-22', '- «Nameservers answer for dev: ⏳ tomorrow»']],
    says: /"Nameservers answer for dev" is pending, while the heading and the summary of Verification of dev say cleared, and dev is signed off/,
    fix: {
      title: `Take Verification of dev back to 🟡 ${today}`,
      safe: false,
      makes: [
        [devRow, devRow.replace('✅ 2026-11-22', `🟡 ${today}`)],
        [devVerification, `### Verification (T-O3-dev) 🟡 ${today}`],
      ],
    },
  },
  {
    name: 'a summary that is behind its section',
    code: 'summary-differs',
    broken: [[devRow, devRow.replace('✅ 2026-11-21', '«⏳»')]],
    says: /The summary says pending for Deploy of dev, and its section says cleared \(2 of 2 checks cleared\)/,
    besides: ['sign-off'],
    fix: {
      title: 'Write ✅ 2026-11-21 as its section says',
      safe: true,
      makes: [[devRow.replace('✅ 2026-11-21', '⏳'), devRow]],
    },
  },
  {
    name: 'a summary that says cleared over a check that failed is told of at the check',
    code: 'open-check',
    broken: [
      ['- Nameservers answer for dev: ✅ 2026-11-22', '- «Nameservers answer for dev: ❌ 2026-11-22»'],
    ],
    says: /is failed, while the heading and the summary of Verification of dev say cleared/,
  },
  {
    name: 'a summary that says cleared over a section that failed',
    code: 'summary-differs',
    broken: [
      [devVerification, '### Verification (T-O3-dev) ❌ 2026-11-22'],
      ['- `./validate.sh dev` exits 0: ✅ 2026-11-22', '- `./validate.sh dev` exits 0 for Ann'],
      ['- Nameservers answer for dev: ✅ 2026-11-22', '- Nameservers answer for dev'],
      [devRow, devRow.replace('✅ 2026-11-22', '«✅ 2026-11-22»')],
    ],
    says: /The summary says cleared for Verification of dev, and its section says failed/,
  },
  {
    name: 'a heading without the status that its checks have',
    code: 'heading-differs',
    broken: [[devVerification, '«### Verification (T-O3-dev)»']],
    says: /The heading of Verification of dev has no status, and its checks are cleared \(2 of 2\)/,
    fix: {
      title: 'Write ✅ 2026-11-22 behind the heading',
      safe: true,
      makes: [['### Verification (T-O3-dev)', devVerification]],
    },
  },
  {
    name: 'a heading that says less than its checks',
    code: 'heading-differs',
    broken: [[devVerification, '«### Verification (T-O3-dev) 🟡 2026-11-22»']],
    says: /The heading of Verification of dev says partial, and its checks are cleared \(2 of 2\)/,
    fix: {
      title: 'Write ✅ 2026-11-22 behind the heading',
      safe: false,
      makes: [['### Verification (T-O3-dev) 🟡 2026-11-22', devVerification]],
    },
  },
  {
    name: 'a sign-off that leaves something open',
    code: 'sign-off',
    broken: [signOffOfDev('**Sign-off**: ✅ 2026-11-22 by Ann. «Confirmation of the nameservers pending.»')],
    says: /dev is signed off, and the sign-off still says "Confirmation of the nameservers pending"\. .*"Nameservers answer for dev" above is cleared/,
  },
  {
    name: 'a sign-off over a phase that is open',
    code: 'sign-off',
    broken: [
      ['- `./validate.sh dev` exits 0: ✅ 2026-11-22', '- `./validate.sh dev` exits 0: ⏳ pending'],
      ['- Nameservers answer for dev: ✅ 2026-11-22', '- Nameservers answer for dev: ⏳ pending'],
      [devVerification, '### Verification (T-O3-dev)'],
      [devRow, devRow.replace('✅ 2026-11-22', '⏳')],
      signOffOfDev('«**Sign-off**: ✅ 2026-11-22 by Ann.»'),
    ],
    says: /dev is signed off, and its Verification is pending/,
  },
  {
    name: 'a sign-off that the summary does not have',
    code: 'sign-off',
    broken: [[devRow, devRow.replace('| 2026-11-22 |', '| «—» |')]],
    says: /dev is signed off in its section, and the summary has no date for it/,
    fix: {
      title: 'Write 2026-11-22 into the summary',
      safe: true,
      makes: [[devRow.replace('| 2026-11-22 |', '| — |'), devRow]],
    },
  },
  {
    name: 'a sign-off that only the summary has',
    code: 'sign-off',
    broken: [signOffOfDev('«**Sign-off**: ⏳ pending by Ann»')],
    says: /The summary says dev was signed off on 2026-11-22, and the sign-off of its section is pending/,
  },
  {
    name: 'a sign-off without its date',
    code: 'sign-off',
    broken: [signOffOfDev('**Sign-off**: «✅» by Ann.')],
    says: /The sign-off of dev has no date; the summary says 2026-11-22/,
    fix: {
      title: 'Write ✅ 2026-11-22',
      safe: true,
      makes: [['**Sign-off**: ✅ by Ann.', '**Sign-off**: ✅ 2026-11-22 by Ann.']],
    },
  },
  {
    name: 'a sign-off of two days',
    code: 'sign-off',
    broken: [signOffOfDev('«**Sign-off**: ✅ 2026-11-23 by Ann.»')],
    says: /The sign-off of dev says 2026-11-23, and the summary says 2026-11-22/,
  },
  {
    name: 'a check that two partitions record and the third does not',
    code: 'check-missing',
    broken: [
      [
        '### Pre-flight (T-O1-prod)\n\n- Signed in to the vault of prod: ⏳ pending',
        '«### Pre-flight (T-O1-prod) ✅ 2026-11-23»\n\n- Signed in to the vault of prod: ✅ 2026-11-23',
      ],
      ['| `prod` | Alpha001 | ⏳ |', '| `prod` | Alpha001 | ✅ 2026-11-23 |'],
    ],
    says: /Pre-flight of prod has no record of "\.\/lint\.sh prod", which dev and stage have/,
    fix: {
      title: 'Add it as pending',
      safe: false,
      makes: [
        [
          '- Signed in to the vault of prod: ✅ 2026-11-23',
          '- `./lint.sh prod`: ⏳ pending\n- Signed in to the vault of prod: ✅ 2026-11-23',
        ],
      ],
    },
  },
  {
    name: 'a summary that has results of a phase that no section records',
    code: 'section-missing',
    broken: [
      ['### Deploy (T-O7-prod)\n\n', ''],
      ['| `prod` | Alpha001 | ⏳ | ⏳ |', '| `prod` | Alpha001 | ⏳ | «✅ 2026-11-23» |'],
    ],
    says: /The summary says cleared for Deploy of prod, and no section records it/,
    fix: {
      title: 'Add the heading of the section',
      safe: false,
      makes: [[`\n${prodSignOff}\n`, `\n### Deploy (T-O7-prod)\n\n${prodSignOff}\n`]],
    },
  },
  {
    name: 'a row of a partition that the runbook does not know',
    code: 'section-missing',
    broken: [
      [
        '| `prod` | Alpha001 | ⏳ | ⏳ | ⏳ | — |',
        '| `prod` | Alpha001 | ⏳ | ⏳ | ⏳ | — |\n«| `qa` | Alpha001 | ⏳ | ⏳ | ⏳ | — |»',
      ],
    ],
    says: /The summary has a row "qa", and the runbook has no such partition/,
  },
  {
    name: 'a section of a partition that has no row',
    code: 'section-missing',
    broken: [
      [
        '## § prod (Alpha001',
        '«## § qa (Alpha001 / Prod)»\n\n### Pre-flight (T-O1-qa)\n\n## § prod (Alpha001',
      ],
    ],
    says: /The section "§ qa \(Alpha001 \/ Prod\)" has no row in the summary table/,
    fix: {
      title: 'Add a row for qa',
      safe: false,
      makes: [
        [
          '| `prod` | Alpha001 | ⏳ | ⏳ | ⏳ | — |\n',
          '| `prod` | Alpha001 | ⏳ | ⏳ | ⏳ | — |\n| `qa` |  |  |  |  |  |\n',
        ],
      ],
    },
  },
  {
    name: 'a date in the future',
    code: 'dates',
    broken: [
      ['- Nameservers answer for dev: ✅ 2026-11-22', '- Nameservers answer for dev: «✅ 2027-11-22»'],
    ],
    says: /2027-11-22 is in the future: today is 2026-11-24/,
  },
  {
    name: 'a phase that is older than the one before it',
    code: 'dates',
    broken: [
      ['### Deploy (T-O5-stage) ✅ 2026-11-21', '«### Deploy (T-O5-stage) ✅ 2026-11-19»'],
      [
        '- Register `stage.example.com` at the provider: ✅ 2026-11-21',
        '- Register `stage.example.com` at the provider: ✅ 2026-11-19',
      ],
      ['- `./deploy.sh stage` exits 0: ✅ 2026-11-21', '- `./deploy.sh stage` exits 0: ✅ 2026-11-19'],
      [
        '| `stage` | Alpha002 | ✅ 2026-11-20 | ✅ 2026-11-21 |',
        '| `stage` | Alpha002 | ✅ 2026-11-20 | ✅ 2026-11-19 |',
      ],
    ],
    says: /Deploy of stage is dated 2026-11-19, before its Pre-flight of 2026-11-20/,
  },
  {
    name: 'a history that goes back in time',
    code: 'dates',
    broken: [
      [
        '- Nameservers answer for dev: ✅ 2026-11-22\n',
        '- Nameservers answer for dev: ✅ 2026-11-22\n  - 2026-11-22 10:00:00 +00:00 ✅ passed\n  - «2026-11-22 11:00:00 +02:00 ✅ passed»\n',
      ],
    ],
    says: /The history of "Nameservers answer for dev" goes back in time here: 2026-11-22 11:00:00 \+02:00/,
  },
  {
    name: 'a gate of two dates',
    code: 'dates',
    broken: [
      [
        '| Entry criteria verified | ✅ 2026-11-20 | 2026-11-20 |',
        '| Entry criteria verified | ✅ 2026-11-20 | «2026-11-21» |',
      ],
    ],
    says: /The status of the gate "Entry criteria verified" says 2026-11-20, and its date column says 2026-11-21/,
    fix: {
      title: 'Write 2026-11-20 into the column',
      safe: false,
      makes: [
        [
          '| Entry criteria verified | ✅ 2026-11-20 | 2026-11-21 |',
          '| Entry criteria verified | ✅ 2026-11-20 | 2026-11-20 |',
        ],
      ],
    },
  },
  {
    name: 'a gate whose date column was forgotten',
    code: 'dates',
    broken: [
      [
        '| Entry criteria verified | ✅ 2026-11-20 | 2026-11-20 |',
        '| Entry criteria verified | ✅ 2026-11-20 | «—» |',
      ],
    ],
    says: /and its date column is empty/,
    fix: {
      title: 'Write 2026-11-20 into the column',
      safe: true,
      makes: [
        [
          '| Entry criteria verified | ✅ 2026-11-20 | — |',
          '| Entry criteria verified | ✅ 2026-11-20 | 2026-11-20 |',
        ],
      ],
    },
  },
  {
    name: 'a sign that is none of ours',
    code: 'status-form',
    broken: [['- Nameservers answer for dev: ✅ 2026-11-22', '- Nameservers answer for dev: «✔» 2026-11-22']],
    says: /"✔" is not read as a status\. Write ✅/,
    fix: {
      title: 'Write ✅',
      safe: false,
      makes: [['- Nameservers answer for dev: ✔ 2026-11-22', '- Nameservers answer for dev: ✅ 2026-11-22']],
    },
  },
  {
    name: 'a word in the place of a sign',
    code: 'status-form',
    broken: [[productionRow, '| Production confirmed | «pending» | — |']],
    says: /"pending" is no status of the gate "Production confirmed"\. Begin with one of ✅ 🟡 ❌ ⚠️ ⏳/u,
    fix: {
      title: 'Begin with ⏳',
      safe: false,
      makes: [['| Production confirmed | pending | — |', '| Production confirmed | ⏳ | — |']],
    },
  },
  {
    name: 'a status without its date',
    code: 'status-form',
    broken: [[devRow, devRow.replace('✅ 2026-11-21', '«✅»')]],
    says: /The status of Deploy of dev has no date/,
    fix: {
      title: 'Add 2026-11-21',
      safe: true,
      makes: [[devRow.replace('✅ 2026-11-21', '✅'), devRow]],
    },
  },
  {
    name: 'a status with a count and without its date',
    code: 'status-form',
    broken: [[devRow, devRow.replace('✅ 2026-11-21', '«✅ 1 of 2 open»')]],
    says: /The status of Deploy of dev has no date/,
    fix: {
      title: 'Add 2026-11-21',
      safe: true,
      makes: [
        [
          devRow.replace('✅ 2026-11-21', '✅ 1 of 2 open'),
          devRow.replace('✅ 2026-11-21', '✅ 2026-11-21 1 of 2 open'),
        ],
      ],
    },
  },
  {
    name: 'a date that no calendar has',
    code: 'status-form',
    broken: [
      ['- Nameservers answer for dev: ✅ 2026-11-22', '- Nameservers answer for dev: «✅ 2026-02-30»'],
    ],
    says: /2026-02-30 is no date of the calendar/,
  },
  {
    name: 'a date of another form',
    code: 'status-form',
    broken: [[devRow, devRow.replace('✅ 2026-11-21', '«✅» 21.11.2026')]],
    says: /"21\.11\.2026" is no date of Deploy of dev\. Write it as 2026-05-26/,
  },
  {
    name: 'a waiver without a reason',
    code: 'status-form',
    broken: [
      [
        '| Pull request merged | ⚠️ waived 2026-11-19 — merged after the run | 2026-11-19 |',
        '| Pull request merged | «⚠️ waived 2026-11-19» | 2026-11-19 |',
      ],
    ],
    says: /the gate "Pull request merged" is waived and no reason is given/,
  },
  {
    name: 'a placeholder that was left over',
    code: 'placeholder',
    broken: [signOffOfDev('- «(fill in what happened)»\n\n**Sign-off**: ✅ 2026-11-22 by Ann.')],
    says: /A placeholder was left over: "\(fill in what happened\)"/,
  },
];

for (const { name, code, broken, says, fix, besides = [] } of cases) {
  test(`found: ${name}`, () => {
    const { text, start, end } = marked(changed(sound, broken));
    const findings = lint(text, runbook, today);
    const found = findings.filter((each) => each.code === code && says.test(each.message));
    assert.equal(found.length, 1, told(text, runbook).join('\n'));
    assert.deepEqual(found[0]?.span, { start, end });
    const others = findings.filter((each) => each !== found[0]).map((each) => each.code);
    assert.deepEqual(others, besides, told(text, runbook).join('\n'));
    for (const { span } of found[0]?.related ?? [])
      assert.ok(span.end <= text.length && span.start < span.end);

    if (fix === undefined) return;
    const offered = found[0]?.fixes?.find((each) => each.title === fix.title);
    assert.ok(offered, JSON.stringify(found[0]?.fixes));
    assert.equal(offered.safe, fix.safe);
    const mended = applyEdits(text, offered.edits());
    assert.equal(mended, changed(text, fix.makes));
    assert.ok(!lint(mended, runbook, today).some((each) => each.message === found[0]?.message));
    assert.equal(readOverview(mended, runbook).kind, 'overview');
  });
}

test('a log in which everything agrees has no finding', () => {
  assert.deepEqual(told(sound, runbook), []);
});

test('every rule is proven by one of the cases', async () => {
  const { ruleCodes } = await import('../../../src/core/lint/codes.ts');
  assert.deepEqual(
    ruleCodes.filter((code) => !cases.some((each) => each.code === code)),
    [],
  );
});

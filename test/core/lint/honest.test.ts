/** What honest people write into their logs: a linter that cries wolf is turned off. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Change, changed, sound, threePartitions, told } from './logs.ts';

const runbook = threePartitions();
const devRow = '| `dev` | Alpha002 | ✅ 2026-11-20 | ✅ 2026-11-21 | ✅ 2026-11-22 | 2026-11-22 |';
const prodRow = '| `prod` | Alpha001 | ⏳ | ⏳ | ⏳ | — |';
const vault = '- Signed in to the vault of prod: ⏳ pending';
const signedByAnn = '**Sign-off**: ✅ 2026-11-22 by Ann.\n\n## § stage';
const waivedRow = '| Pull request merged | ⚠️ waived 2026-11-19 — merged after the run | 2026-11-19 |';

const signOff = (words: string): Change => [signedByAnn, `${words}\n\n## § stage`];

const logs: Readonly<Record<string, readonly Change[]>> = {
  'a phase that is blocked before its first check': [
    [prodRow, '| `prod` | Alpha001 | 🟡 2026-11-23 waits for the window | ⏳ | ⏳ | — |'],
  ],
  'a gate that is blocked before its first check': [
    [
      '| Production confirmed | ⏳ pending | — |',
      '| Production confirmed | 🟡 2026-11-23 asked Bob | 2026-11-23 |',
    ],
  ],
  'a phase in the middle of its checks': [
    [vault, '- Signed in to the vault of prod: ✅ 2026-11-23\n- `./lint.sh prod` exits 0: ⏳ pending'],
  ],
  'a gate in the middle of its checks': [
    [
      '- The production deploy proceeds: ⏳ pending',
      '- The diff was read: ✅ 2026-11-23\n- The deploy proceeds: ⏳ pending',
    ],
  ],
  'a phase that was waived as a whole': [
    [prodRow, '| `prod` | Alpha001 | ⚠️ waived 2026-11-23 same vault as dev | ⏳ | ⏳ | — |'],
  ],
  'a phase that is pending since a day before the one in front of it': [
    [prodRow, '| `prod` | Alpha001 | ⚠️ waived 2026-11-23 same vault as dev | ⏳ 2026-11-20 | ⏳ | — |'],
  ],
  'a phase that was waived and has no section': [
    ['### Deploy (T-O7-prod)\n\n', ''],
    [prodRow, '| `prod` | Alpha001 | ⏳ | ⚠️ waived 2026-11-23 nothing to deploy | ⏳ | — |'],
  ],
  'a phase that was waived and lacks what others checked': [
    [`### Pre-flight (T-O1-prod)\n\n${vault}`, `### Pre-flight (T-O1-prod) ⚠️ 2026-11-23\n\n${vault}`],
    [prodRow, '| `prod` | Alpha001 | ⚠️ waived 2026-11-23 same vault as dev | ⏳ | ⏳ | — |'],
  ],
  'attempts that failed before one that went through': [
    [
      '- Register `dev.example.com` at the provider: ✅ 2026-11-21',
      '- **First attempt 2026-11-21 16:08**: ❌ no profile was given\n- **Second attempt 2026-11-21 16:20**: ✅\n- Register `dev.example.com` at the provider: ✅ 2026-11-21',
    ],
  ],
  'a sub-heading inside a phase': [
    [
      '- `./deploy.sh dev` exits 0: ✅ 2026-11-21 — 25 resources\n',
      '- `./deploy.sh dev` exits 0: ✅ 2026-11-21 — 25 resources\n\n#### Deploy: what went slowly\n\n- Building the assets took long.\n',
    ],
  ],
  'a waiver whose reason stands beside it in the table of checks': [
    ['| Check | Outcome | Note |', '| Check | Note | Outcome |'],
    ['| Both vaults can be read | ✅ | by Ann |', '| Both vaults can be read | by Ann | ✅ |'],
    [
      '| The mailbox is watched | ✅ 2026-11-20 | by Bob |',
      '| The mailbox is watched | nobody writes to it | ⚠️ 2026-11-20 |',
    ],
  ],
  'a waiver whose reason stands in its own cell': [
    [
      '| The mailbox is watched | ✅ 2026-11-20 | by Bob |',
      '| The mailbox is watched | ⚠️ 2026-11-20 nobody writes to it | |',
    ],
  ],
  'a waiver of a gate whose reason has a column': [
    ['| Gate | Status | Date |\n|---|---|---|', '| Gate | Status | Date | Why |\n|---|---|---|---|'],
    [waivedRow, '| Pull request merged | ⚠️ waived 2026-11-19 | 2026-11-19 | merged after the run |'],
  ],
  'a waiver of a check whose reason stands below it': [
    [
      vault,
      '- Signed in to the vault of prod: ⚠️ 2026-11-23\n  - prod has the vault of dev\n- And so on: ⏳ pending',
    ],
  ],
  'a waiver whose reason stands in words before it': [
    [
      vault,
      '- Signed in to the vault of prod: waived, it is the vault of dev ⚠️ 2026-11-23\n- And so on: ⏳ pending',
    ],
  ],
  'a sign-off that says that nothing is pending': [
    signOff('**Sign-off**: ✅ 2026-11-22 by Ann. Nothing is pending.'),
  ],
  'a sign-off with nothing outstanding': [
    signOff('**Sign-off**: ✅ 2026-11-22 by Ann, no outstanding items'),
  ],
  'a sign-off that tells of what is no longer awaited': [
    signOff('**Sign-off**: ✅ 2026-11-22 (no longer awaiting Bob).'),
  ],
  'a sign-off that is a date': [signOff('**Sign-off**: 2026-11-22 by Ann.')],
  'a sign-off whose colon is bold': [signOff('**Sign-off:** ✅ 2026-11-22 by Ann.')],
  'a sign-off with its sign in the summary too': [
    [devRow, devRow.replace('| 2026-11-22 |', '| ✅ 2026-11-22 |')],
  ],
  'Spanish notes': [[vault, '- Todo listo con Ann: ⏳ pending']],
  'a word of the trade in code': [[vault, '- `grep -c TODO src` gives 0: ⏳ pending']],
  'a day that has begun somewhere else on the earth': [
    [vault, '- Signed in to the vault of prod: ✅ 2026-11-25\n- And so on: ⏳'],
  ],
  'a table of something else': [
    ['## § prod', '## Contacts\n\n| Partition | Who |\n|---|---|\n| dev | Ann |\n| dev | Bob |\n\n## § prod'],
  ],
  'what stands in fences, comments and quotes': [
    [
      '### Deploy (T-O7-prod)\n',
      '### Deploy (T-O7-prod)\n\n```\n- x: ❌ 2027-01-01\n```\n\n<!-- - y: ❌ TODO -->\n\n> - z: ❌ (fill in)\n',
    ],
  ],
  'signs without their variation selector': [[waivedRow, waivedRow.replace('⚠️', '⚠')]],
  'a check that was verified again later, with history': [
    [
      '- Nameservers answer for dev: ✅ 2026-11-22\n',
      '- Nameservers answer for dev: ✅ 2026-11-23\n  - 2026-11-22 10:00:00 -07:00 ❌ failed — none\n  - 2026-11-23 10:00:00 +00:00 ✅ passed — 4\n',
    ],
  ],
  'a pre-flight that was repeated after the deploy': [
    [
      '- Signed in to the vault of dev: ✅ 2026-11-20\n- `./lint.sh dev` exits 0: ✅\n',
      '- Signed in to the vault of dev: ✅ 2026-11-23\n  - 2026-11-23 10:00:00 +00:00 ✅ passed — resolves\n- `./lint.sh dev` exits 0: ✅\n',
    ],
    ['### Pre-flight (T-O1-dev) ✅ 2026-11-20', '### Pre-flight (T-O1-dev) ✅ 2026-11-23'],
    [devRow, devRow.replace('✅ 2026-11-20', '✅ 2026-11-23')],
  ],
  'checks as a task list': [
    [vault, '- [x] Signed in to the vault of prod: ✅ 2026-11-23\n- [ ] And so on: ⏳'],
  ],
  'three checks told in one line': [
    [
      '- Signed in to the vault of stage: ✅ 2026-11-20\n- `./lint.sh stage` exits 0: ✅\n',
      '- Vault and lint: ✅ 2026-11-20\n',
    ],
  ],
  'a heading with a remark behind its status': [
    ['### Deploy (T-O5-dev) ✅ 2026-11-21', '### Deploy (T-O5-dev) ✅ 2026-11-21 (second attempt)'],
  ],
  'an older section that says that it counts no more': [
    [
      '### Verification (T-O3-dev) ✅',
      '### Verification (T-O3-dev) — superseded ❌ 2026-11-21\n\n- Nothing worked: ❌\n- (fill in)\n\n### Verification (T-O3-dev) ✅',
    ],
  ],
};

for (const [name, changes] of Object.entries(logs)) {
  test(`no finding: ${name}`, () => {
    assert.deepEqual(told(changed(sound, changes), runbook), []);
  });
}

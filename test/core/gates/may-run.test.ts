/** The gate engine against a table: what the log says, what is to run, and why it may not. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Block, blocks } from '../../../src/core/gates/may-run.ts';
import { newLog } from '../../../src/core/log/create.ts';
import type { Stamp } from '../../../src/core/log/edits.ts';
import { readRecord } from '../../../src/core/log/model.ts';
import { readLog } from '../../../src/core/log/read.ts';
import type { Target } from '../../../src/core/run/places.ts';
import { parseRunbook, type Runbook } from '../../../src/core/runbook/runbook.ts';
import { body, phase, frontMatter as sampleFront } from '../fixture.ts';

const now: Stamp = { date: '2026-11-24', time: '2026-11-24 10:00:00 +00:00' };

const gateLines = (...lines: readonly string[]): string =>
  sampleFront.replace(/gates:\n[\s\S]*$/, `gates:\n${lines.map((line) => `  - ${line}\n`).join('')}`);

const entry = '{ id: entry, title: Entry criteria verified, section: Entry criteria, blocks: ["*/Deploy"] }';
const production =
  '{ id: production, title: Production confirmed, section: Production confirmation, blocks: [prod/Deploy], requires: [dev/Verification] }';

const runbookOf = (front: string): Runbook => {
  const cells = ['Entry criteria', 'Production confirmation'].reduce(
    (text, title) =>
      front.includes(`section: ${title}`) ? text : text.replace(new RegExp(`## ${title}\\n[^#]*`), ''),
    body,
  );
  const runbook = parseRunbook(`---\n${front}---\n${cells}`);
  assert.deepEqual(
    runbook.problems.filter(({ severity }) => severity === 'error'),
    [],
    front,
  );
  return runbook;
};

const standard = runbookOf(gateLines(entry, production));

/** A log in which a phase went well: its heading, its cell, its checks. */
function cleared(text: string, partition: string, title: string, date = '2026-11-24', sign = '✅'): string {
  const column = ['Pre-flight', 'Deploy', 'Verification'].indexOf(title) + 3;
  return text
    .split('\n')
    .map((line, index, lines) => {
      if (line.startsWith(`| \`${partition}\` |`)) {
        const cells = line.split('|');
        cells[column + 1] = ` ${sign} ${date} `;
        return cells.join('|');
      }
      const section = lines.slice(0, index).findLast((each) => each.startsWith('## '));
      const phaseLine = lines.slice(0, index + 1).findLast((each) => each.startsWith('### '));
      if (!section?.startsWith(`## § ${partition}`) || !phaseLine?.startsWith(`### ${title}`)) return line;
      if (line === phaseLine) return `${line} ${sign} ${date}`;
      return line.startsWith('- ') ? line.replace('⏳ pending', `${sign} ${date}`) : line;
    })
    .join('\n');
}

const row = (text: string, title: string, words: string): string => {
  assert.match(text, new RegExp(`^\\| ${title} \\|`, 'm'));
  return text.replace(new RegExp(`^\\| ${title} \\|.*$`, 'm'), `| ${title} | ${words} | 2026-11-24 |`);
};

const replaced = (text: string, from: string | RegExp, to: string): string => {
  const changed = text.replace(from, to);
  assert.notEqual(changed, text, `nothing of ${String(from)} is there`);
  return changed;
};

const section = (text: string, words: string): string =>
  text.replace(/(\| `op read [^|]*\|) ⏳ pending \|/g, `$1 ${words} |`);

/** The entry criteria, checked and cleared. */
const entered = (text: string): string =>
  section(row(text, 'Entry criteria verified', '✅ 2026-11-24'), '✅ 2026-11-24');
const confirmed = (text: string): string =>
  row(text, 'Production confirmed', '✅ 2026-11-24').replace(
    'proceeds: ⏳ pending',
    'proceeds: ✅ 2026-11-24 — by Ada',
  );
const dev = (text: string): string =>
  ['Pre-flight', 'Deploy', 'Verification'].reduce((each, title) => cleared(each, 'dev', title), text);
/** All that prod/Deploy waits for. */
const ready = (text: string): string => cleared(confirmed(dev(entered(text))), 'prod', 'Pre-flight');

type Case = readonly [
  name: string,
  target: string,
  log: (text: string) => string,
  /** What is said; none where it may run. */
  expected: readonly RegExp[],
  runbook?: Runbook,
];

const gated = (...gates: readonly string[]): Runbook => runbookOf(gateLines(...gates));
const blocksDeploy = (more: string): string => `{ id: g, title: Ready, blocks: ["*/Deploy"]${more} }`;

const devDeploy = (text: string): string => cleared(text, 'dev', 'Pre-flight');
const anyRow = (words: string) => (text: string) => row(devDeploy(text), 'Ready', words);
const withEntry = (change: (text: string) => string) => (text: string) =>
  change(cleared(entered(text), 'dev', 'Pre-flight'));

const simple = gated(blocksDeploy(''));
const fresh = gated(blocksDeploy(', fresh: 24h'));
const freshRequired = gated(blocksDeploy(', fresh: 24h, requires: [prod/Pre-flight]'));
const chain = gated(
  blocksDeploy(', requires: [first]'),
  '{ id: first, title: First thing, requires: [second] }',
  '{ id: second, title: Second thing }',
);
const wild = gated('{ id: g, title: Ready, blocks: ["*/*"] }');
const everyVerified = gated('{ id: g, title: Ready, blocks: [prod/Sign-off], requires: ["*/Verification"] }');
const signedOff = gated('{ id: g, title: Ready, blocks: [prod/Deploy], requires: [dev/Sign-off] }');
const allPhases = gated('{ id: g, title: Ready, blocks: [prod/Deploy], requires: ["dev/*"] }');

const cases: readonly Case[] = [
  // Order between the phases of a partition.
  ['the first phase waits for nothing', 'dev/Pre-flight', (t) => t, []],
  ['a phase waits for the one before it', 'dev/Deploy', entered, [/^dev\/Pre-flight is pending$/]],
  ['a phase whose predecessor is cleared may run', 'dev/Deploy', (t) => devDeploy(entered(t)), []],
  ['another partition does not matter', 'prod/Pre-flight', (t) => t, []],
  [
    'a failed predecessor blocks, with its count',
    'dev/Deploy',
    (t) => replaced(entered(t), /(\| `dev` \|[^|]*\|[^|]*\|) ⏳ /, '$1 ❌ 2026-11-24 1 of 1 failed '),
    [/^dev\/Pre-flight is failed \(1 of 1 failed\)$/],
  ],
  [
    'a partial predecessor blocks',
    'dev/Deploy',
    (t) => replaced(entered(t), /(\| `dev` \|[^|]*\|[^|]*\|) ⏳ /, '$1 🟡 2026-11-24 waits for Bob '),
    [/is partial \(waits for Bob\)/],
  ],
  [
    'a waived predecessor lets through',
    'dev/Deploy',
    (t) => replaced(entered(t), /(\| `dev` \|[^|]*\|[^|]*\|) ⏳ /, '$1 ⚠️ waived 2026-11-24 — done by hand '),
    [],
  ],
  [
    'the cell alone, without checks of its own',
    'dev/Deploy',
    withEntry((t) => replaced(t, /- `op read "op:\/\/Dev\/Postmark\/credential"`.*: ✅ 2026-11-24\n/, '')),
    [],
  ],
  [
    'verification waits for the deploy',
    'dev/Verification',
    (t) => devDeploy(entered(t)),
    [/^dev\/Deploy is pending$/],
  ],
  [
    'a change started and not ended blocks what follows',
    'dev/Verification',
    (t) =>
      replaced(
        cleared(devDeploy(entered(t)), 'dev', 'Deploy'),
        /(\.\/deploy\.sh dev`.*): ✅ 2026-11-24/,
        '$1: 🟡 started 2026-11-24 09:00:00 +00:00',
      ),
    [/^dev\/Deploy has a change that was started and has no result: "\.\/deploy\.sh dev"$/],
  ],

  // Where the log contradicts itself, the stricter reading.
  [
    'a cell ahead of its checks',
    'dev/Deploy',
    withEntry((t) => replaced(t, /(op read "op:\/\/Dev.*): ✅ 2026-11-24/, '$1: ⏳ pending')),
    [/^dev\/Pre-flight is cleared in the summary, but "op read .*" is pending$/],
  ],
  [
    'a cell over a failed check',
    'dev/Deploy',
    withEntry((t) =>
      replaced(t, /(op read "op:\/\/Dev.*): ✅ 2026-11-24/, '$1: ❌ 2026-11-24 — no such item'),
    ),
    [/but "op read .*" is failed$/],
  ],
  [
    'a cell over an unknown check',
    'dev/Deploy',
    withEntry((t) =>
      replaced(t, /(op read "op:\/\/Dev.*): ✅ 2026-11-24/, '$1: 🟡 unknown 2026-11-24 — time-out'),
    ),
    [/but "op read .*" is partial$/],
  ],
  [
    'a waived check under a cleared cell',
    'dev/Deploy',
    withEntry((t) =>
      replaced(t, /(op read "op:\/\/Dev.*): ✅ 2026-11-24/, '$1: ⚠️ waived 2026-11-24 — read by hand'),
    ),
    [],
  ],
  [
    'a heading that says failed',
    'dev/Deploy',
    withEntry((t) => replaced(t, /^(### Pre-flight \(T-O1-dev\)) ✅ 2026-11-24/m, '$1 ❌ 2026-11-24')),
    [/cleared in the summary, but its heading says failed$/],
  ],
  [
    'a heading without a status says nothing',
    'dev/Deploy',
    withEntry((t) => replaced(t, /^(### Pre-flight \(T-O1-dev\)) ✅ 2026-11-24/m, '$1')),
    [],
  ],
  [
    'checks that are cleared under a pending cell',
    'dev/Deploy',
    withEntry((t) => replaced(t, /(\| `dev` \|[^|]*\|[^|]*\|) ✅ 2026-11-24 /, '$1 ⏳ ')),
    [/^dev\/Pre-flight is pending$/],
  ],
  [
    'a line that somebody added and left open',
    'dev/Deploy',
    withEntry((t) => replaced(t, /^(### Pre-flight \(T-O1-dev\).*\n\n)/m, '$1- Bob told: ⏳ pending\n')),
    [/but "Bob told" is pending$/],
  ],
  [
    'several open lines are counted',
    'dev/Deploy',
    withEntry((t) =>
      replaced(
        t,
        /^(### Pre-flight \(T-O1-dev\).*\n\n)/m,
        '$1- Bob told: ⏳ pending\n- Ann told: ⏳ pending\n- Eve told: ❌\n',
      ),
    ),
    [/but "Bob told" is pending, and 2 more are open$/],
  ],
  [
    'an open line in the notes is words',
    'dev/Deploy',
    withEntry((t) =>
      replaced(t, /^(### Deploy \(T-O5-dev\))/m, '**Notes / anomalies**:\n\n- Bob: ⏳ on holiday\n\n$1'),
    ),
    [],
  ],
  [
    'a second, newer section counts',
    'dev/Deploy',
    withEntry((t) =>
      replaced(t, /^(### Pre-flight \(T-O1-dev\))/m, '### Pre-flight (T-O1-dev)\n\n- old: ⏳\n\n$1'),
    ),
    [],
  ],
  [
    'a partition that the log has not',
    'dev/Deploy',
    (t) => replaced(entered(t), /^\| `dev` .*\n/m, ''),
    [/^dev\/Pre-flight is pending$/],
  ],

  // Gates by their row.
  ['a pending gate blocks', 'dev/Deploy', devDeploy, [/^the gate "Entry criteria verified" is pending$/]],
  [
    'a gate that is not in the log blocks',
    'dev/Deploy',
    (t) => replaced(devDeploy(t), /^\| Entry criteria verified .*\n/m, ''),
    [/^the gate "Entry criteria verified" is not in the log$/],
  ],
  ['a gate of others does not', 'dev/Deploy', (t) => devDeploy(entered(t)), []],
  [
    'a partial gate blocks',
    'dev/Deploy',
    anyRow('🟡 2026-11-24 half of it'),
    [/"Ready" is partial \(half of it\)/],
    simple,
  ],
  [
    'a failed gate blocks',
    'dev/Deploy',
    anyRow('❌ 2026-11-24 no access'),
    [/"Ready" is failed \(no access\)/],
    simple,
  ],
  ['a cleared gate lets through', 'dev/Deploy', anyRow('✅ 2026-11-24'), [], simple],
  ['a waived gate lets through', 'dev/Deploy', anyRow('⚠️ waived 2026-11-24 — trial (by Ada)'), [], simple],
  [
    'a waiver without a reason does not',
    'dev/Deploy',
    anyRow('⚠️ waived 2026-11-24'),
    [/"Ready" is waived without a reason/],
    simple,
  ],
  ['a row without a status is pending', 'dev/Deploy', anyRow('soon'), [/"Ready" is pending/], simple],
  ['an empty row is pending', 'dev/Deploy', anyRow(''), [/"Ready" is pending/], simple],
  [
    'a gate opened again blocks',
    'dev/Deploy',
    anyRow('⏳ 2026-11-24 — stage failed (opened again by Ben); before that ✅ 2026-11-24'),
    [/"Ready" is pending \(stage failed/],
    simple,
  ],
  [
    'a waiver that follows a failure lets through',
    'dev/Deploy',
    anyRow('⚠️ waived 2026-11-24 — trial; before that ❌ 2026-11-23'),
    [],
    simple,
  ],
  ['a gate without a section says so', 'dev/Deploy', devDeploy, [/"Ready" is pending/], simple],
  ['every phase by a pattern', 'dev/Pre-flight', (t) => t, [/"Ready" is pending/], wild],
  ['the sign-off too', 'dev/Sign-off', dev, [/"Ready" is pending/], wild],
  [
    'gate and order together',
    'prod/Deploy',
    (t) => t,
    [
      /^prod\/Pre-flight is pending$/,
      /"Entry criteria verified" is pending/,
      /"Production confirmed" requires dev\/Verification cleared, and it is pending/,
    ],
  ],

  // Gates by their sections.
  [
    'a row ahead of its section',
    'dev/Deploy',
    (t) => row(devDeploy(t), 'Entry criteria verified', '✅ 2026-11-24'),
    [
      /"Entry criteria verified" is cleared in the table, but in its section "op read .*" is pending, and 1 more is open$/,
    ],
  ],
  [
    'a row over a failed check of its section',
    'dev/Deploy',
    (t) => section(row(devDeploy(t), 'Entry criteria verified', '✅ 2026-11-24'), '❌ 2026-11-24'),
    [/in its section "op read .*" is failed/],
  ],
  [
    'a section ahead of its row',
    'dev/Deploy',
    (t) => section(devDeploy(t), '✅ 2026-11-24'),
    [/"Entry criteria verified" is pending$/],
  ],
  [
    'a waived row over an open section',
    'dev/Deploy',
    (t) => row(devDeploy(t), 'Entry criteria verified', '⚠️ waived 2026-11-24 — trial'),
    [],
  ],
  [
    'a cleared row, and no section in the log',
    'dev/Deploy',
    (t) =>
      replaced(
        row(devDeploy(t), 'Entry criteria verified', '✅ 2026-11-24'),
        /## Entry criteria\n[\s\S]*?(?=\n## )/,
        '',
      ),
    [],
  ],
  [
    'a decision in the section against the row',
    'dev/Deploy',
    (t) =>
      replaced(
        devDeploy(entered(t)),
        /(## Entry criteria\n[\s\S]*?)(?=\n\n## )/,
        '$1\n\n- 2026-11-24 09:00:00 +00:00 ❌ failed by Ada — the vault is gone',
      ),
    [/but the last decision in its section says failed$/],
  ],
  [
    'a check that names the gate decides',
    'prod/Deploy',
    (t) =>
      replaced(
        ready(t),
        /(- The production deploy proceeds: .*)/,
        '- Production confirmed: ✅ 2026-11-24\n- Reply of the others: ⏳ pending\n$1',
      ),
    [],
  ],

  // Requirements, computed.
  ['all that prod waits for is done', 'prod/Deploy', ready, []],
  [
    'a requirement that failed later closes the gate again',
    'prod/Deploy',
    (t) =>
      replaced(ready(t), /(\| `dev` \|.*\|) ✅ 2026-11-24 (\| — \|)/, '$1 ❌ 2026-11-24 1 of 3 failed $2'),
    [/"Production confirmed" requires dev\/Verification cleared, and it is failed \(1 of 3 failed\)/],
  ],
  [
    'a requirement whose check failed since',
    'prod/Deploy',
    (t) => replaced(ready(t), /(dig \+short NS dev.*): ✅ 2026-11-24/, '$1: ❌ 2026-11-24 — NXDOMAIN'),
    [
      /requires dev\/Verification cleared, and it is cleared in the summary, but "dig \+short NS dev.*" is failed/,
    ],
  ],
  [
    'a waived gate asks for nothing',
    'prod/Deploy',
    (t) =>
      row(cleared(entered(t), 'prod', 'Pre-flight'), 'Production confirmed', '⚠️ waived 2026-11-24 — trial'),
    [],
  ],
  [
    'the section of a gate waits for what it requires',
    'production',
    (t) => t,
    [/requires dev\/Verification cleared, and it is pending/],
  ],
  ['and runs when that is done', 'production', dev, []],
  ['a gate that requires nothing may be checked at once', 'entry', (t) => t, []],
  [
    'a required gate',
    'dev/Deploy',
    (t) =>
      row(
        row(row(devDeploy(t), 'Ready', '✅ 2026-11-24'), 'First thing', '✅ 2026-11-24'),
        'Second thing',
        '✅ 2026-11-24',
      ),
    [],
    chain,
  ],
  [
    'a required gate that is pending',
    'dev/Deploy',
    (t) => row(row(devDeploy(t), 'Ready', '✅ 2026-11-24'), 'Second thing', '✅ 2026-11-24'),
    [/"Ready" requires the gate "First thing": the gate "First thing" is pending/],
    chain,
  ],
  [
    'a gate required by a required gate',
    'dev/Deploy',
    (t) => row(row(devDeploy(t), 'Ready', '✅ 2026-11-24'), 'First thing', '✅ 2026-11-24'),
    [
      /"Ready" requires the gate "First thing": the gate "First thing" requires the gate "Second thing": the gate "Second thing" is pending/,
    ],
    chain,
  ],
  [
    'a waiver in the chain ends it',
    'dev/Deploy',
    (t) => row(row(devDeploy(t), 'Ready', '✅ 2026-11-24'), 'First thing', '⚠️ waived 2026-11-24 — trial'),
    [],
    chain,
  ],
  [
    'every partition by a pattern',
    'prod/Sign-off',
    (t) =>
      row(
        ['Pre-flight', 'Deploy', 'Verification'].reduce((each, title) => cleared(each, 'prod', title), t),
        'Ready',
        '✅ 2026-11-24',
      ),
    [/"Ready" requires dev\/Verification cleared, and it is pending/],
    everyVerified,
  ],
  [
    'a sign-off as a requirement',
    'prod/Deploy',
    (t) => row(cleared(dev(t), 'prod', 'Pre-flight'), 'Ready', '✅ 2026-11-24'),
    [/"Ready" requires dev\/Sign-off cleared, and it is pending/],
    signedOff,
  ],
  [
    'a sign-off that was given',
    'prod/Deploy',
    (t) =>
      replaced(
        replaced(
          row(cleared(dev(t), 'prod', 'Pre-flight'), 'Ready', '✅ 2026-11-24'),
          /(\| `dev` \|.*\|) — \|/,
          '$1 2026-11-24 |',
        ),
        '**Sign-off**: ⏳ pending',
        '**Sign-off**: ✅ 2026-11-24',
      ),
    [],
    signedOff,
  ],
  [
    'a sign-off whose section is open',
    'prod/Deploy',
    (t) =>
      replaced(
        row(cleared(dev(t), 'prod', 'Pre-flight'), 'Ready', '✅ 2026-11-24'),
        /(\| `dev` \|.*\|) — \|/,
        '$1 2026-11-24 |',
      ),
    [/requires dev\/Sign-off cleared, and it has a date in the summary, but its section says pending/],
    signedOff,
  ],
  [
    '"*" for phases leaves the sign-off out',
    'prod/Deploy',
    (t) => row(cleared(dev(t), 'prod', 'Pre-flight'), 'Ready', '✅ 2026-11-24'),
    [],
    allPhases,
  ],

  // Evidence that has to be fresh.
  ['evidence of today', 'dev/Deploy', anyRow('✅ 2026-11-24'), [], fresh],
  [
    'evidence of yesterday counts from its first moment',
    'dev/Deploy',
    anyRow('✅ 2026-11-23'),
    [/"Ready" is cleared, but its evidence is older than 24h/],
    fresh,
  ],
  [
    'a decision with its time counts from that',
    'dev/Deploy',
    (t) =>
      replaced(
        devDeploy(row(t, 'Entry criteria verified', '✅ 2026-11-23')),
        /\| Check \|[\s\S]*?\n\n/,
        '- 2026-11-23 10:30:00 +00:00 ✅ cleared by its checks\n\n',
      ),
    [],
    gated(entry.replace(' }', ', fresh: 24h }')),
  ],
  [
    'and expires to the second',
    'dev/Deploy',
    (t) =>
      replaced(
        devDeploy(row(t, 'Entry criteria verified', '✅ 2026-11-23')),
        /\| Check \|[\s\S]*?\n\n/,
        '- 2026-11-23 09:59:59 +00:00 ✅ cleared by its checks\n\n',
      ),
    [/older than 24h/],
    gated(entry.replace(' }', ', fresh: 24h }')),
  ],
  [
    'the offset of a time counts',
    'dev/Deploy',
    (t) =>
      replaced(
        devDeploy(row(t, 'Entry criteria verified', '✅ 2026-11-23')),
        /\| Check \|[\s\S]*?\n\n/,
        '- 2026-11-23 06:30:00 -07:00 ✅ cleared by its checks\n\n',
      ),
    [],
    gated(entry.replace(' }', ', fresh: 24h }')),
  ],
  [
    'a clock that was moved back',
    'dev/Deploy',
    anyRow('✅ 2026-11-26'),
    [/dated later than now .*: look at the clock of this machine/],
    fresh,
  ],
  [
    'a gate cleared without a date',
    'dev/Deploy',
    (t) => anyRow('✅')(t).replace('| ✅ | 2026-11-24 |', '| ✅ | — |'),
    [/its evidence has no date and has to be fresh: 24h/],
    fresh,
  ],
  ['a waiver does not expire', 'dev/Deploy', anyRow('⚠️ waived 2026-01-01 — for good'), [], fresh],
  [
    'a required phase has to be fresh too',
    'dev/Deploy',
    (t) => row(cleared(devDeploy(t), 'prod', 'Pre-flight', '2026-11-20'), 'Ready', '✅ 2026-11-24'),
    [/"Ready" requires prod\/Pre-flight cleared, and it is cleared, but its evidence is older than 24h/],
    freshRequired,
  ],
  [
    'its newest result counts',
    'dev/Deploy',
    (t) =>
      replaced(
        row(cleared(devDeploy(t), 'prod', 'Pre-flight'), 'Ready', '✅ 2026-11-24'),
        /(op read "op:\/\/Prod.*: ✅) 2026-11-24/,
        '$1 2026-11-20\n  - 2026-11-24 09:00:00 +00:00 ✅ passed — again',
      ),
    [],
    freshRequired,
  ],
  [
    'and the oldest of its checks',
    'dev/Deploy',
    (t) =>
      replaced(
        row(cleared(devDeploy(t), 'prod', 'Pre-flight'), 'Ready', '✅ 2026-11-24'),
        /^(### Pre-flight \(T-O1-prod\).*\n\n)/m,
        '$1- looked at by hand: ✅ 2026-11-01\n',
      ),
    [/older than 24h/],
    freshRequired,
  ],

  // Sign-off.
  [
    'a sign-off waits for every phase',
    'dev/Sign-off',
    (t) => t,
    [/^dev\/Pre-flight is pending$/, /^dev\/Deploy is pending$/, /^dev\/Verification is pending$/],
  ],
  [
    'a sign-off over an open check of an early phase',
    'dev/Sign-off',
    (t) => replaced(dev(t), /(op read "op:\/\/Dev.*): ✅ 2026-11-24/, '$1: ⏳ pending'),
    [/^dev\/Pre-flight is cleared in the summary, but "op read .*" is pending$/],
  ],
  [
    'a sign-off over a waived check',
    'dev/Sign-off',
    (t) => replaced(dev(t), /(op read "op:\/\/Dev.*): ✅ 2026-11-24/, '$1: ⚠️ waived 2026-11-24 — by hand'),
    [],
  ],
  ['a sign-off when all is done', 'dev/Sign-off', dev, []],

  // What people write.
  [
    'the partition by another case of the row',
    'dev/Deploy',
    (t) => replaced(devDeploy(entered(t)), '| `dev` |', '| **Dev** |'),
    [],
  ],
  ['CRLF', 'prod/Deploy', (t) => ready(t).replaceAll('\n', '\r\n'), []],
  [
    'a gate table with other columns',
    'dev/Deploy',
    (t) => anyRow('✅ 2026-11-24')(t).replace('| Gate | Status | Date |', '| Gate | Outcome | Day |'),
    [],
    simple,
  ],
  [
    'a gate in the log that the runbook does not have any more',
    'dev/Deploy',
    (t) => replaced(anyRow('✅ 2026-11-24')(t), '| Ready |', '| Old gate | ⏳ pending | — |\n| Ready |'),
    [],
    simple,
  ],
];

function targetNamed(runbook: Runbook, name: string): Target {
  const [partition = '', title = ''] = name.split('/');
  if (!name.includes('/')) {
    const gate = runbook.gates.find((each) => each.id === name);
    assert.ok(gate);
    return { kind: 'gate', gate };
  }
  const found = runbook.partitions.find((each) => each.name === partition);
  assert.ok(found);
  return title === 'Sign-off' ? { kind: 'sign-off', partition: found } : phase(runbook, partition, title);
}

const asked = (runbook: Runbook, text: string, name: string, at = now): readonly Block[] =>
  blocks(runbook, readRecord(readLog(text), runbook), targetNamed(runbook, name), at);

for (const [name, target, change, expected, runbook = standard] of cases) {
  test(`${target}: ${name}`, () => {
    const text = change(newLog(runbook, { operator: 'Op', at: now, worktree: '.', rehearsal: false }));
    const found = asked(runbook, text, target);
    const said = found.map((block) => block.why);
    assert.equal(said.length, expected.length, `${said.join('\n')}\n${text}`);
    for (const [index, wanted] of expected.entries()) assert.match(said[index] ?? '', wanted);
    for (const block of found) {
      assert.notEqual(block.clears, '', 'it says what clears it');
      assert.ok((block.ways ?? []).length > 0, 'and there is a way to it');
    }
  });
}

test('the table has its sixty cases', () => assert.ok(cases.length >= 60, String(cases.length)));

test('what is asked does not change the log, and is answered alike each time', () => {
  const text = ready(newLog(standard, { operator: 'Op', at: now, worktree: '.', rehearsal: false }));
  assert.deepEqual(asked(standard, text, 'prod/Deploy'), asked(standard, text, 'prod/Deploy'));
});

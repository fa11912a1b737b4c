import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { phaseSections } from '../../../src/core/log/find.ts';
import { readOverview } from '../../../src/core/log/overview.ts';
import { readLog } from '../../../src/core/log/read.ts';
import { Cascade } from '../../../src/core/run/cascade.ts';
import { run } from '../../../src/core/run/engine.ts';
import { recorded } from '../../../src/core/run/record.ts';
import { parseRunbook } from '../../../src/core/runbook/runbook.ts';
import { phase } from '../fixture.ts';
import { memoryLog, memoryPorts, memoryWorld, senderDomain } from '../memory.ts';

const handKept = readFileSync('test/fixtures/hand-kept.md', 'utf8');
const runbook = parseRunbook(readFileSync('runbooks/partition-mail/partition-mail.runbook.md', 'utf8'));

function overview(text: string) {
  const read = readOverview(text, runbook);
  assert.equal(read.kind, 'overview');
  if (read.kind !== 'overview') throw new Error('unreadable');
  return read.overview;
}

test('a log kept by hand is read as it is', () => {
  const { partitions, gates } = overview(handKept);
  assert.deepEqual(
    partitions.map(
      (partition) =>
        `${partition.partition} ${partition.phases.map((each) => each.status).join(' ')} ${partition.signOff.date}`,
    ),
    ['dev', 'stage', 'demo', 'prod'].map((name) => `${name} cleared cleared cleared 2026-05-26`),
  );
  assert.deepEqual(
    gates.map((gate) => gate.status),
    ['waived', 'cleared', 'pending', 'pending', 'pending', 'pending'],
  );
  assert.equal(gates[0]?.note, 'see the kickoff');
  assert.deepEqual(
    gates.map((gate) => gate.id),
    [
      'run-2-merged',
      'entry-criteria',
      'compliance-reply',
      'nonprod-approval',
      'production-confirmation',
      'run-3-merged',
    ],
  );
});

test('a phase that is recorded twice is found twice, the newest last', () => {
  const sections = phaseSections(readLog(handKept), 'demo', 'Pre-flight');
  assert.deepEqual(
    sections.map((section) => section.status?.kind),
    [undefined, 'cleared'],
  );
});

/** A world in which dev is what the log says it is. */
function devWorld() {
  const world = memoryWorld();
  const dkim = 'k=rsa;p=MIGf';
  world.secrets.set('op://Arda-DevOAM/Postmark/credential', '3f1d9f7e-0b7a-4c1e-8a55-000000000000');
  world.accounts.set('Alpha002-Admin', '139852620346');
  world.contexts.set('partitionMail:Alpha002:dev', {
    dkimSelector: '20260526234343pm',
    dkimPublicKey: dkim,
    returnPathTarget: 'pm.mtasv.net',
  });
  world.dns
    .set('NS dev.ardamails.com', {
      code: 'noerror',
      values: ['ns-826.awsdns-39.net', 'ns-1215.awsdns-23.org'],
    })
    .set('TXT dev.ardamails.com', { code: 'noerror', values: ['v=spf1 a mx include:spf.mtasv.net ~all'] })
    .set('TXT _dmarc.dev.ardamails.com', { code: 'noerror', values: ['v=DMARC1; p=none'] })
    .set('TXT 20260526234343pm._domainkey.dev.ardamails.com', { code: 'noerror', values: [dkim] })
    .set('CNAME pm-bounces.dev.ardamails.com', { code: 'noerror', values: ['pm.mtasv.net'] });
  world.domains.set(
    'dev.ardamails.com',
    senderDomain('dev.ardamails.com', 'pm-bounces.dev.ardamails.com', 7),
  );
  const names = [
    'PartitionMailZoneId',
    'PartitionMailZoneName',
    'EmailPostmarkAccountTokenArn',
    'EmailEncryptionKeyArn',
    'EmailDnsProvisioningRoleArn',
    'EmailEncryptionKeyFallbackRoleArn',
  ];
  world.exports = names.map((name) => ({ name: `Alpha002-dev-API-${name}`, value: `value of ${name}` }));
  return world;
}

async function verifyDev(text: string): Promise<string> {
  const log = memoryLog(text);
  const cascade = new Cascade({ runbook, log, ports: memoryPorts(devWorld()), worktree: '/worktree' });
  for await (const event of recorded(
    cascade,
    run(cascade, phase(runbook, 'dev', 'Verification'), { signal: new AbortController().signal }),
  )) {
    if (event.kind === 'run-finished') assert.equal(event.outcome, 'passed', event.reason);
  }
  return log.text ?? '';
}

/** The lines of `after` with those of `before` taken out one by one, in order: what was added or changed. */
function changedLines(before: string, after: string): string[] {
  const rest = before.split('\n');
  return after.split('\n').filter((line) => {
    const at = rest.indexOf(line);
    if (at < 0) return true;
    rest.splice(0, at + 1);
    return false;
  });
}

test('verifying dev changes its section and its row, and nothing else', async () => {
  const after = await verifyDev(handKept);
  const devRow = handKept.indexOf('| `dev` |');
  const devSection = handKept.indexOf('### Verification (T-O3-dev)');
  assert.equal(after.slice(0, devRow), handKept.slice(0, devRow));
  const sectionAfter = after.indexOf('### Verification (T-O3-dev)');
  const rowEnd = (text: string): number => text.indexOf('\n', text.indexOf('| `dev` |'));
  assert.equal(after.slice(rowEnd(after), sectionAfter), handKept.slice(rowEnd(handKept), devSection));
  const tail = '\n**Observations**:';
  assert.equal(after.slice(after.indexOf(tail)), handKept.slice(handKept.indexOf(tail)));
  // Every word that stood there still stands there, in its order; only dates of statuses were renewed.
  const words = (text: string): string[] =>
    text.split(/\s+/).filter((word) => word !== '' && word !== '2026-05-26' && word !== '2026-11-24');
  const kept = words(after.slice(sectionAfter, after.indexOf(tail)));
  let at = 0;
  for (const word of words(handKept.slice(devSection, handKept.indexOf(tail)))) {
    at = kept.indexOf(word, at) + 1;
    assert.ok(at > 0, `"${word}" is gone`);
  }
});

test('what is changed reads like the log around it', async () => {
  const after = await verifyDev(handKept);
  const lines = changedLines(handKept, after);
  assert.ok(
    lines.includes(
      '| `dev` | Alpha002 | PostmarkNonProd | ✅ 2026-05-26 | ✅ 2026-05-26 | ✅ 2026-11-24 | 2026-05-26 |',
    ),
  );
  assert.ok(lines.includes('### Verification (T-O3-dev) ✅ 2026-11-24'));
  assert.ok(
    lines.includes(
      '- `dig +short NS dev.ardamails.com @8.8.8.8` shows two or more: ✅ 2026-11-24 — 4 nameservers.',
    ),
  );
  assert.ok(
    lines.includes(
      '  - 2026-11-24 10:00:00 +00:00 ✅ passed — 2 nameservers (ns-826.awsdns-39.net, ns-1215.awsdns-23.org)',
    ),
  );
  assert.ok(
    lines.includes(
      '- `dig +short TXT dev.ardamails.com @8.8.8.8` has `v=spf1`: ✅ 2026-11-24 — v=spf1 a mx include:spf.mtasv.net ~all',
    ),
  );
  assert.ok(
    lines.some((line) =>
      /^- Postmark DKIM of `dev\.ardamails\.com` verified on `PostmarkNonProd`: ✅ 2026-11-24 — DKIMVerified after 2 calls/.test(
        line,
      ),
    ),
  );
  const order = [
    'CNAME pm-bounces',
    '- Postmark DKIM',
    '- Postmark return path',
    '- `aws route53',
    '- Console shows',
  ].map((words) => after.indexOf(words));
  assert.deepEqual(
    order,
    order.toSorted((a, b) => a - b),
    'new checks stand where the runbook has them',
  );
});

test('a second verification adds history and keeps the first', async () => {
  const once = await verifyDev(handKept);
  const twice = await verifyDev(once);
  const history = (text: string): number =>
    text.split('\n').filter((line) => /^ {2}- 2026-11-24 10:00:00/.test(line)).length;
  assert.ok(history(twice) > history(once));
  assert.equal(twice.split('\n').filter((line) => line.startsWith('- `dig +short NS dev')).length, 1);
});

test('CRLF, a byte order mark and a missing last newline survive', async () => {
  const text = `\uFEFF${handKept.replaceAll('\n', '\r\n').replace(/\r\n$/, '')}`;
  const after = await verifyDev(text);
  assert.ok(after.startsWith('\uFEFF#'));
  assert.equal(after.replaceAll('\r\n', '').includes('\n'), false, 'every line end is CRLF');
  assert.ok(!/[\r\n]$/.test(after));
});

test('a log without the table is told of, and nothing is changed', () => {
  const read = readOverview('# A log\n\nwithout a table\n', runbook);
  assert.equal(read.kind, 'unreadable');
  assert.match(read.kind === 'unreadable' ? read.message : '', /no summary table.*nothing was changed/);
});

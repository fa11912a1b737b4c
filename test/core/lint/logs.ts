/** A log in which everything agrees, and how the tests of the linter take it apart. */
import assert from 'node:assert/strict';
import { type Finding, lint } from '../../../src/core/lint/lint.ts';
import { readLog } from '../../../src/core/log/read.ts';
import { parseRunbook, type Runbook } from '../../../src/core/runbook/runbook.ts';
import { body, frontMatter } from '../fixture.ts';

export const today = '2026-11-24';

/** The runbook of the fixture with a third partition, so that two can have what one lacks. */
export function threePartitions(extra = ''): Runbook {
  const stage =
    '  stage: { infrastructure: Alpha002, postmark: NonProd, profile: Alpha002-Admin, account: "139852620346", secret: op://Stage/Postmark/credential }\n';
  const front = frontMatter
    .replace('  prod: ', `${stage}  prod: `)
    .replace('dev: T-O5,', 'dev: T-O5, stage: T-O5,');
  return parseRunbook(`---\n${front}${extra}---\n${body}`);
}

const section = (name: string, infrastructure: string): string => `## § ${name} (${infrastructure})

### Pre-flight (T-O1-${name}) ✅ 2026-11-20

- Signed in to the vault of ${name}: ✅ 2026-11-20
- \`./lint.sh ${name}\` exits 0: ✅

### Deploy (T-O5-${name}) ✅ 2026-11-21

- Register \`${name}.example.com\` at the provider: ✅ 2026-11-21
- \`./deploy.sh ${name}\` exits 0: ✅ 2026-11-21 — 25 resources

### Verification (T-O3-${name}) ✅ 2026-11-22

- \`./validate.sh ${name}\` exits 0: ✅ 2026-11-22
- Nameservers answer for ${name}: ✅ 2026-11-22

**Notes / anomalies**:

- The first call took a minute ⏳ and then went through.

**Sign-off**: ✅ 2026-11-22 by Ann.
`;

/** dev and stage are signed off, prod has not begun. */
export const sound = `# Sample

| Partition | Infrastructure | Pre-flight | Deploy | Verified | Sign-off date |
|---|---|---|---|---|---|
| \`dev\` | Alpha002 | ✅ 2026-11-20 | ✅ 2026-11-21 | ✅ 2026-11-22 | 2026-11-22 |
| \`stage\` | Alpha002 | ✅ 2026-11-20 | ✅ 2026-11-21 | ✅ 2026-11-22 | 2026-11-22 |
| \`prod\` | Alpha001 | ⏳ | ⏳ | ⏳ | — |

| Gate | Status | Date |
|---|---|---|
| Pull request merged | ⚠️ waived 2026-11-19 — merged after the run | 2026-11-19 |
| Entry criteria verified | ✅ 2026-11-20 | 2026-11-20 |
| Production confirmed | ⏳ pending | — |

## Entry criteria

| Check | Outcome | Note |
|---|---|---|
| Both vaults can be read | ✅ | by Ann |
| The mailbox is watched | ✅ 2026-11-20 | by Bob |

## Production confirmation

- The production deploy proceeds: ⏳ pending

${section('dev', 'Alpha002 / NonProd')}
${section('stage', 'Alpha002 / NonProd')}
## § prod (Alpha001 / Prod)

### Pre-flight (T-O1-prod)

- Signed in to the vault of prod: ⏳ pending

### Deploy (T-O7-prod)

### Verification (T-O3-prod)

**Sign-off**: ⏳ pending
`;

/** One change of a text: what stood there, once, and what stands there now. */
export type Change = readonly [from: string, to: string];

export function changed(text: string, changes: readonly Change[]): string {
  return changes.reduce((now, [from, to]) => {
    const at = now.indexOf(from);
    assert.ok(at >= 0, `"${from}" does not stand in the text`);
    assert.equal(now.indexOf(from, at + 1), -1, `"${from}" stands in the text more than once`);
    return now.slice(0, at) + to + now.slice(at + from.length);
  }, text);
}

/** A text in which `«…»` marks a place. */
export function marked(text: string): {
  readonly text: string;
  readonly start: number;
  readonly end: number;
} {
  const start = text.indexOf('«');
  const end = text.indexOf('»') - 1;
  assert.ok(start >= 0 && end >= start, 'a place is marked');
  return { text: text.replace(/[«»]/g, ''), start, end };
}

/** `12:3 dates: …`, as the command line prints it. */
export function told(text: string, runbook: Runbook, findings = lint(text, runbook, today)): string[] {
  const { lines } = readLog(text);
  return findings.map(({ code, message, span }: Finding) => {
    const { line, column } = lines.positionAt(span.start);
    return `${line + 1}:${column + 1} ${code}: ${message}`;
  });
}

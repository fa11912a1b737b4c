/** No text makes the reader, the model or the linter work more than its length asks for. */
import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import { lint } from '../../../src/core/lint/lint.ts';
import { newLog } from '../../../src/core/log/create.ts';
import { readOverview } from '../../../src/core/log/overview.ts';
import { recordCheck } from '../../../src/core/log/record.ts';
import { placedChecks, placeOf } from '../../../src/core/run/places.ts';
import { parseRunbook } from '../../../src/core/runbook/runbook.ts';
import { longLine, pieces, places } from '../../../src/tooling/long-lines.ts';
import { phase, sample } from '../fixture.ts';

const runbook = sample();
const at = { date: '2026-11-24', time: '2026-11-24 10:00:00 +00:00' };
const log = newLog(runbook, { operator: 'Op', at, worktree: '.', rehearsal: false });

/**
 * Milliseconds. What is linear takes a hundredth of it; the square of such a length takes minutes. That the time grows
 * as the length does is shown by the ratios of `npm run bench -- log`, where nothing hangs on how busy the machine is.
 */
const most = 20_000;

/** UTF-16 units of the long line; what a longer one takes is measured by `npm run bench -- log`. */
const size = 250_000;

const backticks = (): string => Array.from({ length: 1400 }, (_, index) => '`'.repeat(index + 1)).join(' ');
const deep = (): string =>
  Array.from({ length: 1400 }, (_, index) => `${' '.repeat(index)}- a: ✅\n`).join('');

/** Texts of many lines. */
const texts: Readonly<Record<string, () => string>> = {
  'backticks of every length in one bullet': () => `- ${backticks()}\n`,
  'nesting without end': deep,
  '30,000 headings': () => log + '### Deploy ✅ 2026-11-24\n'.repeat(30_000),
  '30,000 headings of a partition': () => log + '## § dev\n'.repeat(30_000),
  '30,000 headings of partitions with phases': () => log + '## § x1\n### Deploy\n'.repeat(20_000),
  '30,000 sections that were superseded': () => log + '## Deploy — superseded\n\n- TODO\n'.repeat(20_000),
  '30,000 phases in a section': () =>
    log.replace('### Deploy (T-O5-dev)', () => `${'### Deploy ✅\n- TODO: ✅\n'.repeat(20_000)}### Deploy`),
  '30,000 bullets of one phase': () =>
    log.replace(
      '`./deploy.sh dev` exits 0',
      () => `${'`./x.sh` a: ✅\n- '.repeat(30_000)}\`./deploy.sh dev\``,
    ),
  '30,000 bullets, one below the other': () => `- a\n${'  - b: ✅ 2026-11-24\n'.repeat(30_000)}`,
  '30,000 attempts': () =>
    log.replace(
      '`./deploy.sh dev` exits 0',
      () => `${'**First attempt**: ❌\n- '.repeat(30_000)}\`./deploy.sh dev\``,
    ),
  '20,000 lines of history': () =>
    log.replace(
      '`./deploy.sh dev` exits 0: ⏳ pending\n',
      () =>
        `\`./deploy.sh dev\` exits 0: ✅\n${'  - 2026-11-24 10:00:00 +00:00 ✅ passed — x\n'.repeat(20_000)}`,
    ),
  'a table of 20,000 rows': () =>
    log.replace('| `prod` |', () => `${'| `dev` | ✅ |\n'.repeat(20_000)}| \`prod\` |`),
  'a table of 20,000 rows of their own': () =>
    log.replace(
      '| `prod` |',
      () => `${Array.from({ length: 20_000 }, (_, n) => `| x${n} | ✅ |\n`).join('')}| \`prod\` |`,
    ),
  'a table of 20,000 cells in one row': () =>
    log.replace('| `dev` |', () => `| \`dev\` |${' ✅ |'.repeat(20_000)}`),
  'a gate table of 20,000 rows': () =>
    log.replace(
      '| Production confirmed |',
      () =>
        `${Array.from({ length: 20_000 }, (_, n) => `| G${n} | ✅ | — |\n`).join('')}| Production confirmed |`,
    ),
  'a section of checks of 20,000 rows': () =>
    log.replace(
      '| `op read "op://Dev',
      () => `${'| x | ✅ 2026-11-24 | y |\n'.repeat(20_000)}| \`op read "op://Dev`,
    ),
  '20,000 tables': () => log + '| Partition | b |\n|---|---|\n| c | ✅ |\n\n'.repeat(20_000),
  '30,000 fields': () => log + '**Sign-off**: ✅ 2026-11-24\n'.repeat(30_000),
  '30,000 fields of notes': () => log + '**Notes**: ✅\n\n'.repeat(30_000),
  '30,000 fences': () => '```\nx\n```\n'.repeat(30_000),
  '30,000 comments': () => '<!--\nx\n-->\n'.repeat(30_000),
  '30,000 lines of one item': () => `- a\n${'  b: ✅\n'.repeat(30_000)}`,
  '30,000 items with a paragraph each': () => '- a\n\n  b: ✅\n\n'.repeat(30_000),
};

function work(text: string): void {
  readOverview(text, runbook);
  lint(text, runbook, '2026-11-24');
  const target = phase(runbook, 'dev', 'Deploy');
  const all = placedChecks(runbook, target, () => ({})).map(({ entry }) => entry);
  const [first] = all;
  assert.ok(first);
  const entry = { kind: 'result', verdict: 'passed', evidence: 'x' } as const;
  recordCheck(text, placeOf(runbook, target), first, all, entry, at);
}

function inTime(text: string, limit = most): void {
  const start = performance.now();
  work(text);
  const took = performance.now() - start;
  assert.ok(took < limit, `${Math.round(took)} ms for ${text.length} units`);
}

for (const [name, piece] of Object.entries(pieces)) {
  test(`one long line: ${name}`, () => {
    for (const put of Object.values(places)) inTime(put(log, longLine(piece, size)));
  });
}

for (const [name, made] of Object.entries(texts)) test(`many lines: ${name}`, () => inTime(made()));

test('a megabyte of one line is read and linted', () => {
  inTime(
    log.replace('`./deploy.sh dev` exits 0: ⏳ pending', () => `a: ✅ ${'`x` ✅ (b) '.repeat(100_000)}`),
  );
});

test('thousands of partitions', () => {
  const names = Array.from({ length: 2000 }, (_, index) => `p${index}`);
  const partitions = names.map(
    (name) =>
      `  ${name}: { infrastructure: Alpha, postmark: P, profile: a, account: "1", secret: op://a/b/c }`,
  );
  const many = parseRunbook(
    `---\nrunbook: many\nlog: log.md\npartitions:\n${partitions.join('\n')}\nphases:\n  - { title: Deploy }\n---\n\n## Deploy\n\n\`\`\`sh\n./d.sh \${partition}\n\`\`\`\n`,
  );
  assert.equal(many.partitions.length, names.length);
  const pending = newLog(many, { operator: 'Op', at, worktree: '.', rehearsal: false });
  const cleared = pending
    .replaceAll('⏳ |', '✅ 2026-11-24 |')
    .replaceAll(' exits 0: ⏳ pending', ' exits 0: ✅ 2026-11-24');
  const partly = cleared.replaceAll(
    /(?<=p\d*[02468]` exits 0: ✅ 2026-11-24)/g,
    '\n- `./e.sh` says yes: ✅ 2026-11-24',
  );
  for (const text of [pending, cleared, partly]) {
    const start = performance.now();
    readOverview(text, many);
    lint(text, many, '2026-11-24');
    assert.ok(performance.now() - start < most);
  }
});

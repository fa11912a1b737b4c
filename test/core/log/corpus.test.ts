/** Every Markdown file of the dependencies, taken for a log: nothing throws, and all places are places of the text. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fixAll, lint } from '../../../src/core/lint/lint.ts';
import { applyEdits } from '../../../src/core/log/edits.ts';
import { readRecord } from '../../../src/core/log/model.ts';
import { readOverview } from '../../../src/core/log/overview.ts';
import { type ExecutionLog, readLog } from '../../../src/core/log/read.ts';
import { type Span, splitLines } from '../../../src/core/text.ts';
import { sample } from '../fixture.ts';

const runbook = sample();
const today = '2026-11-24';

const files = globSync('node_modules/**/*.md', { withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((file) => `${file.parentPath}/${file.name}`);

/** A head that makes a log of any text, so that the rules have something to hold against it. */
const head = `| Partition | Pre-flight | Deploy | Verified | Sign-off date |
|---|---|---|---|---|
| dev | ✅ 2026-11-20 | ✅ | ⏳ | — |
| prod | ⏳ | ⏳ | ⏳ | — |

# § dev

## Deploy

`;

function spansOf({ headings, tables, bullets, fields }: ExecutionLog): readonly Span[] {
  const statuses = [...headings, ...bullets, ...fields].flatMap(({ status }) => status?.span ?? []);
  return [
    ...statuses,
    ...headings.flatMap(({ line, bodyStart, bodyEnd }) => [line, { start: bodyStart, end: bodyEnd }]),
    ...bullets.flatMap(({ text, end }) => [text, { start: text.start, end }]),
    ...fields.map(({ line }) => line),
    ...tables.flatMap(({ header, rows }) =>
      [header, ...rows].flatMap(({ line, cells }) => [line, ...cells.map((cell) => cell.span)]),
    ),
  ];
}

test('every Markdown file of the dependencies is read without harm', () => {
  assert.ok(files.length > 50, `only ${files.length} Markdown files under node_modules`);
  for (const file of files) {
    const raw = readFileSync(file, 'utf8');
    for (const text of [raw, head + raw]) {
      const log = readLog(text);
      const lines = splitLines(text);
      for (const { start, end } of spansOf(log)) {
        assert.ok(start >= 0 && start <= end && end <= text.length, `${file}: ${start}–${end}`);
        const { line, column } = log.lines.positionAt(start);
        assert.equal((lines[line]?.start ?? lines.at(-1)?.next ?? 0) + column, start, file);
        assert.ok(start <= (lines[line]?.next ?? text.length), file);
      }
      readRecord(log, runbook);
      assert.equal(readOverview(text, runbook).kind, text === raw ? 'unreadable' : 'overview', file);
      for (const { span, related = [] } of lint(text, runbook, today)) {
        for (const { start, end } of [span, ...related.map((each) => each.span)])
          assert.ok(start >= 0 && start <= end && end <= text.length, `${file}: ${start}–${end}`);
      }
      assert.equal(applyEdits(text, []), text);
    }
  }
});

test('what nothing can be mended in is left as it is', () => {
  for (const file of files) {
    const raw = readFileSync(file, 'utf8');
    for (const text of [raw, head + raw]) {
      const safe = lint(text, runbook, today).flatMap(
        ({ fixes }) => fixes?.filter((each) => each.safe) ?? [],
      );
      const { edits } = fixAll(text, runbook, today);
      if (safe.length === 0) assert.equal(applyEdits(text, edits), text, file);
      const mended = applyEdits(text, edits);
      assert.equal(
        applyEdits(mended, fixAll(mended, runbook, today).edits),
        mended,
        `${file}: all is mended at once`,
      );
    }
  }
});

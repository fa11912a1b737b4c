/**
 * `npm run bench -- log`: how long the log takes to be read, edited and checked, against Markdown parsers on the same text in
 * the same run. Only the ratios mean something: the machine's speed cancels out.
 */
import { stdout } from 'node:process';
import MarkdownIt from 'markdown-it';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmTableFromMarkdown } from 'mdast-util-gfm-table';
import { gfmTable } from 'micromark-extension-gfm-table';
import { lintRecord } from '../core/lint/lint.ts';
import { newLog } from '../core/log/create.ts';
import { applyEdits, type Stamp } from '../core/log/edits.ts';
import { readRecord } from '../core/log/model.ts';
import { overviewOf } from '../core/log/overview.ts';
import { readLog } from '../core/log/read.ts';
import { recordCheck } from '../core/log/record.ts';
import { settlePhase } from '../core/log/settle.ts';
import { placedChecks, placeOf } from '../core/run/places.ts';
import { parseRunbook, type Runbook } from '../core/runbook/runbook.ts';

/** Rounds on the small log, after one to warm up. */
const runs = 9;

/** A cascade of many partitions, all of them run and verified again and again. */
function runbookOf(partitions: number): Runbook {
  const names = Array.from({ length: partitions }, (_, index) => `p${String(index).padStart(4, '0')}`);
  const rows = names.map((name) => `  ${name}: { host: ${name}.example.com, region: us-east-1 }`);
  return parseRunbook(`---
runbook: bench
variables:
  domain: \${partition}.example.com
partitions:
${rows.join('\n')}
phases:
  - { title: Deploy }
  - { title: Verification, column: Verified }
gates:
  - { id: go, title: Go, section: Go, blocks: ["*/Deploy"] }
---
## Deploy
\`\`\`sh
./deploy.sh
\`\`\`
## Verification
\`\`\`dig
NS \${domain} at least 2
TXT \${domain} has v=spf1
TXT _dmarc.\${domain} has v=DMARC1
CNAME pm-bounces.\${domain} is pm.mtasv.net
\`\`\`
## Go
\`\`\`ask
All agreed
\`\`\`
`);
}

const at: Stamp = { date: '2026-11-24', time: '2026-11-24 10:02:11 +00:00' };
const evidence = '4 nameservers (ns-826.awsdns-39.net, ns-1215.awsdns-23.org, ns-442.awsdns-55.com)';

/** A log of at least so many characters, in which every check was passed and verified several times. */
function logOf(size: number): { readonly runbook: Runbook; readonly text: string } {
  const sample = newLog(runbookOf(1), { operator: 'Bench', at, worktree: '.', rehearsal: false });
  const perPartition = sample.length + 4 * 3 * 130;
  const runbook = runbookOf(Math.ceil(size / perPartition) + 8);
  const pending = newLog(runbook, { operator: 'Bench', at, worktree: '.', rehearsal: false });
  const history = `  - ${at.time} ✅ passed — ${evidence}\n`.repeat(4);
  const text = pending
    .replace(/^(- `.*): ⏳ pending$/gm, `$1: ✅ ${at.date} — ${evidence}\n${history.trimEnd()}`)
    .replace(/^(### .*)$/gm, `$1 ✅ ${at.date}`)
    .replace(/ ⏳ \|/g, ` ✅ ${at.date} |`);
  return { runbook, text };
}

/** How a contender did: the median of its times, and of its ratios to the first contender of the same round. */
interface Score {
  readonly milliseconds: number;
  readonly ratio: number;
}

/** Lets the contenders take turns: what slows the machine down for a while slows all of a round. */
function race(contenders: Readonly<Record<string, () => unknown>>, runs: number): ReadonlyMap<string, Score> {
  const rounds: ReadonlyMap<string, number>[] = [];
  for (let run = -1; run < runs; run++) {
    const round = new Map<string, number>();
    for (const [name, work] of Object.entries(contenders)) {
      const begun = performance.now();
      work();
      round.set(name, performance.now() - begun);
    }
    if (run >= 0) rounds.push(round);
  }
  const [first = ''] = Object.keys(contenders);
  const of = (round: ReadonlyMap<string, number>, name: string): number => round.get(name) ?? 0;
  return new Map(
    Object.keys(contenders).map((name) => {
      const milliseconds = median(rounds.map((round) => of(round, name)));
      return [
        name,
        { milliseconds, ratio: median(rounds.map((round) => of(round, name) / of(round, first))) },
      ];
    }),
  );
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

/** As when a log is opened: nothing of it was read before. */
function readAnew(text: string): void {
  readLog('');
  readLog(text);
}

/** A log with a key typed in its middle, another one for each round; made before the clock runs. */
function typedIn(text: string, rounds: number): () => string {
  const middle = text.indexOf('\n', text.length >> 1);
  const texts = Array.from({ length: rounds + 1 }, (_, key) => {
    const typed = `${text.slice(0, middle)} ${key}${text.slice(middle)}`;
    // Looked through once, so that it is one string as an editor gives it, not a chain of three.
    typed.indexOf('\u0000');
    return typed;
  });
  let round = 0;
  return () => texts[round++ % texts.length] ?? text;
}

const ours = (text: string, runbook: Runbook): void => {
  const record = readRecord(readLog(text), runbook);
  overviewOf(record, runbook);
  lintRecord(record, runbook, at.date);
};

/** What happens when a check of the partition in the middle is recorded. */
function edit(text: string, runbook: Runbook): string {
  const partition = runbook.partitions[runbook.partitions.length >> 1];
  const phase = runbook.phases[1];
  if (partition === undefined || phase === undefined) throw new Error('the bench runbook is too small');
  const target = { kind: 'phase', partition, phase } as const;
  const place = placeOf(runbook, target);
  const checks = placedChecks(runbook, target, () => ({})).map((each) => each.entry);
  const [check] = checks;
  if (check === undefined || place.kind !== 'phase') throw new Error('the bench runbook has no check');
  const result = { kind: 'result', verdict: 'passed', evidence } as const;
  const after = applyEdits(text, recordCheck(text, place, check, checks, result, at));
  return applyEdits(after, settlePhase(after, place, checks, at));
}

/** Prints how long each thing takes, beside Markdown parsers on the same text. */
export function benchLog(): void {
  const markdownIt = new MarkdownIt();
  const small = logOf(1_000_000);
  const large = logOf(10_000_000);
  const mdast = (text: string): unknown =>
    fromMarkdown(text, { extensions: [gfmTable()], mdastExtensions: [gfmTableFromMarkdown()] });
  const size = (text: string): string => `${(text.length / 1e6).toFixed(2)} MB`;
  stdout.write(`Log of ${size(small.text)}, ${small.runbook.partitions.length} partitions, ${runs} runs\n`);
  const [keyOnRead, keyOnAll] = [typedIn(small.text, runs), typedIn(small.text, runs)];
  const first = race(
    {
      'markdown-it parse': () => markdownIt.parse(small.text, {}),
      'read the log anew': () => readAnew(small.text),
      'read it after a key': () => readLog(keyOnRead()),
      'one edit': () => edit(small.text, small.runbook),
      'edit, model, tree and diagnostics': () => ours(edit(small.text, small.runbook), small.runbook),
      'model, tree and diagnostics after a key': () => ours(keyOnAll(), small.runbook),
    },
    runs,
  );
  table(first);
  // One round of this one, which takes many times as long.
  table(
    race(
      {
        'markdown-it parse': () => markdownIt.parse(small.text, {}),
        'mdast with tables': () => mdast(small.text),
      },
      1,
    ),
  );
  const few = Math.max(1, Math.floor(runs / 3));
  stdout.write(`\nLog of ${size(large.text)}, ${large.runbook.partitions.length} partitions, ${few} runs\n`);
  const keyOnLarge = typedIn(large.text, few);
  const second = race(
    {
      'markdown-it parse': () => markdownIt.parse(large.text, {}),
      'read the log anew': () => readAnew(large.text),
      'model, tree and diagnostics after a key': () => ours(keyOnLarge(), large.runbook),
    },
    few,
  );
  table(second);
  const growth = large.text.length / small.text.length;
  for (const name of ['read the log anew', 'model, tree and diagnostics after a key']) {
    const ratio = (second.get(name)?.milliseconds ?? 0) / (first.get(name)?.milliseconds ?? 1);
    stdout.write(`${growth.toFixed(1)} × the text: "${name}" takes ${ratio.toFixed(1)} × as long\n`);
  }
}

function table(scores: ReadonlyMap<string, Score>): void {
  const [first] = scores.keys();
  for (const [name, { milliseconds, ratio }] of scores) {
    const time = milliseconds.toFixed(1).padStart(9);
    stdout.write(`  ${name.padEnd(40)} ${time} ms   ${ratio.toFixed(2).padStart(6)} × ${first}\n`);
  }
}

/**
 * `npm run bench -- log`: how long the log takes to be read, edited and checked, against Markdown parsers on the same text in
 * the same run. Only the ratios mean something: the machine's speed cancels out.
 */
import { stdout } from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import MarkdownIt from 'markdown-it';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmTableFromMarkdown } from 'mdast-util-gfm-table';
import { gfmTable } from 'micromark-extension-gfm-table';
import { lintRecord } from '../core/lint/lint.ts';
import { newLog } from '../core/log/create.ts';
import { applyEdits, type Stamp } from '../core/log/edits.ts';
import { readRecord } from '../core/log/model.ts';
import { overviewOf } from '../core/log/overview.ts';
import { logReader, readLog } from '../core/log/read.ts';
import { recordAndSettle } from '../core/log/settle.ts';
import { placedChecks, placeOf } from '../core/run/places.ts';
import { parseRunbook, type Runbook } from '../core/runbook/runbook.ts';
import { longLine, pieces, places } from './long-lines.ts';

/** Rounds on the small log. */
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

/** What is measured, and what is done before the clock runs. */
interface Contender {
  readonly before?: () => unknown;
  readonly work: () => unknown;
}

setFlagsFromString('--expose-gc');
/** Takes away what was left behind, so that each contender pays for its own garbage and for no other's. */
const collect: (how: { readonly type: 'minor' }) => void = runInNewContext('gc');

/** Lets the contenders take turns: what slows the machine down for a while slows all of a round. */
function race(
  contenders: Readonly<Record<string, Contender>>,
  runs: number,
  warmUps = 1,
): ReadonlyMap<string, Score> {
  const rounds: ReadonlyMap<string, number>[] = [];
  for (let run = -warmUps; run < runs; run++) {
    const round = new Map<string, number>();
    for (const [name, { before, work }] of Object.entries(contenders)) {
      before?.();
      collect({ type: 'minor' });
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

/** A reader of its own knows nothing of a log, as when it is opened. */
const ours = (text: string, runbook: Runbook, read = readLog): void => {
  const record = readRecord(read(text), runbook);
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
  if (check === undefined) throw new Error('the bench runbook has no check');
  const result = { kind: 'result', verdict: 'passed', evidence } as const;
  return applyEdits(text, recordAndSettle(text, place, check, checks, result, at));
}

/** What a log is put through; `rounds` is how often. */
function contenders(
  { text, runbook }: ReturnType<typeof logOf>,
  rounds: number,
): Readonly<Record<string, Contender>> {
  const markdownIt = new MarkdownIt();
  const [keyOnRead, keyOnAll] = [typedIn(text, rounds), typedIn(text, rounds)];
  // What a person works in was shown to them before.
  const shown = (): void => ours(text, runbook);
  return {
    'markdown-it parse': { work: () => markdownIt.parse(text, {}) },
    [anew]: { work: () => logReader()(text) },
    'model, tree and diagnostics anew': { work: () => ours(text, runbook, logReader()) },
    'read after a key': { before: shown, work: () => readLog(keyOnRead()) },
    'one edit': { before: shown, work: () => edit(text, runbook) },
    [afterKey]: { before: shown, work: () => ours(keyOnAll(), runbook) },
    [afterResult]: { before: shown, work: () => ours(edit(text, runbook), runbook) },
  };
}

const anew = 'read the log anew';
const afterKey = 'model, tree and diagnostics after a key';
const afterResult = 'the same after an edit that records a result';

/** Prints how long each thing takes, beside Markdown parsers on the same text. */
export function benchLog(): void {
  const small = logOf(1_000_000);
  const large = logOf(10_000_000);
  const title = ({ text, runbook }: typeof small): string =>
    `Log of ${(text.length / 1e6).toFixed(2)} MB, ${runbook.partitions.length} partitions`;
  stdout.write(`${title(small)}, ${runs} rounds\n`);
  const first = race(contenders(small, runs), runs);
  table(first);
  // One round of this one, which takes many times as long.
  const extensions = { extensions: [gfmTable()], mdastExtensions: [gfmTableFromMarkdown()] };
  const markdownIt = new MarkdownIt();
  table(
    race(
      {
        'markdown-it parse': { work: () => markdownIt.parse(small.text, {}) },
        'mdast with tables': { work: () => fromMarkdown(small.text, extensions) },
      },
      1,
      0,
    ),
  );
  const few = Math.max(1, Math.floor(runs / 3));
  stdout.write(`\n${title(large)}, ${few} rounds\n`);
  const second = race(contenders(large, few), few);
  table(second);
  const growth = large.text.length / small.text.length;
  for (const name of [anew, afterKey, afterResult]) {
    const ratio = (second.get(name)?.milliseconds ?? 0) / (first.get(name)?.milliseconds ?? 1);
    stdout.write(`${growth.toFixed(1)} × the text: "${name}" takes ${ratio.toFixed(1)} × as long\n`);
  }
  longLines();
}

/** UTF-16 units of a long line, and how many times as long the other one is. */
const lineLength = 200_000;
const longer = 4;

/**
 * Long lines that a search might stumble over: how many times as long four times the text takes, at the worst place of
 * a log. The better one of two times counts, which another program cannot lower.
 */
function longLines(): void {
  const runbook = runbookOf(1);
  const log = newLog(runbook, { operator: 'Bench', at, worktree: '.', rehearsal: false });
  const takes = (text: string): number =>
    Math.min(
      ...Array.from({ length: 2 }, () => {
        const begun = performance.now();
        ours(text, runbook, logReader());
        return performance.now() - begun;
      }),
    );
  stdout.write(`\nLines of ${lineLength / 1000} KB, and what ${longer} × the length takes\n`);
  for (const [name, piece] of Object.entries(pieces)) {
    const measured = Object.entries(places).map(([place, put]) => {
      const short = takes(put(log, longLine(piece, lineLength)));
      return { place, short, ratio: takes(put(log, longLine(piece, lineLength * longer))) / short };
    });
    const worst = measured.reduce((a, b) => (b.ratio > a.ratio ? b : a));
    const time = worst.short.toFixed(1).padStart(9);
    stdout.write(
      `  ${`${name}, ${worst.place}`.padEnd(46)} ${time} ms   ${worst.ratio.toFixed(1).padStart(6)} ×\n`,
    );
  }
}

function table(scores: ReadonlyMap<string, Score>): void {
  const [first] = scores.keys();
  for (const [name, { milliseconds, ratio }] of scores) {
    const time = milliseconds.toFixed(1).padStart(9);
    stdout.write(`  ${name.padEnd(46)} ${time} ms   ${ratio.toFixed(2).padStart(6)} × ${first}\n`);
  }
}

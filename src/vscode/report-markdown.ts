/** A cell's report as Markdown, for wherever the renderer is not. */
import type { CellReport, CheckRow, CheckState } from '../core/run/cell-report.ts';
import { plainText, visibleText } from '../core/text.ts';

const icons: Readonly<Record<CheckState, string>> = {
  passed: '✅',
  failed: '❌',
  unknown: '🟡',
  running: '⏳',
  waiting: '⏳',
  blocked: '⛔',
  'not-run': '⚪',
};

export const escaped = (text: string): string => text.replace(/[\\<>|*_]/g, '\\$&').replace(/\s+/g, ' ');

/** Commands keep their code spans; what stands around them is escaped. */
const words = (text: string): string =>
  text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') && part.length > 1 ? part.replaceAll('|', '\\|') : escaped(part)))
    .join('');

export function reportMarkdown({ partition, rehearsal, rows }: CellReport): string {
  const header = `| ${rehearsal ? `${partition} · REHEARSAL` : partition} | time | asked | seen |\n|---|---|---|---|`;
  const printed = rows.flatMap(({ output }) => (output === undefined ? [] : [fenced(output)]));
  return [`${header}\n${rows.map(tableRow).join('\n')}`, ...printed].join('\n\n');
}

function tableRow({ state, check, detail, expected, actual, next, duration }: CheckRow): string {
  const seen =
    state === 'failed' && expected !== undefined
      ? `expected ${words(expected)} · got ${words(actual ?? '')}`
      : words(detail ?? '');
  const todo = next === undefined ? '' : ` **→** ${words(next)}`;
  const time = duration === undefined ? '' : `${(duration / 1000).toFixed(1)} s`;
  return `| ${icons[state]} ${state.replace('-', ' ')} | ${time} | ${words(check)} | ${seen}${todo} |`;
}

function fenced(output: string): string {
  const text = visibleText(plainText(output)).replace(/\n$/, '');
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}

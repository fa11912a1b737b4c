/** Checks a log as a linter checks code: what contradicts itself is found, and what follows from it can be mended. */
import { applyEdits, composeEdits, meets } from '../log/edits.ts';
import { type CascadeRecord, readRecord } from '../log/model.ts';
import { whatIsMissing } from '../log/overview.ts';
import { type ExecutionLog, readLog } from '../log/read.ts';
import type { TextEdit } from '../ports.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { defaultSeverity, type RuleCode, type Severity } from './codes.ts';
import { coverage } from './coverage.ts';
import { dates } from './dates.ts';
import { gateSections } from './gates.ts';
import { leftovers } from './leftovers.ts';
import { headings, openChecks, recordedTwice, sections, summaries, withoutResult } from './phases.ts';
import type { Check, Fix, Found, LintContext } from './rule.ts';
import { signOffs } from './sign-off.ts';
import { statusForms } from './statuses.ts';

export interface Finding extends Found {
  readonly code: RuleCode;
  readonly severity: Severity;
}

const unreadable: Check = ({ record, runbook }) => {
  const missing = whatIsMissing(record, runbook);
  if (missing === undefined) return [];
  const message = `${missing} Nothing can be recorded here before it is there.`;
  return [{ message, span: record.summary?.header.line ?? { start: 0, end: 0 } }];
};

/** The marks of a merge make everything behind them doubtful, so that nothing else is said. */
function conflict({ text, conflict: start }: ExecutionLog): Found | undefined {
  if (start === undefined) return undefined;
  const end = text.indexOf('\n', start);
  return {
    message: 'A conflict marker that git left: resolve the conflict. Nothing is recorded before that.',
    span: { start, end: end < 0 ? text.length : end },
  };
}

const rules: readonly (readonly [RuleCode, Check])[] = [
  ['unreadable', unreadable],
  ['no-result', withoutResult],
  ['recorded-twice', recordedTwice],
  ['gate-section', gateSections],
  ['open-check', openChecks],
  ['summary-differs', summaries],
  ['heading-differs', headings],
  ['sign-off', signOffs],
  ['check-missing', coverage],
  ['section-missing', sections],
  ['dates', dates],
  ['status-form', statusForms],
  ['placeholder', leftovers],
];

/** @param today `2026-11-24`, where the reader is */
export const lint = (text: string, runbook: Runbook, today: string): readonly Finding[] =>
  lintRecord(readRecord(readLog(text), runbook), runbook, today);

/** All findings of a log that was read already, in the order of the text. */
export function lintRecord(record: CascadeRecord, runbook: Runbook, today: string): readonly Finding[] {
  const marked = conflict(record.log);
  if (marked !== undefined) return [{ ...marked, code: 'merge-conflict', severity: 'error' }];
  const context: LintContext = { record, runbook, today };
  return rules
    .flatMap(([code, check]) => {
      const severity = runbook.lint.get(code) ?? defaultSeverity[code];
      return severity === 'off' ? [] : check(context).map((found) => ({ ...found, code, severity }));
    })
    .sort((a, b) => a.span.start - b.span.start);
}

/** What is left where somebody is changing some partitions right now. */
export const whileRunning = (
  findings: readonly Finding[],
  running: ReadonlySet<string>,
): readonly Finding[] =>
  findings.filter(({ unfinished }) => unfinished === undefined || !running.has(unfinished));

export interface FixAll {
  /** Counted from the text that was given. */
  readonly edits: readonly TextEdit[];
  /** What needs a person. */
  readonly rest: readonly Finding[];
}

/** A fix may lay another one bare: a heading that got its status shows that the summary is behind. */
const rounds = 8;

/** Makes every safe fix, and those that follow from them. */
export function fixAll(text: string, runbook: Runbook, today: string): FixAll {
  let edits: readonly TextEdit[] = [];
  let now = text;
  let rest = lint(now, runbook, today);
  for (let round = 0; round < rounds; round++) {
    const next = together(rest.flatMap(({ fixes }) => fixes?.filter((each) => each.safe).slice(0, 1) ?? []));
    if (next.length === 0) break;
    edits = composeEdits(text, edits, next);
    now = applyEdits(text, edits);
    rest = lint(now, runbook, today);
  }
  return { edits, rest };
}

/** The edits of fixes that can be made at once: of two that meet, the first one counts. */
function together(fixes: readonly Fix[]): readonly TextEdit[] {
  const taken: TextEdit[] = [];
  for (const fix of fixes) {
    const edits = fix.edits();
    if (edits.every((edit) => !taken.some((other) => meets(edit, other)))) taken.push(...edits);
  }
  return taken.toSorted((a, b) => a.offset - b.offset);
}

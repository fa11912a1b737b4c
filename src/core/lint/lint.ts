/** Checks a log as a linter checks code: what contradicts itself is found, and what follows from it can be mended. */
import { applyEdits } from '../log/edits.ts';
import { type CascadeRecord, readRecord } from '../log/model.ts';
import { whatIsMissing } from '../log/overview.ts';
import { readLog } from '../log/read.ts';
import type { TextEdit } from '../ports.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { defaultSeverity, type RuleCode, type Severity } from './codes.ts';
import { coverage } from './coverage.ts';
import { dates } from './dates.ts';
import { gateSections } from './gates.ts';
import { leftovers } from './leftovers.ts';
import { headings, openChecks, recordedTwice, sections, summaries, withoutResult } from './phases.ts';
import type { Check, Found, LintContext } from './rule.ts';
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
  const context: LintContext = { record, runbook, today };
  return rules
    .flatMap(([code, check]) => {
      const severity = runbook.lint.get(code) ?? defaultSeverity[code];
      return severity === 'off' ? [] : check(context).map((found) => ({ ...found, code, severity }));
    })
    .sort((a, b) => a.span.start - b.span.start);
}

/** The edits of fixes that can be made together: of two that meet, the first one counts. */
export function together(text: string, fixes: readonly (readonly TextEdit[])[]): readonly TextEdit[] {
  const taken: TextEdit[] = [];
  for (const edits of fixes) {
    if (edits.every((edit) => !taken.some((other) => meets(edit, other)))) taken.push(...edits);
  }
  applyEdits(text, taken);
  return taken.toSorted((a, b) => a.offset - b.offset);
}

const meets = (a: TextEdit, b: TextEdit): boolean =>
  a.offset <= b.offset + b.length && b.offset <= a.offset + a.length;

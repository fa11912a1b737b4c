/** A result that the log does not take: as a document of its own, so that it can be put into the log by hand. */
import { fitsLine, type Stamp } from '../log/edits.ts';
import type { LogEntry } from '../log/find.ts';
import { type Entry, resultLine } from '../log/record.ts';
import { type Failure, failureText } from '../ports.ts';
import type { CheckResult } from '../steps/step.ts';
import { plainText, visibleText } from '../text.ts';

/** One check and how it ended. */
export interface UnwrittenCheck {
  readonly check: LogEntry;
  readonly entry: Extract<Entry, { kind: 'result' }>;
  readonly result: CheckResult;
  readonly at: Stamp;
}

export interface UnwrittenResult {
  /** Path of the log, for people. */
  readonly log: string;
  readonly runbook: string;
  /** `dev · Deploy` */
  readonly target: string;
  readonly rehearsal: boolean;
  readonly at: Stamp;
  readonly failure: Failure;
  readonly checks: readonly UnwrittenCheck[];
  /** `dev · Deploy: failed`: not in the heading, the summary or the gates of the log. */
  readonly came?: string;
  /** A line for the notes of the phase. */
  readonly note?: string;
}

export function unwrittenText({
  log,
  runbook,
  target,
  rehearsal,
  at,
  failure,
  checks,
  came,
  note,
}: UnwrittenResult): string {
  const blocks = [
    `# Not in ${log}`,
    `${rehearsal ? '**REHEARSAL**: ' : ''}${runbook}, ${target}, ${at.time}. The log could not be written: ${failureText(failure)}`,
    'Put what follows into the log where it belongs, then delete this file.',
    came === undefined ? '' : `In the headings and tables: ${came}.`,
    checks.map((each) => `- ${resultLine(each.check, each.entry, each.at)}`).join('\n'),
    ...(note === undefined ? [] : [`Under *Notes / anomalies*:\n\n- ${note}`]),
    ...checks.flatMap(wholeEvidence),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

/** What the line has no room for. */
function wholeEvidence({ check, entry, result }: UnwrittenCheck): string[] {
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['evidence', fitsLine(entry.evidence) ? undefined : entry.evidence],
    ['expected', result.expected],
    ['actual', result.actual],
    ['next', result.next],
  ];
  const lines = facts.flatMap(([name, text]) => (text === undefined ? [] : [`${name}: ${text}`]));
  if (lines.length === 0) return [];
  const code = visibleText(plainText([check.command ?? check.label, ...lines].join('\n')));
  return [code.replace(/^/gm, '    ')];
}

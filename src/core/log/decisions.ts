/** What was decided of a gate, as its section tells: `- 2026-11-24 10:02:11 +00:00 ⚠️ waived by Miguel Pinilla — …`. */
import type { TextEdit } from '../ports.ts';
import { endsLine, insert, type Stamp } from './edits.ts';
import { bulletsOf, timeOf } from './find.ts';
import { sectionTail } from './place.ts';
import type { ExecutionLog, LogHeading } from './read.ts';
import { type StatusKind, signs } from './status.ts';

const words: Readonly<Record<StatusKind, string>> = {
  cleared: 'cleared',
  partial: 'partial',
  failed: 'failed',
  waived: 'waived',
  pending: 'reopened',
};

/** @param by who or what decided: `Miguel Pinilla`, `its checks`; @param reason on one line, harmless */
export const decisionWords = (kind: StatusKind, by: string, reason: string): string =>
  `${words[kind]} by ${by}${reason === '' ? '' : ` — ${reason}`}`;

/** The line goes behind all that the section says, into the list at its end where there is one. */
export function addDecision(
  log: ExecutionLog,
  section: LogHeading,
  kind: StatusKind,
  decision: string,
  at: Stamp,
): TextEdit {
  const tail = sectionTail(log, section);
  const last = bulletsOf(section.own).findLast((bullet) => bullet.depth === 0);
  const continues = last !== undefined && last.end >= tail;
  const end = log.lineEnd;
  const lead = endsLine(log.text, tail) ? '' : end;
  const gap = continues ? '' : end;
  const line = `- ${at.time} ${signs[kind]} ${decision}`;
  return insert(tail, `${lead}${gap}${' '.repeat(continues ? last.indent : 0)}${line}${end}`);
}

/** The status of the newest decision; undefined where none is written down. */
export const lastDecision = (section: LogHeading): StatusKind | undefined =>
  bulletsOf(section.own).findLast(
    (bullet) => bullet.depth === 0 && timeOf(bullet.label) !== undefined && bullet.status !== undefined,
  )?.status?.kind;

/** The places a run is recorded in, and the headings that are added when a log lacks them. */
import type { TextEdit } from '../ports.ts';
import { insert } from './edits.ts';
import { bodyEnd, gateSection, partitionSection, phaseSections, signOffField } from './find.ts';
import { type ExecutionLog, type LogHeading, readLog } from './read.ts';
import { signs } from './status.ts';

export type Place =
  | {
      readonly kind: 'phase';
      readonly partition: string;
      readonly phase: string;
      /** Its column in the summary table. */
      readonly column: string;
      /** `T-O5-dev` */
      readonly task?: string;
      /** Behind the partition in a new heading: `Alpha002 / PostmarkNonProd`. */
      readonly partitionNote?: string;
    }
  | { readonly kind: 'sign-off'; readonly partition: string; readonly partitionNote?: string }
  | {
      readonly kind: 'gate';
      readonly title: string;
      readonly section: string;
      /** Its evidence has to be fresh: when it was seen is written down to the second. */
      readonly timed?: boolean;
    };

export const partitionTitle = (partition: string, note: string | undefined): string =>
  note === undefined ? `§ ${partition}` : `§ ${partition} (${note})`;

export const phaseTitle = (phase: string, task: string | undefined): string =>
  task === undefined ? phase : `${phase} (${task})`;

export const pendingSignOff = `**Sign-off**: ${signs.pending} pending`;

/** The heading that a place's checks stand under; the newest where a phase is recorded twice. */
export function sectionOf(log: ExecutionLog, place: Place): LogHeading | undefined {
  switch (place.kind) {
    case 'phase':
      return phaseSections(log, place.partition, place.phase).at(-1);
    case 'sign-off':
      return partitionSection(log, place.partition);
    case 'gate':
      return gateSection(log, place.section);
  }
}

/** Adds the headings that the place needs and the log lacks; nothing where they stand. */
export function ensurePlace(text: string, place: Place): readonly TextEdit[] {
  const log = readLog(text);
  const end = log.lineEnd;
  // As deep as the sections that are there: a deeper one would be a part of the last of them.
  const level = log.headings.find((heading) => heading.title.startsWith('§'))?.level ?? 2;
  const top = '#'.repeat(level);
  if (place.kind === 'gate') {
    return sectionOf(log, place) === undefined ? [atEnd(text, `${top} ${place.section}${end}`, end)] : [];
  }
  const section = partitionSection(log, place.partition);
  const below = '#'.repeat(Math.min(6, (section?.level ?? level) + 1));
  const phase = place.kind === 'phase' ? `${below} ${phaseTitle(place.phase, place.task)}${end}` : undefined;
  if (section === undefined) {
    const head = `${top} ${partitionTitle(place.partition, place.partitionNote)}${end}`;
    const rest = phase === undefined ? pendingSignOff + end : `${phase}${end}${pendingSignOff}${end}`;
    return [atEnd(text, head + end + rest, end)];
  }
  if (place.kind === 'sign-off') {
    if (signOffField(log, place.partition) !== undefined) return [];
    return [before(text, section.bodyEnd, pendingSignOff + end, end)];
  }
  if (phase === undefined || sectionOf(log, place) !== undefined) return [];
  const signOff = signOffField(log, place.partition);
  return [before(text, signOff?.line.start ?? section.bodyEnd, phase, end)];
}

/** Behind everything, a blank line apart. */
function atEnd(text: string, block: string, end: string): TextEdit {
  const gap =
    text.length === 0 ? '' : /[\r\n][ \t]*\r?\n$/.test(text) ? '' : /\r?\n$/.test(text) ? end : end + end;
  return insert(text.length, gap + block);
}

/** In front of what stands at `offset`, a blank line apart from both. */
function before(text: string, offset: number, block: string, end: string): TextEdit {
  if (offset >= text.length) return atEnd(text, block, end);
  const head = text.slice(0, offset);
  const gap = /\r?\n[ \t]*\r?\n$/.test(head) || head.length === 0 ? '' : end;
  return insert(offset, `${gap}${block}${end}`);
}

/** Where the next paragraph of a section goes: behind its last line that is not blank. */
export function sectionTail(log: ExecutionLog, section: LogHeading): number {
  const end = bodyEnd(section);
  const body = log.text.slice(section.bodyStart, end);
  const kept = body.trimEnd();
  if (kept.length === 0) return section.bodyStart;
  const rest = /^[ \t]*(?:\r\n|\n|\r)?/.exec(body.slice(kept.length))?.[0].length ?? 0;
  return section.bodyStart + kept.length + rest;
}

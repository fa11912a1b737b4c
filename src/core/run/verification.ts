/** Fills the rows of the verification document when the verification of a partition passed as a whole. */
import type { Stamp } from '../log/edits.ts';
import type { Place } from '../log/place.ts';
import { fillRows, recordRows } from '../log/verification.ts';
import type { TextEdit } from '../ports.ts';
import type { Cascade } from './cascade.ts';

/**
 * Fills the rows, and tells what to write into the log of it. A document that cannot be written is no reason to call
 * the verification anything but passed: the log says so, and its bullet stays open.
 * @param passed how many checks passed
 */
export async function fillVerification(
  { verification, runbook, log }: Cascade,
  place: Extract<Place, { kind: 'phase' }>,
  passed: number,
  at: Stamp,
): Promise<(text: string) => readonly TextEdit[]> {
  if (verification === undefined || runbook.verification === undefined) return () => [];
  const evidence = `${place.phase} of ${place.partition}: ${passed} of ${passed} checks passed, see ${log.path}`;
  let ids: readonly string[] = [];
  const written = await verification.update((text) => {
    const filled = fillRows(text, place.partition, evidence, at);
    ids = filled.ids;
    return filled.edits;
  });
  const became = ((): { kind: 'cleared' | 'partial'; words: string } => {
    if (written.kind === 'failure') return { kind: 'partial', words: `not filled: ${written.came}` };
    if (ids.length === 0)
      return {
        kind: 'partial',
        words: `${verification.path} has no row whose id ends in -${place.partition}`,
      };
    return {
      kind: 'cleared',
      words: `${ids.length} ${ids.length === 1 ? 'row' : 'rows'}: ${ids.join(', ')}`,
    };
  })();
  return (text) => recordRows(text, place, became, at);
}

/** What a person decides of a gate, written where the log tells of it: in its row and in its section. */
import { addDecision, decisionWords } from '../log/decisions.ts';
import { harmless, replace, type Stamp, thenAlso } from '../log/edits.ts';
import { type GateDecision, recordGate } from '../log/gate-record.ts';
import { type GateRecord, readRecord } from '../log/model.ts';
import { readLog } from '../log/read.ts';
import { signs, successor } from '../log/status.ts';
import { type Failure, failure, type TextEdit } from '../ports.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { clearBlocks } from './may-run.ts';

/**
 * The edits of a decision, or why it may not be made: a gate is not cleared while what it requires, or a check in its
 * section, says otherwise.
 * @param title of a gate of the log, or of one that the runbook declares
 */
export function decideGate(
  text: string,
  runbook: Pick<Runbook, 'partitions' | 'phases' | 'gates'>,
  title: string,
  decision: GateDecision,
  at: Stamp,
): readonly TextEdit[] | Failure {
  const record = readRecord(readLog(text), runbook);
  const gate = record.gates.find((each) => each.title === title || each.declared?.title === title);
  const declared = gate?.declared;
  if (decision.kind === 'cleared' && declared !== undefined) {
    const against = clearBlocks(runbook, record, declared, at);
    if (against.length > 0) {
      return failure(
        'failed',
        `clear the gate "${declared.title}"`,
        [...new Set(against.map((block) => block.why))].join('; '),
        `To open it: ${[...new Set(against.map((block) => block.clears))].join('; or ')}. Nothing was written.`,
      );
    }
  }
  const row = recordGate(text, { title: gate?.title ?? title }, decision, at);
  return thenAlso(text, row, (after) => {
    const own = readRecord(readLog(after), runbook).gates.find((each) => each.declared === declared);
    return declared === undefined || own === undefined ? [] : inSection(after, own, decision, at);
  });
}

function inSection(text: string, gate: GateRecord, decision: GateDecision, at: Stamp): readonly TextEdit[] {
  const { section, checks } = gate;
  if (section === undefined) return [];
  const log = readLog(text);
  const { kind, by, reason = '' } = decision;
  // Opened again means that what was seen counts no more; the words of it stay.
  const reset =
    kind !== 'pending'
      ? []
      : checks.flatMap(({ status, tail }) => {
          if (status?.kind !== 'cleared') return [];
          const old = text.slice(status.span.start, status.span.end);
          return [replace(status.span, successor(status, old, tail, `${signs.pending} pending`, 'pending'))];
        });
  const words = decisionWords(kind, harmless(by), harmless(reason));
  return [...reset, addDecision(log, section, kind, words, at)];
}

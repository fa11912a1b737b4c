/** Writes down what a person decides of a gate: the status of its row, with who, when and why. */
import type { TextEdit } from '../ports.ts';
import { harmlessCell, type Stamp } from './edits.ts';
import { readLog } from './read.ts';
import { setGate } from './settle.ts';
import { type StatusKind, signs } from './status.ts';

export interface GateDecision {
  /** `pending` opens it again. */
  readonly kind: StatusKind;
  readonly reason?: string;
  /** `Miguel Pinilla` */
  readonly by: string;
}

/** Kinds that say nothing without a reason. */
export const needsReason = (kind: StatusKind): boolean => kind !== 'cleared';

const word: Readonly<Record<StatusKind, string>> = {
  cleared: '',
  partial: '',
  failed: '',
  waived: 'waived ',
  pending: '',
};

export function recordGate(
  text: string,
  gate: { readonly title: string },
  decision: GateDecision,
  at: Stamp,
): readonly TextEdit[] {
  const { kind, by } = decision;
  const reason = harmlessCell(decision.reason ?? '');
  const who = kind === 'pending' ? `opened again by ${harmlessCell(by)}` : `by ${harmlessCell(by)}`;
  const why = reason === '' ? who : `${reason} (${who})`;
  const token = `${signs[kind]} ${word[kind]}${at.date}`;
  return setGate(readLog(text), gate.title, token, kind, at.date, ` — ${why}`);
}

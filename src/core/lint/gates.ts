/** Gates: the table at the head of the log against the sections that record them. */
import { decisive } from '../gates/proof.ts';
import type { GateRecord } from '../log/model.ts';
import { signs } from '../log/status.ts';
import { setDate, setToken } from '../log/table-edits.ts';
import type { TextEdit } from '../ports.ts';
import { type Check, type Found, fix, type LintContext, later, type Standing, standing } from './rule.ts';

/** The gate's row and its section say the same. */
export const gateSections: Check = (context) =>
  context.record.gates.flatMap((gate) => disagreement(context, gate) ?? []);

function disagreement(context: LintContext, gate: GateRecord): Found | undefined {
  const { row, cell, section } = gate;
  if (row === undefined || cell === undefined || section === undefined) return undefined;
  const whole = standing(gate.checks);
  const deciding = decisive(gate);
  const says = deciding.length === 0 ? whole : standing(deciding);
  const now = cell.status?.kind ?? 'pending';
  if (says.kind === 'none' || now === 'waived' || now === says.kind) return undefined;
  // What a person decided of it stands in the section too, behind its checks.
  if (gate.decisions.at(-1)?.status?.kind === now) return undefined;
  // A gate may wait for something before its first check, and be in the middle of them.
  if ((now === 'partial' && says.kind === 'pending') || (now === 'pending' && says.kind === 'partial'))
    return undefined;
  const sectionDate = says.date ?? section.status?.date;
  const related = (deciding.length === 0 ? gate.checks.filter((check) => check.status) : deciding)
    .slice(0, 5)
    .map((check) => ({ span: check.span, message: 'what the section says' }));
  const counted = `${says.done} of ${says.all} ${says.all === 1 ? 'check' : 'checks'} cleared`;
  const rest = whole.all - whole.done;
  const open =
    deciding.length > 0 && rest > 0 ? `; ${rest} more there ${rest === 1 ? 'is' : 'are'} open` : '';
  const message = `The gate "${plainTitle(gate.title)}" is ${now} in the table, and its section says ${says.kind}${sectionDate === undefined ? '' : ` ${sectionDate}`} (${counted}${open}).`;
  const knownDate = sectionDate ?? dateNear(context, gate);
  const date = knownDate ?? context.today;
  const token = says.kind === 'pending' ? `${signs.pending} pending` : `${signs[says.kind]} ${date}`;
  // Where a change waits for the gate, clearing it is a person's act, whatever its section says.
  const waited = (gate.declared?.blocks.length ?? 0) > 0;
  const safe =
    knownDate !== undefined &&
    says.kind === 'cleared' &&
    now === 'pending' &&
    whole.kind === 'cleared' &&
    !waited;
  return {
    message,
    span: cell.text === '' ? row.line : cell.span,
    related,
    fixes: [
      fix(`Write ${token} as its section says`, safe, () => setGateRow(context, gate, token, says, date)),
    ],
  };
}

const plainTitle = (title: string): string => title.replace(/`|\*\*/g, '');

function setGateRow(
  { record }: LintContext,
  { cell, date }: GateRecord,
  token: string,
  says: Standing,
  day: string,
): readonly TextEdit[] {
  if (cell === undefined || says.kind === 'none') return [];
  // What is open again was closed on that day, and nothing happened on another one.
  const dated = date === undefined || says.kind === 'pending' ? [] : [setDate(record.log, date, day)];
  return [setToken(record.log, cell, token, says.kind), ...dated];
}

/** A date that the section's checks carry behind their signs. */
function dateNear({ today }: LintContext, gate: GateRecord): string | undefined {
  return gate.checks
    .flatMap((check) => /\d{4}-\d{2}-\d{2}/.exec(check.tail)?.[0] ?? [])
    .filter((date) => date <= today)
    .reduce<string | undefined>(later, undefined);
}

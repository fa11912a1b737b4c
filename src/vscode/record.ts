/** Cascade: Record… — what a person adds to a log, asked step by step and written in one go. */
import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { decideGate } from '../core/gates/decide.ts';
import { type Stamp, thenAlso } from '../core/log/edits.ts';
import { type GateDecision, needsReason } from '../core/log/gate-record.ts';
import type { CascadeRecord } from '../core/log/model.ts';
import { noteLine, recordFix } from '../core/log/notes.ts';
import { ensurePlace } from '../core/log/place.ts';
import { recordNote } from '../core/log/record.ts';
import { type StatusKind, signs } from '../core/log/status.ts';
import { unfit } from '../core/log/unfit.ts';
import { bare, plain } from '../core/log/words.ts';
import { type Failure, failureText, type TextEdit } from '../core/ports.ts';
import { placeOf } from '../core/run/places.ts';
import { type Cascades, OperatorError } from './cascades.ts';
import type { CurrentCascade } from './current-cascade.ts';
import type { LogReading, Logs } from './logs.ts';
import { notALog, withoutLog } from './refusals.ts';

export interface RecordParts {
  readonly cascades: Cascades;
  readonly current: CurrentCascade;
  readonly logs: Logs;
}

/** What is to be recorded. What is not given is asked; a key binding may give all of it. */
export interface RecordRequest {
  /** The log's path or URI; the active log, else the one that the views show, when absent. */
  readonly log?: string | vscode.Uri;
  readonly kind?: 'note' | 'anomaly' | 'script-fix' | 'code-fix' | 'gate';
  readonly partition?: string;
  readonly phase?: string;
  readonly words?: string;
  readonly script?: string;
  readonly bug?: string;
  readonly issue?: string;
  readonly fix?: string;
  readonly commit?: string;
  /** Its title, or its id in the runbook. */
  readonly gate?: string;
  readonly status?: StatusKind;
  readonly reason?: string;
}

/** The person left a question unanswered: nothing is written. */
const cancelled = Symbol('cancelled');

/** @returns whether something was written */
export async function record(parts: RecordParts, request: RecordRequest = {}): Promise<boolean> {
  const reading = await logToWrite(parts, request.log);
  try {
    const change = await asked(parts, reading, request);
    await write(parts, reading, change);
    return true;
  } catch (error) {
    if (error === cancelled) return false;
    throw error;
  }
}

type Change = (text: string, at: Stamp) => readonly TextEdit[] | Failure;

async function asked(parts: RecordParts, reading: LogReading, request: RecordRequest): Promise<Change> {
  const kind = request.kind ?? (await askKind());
  const by = await parts.cascades.operatorIn(dirname(reading.runbookUri.fsPath));
  switch (kind) {
    case 'note':
    case 'anomaly':
      return askNote(reading, kind, request, by);
    case 'script-fix': {
      const script =
        request.script ??
        (await askWords(
          vscode.l10n.t('Record Script Fix (1 of 3)'),
          vscode.l10n.t('Which script? {0}', 'amm.sh'),
        ));
      const bug =
        request.bug ??
        (await askWords(
          vscode.l10n.t('Record Script Fix (2 of 3)'),
          vscode.l10n.t('What was wrong with it?'),
        ));
      const fix =
        request.fix ??
        (await askWords(
          vscode.l10n.t('Record Script Fix (3 of 3)'),
          vscode.l10n.t('What was done about it?'),
        ));
      return (text, at) => recordFix(text, { kind: 'script', script, bug, fix }, at);
    }
    case 'code-fix': {
      const partition = partitionNamed(
        reading,
        request.partition ?? (await askPartition(reading, vscode.l10n.t('Record Code Fix (1 of 4)'))),
      );
      const issue =
        request.issue ??
        (await askWords(vscode.l10n.t('Record Code Fix (2 of 4)'), vscode.l10n.t('What was wrong?')));
      const fix =
        request.fix ??
        (await askWords(
          vscode.l10n.t('Record Code Fix (3 of 4)'),
          vscode.l10n.t('Which file, and what was done?'),
        ));
      const commit =
        request.commit ??
        (await askWords(
          vscode.l10n.t('Record Code Fix (4 of 4)'),
          vscode.l10n.t('The commit, or nothing'),
          'may be empty',
        ));
      const row = { kind: 'code', partition, issue, fix, commit: commit || '—' } as const;
      return (text, at) => recordFix(text, row, at);
    }
    case 'gate':
      return askGate(reading, request, by);
  }
}

async function askNote(
  reading: LogReading,
  kind: 'note' | 'anomaly',
  request: RecordRequest,
  by: string,
): Promise<Change> {
  const title = (step: number): string =>
    kind === 'note'
      ? vscode.l10n.t('Record Note ({0} of 3)', step)
      : vscode.l10n.t('Record Anomaly ({0} of 3)', step);
  const { runbook } = reading;
  const name = partitionNamed(reading, request.partition ?? (await askPartition(reading, title(1))));
  const partition = runbook.partitions.find((each) => each.name === name);
  const wanted = request.phase ?? (await askPhase(reading, name, title(2)));
  const phase = runbook.phases.find((each) => plain(each.title) === plain(wanted));
  if (partition === undefined || phase === undefined)
    throw new OperatorError(
      vscode.l10n.t(
        'The runbook has no phase "{0}". It has {1}. Nothing was written.',
        wanted,
        listed(runbook.phases.map((each) => each.title)),
      ),
    );
  const words =
    request.words ??
    (await askWords(title(3), vscode.l10n.t('What is to stand in {0} · {1}?', name, phase.title)));
  if (words.trim() === '')
    throw new OperatorError(
      vscode.l10n.t(
        'A note needs words, and none were given. Nothing was written. Record it again with some.',
      ),
    );
  const place = placeOf(runbook, { kind: 'phase', partition, phase });
  return (text, at) =>
    thenAlso(text, ensurePlace(text, place), (after) =>
      recordNote(after, place, noteLine(kind, words, by, at)),
    );
}

async function askGate(reading: LogReading, request: RecordRequest, by: string): Promise<Change> {
  const gates = reading.record.gates;
  const wanted = request.gate ?? (await askWhichGate(gates));
  const gate = gates.find(
    (each) => each.title === wanted || each.declared?.id === wanted || plain(each.title) === plain(wanted),
  );
  if (gate === undefined)
    throw new OperatorError(
      vscode.l10n.t(
        'The log has no gate "{0}". It has {1}. Nothing was written.',
        wanted,
        listed(gates.map((each) => bare(each.title))),
      ),
    );
  const title = bare(gate.title);
  const kind = request.status ?? (await askStatus(title));
  const reason =
    request.reason ??
    (needsReason(kind)
      ? await askWords(vscode.l10n.t('Record Gate {0}: {1}', statusWords[kind], title), whyWords[kind])
      : '');
  if (needsReason(kind) && reason.trim() === '')
    throw new OperatorError(
      vscode.l10n.t(
        'This needs a reason, and none was given. Nothing was written. Record it again with one.',
      ),
    );
  const decision: GateDecision = { kind, by, ...(reason.trim() === '' ? {} : { reason: reason.trim() }) };
  return (text, at) => decideGate(text, reading.runbook, gate.title, decision, at);
}

const statusWords: Readonly<Record<StatusKind, string>> = {
  cleared: vscode.l10n.t('Cleared'),
  partial: vscode.l10n.t('Partial'),
  failed: vscode.l10n.t('Failed'),
  waived: vscode.l10n.t('Waived'),
  pending: vscode.l10n.t('Reopened'),
};

/** Asked where a reason is needed. */
const whyWords: Readonly<Record<StatusKind, string>> = {
  cleared: '',
  partial: vscode.l10n.t('Why is it partial? The reason goes into the log.'),
  failed: vscode.l10n.t('Why is it failed? The reason goes into the log.'),
  waived: vscode.l10n.t('Why is it waived? The reason goes into the log.'),
  pending: vscode.l10n.t('Why is it reopened? The reason goes into the log.'),
};

const listed = (names: readonly string[]): string =>
  names.length === 0 ? vscode.l10n.t('none') : names.map((name) => `"${name}"`).join(', ');

interface Choice<T> extends vscode.QuickPickItem {
  readonly value: T;
}

async function pick<T>(title: string, placeHolder: string, items: readonly Choice<T>[]): Promise<T> {
  const picked = await vscode.window.showQuickPick(items, {
    title,
    placeHolder,
    matchOnDescription: true,
    ignoreFocusOut: true,
  });
  if (picked === undefined) throw cancelled;
  return picked.value;
}

async function askWords(title: string, prompt: string, empty?: 'may be empty'): Promise<string> {
  const words = await vscode.window.showInputBox({
    title,
    prompt,
    ignoreFocusOut: true,
    validateInput: (value) =>
      empty === undefined && value.trim() === ''
        ? {
            message: vscode.l10n.t('Write some words, or leave with Escape.'),
            severity: vscode.InputBoxValidationSeverity.Error,
          }
        : undefined,
  });
  if (words === undefined) throw cancelled;
  return words;
}

const askKind = (): Promise<NonNullable<RecordRequest['kind']>> =>
  pick(vscode.l10n.t('Record'), vscode.l10n.t('What is to be recorded?'), [
    {
      label: `$(note) ${vscode.l10n.t('Note')}`,
      description: vscode.l10n.t('in the notes of a phase'),
      value: 'note',
    },
    {
      label: `$(warning) ${vscode.l10n.t('Anomaly')}`,
      description: vscode.l10n.t('what was not as it should be, in the notes of a phase'),
      value: 'anomaly',
    },
    {
      label: `$(terminal) ${vscode.l10n.t('Script Fix')}`,
      description: vscode.l10n.t('a row of the script fixes'),
      value: 'script-fix',
    },
    {
      label: `$(code) ${vscode.l10n.t('Code Fix')}`,
      description: vscode.l10n.t('a row of the code fixes'),
      value: 'code-fix',
    },
    {
      label: `$(lock) ${vscode.l10n.t('Gate Status')}`,
      description: vscode.l10n.t('cleared, partial, failed, waived or reopened'),
      value: 'gate',
    },
  ]);

/** Where the caret of the log's editor stands. */
function caretIn({ log }: LogReading): number | undefined {
  const editor = vscode.window.visibleTextEditors.find(
    ({ document }) => document.uri.toString() === log.toString(),
  );
  return editor?.document.offsetAt(editor.selection.active);
}

const inSection = (
  caret: number | undefined,
  section: { line: { start: number }; bodyEnd: number },
): boolean => caret !== undefined && caret >= section.line.start && caret < section.bodyEnd;

/** The one where the caret stands comes first: Enter takes it. */
const caretFirst = (
  choices: readonly (Choice<string> & { readonly here: boolean })[],
): readonly Choice<string>[] =>
  choices
    .toSorted((a, b) => Number(b.here) - Number(a.here))
    .map((each) => ({
      ...each,
      ...(each.here ? { description: vscode.l10n.t('where the caret stands') } : {}),
    }));

function askPartition(reading: LogReading, title: string): Promise<string> {
  const caret = caretIn(reading);
  const choices = reading.record.partitions.map(({ partition, sections }) => ({
    label: partition,
    value: partition,
    here: sections.some((section) => inSection(caret, section)),
  }));
  if (choices.length === 0)
    throw new OperatorError(vscode.l10n.t('The runbook declares no partition. Mend its front matter first.'));
  return pick(title, vscode.l10n.t('Which partition?'), caretFirst(choices));
}

function askPhase(reading: LogReading, partition: string, title: string): Promise<string> {
  const caret = caretIn(reading);
  const phases = reading.record.partitions.find((each) => each.partition === partition)?.phases ?? [];
  const choices = phases.map(({ phase, sections }) => ({
    label: phase.title,
    value: phase.title,
    here: sections.some(({ heading }) => inSection(caret, heading)),
  }));
  return pick(title, vscode.l10n.t('Which phase of {0}?', partition), caretFirst(choices));
}

function askWhichGate(gates: CascadeRecord['gates']): Promise<string> {
  if (gates.length === 0)
    throw new OperatorError(
      vscode.l10n.t('Neither the log nor its runbook has a gate. Declare one under "gates:" in the runbook.'),
    );
  return pick(
    vscode.l10n.t('Record Gate Status (1 of 3)'),
    vscode.l10n.t('Which gate?'),
    gates.map(({ title, cell }) => ({
      label: `${signs[cell?.status?.kind ?? 'pending']} ${bare(title)}`,
      description: cell?.text ?? vscode.l10n.t('not in the log yet'),
      value: title,
    })),
  );
}

const askStatus = (gate: string): Promise<StatusKind> =>
  pick(
    vscode.l10n.t('Record Gate Status (2 of 3)'),
    gate,
    (['cleared', 'partial', 'failed', 'waived', 'pending'] as const).map((kind) => ({
      label: `${signs[kind]} ${statusWords[kind]}${needsReason(kind) ? '…' : ''}`,
      description: needsReason(kind) ? vscode.l10n.t('with a reason') : vscode.l10n.t('today'),
      value: kind,
    })),
  );

function partitionNamed({ runbook }: LogReading, name: string): string {
  if (runbook.partitions.some((each) => each.name === name)) return name;
  throw new OperatorError(
    vscode.l10n.t(
      'The runbook has no partition "{0}". It has {1}. Nothing was written.',
      name,
      listed(runbook.partitions.map((each) => each.name)),
    ),
  );
}

/** The log that is named, else the one in front, else the one that the views show. */
export async function logToWrite(
  { current, logs }: RecordParts,
  named: string | vscode.Uri | undefined,
): Promise<LogReading> {
  const uri = typeof named === 'string' ? vscode.Uri.file(named) : named;
  const front = vscode.window.activeTextEditor?.document;
  if (uri === undefined && front !== undefined) {
    const reading = await logs.read(front);
    if (reading !== undefined) return reading;
  }
  if (uri !== undefined) {
    const reading = await logs.read(await vscode.workspace.openTextDocument(uri));
    if (reading !== undefined) return reading;
    throw notALog(uri);
  }
  const state = await current.refresh();
  if (state.kind === 'log') return state.reading;
  throw withoutLog(state);
}

async function write({ cascades, current }: RecordParts, reading: LogReading, change: Change): Promise<void> {
  const log = cascades.documents.open(reading.log);
  const at = cascades.now();
  let made: readonly TextEdit[] = [];
  const written = await log.update((text) => {
    const refused = unfit(text, log.path);
    if (refused !== undefined) return refused;
    const changed = change(text, at);
    if (!('kind' in changed)) made = changed;
    return changed;
  });
  if (written.kind === 'failure') throw new OperatorError(failureText(written));
  await show(reading.log, made);
  await current.refresh();
}

/** Puts the caret behind the words that were written. */
async function show(log: vscode.Uri, edits: readonly TextEdit[]): Promise<void> {
  const document = await vscode.workspace.openTextDocument(log);
  const editor = await vscode.window.showTextDocument(document, { preview: false });
  const [first] = edits.toSorted((a, b) => a.offset - b.offset);
  if (first === undefined) return;
  const end = document.positionAt(first.offset + first.text.trimEnd().length);
  editor.selection = new vscode.Selection(end, end);
  editor.revealRange(new vscode.Range(end, end), vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

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
import { logDocument } from './log-document.ts';
import type { LogReading, Logs } from './logs.ts';

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
      const script = request.script ?? (await askWords('Script Fix (1 of 3)', 'Which script? amm.sh'));
      const bug = request.bug ?? (await askWords('Script Fix (2 of 3)', 'What was wrong with it?'));
      const fix = request.fix ?? (await askWords('Script Fix (3 of 3)', 'What was done about it?'));
      return (text, at) => recordFix(text, { kind: 'script', script, bug, fix }, at);
    }
    case 'code-fix': {
      const partition = partitionNamed(
        reading,
        request.partition ?? (await askPartition(reading, 'Code Fix (1 of 4)')),
      );
      const issue = request.issue ?? (await askWords('Code Fix (2 of 4)', 'What was wrong?'));
      const fix = request.fix ?? (await askWords('Code Fix (3 of 4)', 'Which file, and what was done?'));
      const commit =
        request.commit ?? (await askWords('Code Fix (4 of 4)', 'The commit, or nothing', 'may be empty'));
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
  const title = kind === 'note' ? 'Note' : 'Anomaly';
  const { runbook } = reading;
  const name = partitionNamed(
    reading,
    request.partition ?? (await askPartition(reading, `${title} (1 of 3)`)),
  );
  const partition = runbook.partitions.find((each) => each.name === name);
  const wanted = request.phase ?? (await askPhase(reading, name, `${title} (2 of 3)`));
  const phase = runbook.phases.find((each) => plain(each.title) === plain(wanted));
  if (partition === undefined || phase === undefined)
    throw new OperatorError(
      `There is no phase "${wanted}" in the runbook. It has ${listed(runbook.phases.map((each) => each.title))}. Nothing was written.`,
    );
  const words =
    request.words ?? (await askWords(`${title} (3 of 3)`, `What is to stand in ${name} · ${phase.title}?`));
  mustSay(words, 'A note');
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
      `The log has no gate "${wanted}". It has ${listed(gates.map((each) => bare(each.title)))}. Nothing was written.`,
    );
  const title = bare(gate.title);
  const kind = request.status ?? (await askStatus(title));
  const reason =
    request.reason ??
    (needsReason(kind)
      ? await askWords(
          `Gate ${statusWords[kind]}: ${title}`,
          `Why is it ${statusWords[kind].toLowerCase()}? The reason goes into the log.`,
        )
      : '');
  if (needsReason(kind)) mustSay(reason, 'A gate');
  const decision: GateDecision = { kind, by, ...(reason.trim() === '' ? {} : { reason: reason.trim() }) };
  return (text, at) => decideGate(text, reading.runbook, gate.title, decision, at);
}

function mustSay(words: string, what: string): void {
  if (words.trim() !== '') return;
  throw new OperatorError(
    what === 'A gate'
      ? 'This needs a reason, and none was given. Nothing was written.'
      : `${what} needs words. Nothing was written.`,
  );
}

const statusWords: Readonly<Record<StatusKind, string>> = {
  cleared: 'Cleared',
  partial: 'Partial',
  failed: 'Failed',
  waived: 'Waived',
  pending: 'Reopened',
};

const listed = (names: readonly string[]): string =>
  names.length === 0 ? 'none' : names.map((name) => `"${name}"`).join(', ');

interface Choice<T> extends vscode.QuickPickItem {
  readonly value: T;
}

async function pick<T>(title: string, placeHolder: string, items: readonly Choice<T>[]): Promise<T> {
  const picked = await vscode.window.showQuickPick(items, {
    title: `Record ${title}`.trim(),
    placeHolder,
    matchOnDescription: true,
    ignoreFocusOut: true,
  });
  if (picked === undefined) throw cancelled;
  return picked.value;
}

async function askWords(title: string, prompt: string, empty?: 'may be empty'): Promise<string> {
  const words = await vscode.window.showInputBox({
    title: `Record ${title}`,
    prompt,
    ignoreFocusOut: true,
    validateInput: (value) =>
      empty === undefined && value.trim() === ''
        ? {
            message: 'Write some words, or leave with Escape.',
            severity: vscode.InputBoxValidationSeverity.Error,
          }
        : undefined,
  });
  if (words === undefined) throw cancelled;
  return words;
}

const askKind = (): Promise<NonNullable<RecordRequest['kind']>> =>
  pick('', 'What is to be recorded?', [
    { label: '$(note) Note', description: 'in the notes of a phase', value: 'note' },
    {
      label: '$(warning) Anomaly',
      description: 'what was not as it should be, in the notes of a phase',
      value: 'anomaly',
    },
    { label: '$(terminal) Script Fix', description: 'a row of the script fixes', value: 'script-fix' },
    { label: '$(code) Code Fix', description: 'a row of the code fixes', value: 'code-fix' },
    {
      label: '$(lock) Gate Status',
      description: 'cleared, partial, failed, waived or reopened',
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
    .map((each) => ({ ...each, ...(each.here ? { description: 'where the caret stands' } : {}) }));

function askPartition(reading: LogReading, title: string): Promise<string> {
  const caret = caretIn(reading);
  const choices = reading.record.partitions.map(({ partition, sections }) => ({
    label: partition,
    value: partition,
    here: sections.some((section) => inSection(caret, section)),
  }));
  if (choices.length === 0)
    throw new OperatorError('The runbook declares no partition. Mend its front matter first.');
  return pick(title, 'Which partition?', caretFirst(choices));
}

function askPhase(reading: LogReading, partition: string, title: string): Promise<string> {
  const caret = caretIn(reading);
  const phases = reading.record.partitions.find((each) => each.partition === partition)?.phases ?? [];
  const choices = phases.map(({ phase, sections }) => ({
    label: phase.title,
    value: phase.title,
    here: sections.some(({ heading }) => inSection(caret, heading)),
  }));
  return pick(title, `Which phase of ${partition}?`, caretFirst(choices));
}

function askWhichGate(gates: CascadeRecord['gates']): Promise<string> {
  if (gates.length === 0) throw new OperatorError('Neither the log nor its runbook has a gate.');
  return pick(
    'Gate Status (1 of 3)',
    'Which gate?',
    gates.map(({ title, cell }) => ({
      label: `${signs[cell?.status?.kind ?? 'pending']} ${bare(title)}`,
      description: cell?.text ?? 'not in the log yet',
      value: title,
    })),
  );
}

const askStatus = (gate: string): Promise<StatusKind> =>
  pick(
    'Gate Status (2 of 3)',
    gate,
    (['cleared', 'partial', 'failed', 'waived', 'pending'] as const).map((kind) => ({
      label: `${signs[kind]} ${statusWords[kind]}${needsReason(kind) ? '…' : ''}`,
      description: needsReason(kind) ? 'with a reason' : 'today',
      value: kind,
    })),
  );

function partitionNamed({ runbook }: LogReading, name: string): string {
  if (runbook.partitions.some((each) => each.name === name)) return name;
  throw new OperatorError(
    `The runbook has no partition "${name}". It has ${listed(runbook.partitions.map((each) => each.name))}. Nothing was written.`,
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
    throw new OperatorError(
      `${vscode.workspace.asRelativePath(uri)} is not the log of a runbook in this workspace.`,
    );
  }
  const state = await current.refresh();
  if (state.kind === 'log') return state.reading;
  throw new OperatorError(
    state.kind === 'unreadable' ? state.message : 'There is no log yet. "Cascade: Start Run…" makes one.',
  );
}

async function write({ cascades, current }: RecordParts, reading: LogReading, change: Change): Promise<void> {
  const log = logDocument(reading.log);
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

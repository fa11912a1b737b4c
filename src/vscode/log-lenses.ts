import * as vscode from 'vscode';
import type { GateRecord } from '../core/log/model.ts';
import { isSettled } from '../core/log/status.ts';
import type { Cascades } from './cascades.ts';
import { DisposableStore } from './disposables.ts';
import { type LogReading, type Logs, logSelector, rangeOf } from './logs.ts';

/** What a command about a gate is told: which one, in which log. */
export interface GateArgument {
  readonly log: vscode.Uri;
  /** Its title, as the log's table has it. */
  readonly gate: string;
}

/** What a command about a partition is told. */
export interface PartitionArgument {
  readonly partition: string;
  readonly runbook: vscode.Uri;
}

/** What can be done with a partition and with a gate, above the line where it stands. */
export class LogLenses implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #logs: Logs;
  readonly #cascades: Cascades;
  readonly #store = new DisposableStore();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(logs: Logs, cascades: Cascades) {
    this.#logs = logs;
    this.#cascades = cascades;
    this.#store.add(this.#changed);
    this.#store.add(logs.onDidChange(() => this.#changed.fire()));
    this.#store.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('cascade.world')) this.#changed.fire();
      }),
    );
    this.#store.add(vscode.languages.registerCodeLensProvider(logSelector, this));
  }

  async provideCodeLenses(document: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const reading = await this.#logs.read(document);
    if (reading === undefined || !reading.whole) return [];
    const { partitions, gates } = reading.record;
    return [
      ...partitions.flatMap(({ partition, sections }) =>
        sections.slice(0, 1).flatMap((heading) => {
          const range = rangeOf(document, heading.line);
          return this.#partitionCommands(reading, partition).map((each) => new vscode.CodeLens(range, each));
        }),
      ),
      ...gates.flatMap((gate) => {
        if (gate.row === undefined) return [];
        const range = rangeOf(document, gate.row.line);
        return gateCommands(reading, gate).map((each) => new vscode.CodeLens(range, each));
      }),
    ];
  }

  #partitionCommands({ runbookUri, rehearsal }: LogReading, partition: string): vscode.Command[] {
    const argument: PartitionArgument = { partition, runbook: runbookUri };
    // A run goes where the window's world is, whichever of the two logs is looked at.
    const verify =
      this.#cascades.rehearsal === rehearsal
        ? vscode.l10n.t('Verify')
        : rehearsal
          ? vscode.l10n.t('Verify (Live)')
          : vscode.l10n.t('Verify (Rehearsal)');
    return [
      {
        command: 'cascade.verifyPartition',
        title: verify,
        tooltip: vscode.l10n.t('Run the Verification of {0}: it changes nothing but the log', partition),
        arguments: [argument],
      },
      {
        command: 'cascade.openRunbook',
        title: vscode.l10n.t('Open Runbook Here'),
        tooltip: vscode.l10n.t('Open the runbook with {0} chosen', partition),
        arguments: [argument],
      },
    ];
  }

  dispose(): void {
    this.#store.dispose();
  }
}

function gateCommands({ log }: LogReading, { title, cell }: GateRecord): readonly vscode.Command[] {
  const argument: GateArgument = { log, gate: title };
  const kind = cell?.status?.kind;
  const open = kind !== undefined && isSettled(kind);
  const made = (command: string, words: string, tooltip: string): vscode.Command => ({
    command,
    title: words,
    tooltip,
    arguments: [argument],
  });
  const more = made(
    'cascade.decideGate',
    vscode.l10n.t('More…'),
    vscode.l10n.t('Write down that this gate is partial, failed, or what else it is'),
  );
  return open
    ? [
        made(
          'cascade.reopenGate',
          vscode.l10n.t('Reopen…'),
          vscode.l10n.t('Write down that this gate is open no more, and why'),
        ),
        more,
      ]
    : [
        made(
          'cascade.clearGate',
          vscode.l10n.t('Clear'),
          vscode.l10n.t('Write down that this gate is cleared today'),
        ),
        made(
          'cascade.waiveGate',
          vscode.l10n.t('Waive…'),
          vscode.l10n.t('Let this gate pass uncleared, for a reason that is written down'),
        ),
        more,
      ];
}

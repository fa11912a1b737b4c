/** What the buttons in the outputs ask for. */
import * as vscode from 'vscode';
import type { RendererMessage } from '../core/run/cell-report.ts';
import { OperatorError } from './cascades.ts';
import type { PartitionControllers } from './controllers.ts';
import { errorText } from './messages.ts';
import type { ShownReports } from './shown-reports.ts';

/** The renderer in package.json. */
const rendererId = 'cascade-checks';

export function answerRenderer(controllers: PartitionControllers): vscode.Disposable {
  return vscode.notebooks.createRendererMessaging(rendererId).onDidReceiveMessage(({ message }) => {
    if (!isMessage(message)) return;
    answer(message, controllers).catch((error: unknown) => {
      void vscode.window.showErrorMessage(errorText(error));
    });
  });
}

async function answer(message: RendererMessage, controllers: PartitionControllers): Promise<void> {
  switch (message.kind) {
    case 'run-again':
      return controllers.runAgain(message.report, message.check);
    case 'open-transcript':
      return openTranscript(controllers.runs.reports, message);
  }
}

/** Where the file is, the extension knows: a message only names the check. */
async function openTranscript(
  reports: ShownReports,
  { report, check }: Pick<RendererMessage, 'report' | 'check'>,
): Promise<void> {
  const shown = reports.find(report);
  const path = shown?.progress.transcript(check);
  if (shown === undefined || path === undefined)
    throw new OperatorError(
      vscode.l10n.t('This transcript is not known any more. Open it by its link in the log.'),
    );
  const file = vscode.Uri.joinPath(shown.log, '..', path);
  await vscode.window.showTextDocument(file, { viewColumn: vscode.ViewColumn.Beside, preview: true });
}

function isMessage(value: unknown): value is RendererMessage {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, report, check } = value as Partial<Record<keyof RendererMessage, unknown>>;
  return (
    (kind === 'run-again' || kind === 'open-transcript') &&
    typeof report === 'string' &&
    typeof check === 'string'
  );
}

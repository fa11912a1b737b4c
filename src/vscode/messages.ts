import * as vscode from 'vscode';
import { LogError } from '../core/run/record.ts';
import { OperatorError } from './cascades.ts';

/** What a person reads of an error: its own words, or where to find the rest of it. */
export function errorText(error: unknown): string {
  if (error instanceof OperatorError) return error.message;
  if (error instanceof LogError) return vscode.l10n.t('The log could not be written. {0}', error.message);
  const message = error instanceof Error ? error.message : String(error);
  return vscode.l10n.t(
    'Cascade Runbook met an error of its own: {0}. The log tells what was done. Please report this.',
    message,
  );
}

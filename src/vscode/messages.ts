import { LogError } from '../core/run/record.ts';
import { OperatorError } from './cascades.ts';

/** What a person reads of an error: its own words, or where to find the rest of it. */
export function errorText(error: unknown): string {
  if (error instanceof OperatorError) return error.message;
  if (error instanceof LogError) return `The log could not be written. ${error.message}`;
  const message = error instanceof Error ? error.message : String(error);
  return `Cascade Runbook met an error of its own: ${message}. The log tells what was done; please report this.`;
}

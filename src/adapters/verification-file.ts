import { resolve } from 'node:path';
import { type Failure, failure, type LogFile } from '../core/ports.ts';
import { type Environment, isRehearsal, logPathFor } from './environment.ts';

/**
 * The verification document that a runbook names. A rehearsal fills a copy: it begins as the real one is.
 * @param open how a document at an absolute path is read and written
 */
export function verificationFile(
  env: Environment,
  runbookDirectory: string,
  verification: string,
  open: (path: string) => LogFile,
): LogFile {
  const original = open(resolve(runbookDirectory, verification));
  const target = isRehearsal(env) ? open(resolve(runbookDirectory, logPathFor(env, verification))) : original;
  return {
    ...target,
    async update(change) {
      const now = await target.read();
      if (now.kind === 'failure') return now;
      if (now.value !== undefined) return target.update(change);
      const text = target === original ? now : await original.read();
      if (text.kind === 'failure') return text;
      if (text.value === undefined) return missing(original.path);
      const created = await target.create(text.value);
      return created.kind === 'failure' ? created : target.update(change);
    },
  };
}

/** What is missing is no log, so that nobody shall be told to start a run. */
const missing = (path: string): Failure =>
  failure(
    'failed',
    `write ${path}`,
    `there is no ${path}`,
    'Make it, with a row for each check, or take "verification:" out of the runbook.',
  );

import { resolve } from 'node:path';

/** The folder of the repository. */
export const root = resolve(import.meta.dirname, '../..');

/** What is downloaded or made for tests and may be deleted at any time; git ignores it. */
export const cache = resolve(root, '.vscode-test');

/** What Node makes of sources: the tests start the same ones in many processes, which then load in a third of the time. */
export const compiled = resolve(cache, 'compiled');

/** The folder of the sample runbook. */
export const sample = resolve(root, 'runbooks/partition-mail');

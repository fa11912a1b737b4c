/**
 * A process that writes note after note into a log, with pauses, and ends by printing how many.
 *
 *     node noting.ts LOG NAME UNTIL    UNTIL in milliseconds since 1970
 */
import process, { argv } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { logFile } from '../../src/adapters/log-file.ts';

const [, , path = '', name = '', until = '0'] = argv;
const log = logFile({ path });
let count = 0;
while (Date.now() < Number(until)) {
  const note = `\n- ${name}-note-${count + 1}.\n`;
  const written = await log.update((text) => [{ offset: text.length, length: 0, text: note }]);
  if (written.kind === 'failure') throw new Error(JSON.stringify(written));
  count += 1;
  await sleep(100 + Math.random() * 400);
}
process.stdout.write(`${count}\n`);

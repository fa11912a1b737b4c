/**
 * Loaded before a program (`--import`): counts how often a file is replaced, and kills the process with SIGKILL at
 * one of these.
 *
 *     CASCADE_KILL_FILE=NAME    the file's name, without its folder
 *     CASCADE_KILL_AT=N         the replacement to stop at, from 1; 0: none
 *     CASCADE_KILL_WHEN=        before | after
 *     CASCADE_KILL_TEXTS=FILE   gets one line of JSON for each text that came in the file's place
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';
import process from 'node:process';

const { rename } = fs.promises;
const file = process.env['CASCADE_KILL_FILE'] ?? '';
const at = Number(process.env['CASCADE_KILL_AT'] ?? 0);
const when = process.env['CASCADE_KILL_WHEN'] ?? 'before';
const texts = process.env['CASCADE_KILL_TEXTS'];
let count = 0;

fs.promises.rename = async (from, to) => {
  const mine = basename(String(to)) === file;
  if (mine) count += 1;
  const dies = mine && count === at;
  if (dies && when === 'before') process.kill(process.pid, 'SIGKILL');
  if (mine && texts !== undefined)
    fs.appendFileSync(texts, `${JSON.stringify(fs.readFileSync(from, 'utf8'))}\n`);
  await rename(from, to);
  if (dies) process.kill(process.pid, 'SIGKILL');
};
syncBuiltinESMExports();

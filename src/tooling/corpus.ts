/** `npm run corpus -- DIR`: opens and saves every Markdown file under a folder and counts the differences. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { argv, exit, stderr, stdout } from 'node:process';
import { decodeRunbook, encodeRunbook } from '../core/runbook/bytes.ts';

const directory = argv[2];
if (directory === undefined || directory === '--help') {
  stderr.write(
    'Usage: npm run corpus -- DIR\nOpens and saves every *.md under DIR and counts the files that differ.\n',
  );
  exit(directory === undefined ? 64 : 0);
}

if (!statSync(directory, { throwIfNoEntry: false })?.isDirectory()) {
  stderr.write(`${directory} is no folder. Name one: npm run corpus -- DIR\n`);
  exit(64);
}

let files = 0;
let differences = 0;
let refused = 0;
for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !entry.name.toLowerCase().endsWith('.md')) continue;
  const path = join(entry.parentPath, entry.name);
  const bytes = readFileSync(path);
  const decoded = decodeRunbook(bytes);
  if (decoded.kind === 'refused') {
    refused++;
    stderr.write(`${path}: refused: ${decoded.message}\n`);
    continue;
  }
  files++;
  // As it comes back from the editor: every line end of a cell made one.
  const cells = decoded.cells.map((cell) => ({ ...cell, value: cell.value.replace(/\r\n?/g, '\n') }));
  if (!bytes.equals(encodeRunbook(cells))) {
    differences++;
    stderr.write(`${path}: differs\n`);
  }
}
if (refused > 0) stdout.write(`${refused} refused because they are not UTF-8\n`);
stdout.write(`${files} files, ${differences} differences\n`);
exit(differences === 0 ? 0 : 1);

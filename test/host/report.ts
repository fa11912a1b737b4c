import { readFile, writeFile } from 'node:fs/promises';
import { env, stdout } from 'node:process';
import type { Counts } from './cases.ts';

/** What the suite inside the editor writes into the file that CASCADE_SUITE_REPORT names. */
export interface SuiteReport extends Counts {
  readonly lines: readonly string[];
}

/** Prints what the suite reported. */
export async function printSuiteReport(file: string): Promise<Counts> {
  const report: SuiteReport = JSON.parse(await readFile(file, 'utf8'));
  stdout.write(`${report.lines.join('\n')}\n`);
  return report;
}

/** Hands the counts to the program that started this one, when it asked for them. */
export async function handOver(counts: Counts): Promise<number> {
  const file = env['CASCADE_COUNTS'];
  if (file !== undefined) await writeFile(file, JSON.stringify(counts));
  stdout.write(`# ${counts.passed} passed, ${counts.failed} failed\n`);
  return counts.failed === 0 ? 0 : 1;
}

/** Named cases and what came of them; the same for the tests inside the editor and for walks in front of it. */

export interface Case {
  readonly name: string;
  /** How long it may take, where that is another time than that of the others. */
  readonly deadlineMs?: number;
  /** @param note prints figures below the name */
  run(note: (words: string) => void): Promise<void> | void;
}

export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

export interface RunOptions {
  readonly print: (line: string) => void;
  /** For a sequence whose steps build on each other: what follows a failure is not tried, and counts as failed. */
  readonly stopAtFailure?: boolean;
  /** For evidence, such as a picture. */
  readonly onFailure?: (name: string) => Promise<void>;
  /** How long one case may take; a minute when absent. */
  readonly deadlineMs?: number;
}

export async function runCases(
  cases: readonly Case[],
  { print, stopAtFailure = false, onFailure, deadlineMs = 60_000 }: RunOptions,
): Promise<Counts> {
  let passed = 0;
  let failed = 0;
  for (const each of cases) {
    if (failed > 0 && stopAtFailure) {
      failed++;
      print(`not ok - ${each.name} (not run: a step before it failed)`);
      continue;
    }
    const started = Date.now();
    try {
      await within(each.deadlineMs ?? deadlineMs, each, (words) => print(`    ${words}`));
      passed++;
      print(`ok - ${each.name} (${Date.now() - started} ms)`);
    } catch (error) {
      failed++;
      print(`not ok - ${each.name} (${Date.now() - started} ms)`);
      print(indent(error instanceof Error ? (error.stack ?? error.message) : String(error)));
      await onFailure?.(each.name);
    }
  }
  return { passed, failed };
}

async function within(deadlineMs: number, { name, run }: Case, note: (words: string) => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`"${name}" took longer than ${deadlineMs} ms`)), deadlineMs);
  });
  try {
    await Promise.race([run(note), late]);
  } finally {
    clearTimeout(timer);
  }
}

const indent = (text: string): string => text.replace(/^/gm, '    ');

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { env } from 'node:process';
import { queryObjects, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as vscode from 'vscode';
import type { Case } from '../cases.ts';
import { api, cellWith, on, runCells, shown } from './editor.ts';

/** Runs before anything is counted: caches fill, functions are compiled. */
const warmUp = 15;
/** `CASCADE_LEAK_RUNS=200` is the long form. */
const runs = Number(env['CASCADE_LEAK_RUNS'] ?? 30);

/** What a run could leave behind, counted after a collection. */
interface Left {
  /** Bytes. */
  readonly heap: number;
  /** Timers, sockets, processes, watchers that keep the host alive. */
  readonly resources: number;
  readonly files: number;
  readonly signals: number;
  readonly listening: number;
}

async function left(): Promise<Left> {
  // What a run has ended late is given its time.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  setFlagsFromString('--expose_gc');
  const collect: unknown = runInNewContext('gc');
  assert.ok(typeof collect === 'function');
  collect();
  await new Promise((resolve) => setTimeout(resolve, 100));
  collect();
  return {
    heap: process.memoryUsage().heapUsed,
    resources: process.getActiveResourcesInfo().length,
    files: readdirSync('/proc/self/fd').length,
    signals: Number(queryObjects(AbortSignal, { format: 'count' })),
    listening: Number(queryObjects(vscode.CancellationTokenSource, { format: 'count' })),
  };
}

const words = (each: Left): string =>
  `heap ${(each.heap / 1e6).toFixed(1)} MB, ${each.resources} resources, ${each.files} files, ${each.signals} signals, ${each.listening} token sources`;

export const leaksOfRuns: readonly Case[] = [
  {
    name: 'run after run leaves no timer, no file, no signal, no output and no memory behind',
    deadlineMs: 120_000 + runs * 2000,
    async run(note) {
      const editor = await on('dev');
      const cell = cellWith(editor.notebook, 'worktree clean');
      const repeat = async (count: number): Promise<void> => {
        for (let run = 0; run < count; run++) await runCells(editor, [cell]);
      };
      await repeat(warmUp);
      const before = await left();
      await repeat(runs);
      const after = await left();
      note(`after ${warmUp} runs: ${words(before)}`);
      note(`after ${warmUp + runs}: ${words(after)}`);
      assert.equal(shown(cell).rows.length > 0, true);
      assert.equal(cell.outputs.length, 1);
      const { controllers } = await api();
      assert.equal(controllers.runs.isRunning(editor.notebook.uri), false);
      // The editor's own come and go by one or two; a run that left one would leave as many as there were runs.
      const few = 5;
      for (const what of ['resources', 'files', 'signals', 'listening'] as const)
        assert.ok(after[what] - before[what] <= few, `${what}: ${before[what]} before, ${after[what]} after`);
      // Each run adds a line to the log, which is kept as text and as what was read of it.
      const kilobytes = (after.heap - before.heap) / 1000 / runs;
      note(`${kilobytes.toFixed(1)} kB more a run`);
      assert.ok(kilobytes < 60, `${kilobytes.toFixed(1)} kB stay of each run`);
    },
  },
];

import { join } from 'node:path';
import type * as vscode from 'vscode';
import { type Environment, isRehearsal } from '../adapters/compose.ts';
import { readSettings } from './settings.ts';

/** The world that runs act on: the real one, one given by the environment, or the embedded rehearsal. */
export class Worlds {
  readonly #context: vscode.ExtensionContext;
  readonly #embedded = new Map<
    string,
    Promise<{ env: Readonly<Record<string, string>>; close(): Promise<void> }>
  >();

  constructor(context: vscode.ExtensionContext) {
    this.#context = context;
  }

  /** Whether runs are rehearsals, known without starting anything. */
  get rehearsal(): boolean {
    return isRehearsal(process.env) || readSettings().world === 'rehearsal';
  }

  /** The variables by which the log and the worktree are found, before any world was started. */
  get names(): Environment {
    return this.rehearsal ? { ...process.env, CASCADE_REHEARSAL: '1' } : process.env;
  }

  /** The environment of runs; the embedded world of a runbook is started at its first use. */
  async environment(runbookPath: string, runbookText: string): Promise<Environment> {
    if (isRehearsal(process.env) || !this.rehearsal) return process.env;
    const started = this.#embedded.get(runbookPath) ?? this.#start(runbookPath, runbookText);
    this.#embedded.set(runbookPath, started);
    try {
      return { ...process.env, ...(await started).env };
    } catch (error) {
      this.#embedded.delete(runbookPath);
      throw error;
    }
  }

  async #start(runbookPath: string, runbookText: string) {
    // Loaded at first use: most windows never rehearse.
    const [{ startWorld }, { describeWorld }] = await Promise.all([
      import('../rehearsal/world.ts'),
      import('../rehearsal/describe-world.ts'),
    ]);
    const storage = (this.#context.storageUri ?? this.#context.globalStorageUri).fsPath;
    const directory = join(storage, 'rehearsal', encodeURIComponent(runbookPath).slice(-80));
    return startWorld({
      description: describeWorld(runbookText),
      directory,
      samples: join(this.#context.extensionPath, 'runbooks', 'partition-mail', 'infrastructure'),
      stateFile: join(directory, 'state.json'),
    });
  }

  async dispose(): Promise<void> {
    await Promise.all(
      [...this.#embedded.values()].map((world) =>
        world.then(
          (each) => each.close(),
          () => {},
        ),
      ),
    );
  }
}

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type * as vscode from 'vscode';
import { type Environment, isRehearsal, rehearsalEnvironment } from '../adapters/environment.ts';
import type { WorldDescription } from '../rehearsal/description.ts';
import type { World } from '../rehearsal/world.ts';
import { readSettings } from './settings.ts';

/** The world that runs act on: the real one, one given by the environment, or the embedded rehearsal. */
export class Worlds {
  readonly #context: vscode.ExtensionContext;
  /** By what the runbook expects of a world: a runbook that was edited may need another one. */
  readonly #embedded = new Map<string, Promise<World>>();

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
    const { key, description } = await this.#wanted(runbookPath, runbookText);
    const started = this.#embedded.get(key) ?? this.#start(key, description);
    this.#embedded.set(key, started);
    try {
      return rehearsalEnvironment(process.env, (await started).env);
    } catch (error) {
      this.#embedded.delete(key);
      throw error;
    }
  }

  /** The same where it is there already; undefined for a world that was not started. */
  async known(runbookPath: string, runbookText: string): Promise<Environment | undefined> {
    if (isRehearsal(process.env) || !this.rehearsal) return process.env;
    if (this.#embedded.size === 0) return undefined;
    const { key } = await this.#wanted(runbookPath, runbookText);
    const world = await this.#embedded.get(key)?.catch(() => undefined);
    return world === undefined ? undefined : rehearsalEnvironment(process.env, world.env);
  }

  /** Which world a runbook expects. */
  async #wanted(
    runbookPath: string,
    runbookText: string,
  ): Promise<{ readonly key: string; readonly description: WorldDescription }> {
    // Loaded at first use: most windows never rehearse.
    const { describeWorld } = await import('../rehearsal/describe-world.ts');
    const description = describeWorld(runbookText);
    const words = `${runbookPath}\n${JSON.stringify(description)}`;
    return { key: createHash('sha256').update(words).digest('hex').slice(0, 16), description };
  }

  async #start(key: string, description: WorldDescription): Promise<World> {
    const { startWorld } = await import('../rehearsal/world.ts');
    const storage = (this.#context.storageUri ?? this.#context.globalStorageUri).fsPath;
    const directory = join(storage, 'rehearsal', key);
    return startWorld({
      description,
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

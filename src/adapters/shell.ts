import { existsSync, statSync } from 'node:fs';
import {
  answer,
  type Failure,
  failure,
  type Outcome,
  type Shell,
  type ShellResult,
  type ShellSession,
} from '../core/ports.ts';
import { ShellProcess } from './shell-process.ts';

export interface ShellOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `/bin/bash` where it exists, else `/bin/sh`. */
  readonly shell?: string;
}

/** Shells of this machine: one for each session, as one terminal for each partition. */
export function posixShell({ env, shell }: ShellOptions): Shell {
  const program = shell || (existsSync('/bin/bash') ? '/bin/bash' : '/bin/sh');
  return { open: (directory) => new Session(program, directory, env) };
}

const lost =
  '[cascade] The shell of this partition had ended: this is a new one. Variables that cells exported before are gone.\n';

class Session implements ShellSession {
  readonly #shell: string;
  readonly #directory: string;
  readonly #env: Readonly<Record<string, string | undefined>>;
  #process: ShellProcess | undefined;
  /** One command at a time, as in a terminal. */
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(shell: string, directory: string, env: Readonly<Record<string, string | undefined>>) {
    this.#shell = shell;
    this.#directory = directory;
    this.#env = env;
  }

  run(
    text: string,
    env: Readonly<Record<string, string>>,
    onOutput: (chunk: string, stream: 'stdout' | 'stderr') => Promise<void> | void,
    signal: AbortSignal,
  ): Promise<Outcome<ShellResult>> {
    const before = this.#last;
    const result = (async () => {
      await before;
      signal.throwIfAborted();
      return this.#run(text, env, onOutput, signal);
    })();
    this.#last = result.catch(() => {});
    return result;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#process?.end();
  }

  async #run(
    text: string,
    env: Readonly<Record<string, string>>,
    onOutput: (chunk: string, stream: 'stdout' | 'stderr') => Promise<void> | void,
    signal: AbortSignal,
  ): Promise<Outcome<ShellResult>> {
    if (this.#closed) throw new Error('The shell session is closed');
    const shell = await this.#alive(onOutput);
    if (shell instanceof ShellProcess === false) return shell;
    let ending: Promise<void> | undefined;
    const abort = () => {
      ending = shell.end();
    };
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    try {
      const result = await shell.run(text, env, onOutput);
      await ending;
      signal.throwIfAborted();
      return answer(result);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** The shell, a new one where there is none or the last cell ended it. */
  async #alive(
    onOutput: (chunk: string, stream: 'stderr') => Promise<void> | void,
  ): Promise<ShellProcess | Failure> {
    const before = this.#process;
    if (before?.gone === false) return before;
    const state = before?.state;
    if (!isFolder(this.#directory)) {
      return failure(
        'failed',
        `cd ${this.#directory}`,
        'there is no such folder',
        'Mend "worktree" in the runbook, or make the folder.',
      );
    }
    try {
      this.#process = await ShellProcess.start({
        shell: this.#shell,
        directory: this.#directory,
        env: this.#env,
        state,
      });
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'no reason given';
      return failure(
        'unknown',
        this.#shell,
        `the shell could not be started (${code})`,
        'Install bash, or look whether this shell may be run.',
      );
    }
    if (before !== undefined && state === undefined) await onOutput(lost, 'stderr');
    return this.#process;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

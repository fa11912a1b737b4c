import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ShellResult } from '../core/ports.ts';
import { endProcessTree } from './process-tree.ts';
import { exportsFile, loopScript } from './shell-loop.ts';
import { CellOutput } from './shell-output.ts';

export interface ShellProcessOptions {
  readonly shell: string;
  readonly directory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the shell before this one handed over; shell text, from the shell itself. */
  readonly state: string | undefined;
}

type OnOutput = (chunk: string, stream: 'stdout' | 'stderr') => Promise<void> | void;

const graceMs = 2000;
/** After the shell has ended: time for what is left in its pipes, where a background job keeps those open. */
const drainMs = 300;

/** One shell, for as long as it lives. */
export class ShellProcess {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #control: Writable;
  readonly #exited: Promise<ShellResult>;
  #told = '';
  #onStatus: ((code: number) => void) | undefined;
  #stdout: CellOutput | undefined;
  #stderr: CellOutput | undefined;
  #gone = false;
  #ending = false;
  /** Streams that wait for what came to be taken. */
  #holding = 0;

  private constructor(child: ChildProcess, folder: string, state: string | undefined) {
    this.#child = child;
    this.#folder = folder;
    // A shell that dies while it is written to is told of by its exit.
    this.#control = child.stdio[4] as Writable;
    this.#control.on('error', () => {});
    child.stdout?.on('data', (chunk: Buffer) => this.#hold(child.stdout, this.#stdout?.write(chunk)));
    child.stderr?.on('data', (chunk: Buffer) => this.#hold(child.stderr, this.#stderr?.write(chunk)));
    const told = child.stdio[3] as Readable;
    told.setEncoding('utf8');
    told.on('error', () => {});
    told.on('data', (text: string) => this.#hear(text));
    this.#exited = this.#watch();
    this.#control.write(`${state ?? ''}\0`);
  }

  /** Rejects with the system's error where the shell cannot be started. */
  static async start({ shell, directory, env, state }: ShellProcessOptions): Promise<ShellProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'cascade-shell-'));
    const script = loopScript(shell, join(folder, 'cell'), join(folder, 'env'));
    const bash = /(^|\/)bash$/.test(shell);
    const child = spawn(shell, [...(bash ? ['--noprofile', '--norc'] : []), '-c', script], {
      cwd: directory,
      env: { ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
      // A session of its own: no terminal to ask on, and one group to end.
      detached: true,
    });
    try {
      await once(child, 'spawn');
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
    return new ShellProcess(child, folder, bash ? (state ?? '') : undefined);
  }

  get gone(): boolean {
    return this.#gone;
  }

  /** Exports and directory of a shell that a cell has ended; undefined while it lives or when it could not say. */
  get state(): string | undefined {
    const [, state] = /^state\n(.*)\0$/s.exec(this.#told) ?? [];
    return this.#gone ? state : undefined;
  }

  async run(text: string, env: Readonly<Record<string, string>>, onOutput: OnOutput): Promise<ShellResult> {
    const exports = exportsFile(env);
    const stdout = new CellOutput((chunk) => onOutput(chunk, 'stdout'));
    const stderr = new CellOutput((chunk) => onOutput(chunk, 'stderr'));
    this.#stdout = stdout;
    this.#stderr = stderr;
    const status = new Promise<number>((resolve) => {
      this.#onStatus = resolve;
    });
    try {
      if (this.#gone) return {};
      writeFileSync(join(this.#folder, 'env'), exports, { mode: 0o600 });
      writeFileSync(join(this.#folder, 'cell'), `${text}\n`, { mode: 0o600 });
      this.#control.write('run\n');
      const first = await Promise.race([status, this.#exited]);
      if (typeof first !== 'number') return first;
      const token = `\u0001cascade-${randomBytes(16).toString('hex')}\u0001`;
      stdout.expect(token);
      stderr.expect(token);
      this.#control.write(`${token}\n`);
      await Promise.race([Promise.all([stdout.ended, stderr.ended]), this.#exited]);
      return { exitCode: first };
    } finally {
      stdout.close();
      stderr.close();
      this.#stdout = undefined;
      this.#stderr = undefined;
      this.#onStatus = undefined;
    }
  }

  /** Ends the shell and what it left running. */
  async end(): Promise<void> {
    this.#ending = true;
    this.#control.end();
    if (this.#child.pid !== undefined) await endProcessTree(this.#child.pid, graceMs);
    await this.#exited;
  }

  async #watch(): Promise<ShellResult> {
    const closed = once(this.#child, 'close');
    const [code, signal] = (await once(this.#child, 'exit')) as [number | null, string | null];
    const waiting = new AbortController();
    const ends = closed.then(() => waiting.abort());
    do {
      await Promise.race([ends, sleep(drainMs, undefined, { signal: waiting.signal }).catch(() => {})]);
      // What was written is not lost because whoever takes it is slow.
    } while (this.#holding > 0 && !waiting.signal.aborted && !this.#ending);
    waiting.abort();
    this.#gone = true;
    rmSync(this.#folder, { recursive: true, force: true });
    if (code !== null) return { exitCode: code };
    return signal === null ? {} : { signal };
  }

  #hold(stream: Readable | null, taken: Promise<void> | void): void {
    if (stream === null || taken === undefined) return;
    stream.pause();
    this.#holding += 1;
    void taken.finally(() => {
      this.#holding -= 1;
      stream.resume();
    });
  }

  #hear(text: string): void {
    this.#told += text;
    const [line, code] = /^status (\d+)\n/.exec(this.#told) ?? [];
    if (line === undefined) return;
    this.#told = this.#told.slice(line.length);
    this.#onStatus?.(Number(code));
  }
}

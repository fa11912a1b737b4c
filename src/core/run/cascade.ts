import type { LogFile, Ports, ShellSession } from '../ports.ts';
import type { Runbook } from '../runbook/runbook.ts';

/** One runbook with its log and its world. Shells live as long as the cascade does. */
export class Cascade {
  readonly runbook: Runbook;
  readonly log: LogFile;
  readonly ports: Ports;
  /** Absolute path that sh and git cells run in. */
  readonly worktree: string;
  readonly #shells: Map<string, ShellSession>;

  constructor(parts: {
    readonly runbook: Runbook;
    readonly log: LogFile;
    readonly ports: Ports;
    readonly worktree: string;
    /** Shells to go on with, when a runbook was edited in between. */
    readonly shells?: Map<string, ShellSession>;
  }) {
    this.runbook = parts.runbook;
    this.log = parts.log;
    this.ports = parts.ports;
    this.worktree = parts.worktree;
    this.#shells = parts.shells ?? new Map();
  }

  shell(partition: string): ShellSession {
    const open = this.#shells.get(partition) ?? this.ports.shell.open(this.worktree);
    this.#shells.set(partition, open);
    return open;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#shells.values()].map((shell) => shell.close()));
    this.#shells.clear();
  }
}

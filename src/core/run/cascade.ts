import type { ChangeLocks, EvidenceFolder, LogFile, Ports, ShellSession } from '../ports.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { Redactor } from './redact.ts';

/** One runbook with its log and its world. Shells live as long as the cascade does. */
export class Cascade {
  readonly runbook: Runbook;
  readonly log: LogFile;
  readonly ports: Ports;
  /** Absolute path that sh and git cells run in. */
  readonly worktree: string;
  /** Knows every secret that was read, for a shell may print in one run what another one read. */
  readonly redactor: Redactor;
  /** Where transcripts go; absent when they are turned off. */
  readonly evidence: EvidenceFolder | undefined;
  readonly rehearsal: boolean;
  /** The document whose rows a passed verification fills; absent where the runbook names none. */
  readonly verification: LogFile | undefined;
  /** Keeps two changes of a partition apart; absent where nobody else can have the log. */
  readonly locks: ChangeLocks | undefined;
  readonly #shells: Map<string, ShellSession>;

  constructor(parts: {
    readonly runbook: Runbook;
    readonly log: LogFile;
    readonly ports: Ports;
    readonly worktree: string;
    /** Shells to go on with, when a runbook was edited in between; what they print is still redacted. */
    readonly shells?: Map<string, ShellSession>;
    readonly redactor?: Redactor;
    readonly evidence?: EvidenceFolder;
    readonly rehearsal?: boolean;
    readonly verification?: LogFile;
    readonly locks?: ChangeLocks;
  }) {
    this.runbook = parts.runbook;
    this.log = parts.log;
    this.ports = parts.ports;
    this.worktree = parts.worktree;
    this.#shells = parts.shells ?? new Map();
    this.redactor = parts.redactor ?? new Redactor();
    this.evidence = parts.evidence;
    this.rehearsal = parts.rehearsal ?? false;
    this.verification = parts.verification;
    this.locks = parts.locks;
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

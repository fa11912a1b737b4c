import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { WorldDescription } from './description.ts';

/** A sender domain on one Postmark account. */
export interface SenderState {
  readonly id: number;
  /** The name of the Postmark account. */
  readonly postmark: string;
  readonly name: string;
  /** The verified key. */
  readonly current?: DkimKey | undefined;
  /** The key that was issued and not yet found in the DNS. */
  readonly pending?: DkimKey | undefined;
  readonly dkimVerified: boolean;
  /** When verification was first asked for, in epoch milliseconds. */
  readonly dkimAskedAt?: number | undefined;
  readonly returnPathDomain: string;
  readonly returnPathVerified: boolean;
}

export interface DkimKey {
  readonly selector: string;
  readonly text: string;
}

export interface MailParameters {
  readonly domain: string;
  readonly dkimSelector: string;
  readonly dkimPublicKey: string;
  readonly returnPathTarget: string;
}

export interface ResourceState {
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  /** ISO time. */
  readonly updated: string;
}

export interface StackEvent extends ResourceState {
  readonly eventId: string;
}

export interface StackState {
  readonly account: string;
  readonly region: string;
  readonly name: string;
  /** The ARN. */
  readonly id: string;
  readonly infrastructure: string;
  readonly partition: string;
  /** ISO time. */
  readonly created: string;
  readonly status: string;
  readonly reason?: string;
  readonly parameters: MailParameters;
  /** The parameters of an update that is under way. */
  readonly nextParameters?: MailParameters;
  readonly zoneId: string;
  readonly nameServers: readonly string[];
  /** The resources that CloudFormation has begun, in that order. */
  readonly resources: readonly ResourceState[];
  /** Oldest first. */
  readonly events: readonly StackEvent[];
}

export interface WorldState {
  readonly version: 1;
  /** The account token of each Postmark account. */
  readonly tokens: Readonly<Record<string, string>>;
  readonly senders: readonly SenderState[];
  readonly stacks: readonly StackState[];
}

/** The one place where the world's state changes. */
export interface Store {
  readonly state: WorldState;
  change(next: (state: WorldState) => WorldState): void;
}

export function openStore(description: WorldDescription, file: string | undefined): Store {
  let state = withTokens((file === undefined ? undefined : load(file)) ?? EMPTY, description);
  const save = (): void => {
    if (file === undefined) return;
    mkdirSync(dirname(file), { recursive: true });
    const temporary = `${file}.${process.pid}.tmp`;
    writeFileSync(temporary, JSON.stringify(state), { mode: 0o600 });
    renameSync(temporary, file);
  };
  save();
  return {
    get state() {
      return state;
    },
    change(next) {
      state = next(state);
      // Written before the caller answers its client: a restarted world never forgets what it said.
      save();
    },
  };
}

const EMPTY: WorldState = { version: 1, tokens: {}, senders: [], stacks: [] };

function load(file: string): WorldState | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || !('version' in value) || value.version !== 1) {
    throw new Error(`${file} is not the state of a rehearsal; move it away to start a new one`);
  }
  return value as WorldState;
}

function withTokens(state: WorldState, description: WorldDescription): WorldState {
  const tokens = { ...state.tokens };
  for (const { postmark } of description.partitions) tokens[postmark] ??= randomUUID();
  return { ...state, tokens };
}

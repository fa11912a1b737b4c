/**
 * What the core asks of the world. Each port is implemented by one adapter (and by an in-memory one in the
 * tests). No method throws for what the world may do: it answers with a value or with a `Failure`. A method
 * may reject only with the reason of its `signal`, when that aborts, or because of a bug.
 */
import type { Secret } from './secret.ts';

/** What went wrong, as facts for a person. `asked`, `came` and `next` never hold a secret's value. */
export interface Failure {
  readonly kind: 'failure';
  /** `failed`: the world said no. `unknown`: nobody saw an answer that settles it (time-out, throttling, …). */
  readonly verdict: 'failed' | 'unknown';
  /** What was asked, as an operator would type it: `dig +short NS dev.example.com @8.8.8.8`. */
  readonly asked: string;
  /** What came back: `SERVFAIL after 3 tries`. */
  readonly came: string;
  /** What to do next: `aws sso login --profile Alpha002-Admin`. */
  readonly next: string;
}

export interface Answer<T> {
  readonly kind: 'answer';
  readonly value: T;
}

export type Outcome<T> = Answer<T> | Failure;

export const answer = <T>(value: T): Answer<T> => ({ kind: 'answer', value });

export const failure = (verdict: Failure['verdict'], asked: string, came: string, next: string): Failure => ({
  kind: 'failure',
  verdict,
  asked,
  came,
  next,
});

/** A failure as one sentence after another. */
export const failureText = ({ asked, came, next }: Failure): string =>
  `${asked}: ${came.replace(/\.$/, '')}. ${next}`;

/** 1Password. */
export interface SecretStore {
  /**
   * Reads all references in one go, so that a person is asked at most once.
   * One outcome for each reference, in the order of `references`.
   */
  read(references: readonly string[], signal: AbortSignal): Promise<readonly Outcome<Secret>[]>;
  /** How reading is allowed now, and until when, for people; undefined where nothing is known of it. */
  session(): SecretSession | undefined;
}

export interface SecretSession {
  /** `the 1Password command` */
  readonly by: string;
  /** When the next reading asks the person again, if nothing is read until then; absent where it never does. */
  readonly ends?: Date;
}

/** Where an AWS call goes and as whom. */
export interface AwsTarget {
  /** A profile of the shared AWS config, `Alpha002-Admin`. */
  readonly profile: string;
  /** `us-east-1` */
  readonly region: string;
}

export interface StackResource {
  readonly logicalId: string;
  /** `AWS::IAM::Role` */
  readonly type: string;
  /** `CREATE_COMPLETE` */
  readonly status: string;
  readonly reason?: string;
}

export interface Stack {
  readonly name: string;
  /** `CREATE_COMPLETE`, `ROLLBACK_IN_PROGRESS`, … as CloudFormation gives it. */
  readonly status: string;
  readonly reason?: string;
}

export interface StackProgress {
  readonly stack: Stack;
  /** All resources that CloudFormation knows of now, newest state each. */
  readonly resources: readonly StackResource[];
  /** The first resource that failed since the watch began; kept although a rollback follows. */
  readonly firstFailure?: StackResource;
}

export interface StackExport {
  readonly name: string;
  readonly value: string;
}

export interface HostedZone {
  /** `Z0830123OPJSQ95EYD0M`, without `/hostedzone/`. */
  readonly id: string;
  /** Without the last dot. */
  readonly name: string;
  readonly nameServers: readonly string[];
}

export interface Aws {
  /** STS GetCallerIdentity. `account` is a string of 12 digits. */
  identity(target: AwsTarget, signal: AbortSignal): Promise<Outcome<{ account: string; arn: string }>>;
  /** The stack of this name with its resources and the first failure since `since`; undefined when there is none. */
  stackProgress(
    target: AwsTarget,
    name: string,
    since: Date,
    signal: AbortSignal,
  ): Promise<Outcome<StackProgress | undefined>>;
  /** All exports of the account and region, all pages. */
  exports(target: AwsTarget, signal: AbortSignal): Promise<Outcome<readonly StackExport[]>>;
  /** The public zone of exactly this name, or undefined. */
  hostedZone(
    target: AwsTarget,
    domain: string,
    signal: AbortSignal,
  ): Promise<Outcome<HostedZone | undefined>>;
  /** undefined when there is no such secret, or when it is scheduled for deletion. */
  secret(target: AwsTarget, id: string, signal: AbortSignal): Promise<Outcome<{ arn: string } | undefined>>;
  role(target: AwsTarget, name: string, signal: AbortSignal): Promise<Outcome<{ arn: string } | undefined>>;
}

/** A sender domain as Postmark's account API describes it. */
export interface SenderDomain {
  readonly id: number;
  readonly name: string;
  /** `20260526234343pm`: the first label of the DKIM host, pending before current. */
  readonly dkimSelector: string;
  /** The whole TXT text, byte for byte as Postmark gave it. */
  readonly dkimPublicKey: string;
  readonly dkimVerified: boolean;
  readonly returnPathDomain: string;
  readonly returnPathTarget: string;
  readonly returnPathVerified: boolean;
}

export interface Postmark {
  /** The domain of exactly this name on the token's account, or undefined; reads all pages. */
  find(token: Secret, domain: string, signal: AbortSignal): Promise<Outcome<SenderDomain | undefined>>;
  create(
    token: Secret,
    domain: string,
    returnPathDomain: string,
    signal: AbortSignal,
  ): Promise<Outcome<SenderDomain>>;
  /** Sets the return-path domain of an existing sender domain. */
  setReturnPath(
    token: Secret,
    id: number,
    returnPathDomain: string,
    signal: AbortSignal,
  ): Promise<Outcome<SenderDomain>>;
  /** Asks Postmark to look the records up again; the answer is the state right after, often not yet verified. */
  verifyDkim(token: Secret, id: number, signal: AbortSignal): Promise<Outcome<SenderDomain>>;
  verifyReturnPath(token: Secret, id: number, signal: AbortSignal): Promise<Outcome<SenderDomain>>;
}

export type RecordType = 'A' | 'AAAA' | 'CNAME' | 'MX' | 'NS' | 'TXT';

/** What a server answered. */
export interface DnsAnswer {
  /** `noerror` with no records is an answer too: the name has no data of this type. */
  readonly code: 'noerror' | 'nxdomain';
  /** The values as `dig +short` prints them, but TXT joined and unquoted, names without the last dot. */
  readonly values: readonly string[];
  /** Seconds for which a resolver goes on giving this answer, without records too; absent where nothing was said. */
  readonly ttl?: number;
  /** The names that the name leads to, where it is an alias. */
  readonly aliases?: readonly string[];
}

/** What the servers say that a zone is published on, each for itself. */
export interface ZoneAnswer {
  /** The zone that the name is in: `dev.example.com`. */
  readonly zone: string;
  readonly servers: readonly { readonly name: string; readonly outcome: Outcome<DnsAnswer> }[];
}

export interface Dns {
  /** @param resolver `8.8.8.8`, `127.0.0.1:5353` or `[::1]:5353`, as the runbook names it. */
  query(resolver: string, type: RecordType, name: string, signal: AbortSignal): Promise<Outcome<DnsAnswer>>;
  /** Asks the authoritative servers themselves; `resolver` only finds them, and does not hear of the name. */
  authoritative(
    resolver: string,
    type: RecordType,
    name: string,
    signal: AbortSignal,
  ): Promise<Outcome<ZoneAnswer>>;
  /** The name servers that the zone above `domain` names for it; none when it delegates nothing. */
  delegation(
    resolver: string,
    domain: string,
    signal: AbortSignal,
  ): Promise<Outcome<{ readonly parent: string; readonly nameServers: readonly string[] }>>;
}

export interface ShellResult {
  /** undefined when a signal ended the command or the shell was gone. */
  readonly exitCode?: number;
  readonly signal?: string;
}

export interface ShellSession {
  /**
   * Runs the text in this session's shell and waits for its end; exports and the working directory survive.
   * `env` is set for this and later commands. While a promise of `onOutput` is open, nothing more is read from the
   * command, which then waits as at a full pipe. On abort the whole process tree is ended (TERM, then KILL) before
   * the promise settles.
   */
  run(
    text: string,
    env: Readonly<Record<string, string>>,
    onOutput: (chunk: string, stream: 'stdout' | 'stderr') => Promise<void> | void,
    signal: AbortSignal,
  ): Promise<Outcome<ShellResult>>;
  /** Ends the shell and what it left running. */
  close(): Promise<void>;
}

export interface Shell {
  /** @param directory where the shell starts, an absolute path. */
  open(directory: string): ShellSession;
}

export interface Repository {
  /** Paths with uncommitted changes, as `git status --porcelain` lists them. */
  changes(directory: string, signal: AbortSignal): Promise<Outcome<readonly string[]>>;
  /** undefined on a detached HEAD. */
  branch(directory: string, signal: AbortSignal): Promise<Outcome<string | undefined>>;
  /** The full hash of HEAD. */
  head(directory: string, signal: AbortSignal): Promise<Outcome<string>>;
  /** The full hash of a pull request's head commit. */
  pullRequestHead(directory: string, pullRequest: number, signal: AbortSignal): Promise<Outcome<string>>;
}

/** The people at the run. A host that cannot ask answers `undefined`, which is never a yes. */
export interface Person {
  /** A question for one check. */
  ask(question: Question, signal: AbortSignal): Promise<PersonAnswer | undefined>;
  /** Asks for the name of a protected partition to be typed; what was typed, or undefined. */
  typeName(confirmation: Confirmation, signal: AbortSignal): Promise<string | undefined>;
  /** A change has no result in the log: run it again, look at what it did, or leave it? Nobody there leaves it. */
  runAgain(change: LostChange, signal: AbortSignal): Promise<'run' | 'look' | 'leave'>;
  /** A result could not be written into the log: shall it be tried again? Nobody there leaves it. */
  unwritten(unwritten: Unwritten, signal: AbortSignal): Promise<'again' | 'leave'>;
}

/** A host without people. */
export const nobody: Person = {
  ask: async () => undefined,
  typeName: async () => undefined,
  runAgain: async () => 'leave',
  unwritten: async () => 'leave',
};

/** A change that was started, and whose end nobody saw. */
export interface LostChange {
  readonly partition: string;
  /** What the log calls it, without marks: `./deploy.sh dev exits 0`. */
  readonly title: string;
  /** When it began: `2026-11-24 10:02:11 +00:00`. */
  readonly started: string;
}

/** A result that is not in the log. */
export interface Unwritten {
  readonly failure: Failure;
  /** What is not in the log, as a Markdown document that tells where it belongs. */
  readonly result: string;
}

export interface Question {
  readonly text: string;
  /** Absent for a question about the whole cascade. */
  readonly partition?: string;
}

export interface PersonAnswer {
  readonly yes: boolean;
  /** Who answered, `Miguel Pinilla`. */
  readonly by: string;
  readonly note?: string;
}

export interface Confirmation {
  readonly partition: string;
  /** One line each: account, stack, what will run. */
  readonly facts: readonly string[];
}

/** A partition's values in `cdk.context.json`. */
export type ContextEntry = Readonly<Record<string, string>>;

export interface ContextFile {
  /** The entry under `key` (`partitionMail:Alpha002:dev`), or undefined where there is none. */
  read(key: string): Promise<Outcome<ContextEntry | undefined>>;
  /** Sets these values in the entry under `key`, atomically, keeping every other byte of the file. */
  write(key: string, entry: ContextEntry): Promise<Outcome<void>>;
}

export interface Clock {
  now(): Date;
  /** Minutes east of UTC at `date`, for times written with their offset. */
  offsetMinutes(date: Date): number;
  /** Rejects with the signal's reason when it aborts. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** A change to a text: at `offset`, `length` UTF-16 units give way to `text`. */
export interface TextEdit {
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

/** What is to be changed in a text: edits that all count from it, or why nothing may be written into it. */
export type LogChange = (text: string) => readonly TextEdit[] | Failure;

/** The execution log, wherever it is: an open editor or a file. */
export interface LogFile {
  /** Where the log is, for people: a path relative to the workspace or absolute. */
  readonly path: string;
  /** The text as it is now, unsaved words included; undefined where no log exists yet. */
  read(): Promise<Outcome<string | undefined>>;
  /**
   * Applies what `change` makes of the newest text, and makes it durable before settling. `change` may be
   * called again with a newer text when another writer was faster. Answers with the text as written; when
   * `change` refuses, with its failure, and then nothing is touched. After a failure the same function may be given
   * again: what of it is in an open document already is not made twice.
   */
  update(change: LogChange): Promise<Outcome<string>>;
  /** Makes the log with this text; a failure where one exists already. */
  create(text: string): Promise<Outcome<void>>;
  /**
   * Keeps what could not be written in a file of its own, `execution-log.md.unwritten-<tag>.md` beside the log, or in
   * the system's temporary folder where that is not possible. Answers with where it is.
   */
  setAside(tag: string, text: string): Promise<Outcome<string>>;
}

/** Where the transcripts of attempts are kept: a folder beside the log. */
export interface EvidenceFolder {
  /** Makes a new transcript. Where a file of this name exists a counter is added to it. */
  open(stem: string): Promise<Outcome<TranscriptFile>>;
}

export interface TranscriptFile {
  /** From the log to the file: `execution-log.md.evidence/20261124T100211Z-dev-deploy.txt`. */
  readonly path: string;
  append(text: string): Promise<Outcome<void>>;
  close(): Promise<void>;
}

/** Keeps changes of one partition apart, over the windows, processes and machines that share a log. */
export interface ChangeLocks {
  /**
   * Takes a partition until it is released or the process ends; never waits. A failure names who has it.
   * @param what `dev · Deploy by Miguel Pinilla`, told to others that want it
   */
  take(partition: string, what: string): Promise<Outcome<ChangeLock>>;
  /** Who changes a partition now, in words; undefined when nobody does. */
  holder(partition: string): Promise<string | undefined>;
}

export interface ChangeLock {
  release(): Promise<void>;
}

/** All ports of one world, bound to one runbook's worktree. */
export interface Ports {
  readonly secrets: SecretStore;
  readonly aws: Aws;
  readonly postmark: Postmark;
  readonly dns: Dns;
  readonly shell: Shell;
  readonly repository: Repository;
  readonly person: Person;
  readonly context: ContextFile;
  readonly clock: Clock;
}

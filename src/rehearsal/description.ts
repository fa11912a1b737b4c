/** The bindings of one partition, as the runbook writes them down. */
export interface WorldPartition {
  readonly name: string;
  readonly infrastructure: string;
  readonly profile: string;
  readonly account: string;
  /** The name of the Postmark account, `PostmarkNonProd`; partitions that share it share its token. */
  readonly postmark: string;
  /** `op://Arda-DevOAM/Postmark/credential` */
  readonly secret: string;
  readonly domain: string;
  readonly stack: string;
}

export interface WorldDescription {
  readonly partitions: readonly WorldPartition[];
  readonly region: string;
  /** The branch of the worktree; `main` when absent. */
  readonly branch?: string;
  /** Pull requests that exist; the head of each is the worktree's HEAD. */
  readonly pullRequests?: readonly number[];
}

/** A partition that is registered, verified and deployed when the world starts. */
export interface DeployedPartition {
  readonly partition: string;
  readonly dkimSelector: string;
  /** The whole TXT text; a new key when absent. */
  readonly dkimPublicKey?: string;
  readonly nameServers?: readonly string[];
  readonly zoneId?: string;
}

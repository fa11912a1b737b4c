import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import type { IAMClient } from '@aws-sdk/client-iam';
import type { Route53Client } from '@aws-sdk/client-route-53';
import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { STSClient } from '@aws-sdk/client-sts';
import type { AwsTarget } from '../core/ports.ts';

type Env = Readonly<Record<string, string | undefined>>;

interface Clients {
  cloudformation: CloudFormationClient;
  iam: IAMClient;
  route53: Route53Client;
  secretsmanager: SecretsManagerClient;
  sts: STSClient;
}

/** As in `AWS_ENDPOINT_URL_<service>`. */
const endpointNames: Record<keyof Clients, string> = {
  cloudformation: 'CLOUDFORMATION',
  iam: 'IAM',
  route53: 'ROUTE_53',
  secretsmanager: 'SECRETS_MANAGER',
  sts: 'STS',
};

/** The SDK's clients, made on first use and kept for one service, profile and region. */
export class AwsClients {
  readonly #env: Env;
  readonly #clients = new Map<string, Promise<Clients[keyof Clients]>>();
  #filesSeen = '';

  constructor(env: Env) {
    this.#env = env;
  }

  async get<S extends keyof Clients>(service: S, target: AwsTarget): Promise<Clients[S]> {
    await this.#forgetWhenFilesChanged();
    const key = JSON.stringify([service, target.profile, target.region]);
    let client = this.#clients.get(key);
    if (client === undefined) {
      client = makers[service](await configuration(this.#env, service, target));
      this.#clients.set(key, client);
    }
    return client as Promise<Clients[S]>;
  }

  /** A client remembers its credentials; after a refusal they must be looked up anew. */
  forget({ profile }: AwsTarget): void {
    for (const key of this.#clients.keys()) {
      if ((JSON.parse(key) as string[])[1] === profile) this.#clients.delete(key);
    }
  }

  /** Keys in a file are good for ever to the SDK: after an edit it would go on as whom the profile was before. */
  async #forgetWhenFilesChanged(): Promise<void> {
    const { configFilepath, filepath } = sharedFiles(this.#env);
    const home = this.#env['HOME'] ?? homedir();
    const files = [
      configFilepath ?? join(home, '.aws', 'config'),
      filepath ?? join(home, '.aws', 'credentials'),
    ];
    const times = await Promise.all(
      files.map((file) =>
        stat(file).then(
          ({ mtimeMs }) => mtimeMs,
          () => 0,
        ),
      ),
    );
    const seen = times.join();
    if (seen !== this.#filesSeen) this.#clients.clear();
    this.#filesSeen = seen;
  }
}

type Configuration = Awaited<ReturnType<typeof configuration>>;

const makers: { [S in keyof Clients]: (options: Configuration) => Promise<Clients[S]> } = {
  cloudformation: async (options) =>
    new (await import('@aws-sdk/client-cloudformation')).CloudFormationClient(options),
  iam: async (options) => new (await import('@aws-sdk/client-iam')).IAMClient(options),
  route53: async (options) => new (await import('@aws-sdk/client-route-53')).Route53Client(options),
  secretsmanager: async (options) =>
    new (await import('@aws-sdk/client-secrets-manager')).SecretsManagerClient(options),
  sts: async (options) => new (await import('@aws-sdk/client-sts')).STSClient(options),
};

async function configuration(env: Env, service: keyof Clients, { profile, region }: AwsTarget) {
  const endpoint = env[`AWS_ENDPOINT_URL_${endpointNames[service]}`] || env['AWS_ENDPOINT_URL'];
  return {
    region,
    credentials: await credentials(env, profile),
    requestHandler: { connectionTimeout: 5000, requestTimeout: 15_000, throwOnRequestTimeout: true },
    ...(endpoint ? { endpoint } : {}),
  };
}

/**
 * `fromIni` reads SSO profiles too, but from the files that it read first and from where `process.env` says; only
 * `fromSSO` itself takes the paths and re-reads. So it goes first, and says when the profile is none of its own.
 */
async function credentials(env: Env, profile: string) {
  const { fromIni, fromSSO } = await import('@aws-sdk/credential-providers');
  const options = { profile, ignoreCache: true, ...sharedFiles(env) };
  return async () => {
    try {
      return await fromSSO(options)();
    } catch (error) {
      const otherKind =
        error instanceof Error && /was not found\.$|not configured with SSO/.test(error.message);
      if (!otherKind) throw error;
      return fromIni(options)();
    }
  };
}

function sharedFiles(env: Env): { readonly configFilepath?: string; readonly filepath?: string } {
  const { AWS_CONFIG_FILE: configFilepath, AWS_SHARED_CREDENTIALS_FILE: filepath } = env;
  return { ...(configFilepath ? { configFilepath } : {}), ...(filepath ? { filepath } : {}) };
}

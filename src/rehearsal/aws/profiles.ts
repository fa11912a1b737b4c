import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorldDescription } from '../description.ts';
import type { FaultName } from '../faults.ts';

export interface AwsProfiles {
  readonly configFile: string;
  readonly credentialsFile: string;
  /** The account of each access key id. */
  readonly accounts: ReadonlyMap<string, string>;
}

/** Writes the AWS files of this world: a profile for each one that the description names. */
export async function writeProfiles(
  directory: string,
  { partitions, region }: WorldDescription,
  faults: ReadonlySet<FaultName>,
): Promise<AwsProfiles> {
  const accountOf = new Map(partitions.map(({ profile, account }) => [profile, account]));
  const first = partitions[0];
  if (faults.has('wrong-profile') && first !== undefined) {
    const other = partitions.find(({ account }) => account !== first.account)?.account;
    accountOf.set(first.profile, other ?? '111111111111');
  }
  const profiles = [...accountOf.keys()];
  const expired = faults.has('sso-expired');
  const folder = join(directory, 'aws');
  const configFile = join(folder, 'config');
  const credentialsFile = join(folder, 'credentials');
  await mkdir(folder, { recursive: true });
  await writeFile(
    configFile,
    profiles.map((profile) => section(profile, region, accountOf.get(profile) ?? '', expired)).join('\n') +
      (expired ? session(region) : ''),
  );
  await writeFile(
    credentialsFile,
    profiles
      .map((profile) => {
        const { id, secret } = accessKey(profile);
        return `[${profile}]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n`;
      })
      .join('\n'),
    { mode: 0o600 },
  );
  const accounts = new Map([...accountOf].map(([profile, account]) => [accessKey(profile).id, account]));
  return { configFile, credentialsFile, accounts };
}

function section(profile: string, region: string, account: string, sso: boolean): string {
  const head = `[profile ${profile}]\nregion = ${region}\noutput = json\n`;
  return sso
    ? `${head}sso_session = ${ssoSession}\nsso_account_id = ${account}\nsso_role_name = Admin\n`
    : head;
}

/** Of this session there is no token on any machine: to the SDK that is the same as one that has expired. */
const ssoSession = 'cascade-rehearsal';
const session = (region: string): string =>
  `\n[sso-session ${ssoSession}]\nsso_start_url = https://rehearsal.example/start\nsso_region = ${region}\nsso_registration_scopes = sso:account:access\n`;

/** Made from the profile's name, so that a restarted world knows the clients of the one before. */
function accessKey(profile: string): { readonly id: string; readonly secret: string } {
  const hash = createHash('sha256').update(`rehearsal ${profile}`).digest();
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const id = [...hash.subarray(0, 16)].map((byte) => letters[byte % 32]).join('');
  return { id: `AKIA${id}`, secret: hash.toString('base64').slice(0, 40) };
}

// What the scripts of this worktree share: the partition's files, and a small CloudFormation client.
import { readdir, readFile } from 'node:fs/promises';

/** Divides the waits, so that a rehearsal can be made to run faster than life. */
export const speed = Number(process.env.CASCADE_SPEED || 1);

export class Complaint extends Error {}

/** The partition's profile, region, domain and stack, wherever among the infrastructures it is. */
export async function findInstance(partition, infrastructure) {
  const folders = infrastructure ? [infrastructure] : await readdir('instances').catch(() => []);
  for (const folder of folders) {
    const text = await readFile(`instances/${folder}/${partition}.json`, 'utf8').catch(() => undefined);
    if (text !== undefined) return { infrastructure: folder, partition, ...JSON.parse(text) };
  }
  throw new Complaint(`There is no instance ${infrastructure ?? '*'}/${partition}`);
}

/** What registering the sender domain wrote down for the partition. */
export async function mailContext({ infrastructure, partition }) {
  const key = `partitionMail:${infrastructure}:${partition}`;
  const entry = JSON.parse(await readFile('cdk.context.json', 'utf8'))[key];
  for (const name of ['dkimSelector', 'dkimPublicKey', 'returnPathTarget']) {
    if (typeof entry?.[name] !== 'string')
      throw new Complaint(`cdk.context.json has no ${name} under ${key}`);
  }
  return entry;
}

/** Calls CloudFormation as the profile; answers with the XML, complains with what AWS said. */
export async function callCloudFormation({ profile, region }, action, parameters) {
  const endpoint = process.env.AWS_ENDPOINT_URL;
  if (!endpoint)
    throw new Complaint('AWS_ENDPOINT_URL is not set: this worktree deploys only in a rehearsal');
  const date = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  const scope = `${await accessKey(profile)}/${date}/${region}/cloudformation/aws4_request`;
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=rehearsal`,
    },
    body: new URLSearchParams({ Action: action, Version: '2010-05-15', ...parameters }),
  });
  const xml = await response.text();
  if (response.ok) return xml;
  throw new Complaint(element(xml, 'Message') ?? `${action} answered ${response.status}`);
}

/** The text of the first such element. */
export function element(xml, name) {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  const entities = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&amp;': '&' };
  return text?.replace(/&(lt|gt|quot|amp);/g, (entity) => entities[entity]);
}

/** The insides of all `member` elements, which must not be nested. */
export const members = (xml) => [...xml.matchAll(/<member>(.*?)<\/member>/gs)].map((match) => match[1]);

async function accessKey(profile) {
  const text = await readFile(process.env.AWS_SHARED_CREDENTIALS_FILE ?? '', 'utf8').catch(() => '');
  const section = text.split(/^\[/m).find((part) => part.startsWith(`${profile}]`));
  const key = /^aws_access_key_id\s*=\s*(\S+)/m.exec(section ?? '')?.[1];
  if (key === undefined) throw new Complaint(`Unable to resolve AWS account to use for profile ${profile}`);
  return key;
}

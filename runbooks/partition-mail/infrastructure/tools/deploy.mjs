// Deploys a partition's mail stack and tells its progress as cdk does: progress to stderr, the result to stdout.
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Complaint,
  callCloudFormation,
  element,
  findInstance,
  mailContext,
  members,
  speed,
} from './rehearsal.mjs';

const RESOURCES = 25;
const POLL_MS = 500;
/** With the fault deploy-killed: after so many resources. */
const KILLED_AFTER = 8;

const faults = await readFile(process.env.CASCADE_FAULTS_FILE ?? '', 'utf8').catch(() => '');
const killed = faults.trim().split(' ').includes('deploy-killed');
const [profile, infrastructure, partition] = process.argv.slice(2);

try {
  process.exitCode = await deploy();
} catch (error) {
  if (!(error instanceof Complaint)) throw error;
  console.error(`❌ ${error.message}`);
  process.exitCode = 1;
}

async function deploy() {
  const instance = { ...(await findInstance(partition, infrastructure)), profile };
  const { dkimSelector, dkimPublicKey, returnPathTarget } = await mailContext(instance);
  const parameters = {
    Domain: instance.domain,
    DkimSelector: dkimSelector,
    DkimPublicKey: dkimPublicKey,
    ReturnPathTarget: returnPathTarget,
  };
  console.error(`${instance.stack}: deploying...`);
  let found = await settled(instance);
  if (found?.status === 'ROLLBACK_COMPLETE') {
    console.error(`${instance.stack} is in ROLLBACK_COMPLETE: deleting it first`);
    await callCloudFormation(instance, 'DeleteStack', { StackName: instance.stack });
    found = await settled(instance);
  }
  const past = new Set((found ? await events(instance) : []).map((event) => event.id));
  if (!(await begin(instance, found ? 'UpdateStack' : 'CreateStack', parameters))) {
    console.log(`\n ✅  ${instance.stack} (no changes)\n`);
    return 0;
  }
  const { status, failures } = await follow(instance, past);
  if (status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE') {
    const { id } = await describe(instance);
    console.log(`\n ✅  ${instance.stack}\n\nStack ARN:\n${id}`);
    return 0;
  }
  console.error(`\n ❌  ${instance.stack} failed: ${status}: ${failures.join(', ')}`);
  return 1;
}

/** False where there is nothing to update. */
async function begin(instance, action, parameters) {
  const form = {
    StackName: instance.stack,
    TemplateBody: '{}',
    'Capabilities.member.1': 'CAPABILITY_NAMED_IAM',
  };
  for (const [index, [key, value]] of Object.entries(parameters).entries()) {
    form[`Parameters.member.${index + 1}.ParameterKey`] = key;
    form[`Parameters.member.${index + 1}.ParameterValue`] = value;
  }
  try {
    await callCloudFormation(instance, action, form);
    return true;
  } catch (error) {
    if (error instanceof Complaint && error.message === 'No updates are to be performed.') return false;
    throw error;
  }
}

/** Prints what happens to the stack until nothing is in progress. */
async function follow(instance, past) {
  const failures = [];
  const done = new Set();
  for (;;) {
    // The status first: events that come after it are seen by the next round.
    const found = await describe(instance);
    for (const event of (await events(instance)).toReversed()) {
      if (past.has(event.id)) continue;
      past.add(event.id);
      if (/^(CREATE|UPDATE)_COMPLETE$/.test(event.status) && event.logicalId !== instance.stack) {
        done.add(event.logicalId);
      }
      if (event.status.endsWith('_FAILED')) failures.push(event.reason ?? event.logicalId);
      if (killed && done.size >= KILLED_AFTER) process.kill(process.pid, 'SIGKILL');
      const count = String(done.size).padStart(2);
      const time = new Date(event.time).toLocaleTimeString('en-US');
      const reason =
        event.reason === undefined || event.reason === 'User Initiated' ? '' : ` ${event.reason}`;
      console.error(
        `${instance.stack} | ${count}/${RESOURCES} | ${time} | ${event.status.padEnd(18)} | ${event.type} | ${event.logicalId}${reason}`,
      );
    }
    if (!found?.status.endsWith('_IN_PROGRESS'))
      return { status: found?.status ?? 'DELETE_COMPLETE', failures };
    await sleep(POLL_MS / speed);
  }
}

/** The stack once nothing about it is in progress any more; undefined where there is none. */
async function settled(instance) {
  for (;;) {
    const found = await describe(instance);
    if (!found?.status.endsWith('_IN_PROGRESS')) return found;
    await sleep(POLL_MS / speed);
  }
}

async function describe(instance) {
  try {
    const xml = await callCloudFormation(instance, 'DescribeStacks', { StackName: instance.stack });
    return { id: element(xml, 'StackId'), status: element(xml, 'StackStatus') };
  } catch (error) {
    if (error instanceof Complaint && error.message.endsWith('does not exist')) return undefined;
    throw error;
  }
}

/** All events, newest first. */
async function events(instance) {
  const all = [];
  let token;
  do {
    const xml = await callCloudFormation(instance, 'DescribeStackEvents', {
      StackName: instance.stack,
      ...(token && { NextToken: token }),
    });
    for (const member of members(xml)) {
      all.push({
        id: element(member, 'EventId'),
        logicalId: element(member, 'LogicalResourceId'),
        type: element(member, 'ResourceType'),
        status: element(member, 'ResourceStatus'),
        reason: element(member, 'ResourceStatusReason'),
        time: element(member, 'Timestamp'),
      });
    }
    token = element(xml, 'NextToken');
  } while (token);
  return all;
}

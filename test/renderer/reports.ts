import type { CellReport, CheckRow } from '../../src/core/run/cell-report.ts';

let count = 0;
export const row = (parts: Partial<CheckRow> = {}): CheckRow => ({
  key: `0/${count++}/dev`,
  check: '`dig +short NS dev.example.com @8.8.8.8` returns ≥ 2 nameservers',
  state: 'passed',
  detail: '4 nameservers (ns-826.awsdns-39.net, ns-1.awsdns-00.com)',
  duration: 840,
  again: true,
  transcript: false,
  ...parts,
});

export const report = (...rows: readonly CheckRow[]): CellReport => ({
  id: 'a-report',
  partition: 'dev',
  rehearsal: true,
  rows,
});

const dkim = `k=rsa;p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQD${'x7Vn2kQ9'.repeat(18)}wIDAQAB`;
export const dkimRow = row({
  key: 'dkim',
  check:
    '`dig +short TXT pm._domainkey.dev.example.com @8.8.8.8` is the `dkimPublicKey` of `cdk.context.json`',
  state: 'failed',
  detail: 'not as expected',
  expected: dkim,
  actual: `${dkim.slice(0, 120)}Z${dkim.slice(121)}`,
  next: 'Publish it in the zone dev.example.com, then repeat: `dig +short TXT pm._domainkey.dev.example.com`',
});

export const propagationRow = row({
  key: 'propagation',
  state: 'unknown',
  detail: 'published, not propagated: 4 name servers of dev.example.com have it',
  next: 'Wait 4 min 12 s, then repeat.',
  seenBy: [
    { by: '@8.8.8.8', has: 'no', what: 'NXDOMAIN: dev.example.com does not exist', left: '4 min 12 s' },
    {
      by: 'ns-826.awsdns-39.net',
      has: 'yes',
      what: 'ns-1.awsdns-00.com | ns-2.awsdns-01.net',
      left: '2 h 0 min',
    },
    { by: 'ns-1.awsdns-00.com', has: 'unknown', what: 'no answer within 3 s' },
  ],
});

export const stackRow = row({
  key: 'stack',
  check: '`./amm.sh --profile Alpha002-Admin Alpha002 dev` exits 0',
  state: 'running',
  detail: 'CREATE_IN_PROGRESS, 17 of 25 resources',
  again: false,
  stack: {
    name: 'Alpha002-dev-Email',
    status: 'ROLLBACK_IN_PROGRESS',
    done: 17,
    all: 25,
    failure: {
      resource: 'ProvisioningRole',
      type: 'AWS::IAM::Role',
      status: 'CREATE_FAILED',
      reason: 'EmailDnsProvisioning already exists',
    },
    events: [
      { resource: 'Zone', type: 'AWS::Route53::HostedZone', status: 'DELETE_IN_PROGRESS' },
      { resource: 'Key', type: 'AWS::KMS::Key', status: 'CREATE_COMPLETE' },
    ],
  },
});

const every = Array.from({ length: 16 }, (_, index) => {
  const code = index < 8 ? 30 + index : 82 + index;
  return `\u001B[${code}mcolour ${index}\u001B[0m \u001B[${code + 10}mon ground ${index}\u001B[0m \u001B[2;${code}mdim\u001B[0m\n`;
}).join('');
export const shellRow = row({
  key: 'shell',
  check: '`./validate-exit.sh dev` exits 0',
  detail: '12 / 12, exit code 0',
  transcript: true,
  output: `${every}\u001B[1mbold\u001B[0m \u001B[7minverse\u001B[0m \u001B[3;4mitalic\u001B[0m\n${Array.from({ length: 60 }, (_, line) => `line ${line + 1} of what it printed\n`).join('')}the end\n`,
});

/** One of each. */
export const everything = report(
  row({ key: 'first' }),
  dkimRow,
  propagationRow,
  stackRow,
  shellRow,
  row({ key: 'waiting', state: 'waiting', detail: '' }),
  row({
    key: 'blocked',
    state: 'blocked',
    detail: 'the gate "Entry criteria verified" is pending',
    next: 'run the cells under "Entry criteria"',
    partition: 'stage',
  }),
  row({ key: 'not-run', state: 'not-run', detail: 'not run: an earlier check did not pass' }),
);

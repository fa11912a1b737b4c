import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { describeWorld } from '../../src/rehearsal/describe-world.ts';

const sample = readFileSync('runbooks/partition-mail/partition-mail.runbook.md', 'utf8');

test('a world has the domains and stacks that the lines of the runbook are about, whatever their names', () => {
  const world = describeWorld(sample);
  assert.deepEqual(
    world.partitions.map(({ domain, stack }) => `${domain} ${stack}`),
    [
      'dev.ardamails.com Alpha002-dev-Email',
      'stage.ardamails.com Alpha002-stage-Email',
      'demo.ardamails.com Alpha001-demo-Email',
      'prod.ardamails.com Alpha001-prod-Email',
    ],
  );
  const renamed = sample
    .replaceAll('${domain}', '${mailDomain}')
    .replace('  domain:', '  mailDomain:')
    .replaceAll('${stack}', '${mailStack}')
    .replace('  stack:', '  mailStack:');
  assert.deepEqual(describeWorld(renamed), world);
});

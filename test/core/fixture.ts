import type { Target } from '../../src/core/run/places.ts';
import { parseRunbook, type Runbook } from '../../src/core/runbook/runbook.ts';

export const frontMatter = `runbook: sample
log: execution-log.md
resolver: 192.0.2.53
variables:
  region: us-east-1
  domain: \${partition}.example.com
  stack: \${infrastructure}-\${partition}-Email
partitions:
  dev:  { infrastructure: Alpha002, postmark: NonProd, profile: Alpha002-Admin, account: "139852620346", secret: op://Dev/Postmark/credential }
  prod: { infrastructure: Alpha001, postmark: Prod, profile: Admin-Alpha1, account: "009765408297", secret: op://Prod/Postmark/credential, protected: true }
phases:
  - { title: Pre-flight, task: T-O1 }
  - { title: Deploy, task: { dev: T-O5, prod: T-O7 } }
  - { title: Verification, column: Verified, task: T-O3 }
gates:
  - { id: entry, title: Entry criteria verified, section: Entry criteria, blocks: ["*/Deploy"] }
  - { id: production, title: Production confirmed, section: Production confirmation, blocks: [prod/Deploy], requires: [dev/Verification] }
`;

export const body = `
# Sample

## Entry criteria

\`\`\`op each
read \${secret}
\`\`\`

## Pre-flight

\`\`\`op
read \${secret} as token
\`\`\`

## Deploy

\`\`\`postmark
register \${domain} return-path pm-bounces.\${domain}
\`\`\`

\`\`\`sh
./deploy.sh \${partition}
\`\`\`

## Verification

\`\`\`dig
NS  \${domain} at least 2
TXT \${context.dkimSelector}._domainkey.\${domain} is \${context.dkimPublicKey}
\`\`\`

\`\`\`sh check
./validate.sh \${partition}
\`\`\`

## Sign-off

\`\`\`ask
\${partition} is signed off
\`\`\`

## Production confirmation

\`\`\`ask
The production deploy proceeds
\`\`\`
`;

export const sampleText = `---\n${frontMatter}---\n${body}`;

export function sample(): Runbook {
  return parseRunbook(sampleText);
}

export function phase(runbook: Runbook, partition: string, title: string): Target {
  const found = runbook.partitions.find((each) => each.name === partition);
  const named = runbook.phases.find((each) => each.title === title);
  if (found === undefined || named === undefined) throw new Error(`no ${partition}/${title} in the fixture`);
  return { kind: 'phase', partition: found, phase: named };
}

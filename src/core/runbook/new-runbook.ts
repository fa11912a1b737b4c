/** What a new runbook begins with: two partitions, the usual phases, one gate, and a line of words for each. */

/** @param name as the front matter has it: `partition-mail` */
export const newRunbook = (name: string): string => `---
runbook: ${name}
log: execution-log.md
worktree: .
variables:
  greeting: hello \${partition}
partitions:
  dev: { host: dev.example.com }
  prod: { host: www.example.com, protected: true }
phases:
  - { title: Pre-flight }
  - { title: Deploy }
  - { title: Verification, column: Verified }
gates:
  - { id: go, title: Production confirmed, section: Production confirmation, blocks: [prod/Deploy], requires: [dev/Verification] }
---

# ${name}

What this runbook changes, and for whom. Choose a partition as the kernel of this notebook, then run the cells from
top to bottom; every result is written into the execution log.

## Pre-flight

Reads only: what has to be so before anything is changed.

\`\`\`sh check
test -w .
\`\`\`

## Deploy

Changes the world. A profile, an account and a secret belong to each partition, in the front matter.

\`\`\`sh
echo "\${greeting}" > "\${host}.txt"
\`\`\`

## Verification

Proves that it works, and changes nothing: run it at any time.

\`\`\`sh check
test -s "\${host}.txt"
\`\`\`

## Sign-off

\`\`\`ask
\${partition} is as it should be
\`\`\`

## Production confirmation

\`\`\`ask
The team agreed to change production
\`\`\`
`;

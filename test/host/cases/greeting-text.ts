/** A small cascade, and a log of it kept by hand that contradicts itself twice. */

export const greetingRunbookText = `---
runbook: greeting
log: greeting-log.md
worktree: .
variables:
  greeting: hello \${partition}
partitions:
  dev:  { host: dev.example.com }
  prod: { host: www.example.com, protected: true }
phases:
  - { title: Deploy }
  - { title: Verification, column: Verified, task: T-1 }
gates:
  - { id: go, title: We go, section: Go, blocks: [prod/Deploy], requires: [dev/Verification] }
---

## Deploy

\`\`\`sh
echo "\${greeting}" > "\${host}.txt"
\`\`\`

## Verification

\`\`\`sh check
test -s "\${host}.txt"
\`\`\`

\`\`\`dig
NS \${host} at least 2
\`\`\`

## Go

\`\`\`ask
The team agreed
\`\`\`
`;

export const greetingText = `# Greeting, kept by hand

| Partition | Deploy | Verified | Sign-off date |
|---|---|---|---|
| \`dev\` | ✅ 2026-05-20 | ✅ 2026-05-20 | — |
| \`prod\` | ⏳ pending | ⏳ pending | — |

| Gate | Status | Date |
|---|---|---|
| We go | ⏳ pending | — |

## § dev

### Deploy ✅ 2026-05-20

- \`echo "hello dev" > "dev.example.com.txt"\` exits 0: ✅ 2026-05-20

### Verification (T-1-dev)

- \`test -s "dev.example.com.txt"\` exits 0: ✅ 2026-05-20 — the file [is there](command:workbench.action.quit)
  - 2026-05-19 10:00:00 +00:00 ❌ failed — no file
- \`dig +short NS dev.example.com @8.8.8.8\` returns ≥ 2 nameservers: ✅ 2026-05-20 — 4 nameservers

**Sign-off**: ⏳ pending

## § prod

### Deploy

- \`echo "hello prod" > "www.example.com.txt"\` exits 0: ⏳ pending

**Sign-off**: ⏳ pending

## Go

- The team agreed: ✅ 2026-05-21
`;

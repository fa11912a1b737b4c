/** A token that scripts print in every way they can think of is nowhere but where it belongs. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { cascade, folder } from './command.ts';

const runbook = `---
runbook: canary
log: execution-log.md
worktree: .
variables: { region: us-east-1 }
partitions:
  dev: { infrastructure: A, postmark: P, profile: A-Admin, account: "139852620346", secret: op://Vault/Postmark/credential }
phases: [{ title: Leak }]
---
## Leak

\`\`\`op
read \${secret} as token
\`\`\`

\`\`\`sh check
token=$(op read -n "$secret")
printf %s "$token" > "$CANARY_FILE"
printf '%.11s' "$token"; sleep 0.05; printf '%s\\n' "\${token#???????????}"
printf '%.11s' "$token"; sleep 0.05; printf '%s\\n' "\${token#???????????}" >&2
printf '%s\\n%s\\n' "\${token%????????????}" "\${token#????????????????????????}"
printf %s "$token" | base64; printf 'x%s' "$token" | base64; printf 'xy%s' "$token" | base64
printf %s "$token" | od -An -tx1 | tr -d ' \\n'; echo
printf '\\033[31m%.5s\\033[0m%s\\n' "$token" "\${token#?????}"
printf '{"token": "%s", "url": "https://x:%s@host/"}\\n' "$token" "$token"
echo "ERROR: cannot sign in with $token" >&2
exit 3
\`\`\`
`;

test('no copy of the token is in what is printed, in the log, or in any file of the run', async () => {
  const directory = folder();
  const elsewhere = folder();
  const source = join(elsewhere, 'canary.runbook.md');
  const kept = join(elsewhere, 'token');
  writeFileSync(source, runbook);
  for (const format of [[], ['--json']]) {
    const run = join(directory, `run${format.length}`);
    const { code, stdout, stderr } = await cascade(
      ['rehearse', source, '--speed', '200', '--directory', run, ...format],
      { env: { CANARY_FILE: kept } },
    );
    assert.equal(code, 1, stdout + stderr);
    const token = readFileSync(kept, 'utf8');
    assert.match(token, /^[0-9a-f-]{36}$/);
    const files = readdirSync(run, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('.git'))
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
    const log = readFileSync(join(run, 'execution-log.rehearsal.md'), 'utf8');
    assert.match(log, /ERROR: cannot sign in with \[op:\/\/Vault\/Postmark\/credential\]/);
    const core = token.slice(9, 27);
    const encoded = ['', 'x', 'xy'].map((before) =>
      Buffer.from(before + token)
        .toString('base64')
        .slice(8, 28),
    );
    for (const form of [core, ...encoded, Buffer.from(core).toString('hex')]) {
      for (const text of [stdout, stderr, ...files]) {
        const plain = text.replace(/\u001B\[[0-9;]*m|[\r\n]/g, '');
        assert.ok(!plain.includes(form), plain.slice(Math.max(0, plain.indexOf(form) - 100)).slice(0, 200));
      }
    }
  }
});

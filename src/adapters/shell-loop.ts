/** File descriptors of the loop. High ones in bash, so that a cell's own `exec 3>…` cannot take them away. */
interface Descriptors {
  readonly status: number;
  readonly control: number;
  readonly stdout: number;
  readonly stderr: number;
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * The program that a session's shell runs. Node gives it two more streams, 3 for what it tells and 4 for what it is
 * told. For every cell:
 *
 *     4 ← a line: there is a cell in the file
 *     3 → `status 0`
 *     4 ← a token, made only now, so that no output before it can hold it
 *     1, 2 → the token: all that the cell wrote has gone before it
 *
 * A cell is sourced from a file: it is never spliced into another text, and its exports and its working directory
 * stay. When a cell ends the shell (`exit`, `set -e`), bash hands over its exports, for the next shell to take up.
 */
export function loopScript(shell: string, cellFile: string, envFile: string): string {
  const bash = /(^|\/)bash$/.test(shell);
  const fd: Descriptors = bash
    ? { status: 196, control: 197, stdout: 198, stderr: 199 }
    : { status: 6, control: 7, stdout: 8, stderr: 9 };
  const handOver = `{ command printf "state\\n"; export -p; command printf "cd -- %q\\n" "$PWD"; command printf "\\0"; } >&${fd.status}`;
  return [
    `exec ${fd.status}>&3 ${fd.control}<&4 ${fd.stdout}>&1 ${fd.stderr}>&2 3>&- 4<&-`,
    ...(bash
      ? [
          `IFS= read -r -d '' REPLY <&${fd.control}; eval "$REPLY" 2>/dev/null; unset REPLY`,
          `trap ${quote(handOver)} EXIT`,
        ]
      : []),
    `while IFS= read -r REPLY <&${fd.control}; do`,
    // No 'exec' and no subshell around it: the cell has to change this shell.
    `. ${quote(envFile)}`,
    `. ${quote(cellFile)} </dev/null`,
    `command printf 'status %s\\n' "$?" >&${fd.status}`,
    `IFS= read -r REPLY <&${fd.control}`,
    `command printf %s "$REPLY" >&${fd.stdout}; command printf %s "$REPLY" >&${fd.stderr}`,
    'done',
    ...(bash ? ['trap - EXIT'] : []),
  ].join('\n');
}

/** Sets variables by a file to be sourced: single quotes, within which a shell expands nothing. */
export function exportsFile(env: Readonly<Record<string, string>>): string {
  return Object.entries(env)
    .map(([name, value]) => {
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || value.includes('\0')) {
        throw new Error(`"${name}" cannot be an environment variable`);
      }
      return `export ${name}=${quote(value)}\n`;
    })
    .join('');
}

/** `npm run package`: the extension as one VSIX file. */
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { argv, execPath, stdout } from 'node:process';
import { build } from './build.ts';
import { runCommand } from './command.ts';
import { root } from './paths.ts';
import { runProgram, ToolingError, UsageError } from './program.ts';

/** Packs what was built in a folder, ours unless told; nothing is fetched. */
export async function packVsix(file: string, stop?: AbortSignal, folder = root): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const words = [
    'package',
    '--no-dependencies',
    '--allow-missing-repository',
    '--no-rewrite-relative-links',
    '--out',
    file,
  ];
  await runCommand(execPath, [join(root, 'node_modules/@vscode/vsce/vsce'), ...words], {
    cwd: folder,
    advice: 'Mend what it names in package.json or .vscodeignore.',
    ...(stop === undefined ? {} : { stop }),
  });
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest)
    return String(manifest.version);
  throw new ToolingError('package.json names no version. Give it one.');
}

if (import.meta.main) {
  await runProgram(async (stop) => {
    const [word] = argv.slice(2);
    const help =
      'Usage: npm run package\nBuilds, and packs the extension into cascade-runbook-<version>.vsix.\n';
    if (word !== undefined && word !== '--help') throw new UsageError(`"${word}" is not an option.\n${help}`);
    if (word === '--help') {
      stdout.write(help);
      return 0;
    }
    await build();
    const file = join(root, `cascade-runbook-${version()}.vsix`);
    await packVsix(file, stop);
    stdout.write(`${file}\n`);
    return 0;
  });
}

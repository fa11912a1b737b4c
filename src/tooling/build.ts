/** `npm run build`: bundles the extension, the command line and the in-editor tests into `dist`. */
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { argv, stdout } from 'node:process';
import { build as bundle, type Metafile, type Plugin } from 'esbuild';
import { keepNames } from './commonjs-names.ts';
import { bundleOnePassword, loadOnePasswordLazily } from './onepassword-bundle.ts';
import { bundlePages } from './page-bundles.ts';
import { root } from './paths.ts';
import { runProgram, UsageError } from './program.ts';

export const dist = join(root, 'dist');
/** The module that a VS Code under test is told to run. */
export const suiteBundle = join(dist, 'test', 'suite.cjs');

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node22',
  logLevel: 'warning',
} as const;

/** @returns what esbuild knows of the product's own bundles */
export async function build(): Promise<Metafile> {
  await mkdir(dist, { recursive: true });
  const chunkFolder = 'chunks';
  const [first, { metafile }, onePassword, pages, tests] = await Promise.all([
    bundle({
      ...common,
      entryPoints: { extension: join(root, 'src/vscode/extension.ts') },
      outdir: dist,
      // Loaded by a plain require; an ES module takes the extension host's loader longer.
      format: 'cjs',
      outExtension: { '.js': '.cjs' },
      minify: true,
      external: ['vscode'],
      sourcemap: true,
      metafile: true,
      plugins: [workbenchApart],
    }),
    bundle({
      ...common,
      entryPoints: {
        workbench: join(root, 'src/vscode/workbench.ts'),
        cascade: join(root, 'src/cli/main.ts'),
      },
      outdir: dist,
      format: 'esm',
      // ES modules first: they can be shaken, and a UMD file (jsonc-parser) hides its parts from the bundler.
      mainFields: ['module', 'main'],
      splitting: true,
      // Half as much to read and to compile when a window opens.
      minify: true,
      chunkNames: `${chunkFolder}/[name]-[hash]`,
      external: ['vscode'],
      sourcemap: true,
      metafile: true,
      plugins: [loadOnePasswordLazily(chunkFolder), keepNames(['postmark'])],
      // Bundled CommonJS packages call require, which an ES module does not have.
      banner: {
        js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
      },
    }),
    bundleOnePassword(dist),
    bundlePages(dist),
    bundle({
      ...common,
      entryPoints: [join(root, 'test/host/suite.ts')],
      outfile: suiteBundle,
      format: 'cjs',
      external: ['vscode'],
      sourcemap: true,
      metafile: true,
    }),
  ]);
  await removeAllBut([
    ...Object.keys(first.metafile.outputs).map((path) => resolve(root, path)),
    ...Object.keys(metafile.outputs).map((path) => resolve(root, path)),
    ...Object.keys(tests.metafile.outputs).map((path) => resolve(root, path)),
    ...onePassword,
    ...Object.keys(pages.outputs).map((path) => resolve(root, path)),
  ]);
  return {
    inputs: { ...first.metafile.inputs, ...metafile.inputs, ...pages.inputs },
    outputs: { ...first.metafile.outputs, ...metafile.outputs, ...pages.outputs },
  };
}

/** What is loaded behind the first file is a bundle of its own. */
const workbenchApart: Plugin = {
  name: 'workbench-apart',
  setup(builder) {
    builder.onResolve({ filter: /\/workbench\.ts$/ }, () => ({ path: './workbench.js', external: true }));
  },
};

/** Removed afterwards, not before: a VS Code that runs from `dist` loads its chunks late. */
async function removeAllBut(written: readonly string[]): Promise<void> {
  for (const entry of await readdir(dist, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !written.includes(path)) await rm(path, { force: true });
  }
}

const help = `Usage: npm run build -- [--sizes]
Bundles the extension, the command line and the in-editor tests into dist.
  --sizes   print the size of each file
`;

if (import.meta.main) {
  await runProgram(async () => {
    const words = argv.slice(2);
    const unknown = words.find((word) => word !== '--sizes' && word !== '--help');
    if (unknown !== undefined) throw new UsageError(`"${unknown}" is not an option.\n${help}`);
    if (words.includes('--help')) stdout.write(help);
    else {
      const metafile = await build();
      if (words.includes('--sizes')) stdout.write(sizes(metafile));
    }
    return 0;
  });
}

function sizes({ outputs }: Metafile): string {
  return Object.entries(outputs)
    .filter(([path]) => !path.endsWith('.map'))
    .toSorted(([, a], [, b]) => b.bytes - a.bytes)
    .map(
      ([path, { bytes }]) =>
        `${String(Math.ceil(bytes / 1024)).padStart(6)} KiB  ${relative('dist', path)}\n`,
    )
    .join('');
}

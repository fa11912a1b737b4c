/**
 * The 1Password SDK reads its WebAssembly from beside its own file when it is loaded, so it stays a file of its
 * own, with the WebAssembly next to it, loaded only when it is asked for.
 */
import { copyFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { exportedNames } from './commonjs-names.ts';
import { ToolingError } from './program.ts';

const file = 'onepassword-sdk.cjs';
const packageName = '@1password/sdk';

/** @returns the files it wrote */
export async function bundleOnePassword(outdir: string): Promise<readonly string[]> {
  const require = createRequire(import.meta.url);
  const core = createRequire(require.resolve(packageName)).resolve('@1password/sdk-core');
  const bundle = join(outdir, file);
  const wasm = join(outdir, 'core_bg.wasm');
  await Promise.all([
    build({
      entryPoints: [require.resolve(packageName)],
      outfile: bundle,
      bundle: true,
      format: 'cjs',
      platform: 'node',
      target: 'node22',
      logLevel: 'warning',
    }),
    copyFile(join(core, '..', 'core_bg.wasm'), wasm),
  ]);
  return [bundle, wasm];
}

/** In the other bundles `import('@1password/sdk')` becomes a chunk that requires that file. */
export function loadOnePasswordLazily(chunkFolder: string): Plugin {
  return {
    name: 'onepassword-lazily',
    setup(builder) {
      builder.onResolve({ filter: /^@1password\/sdk$/ }, ({ kind, importer }) => {
        if (kind !== 'dynamic-import')
          throw new ToolingError(
            `${importer} imports ${packageName} by "${kind}". Import it with import('${packageName}'), types with "import type".`,
          );
        return { path: packageName, namespace: 'onepassword' };
      });
      builder.onLoad({ filter: /.*/, namespace: 'onepassword' }, () => ({
        // A chunk of its own, because it is only ever imported dynamically.
        contents: `import { createRequire as requireFrom } from 'node:module';
const sdk = requireFrom(import.meta.url)('../${file}');
${exportedNames(packageName)
  .map((name) => `export const ${name} = sdk.${name};`)
  .join('\n')}`,
        loader: 'js',
      }));
      builder.onEnd(({ metafile }) => {
        for (const [output, { inputs }] of Object.entries(metafile?.outputs ?? {})) {
          if (!Object.keys(inputs).some((input) => input.startsWith('onepassword:'))) continue;
          if (!output.includes(`/${chunkFolder}/`))
            throw new ToolingError(`${output} loads ../${file}, so it has to stand in ${chunkFolder}/.`);
        }
      });
    },
  };
}

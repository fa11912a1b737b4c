import { createRequire } from 'node:module';
import type { Plugin } from 'esbuild';
import { root } from './paths.ts';
import { ToolingError } from './program.ts';

/** The names that a CommonJS package exports, found by loading it. */
export function exportedNames(packageName: string): readonly string[] {
  const loaded: unknown = createRequire(import.meta.url)(packageName);
  if (typeof loaded !== 'object' || loaded === null)
    throw new ToolingError(`${packageName} exports nothing.`);
  return Object.keys(loaded).filter((name) => name !== '__esModule' && name !== 'default');
}

/**
 * Node gives `await import(…)` of a CommonJS package its named exports; a chunk that esbuild splits off has only
 * the default one. For the packages named here the chunk is given the names.
 */
export function keepNames(packages: readonly string[]): Plugin {
  const namespace = 'commonjs-names';
  return {
    name: namespace,
    setup(builder) {
      builder.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
        kind === 'dynamic-import' && packages.includes(path) ? { path, namespace } : undefined,
      );
      builder.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
        contents: `export { ${exportedNames(path).join(', ')} } from '${path}';`,
        resolveDir: root,
      }));
      builder.onEnd(({ metafile }) => {
        for (const { entryPoint, exports } of Object.values(metafile?.outputs ?? {})) {
          if (!entryPoint?.includes('node_modules/') || exports.join() !== 'default') continue;
          throw new ToolingError(
            `The chunk of ${entryPoint} exports nothing but "default". Name its package in keepNames() in src/tooling/build.ts.`,
          );
        }
      });
    },
  };
}

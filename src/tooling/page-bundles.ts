/** What runs in a page: the renderer of cell outputs, and the board. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Metafile, type Plugin, transform } from 'esbuild';
import { root } from './paths.ts';

/** Bytes: what is loaded for every notebook stays small. */
export const rendererLimit = 120_000;

export async function bundlePages(directory: string): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { renderer: join(root, 'src/renderer/main.ts'), board: join(root, 'src/board/main.ts') },
    outdir: directory,
    bundle: true,
    minify: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    logLevel: 'warning',
    metafile: true,
    plugins: [styleAsText, noStyleElement],
  });
  return metafile;
}

/** A style sheet is constructed from its text: a page may refuse style elements. */
const styleAsText: Plugin = {
  name: 'style-as-text',
  setup({ onLoad }) {
    onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const { code } = await transform(text, { loader: 'css', minify: true });
      return { contents: code, loader: 'text' };
    });
  },
};

/**
 * The toolkit's base puts a style element into the page to find out whether browsers know `:focus-visible`. All that
 * VS Code runs in do, and a page that refuses inline styles refuses this one.
 */
const noStyleElement: Plugin = {
  name: 'no-style-element',
  setup({ onLoad }) {
    onLoad({ filter: /fast-foundation[\\/]dist[\\/]esm[\\/]utilities[\\/]style[\\/]focus\.js$/ }, () => ({
      contents: "export const focusVisible = 'focus-visible';",
    }));
  },
};

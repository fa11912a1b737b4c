/** The built pages and a browser to show them in, for the tests of one file; and what holds for all their styles. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../../src/tooling/browser.ts';
import { bundlePages } from '../../src/tooling/page-bundles.ts';
import { root } from '../../src/tooling/paths.ts';

export const pictures = join(root, 'artifacts', 'screenshots');

export interface BuiltPages {
  readonly dist: string;
  readonly browser: Browser;
}

/** There from the first test of the file to its last. */
export function builtPages(): BuiltPages {
  const stop = new AbortController();
  let there: BuiltPages | undefined;
  before(async () => {
    const dist = await mkdtemp(join(tmpdir(), 'cascade-pages-'));
    await mkdir(pictures, { recursive: true });
    await bundlePages(dist);
    there = { dist, browser: await launchBrowser(stop.signal) };
  });
  after(async () => {
    await there?.browser.close();
    if (there !== undefined) await rm(there.dist, { recursive: true, force: true });
  });
  const now = (): BuiltPages => there ?? assert.fail('no test has begun');
  return {
    get dist() {
      return now().dist;
    },
    get browser() {
      return now().browser;
    },
  };
}

/** Every colour is one of the theme's. */
export async function hasNoColours(file: string): Promise<void> {
  const css = (await readFile(file, 'utf8')).replace(/\/\*.*?\*\//gs, '');
  assert.doesNotMatch(css, /#[0-9a-f]{3,8}\b|\b(?:rgba?|hsla?|oklch|lab)\(/i);
  assert.doesNotMatch(css, /:\s*[^;]*\b(?:red|green|blue|black|white|gr[ae]y|yellow|orange|silver)\b/i);
}

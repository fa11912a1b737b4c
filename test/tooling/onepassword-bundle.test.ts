/** The 1Password SDK as it is packed: by itself, far from any node_modules, with its WebAssembly beside it. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { bundleOnePassword } from '../../src/tooling/onepassword-bundle.ts';

const validate = `const { Secrets } = require(process.argv[1]);
Secrets.validateSecretReference('op://vault/item/field');
try { Secrets.validateSecretReference('no reference'); } catch { console.log('loaded'); }`;

test('the packed SDK loads its WebAssembly from beside itself', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'cascade-sdk-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const [bundle = '', wasm = ''] = await bundleOnePassword(folder);
  const load = () => promisify(execFile)(process.execPath, ['-e', validate, bundle], { cwd: folder });
  assert.equal((await load()).stdout, 'loaded\n');
  await rm(wasm);
  await assert.rejects(load(), /ENOENT/);
});

test('the SDK is loaded when it is used, and not before', () => {
  const loading = globSync('src/{adapters,cli,core,vscode}/**/*.ts').flatMap((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => /(from|import\() ?'@1password\/sdk'/.test(line))
      .map((line) => [file, line.trim()] as const),
  );
  assert.ok(loading.length > 1);
  for (const [file, line] of loading)
    assert.match(line, /^import type |await import\('@1password\/sdk'\)|import\('\$\{/, file);
});

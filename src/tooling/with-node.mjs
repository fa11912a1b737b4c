/**
 * `node with-node.mjs SCRIPT ARGS…` runs a script of this project on the Node that the project brings along, and
 * installs the packages first when they do not fit the lock file. Plain JavaScript for Node 18 and later, with
 * nothing installed. All words of its own go to stderr: stdout belongs to the script.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import process, { argv, env, exit, platform, stderr } from 'node:process';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const modules = join(root, 'node_modules');
const node = join(modules, 'node', 'bin', platform === 'win32' ? 'node.exe' : 'node');
const stampFile = join(modules, '.installed-for');
const lockFile = join(root, '.vscode-test', 'install.lock');

const read = (path) => readFileSync(path, 'utf8');
const manifest = JSON.parse(read(join(root, 'package.json')));

/** Of the manifest only what npm installs by: other edits must not cost an installation. */
function wantedStamp() {
  const { dependencies, devDependencies, optionalDependencies, overrides, allowScripts } = manifest;
  return createHash('sha256')
    .update(read(join(root, 'package-lock.json')))
    .update(JSON.stringify({ dependencies, devDependencies, optionalDependencies, overrides, allowScripts }))
    .digest('hex');
}

function fits() {
  try {
    if (read(stampFile) === wantedStamp()) return true;
  } catch {
    // Never installed by this script.
  }
  if (!installedByHand()) return false;
  writeFileSync(stampFile, wantedStamp());
  return true;
}

/** Whether somebody's own `npm install` left exactly what the lock file names. */
function installedByHand() {
  try {
    const wanted = JSON.parse(read(join(root, 'package-lock.json'))).packages;
    const present = JSON.parse(read(join(modules, '.package-lock.json'))).packages;
    return Object.entries(wanted).every(
      ([path, each]) =>
        path === '' || (present[path] ? present[path].version === each.version : each.optional),
    );
  } catch {
    return false;
  }
}

function nodeVersion() {
  return spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim() ?? '';
}

function npm(...words) {
  // npm must not run on the very Node that it is about to replace.
  const path = (env.PATH ?? '').split(delimiter).filter((each) => !each.startsWith(modules));
  const { status, signal, error } = spawnSync('npm', words, {
    cwd: root,
    env: { ...env, PATH: path.join(delimiter) },
    stdio: ['ignore', 2, 2],
    shell: platform === 'win32',
  });
  if (status === 0) return;
  const result = error?.message ?? (signal ? `it was ended by ${signal}` : `exit code ${status}`);
  fail(
    `"npm ${words.join(' ')}" in ${root} failed: ${result}.`,
    'Read what it printed above, see that the package registry can be reached, and run the same command again.',
  );
}

function fail(...lines) {
  stderr.write(`${lines.join('\n')}\n`);
  exit(1);
}

/** One installation at a time; the lock of a process that has died is taken over. */
async function withLock(body) {
  mkdirSync(dirname(lockFile), { recursive: true });
  for (let told = false; ; ) {
    try {
      writeFileSync(lockFile, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const owner = lockOwner();
    if (owner !== undefined && !isAlive(owner)) rmSync(lockFile, { force: true });
    else {
      if (!told) stderr.write(`Waiting for another installation of the packages (process ${owner}) …\n`);
      told = true;
      await new Promise((done) => setTimeout(done, 200));
    }
  }
  process.on('exit', unlock);
  try {
    body();
  } finally {
    unlock();
    process.off('exit', unlock);
  }
}

function unlock() {
  rmSync(lockFile, { force: true });
}

function lockOwner() {
  try {
    return Number(read(lockFile)) || undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function install() {
  if (!fits()) {
    stderr.write(existsSync(modules) ? 'The packages do not fit the lock file: npm ci …\n' : 'npm ci …\n');
    npm('ci', '--no-audit', '--no-fund', '--loglevel=error');
    writeFileSync(stampFile, wantedStamp());
  }
  const wanted = `v${manifest.devDependencies.node}`;
  if (nodeVersion() === wanted) return;
  // Its install script fetches the program itself, and some npm settings skip all install scripts.
  npm('rebuild', 'node', '--ignore-scripts=false', '--loglevel=error');
  const got = nodeVersion();
  if (got === wanted) return;
  fail(
    `Asked ${node} for its version: wanted ${wanted}, got ${got || 'no answer'}.`,
    'Its install script may be forbidden by the npm settings: allow it, then run "npm rebuild node".',
  );
}

function runScript(words) {
  const child = spawn(node, words, {
    stdio: 'inherit',
    env: { ...env, PATH: [join(modules, '.bin'), env.PATH ?? ''].join(delimiter) },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  const ancestors = ancestry();
  setInterval(() => {
    if (ancestry() !== ancestors) child.kill('SIGHUP');
  }, 500).unref();
  child.on('error', (error) =>
    fail(`Could not start ${node}: ${error.message}.`, 'Run "npm ci" and try again.'),
  );
  child.on('exit', (code, signal) => exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

/** Between npm and this process stands a shell, which passes nothing on when it or npm is killed. */
function ancestry() {
  if (env.npm_lifecycle_event === undefined || platform !== 'linux') return String(process.ppid);
  try {
    const [, name, parent] = /\((.*)\) \S (\d+)/s.exec(read(`/proc/${process.ppid}/stat`));
    return /^(sh|dash|bash|ash|zsh)$/.test(name) ? `${process.ppid} ${parent}` : String(process.ppid);
  } catch {
    return String(process.ppid);
  }
}

const words = argv.slice(2);
if (words.length === 0) fail('Usage: node src/tooling/with-node.mjs SCRIPT ARGS…');
if (!fits() || nodeVersion() !== `v${manifest.devDependencies.node}`) await withLock(install);
runScript(words);

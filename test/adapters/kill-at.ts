/**
 * Loaded before a program (`--import`): kills the process with SIGKILL at one call of the file system. Every call of
 * `node:fs`, `node:fs/promises` and of a file handle counts from the moment that `CASCADE_KILL_ARMED` is set.
 *
 *     CASCADE_KILL_AT=N         the call to stop at, from 1; absent: no call, they are only noted
 *     CASCADE_KILL_WHEN=        before | half | after; half: half of the bytes are written, then the end
 *     CASCADE_KILL_CALLS=FILE   the names of all calls, written when the process ends by itself
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { devNull } from 'node:os';
import process from 'node:process';

type Call = (this: unknown, ...args: unknown[]) => unknown;

const { openSync, writeSync, closeSync, promises } = fs;
const at = Number(process.env['CASCADE_KILL_AT'] ?? 0);
const when = process.env['CASCADE_KILL_WHEN'] ?? 'before';
const calls: string[] = [];
/** A call made of others is one call: what it does inside itself is not seen again. */
let inside = false;

const die = (): never => {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('still alive');
};

const halfOf = (data: unknown): unknown =>
  typeof data === 'string' ? data.slice(0, Math.floor(data.length / 2)) : data;

function watched(name: string, call: Call): Call {
  return function (...args) {
    if (process.env['CASCADE_KILL_ARMED'] === undefined || inside) return call.apply(this, args);
    calls.push(name);
    if (calls.length !== at) return outermost(() => call.apply(this, args));
    if (when === 'before') return die();
    if (when === 'half') args[0] = halfOf(args[0]);
    const result = outermost(() => call.apply(this, args));
    return result instanceof Promise ? result.then(die, die) : die();
  };
}

/** Only the synchronous part: one after another is how the product calls. */
function outermost<T>(work: () => T): T {
  inside = true;
  try {
    return work();
  } finally {
    inside = false;
  }
}

function watchAll(owner: object, prefix: string, names: readonly string[]): void {
  for (const name of names) {
    const call: unknown = Reflect.get(owner, name);
    if (typeof call === 'function') Reflect.set(owner, name, watched(prefix + name, call as Call));
  }
}

const named = (owner: object): string[] => Object.keys(owner).filter((name) => /^[a-z]/.test(name));

const handle = await promises.open(devNull);
const prototype: object = Object.getPrototypeOf(handle);
await handle.close();
watchAll(
  prototype,
  'handle.',
  Object.getOwnPropertyNames(prototype).filter((name) => !['constructor', 'fd', 'getAsyncId'].includes(name)),
);
watchAll(promises, 'promises.', named(promises));
watchAll(
  fs,
  'fs.',
  named(fs).filter((name) => name !== 'promises'),
);
syncBuiltinESMExports();

process.on('exit', () => {
  const file = process.env['CASCADE_KILL_CALLS'];
  if (file === undefined) return;
  const out = openSync(file, 'w');
  writeSync(out, calls.join('\n'));
  closeSync(out);
});

/** The lock around a save of the editor: how long it is waited for, and how long it is kept. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SaveTurn, type SaveTurnParts } from '../../src/vscode/save-turn.ts';

/** One lock, and a clock that strikes when it is told to. */
class Bench implements SaveTurnParts {
  /** Who has the lock. */
  holder: 'nobody' | 'save' | 'program' = 'nobody';
  readonly #timers = new Map<() => void, string>();
  #freed: () => void = () => {};

  async take(giveUp: AbortSignal) {
    while (this.holder !== 'nobody') {
      if (giveUp.aborted) return undefined;
      await new Promise<void>((go) => {
        giveUp.addEventListener('abort', () => go());
        this.#freed = go;
      });
    }
    this.holder = 'save';
    return async () => this.free();
  }

  free(): void {
    this.holder = 'nobody';
    this.#freed();
  }

  after(what: string, then: () => void) {
    this.#timers.set(then, what);
    return () => this.#timers.delete(then);
  }

  /** How often that time was up. */
  async strike(what: string): Promise<number> {
    const due = [...this.#timers].filter((each) => each[1] === what).map(([then]) => then);
    for (const then of due) then();
    for (const then of due) this.#timers.delete(then);
    await Promise.resolve();
    return due.length;
  }
}

test('a save has the lock from its beginning to its end', async () => {
  const bench = new Bench();
  const turn = new SaveTurn(bench);
  await turn.begins();
  assert.equal(bench.holder, 'save');
  await turn.ended(true);
  assert.equal(bench.holder, 'nobody');
  assert.equal(await bench.strike('hold'), 0);
  assert.equal(await bench.strike('patience'), 0);
});

test('one that is refused has no end: the lock is free after a while, which the next save begins anew', async () => {
  const bench = new Bench();
  const turn = new SaveTurn(bench);
  await turn.begins();
  await turn.begins();
  assert.equal(bench.holder, 'save');
  assert.equal(await bench.strike('hold'), 1);
  assert.equal(bench.holder, 'nobody');
});

test('one waits for a program that writes, and goes on without the lock where that takes long', async () => {
  const bench = new Bench();
  const turn = new SaveTurn(bench);
  bench.holder = 'program';
  let begun = false;
  const first = turn.begins().then(() => {
    begun = true;
  });
  await Promise.resolve();
  assert.equal(begun, false);
  bench.free();
  await first;
  assert.equal(bench.holder, 'save');
  await turn.ended(true);

  bench.holder = 'program';
  const second = turn.begins();
  assert.equal(await bench.strike('patience'), 1);
  await second;
  assert.equal(bench.holder, 'program');
});

test('a writer that has the lock saves: neither its save nor the one before it waits', async () => {
  const bench = new Bench();
  const turn = new SaveTurn(bench);
  bench.holder = 'program';
  const before = turn.begins();
  const saved = await turn.own(async () => {
    await before;
    await turn.begins();
    return true;
  });
  assert.ok(saved);
  assert.equal(bench.holder, 'program');
});

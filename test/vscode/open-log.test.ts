/**
 * One log, an editor with a person typing in it, a run in that editor and a command line, in every order: every word
 * typed and every result written is there in the end, and nothing else has changed.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyChange, applyEdits } from '../../src/core/log/edits.ts';
import { answer, failure, type LogChange, type Outcome } from '../../src/core/ports.ts';
import { type OpenDocument, openLogUpdate } from '../../src/vscode/open-log.ts';
import { SaveTurn } from '../../src/vscode/save-turn.ts';

const original = '# Log\r\n\r\n- a: ⏳ pending\r\n- b: ⏳ pending\r\n\r\nWords of a person.\r\n';

/** What takes time, and may be overtaken by anything else that does. */
type Later = (what: string) => Promise<unknown>;

interface Document {
  text: string;
  version: number;
  dirty: boolean;
  /** What the editor tells of that: after a save it says no, though somebody typed meanwhile, until the next key. */
  toldDirty: boolean;
  /** Of the file as it was when the document was last the same. */
  stamp: number;
}

/** A disk, its lock, and an editor that behaves as VS Code's does. */
class World {
  readonly #later: Later;
  disk: { text: string | undefined; stamp: number } = { text: original, stamp: 1 };
  document: Document | undefined;
  /** The disk refuses to be written. */
  full = false;
  #locked: Promise<unknown> = Promise.resolve();
  /** What the document was while somebody waits for a save. */
  readonly #watchers = new Set<string[]>();
  /** One after another, whoever asks for them. */
  #saves: Promise<unknown> = Promise.resolve();
  conflicts = 0;
  /** Saves that the disk, or a conflict, refused. */
  refusedSaves = 0;
  #saving = false;
  /** What waits until no save is going on. */
  readonly #holds = new Set<() => void>();
  /** Between our writers and the saves of the editor. */
  readonly turn = new SaveTurn({
    take: (giveUp) =>
      new Promise((taken) => {
        giveUp.addEventListener('abort', () => taken(undefined));
        void this.alone(
          () =>
            new Promise<void>((free) => {
              if (giveUp.aborted) free();
              else taken(async () => free());
            }),
        );
      }),
    after: (what, then) => {
      // Nobody has the lock for so long that an editor gives up, and no save takes as long as a lock is held for it.
      if (what === 'patience') return () => {};
      let forgotten = false;
      const over = (): void => {
        if (this.#saving) this.#holds.add(over);
        else if (!forgotten) then();
      };
      void this.#later('long after').then(over);
      return () => {
        forgotten = true;
      };
    },
  });

  constructor(later: Later) {
    this.#later = later;
  }

  openDocument(): void {
    const { text = '', stamp } = this.disk;
    this.document = { text, version: 1, dirty: false, toldDirty: false, stamp };
  }

  /** Work of one writer after another, as the lock of the file has it. */
  alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#locked.then(work);
    this.#locked = mine.catch(() => {});
    return mine;
  }

  async read(): Promise<Outcome<string | undefined>> {
    await this.#later('read');
    return answer(this.disk.text);
  }

  async replace(text: string, change: LogChange): Promise<Outcome<string> | 'changed'> {
    const after = applyChange(text, change);
    if (after.kind === 'failure' || after.value === text) return after;
    await this.#later('replace');
    if (this.full) return failure('failed', 'write', 'no space left', 'Make room.');
    if (this.disk.text !== text) return 'changed';
    this.#toDisk(after.value);
    return after;
  }

  #toDisk(text: string): void {
    this.disk = { text, stamp: this.disk.stamp + 1 };
    void this.#later('the editor sees the change').then(() => this.#reload());
  }

  /** A document without words of its own follows the file; one with them is left alone. */
  #reload(): void {
    const { document, disk } = this;
    if (document === undefined || document.dirty || disk.text === undefined) return;
    if (document.stamp === disk.stamp) return;
    document.text = disk.text;
    document.version++;
    document.stamp = disk.stamp;
  }

  type(word: string, place: number): void {
    const { document } = this;
    if (document === undefined) return;
    // Not into the middle of a line end, nor of what somebody wrote.
    const stops = [...document.text.matchAll(/ |\r\n/g)].map((match) => match.index);
    const at = stops[place % stops.length] ?? 0;
    this.#edit(document, applyEdits(document.text, [{ offset: at, length: 0, text: word }]));
  }

  #edit(document: Document, text: string): void {
    document.text = text;
    document.version++;
    for (const texts of this.#watchers) texts.push(text);
    document.dirty = true;
    document.toldDirty = true;
  }

  /** Refused where the file is not the one that the document began with. */
  save(document = this.document): Promise<boolean> {
    const mine = this.#saves.then(() => this.#save(document));
    this.#saves = mine;
    return mine;
  }

  async #save(document: Document | undefined): Promise<boolean> {
    await this.#later('save');
    if (document === undefined || document !== this.document) return false;
    if (!document.dirty) return true;
    this.#saving = true;
    await this.turn.begins();
    const saved = await this.#write(document);
    this.#saving = false;
    await this.#later('told of the save');
    if (saved !== 'refused') void this.turn.ended(true);
    const holds = [...this.#holds];
    this.#holds.clear();
    for (const over of holds) void this.#later('long after').then(over);
    return saved === 'saved';
  }

  /** As it was at one moment, it is written; typed in meanwhile, it does not count as saved. */
  async #write(document: Document): Promise<'saved' | 'typed' | 'refused'> {
    const conflict = document.stamp !== this.disk.stamp;
    if (conflict) this.conflicts++;
    if (conflict || this.full) {
      this.refusedSaves++;
      return 'refused';
    }
    const { text, version } = document;
    // It does not look again.
    await this.#later('saving');
    this.disk = { text, stamp: this.disk.stamp + 1 };
    document.stamp = this.disk.stamp;
    document.dirty = document.version !== version;
    document.toldDirty = false;
    return document.dirty ? 'typed' : 'saved';
  }

  /** What VS Code asks for when it refused to save: the person puts the words that are missing into the file's text. */
  resolve(words: readonly string[]): void {
    const { document, disk } = this;
    if (document === undefined || disk.text === undefined || document.stamp === disk.stamp) return;
    const missing = words.filter((word) => count(document.text, word) > count(disk.text ?? '', word));
    this.#edit(document, disk.text + missing.map((word) => `⟦${word}⟧`).join(''));
    document.stamp = disk.stamp;
  }

  open(): OpenDocument | undefined {
    const { document } = this;
    if (document === undefined) return undefined;
    return {
      get text() {
        return document.text;
      },
      get version() {
        return document.version;
      },
      get dirty() {
        return document.toldDirty;
      },
      apply: async (edits, version) => {
        await this.#later('apply');
        if (document !== this.document || document.version !== version) return false;
        this.#edit(document, applyEdits(document.text, edits));
        return true;
      },
      save: async () => {
        const texts = [document.text];
        this.#watchers.add(texts);
        const saved = await this.turn.own(() => this.save(document));
        this.#watchers.delete(texts);
        return { saved, texts };
      },
    };
  }
}

/** A result takes the place of a pending status, or stands below it: where, depends on the text as it is. */
const result =
  (token: string): LogChange =>
  (text) => {
    const pending = /⏳ pending/u.exec(text);
    return pending === null
      ? [{ offset: text.indexOf('Words') - 2, length: 0, text: `«${token}»\r\n` }]
      : [{ offset: pending.index + pending[0].length, length: 0, text: `⟦${token}⟧` }];
  };

type Step =
  | { readonly kind: 'type'; readonly place: number }
  | { readonly kind: 'save' | 'resolve' | 'open' | 'close' | 'full' | 'room' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('type' as const), place: fc.nat(40) }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('save', 'resolve', 'open', 'close', 'full', 'room') }),
  },
);

/** How often a word or a result stands in a text. */
const count = (text: string, token: string): number => text.split(new RegExp(`[⟦«]${token}[⟧»]`)).length - 1;

const withoutTokens = (text: string): string => text.replace(/⟦\w+⟧/g, '').replace(/«\w+»\r\n/g, '');

test('any interleaving of two writers and a person typing loses nothing', async () => {
  let conflicts = 0;
  let refusals = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(step, { minLength: 1, maxLength: 14 }),
      fc.nat(4),
      fc.nat(4),
      fc.boolean(),
      fc.boolean(),
      async (scheduler, steps, here, elsewhere, opened, alike) => {
        const world = new World((what) => scheduler.schedule(Promise.resolve(), what));
        if (opened) world.openDocument();
        const typed: string[] = [];
        const written: string[] = [];
        const kept: string[] = [];
        const offeredAgain = new Set<string>();

        const person = async (): Promise<void> => {
          for (const [index, each] of steps.entries()) {
            // Which of two like words a person has taken out by hand, nobody can tell.
            if (alike && each.kind === 'resolve') continue;
            await scheduler.schedule(Promise.resolve(), `person ${each.kind}`);
            switch (each.kind) {
              case 'type':
                if (world.document === undefined) break;
                typed.push(`w${index}`);
                world.type(`⟦w${index}⟧`, each.place);
                break;
              case 'save':
                await world.save();
                break;
              case 'resolve':
                world.resolve(typed);
                break;
              case 'open':
                if (world.document === undefined) world.openDocument();
                break;
              case 'close':
                // The editor asks before it throws words away; nobody closes those here.
                if (world.document?.dirty === false) world.document = undefined;
                break;
              case 'full':
              case 'room':
                world.full = each.kind === 'full';
                break;
            }
          }
        };
        const disk = {
          read: () => world.read(),
          alone: (work: () => Promise<Outcome<string>>) => world.alone(work),
          replace: (text: string, change: LogChange) => world.replace(text, change),
        };
        const editor = openLogUpdate('log.md', disk, () => world.open());
        const commandLine = openLogUpdate('log.md', disk, () => undefined);
        const writer = async (name: string, update: typeof editor, count: number): Promise<void> => {
          for (let index = 0; index < count; index++) {
            // Two results of one second may be alike, word for word.
            const token = `${alike ? 'r' : name}${index}`;
            const change = result(token);
            // As a run does: what was refused is offered again.
            for (let offer = 0; ; offer++) {
              const done = await update(change);
              if (done.kind === 'answer') {
                written.push(token);
                break;
              }
              refusals++;
              offeredAgain.add(token);
              if (offer === 2) {
                kept.push(token);
                break;
              }
            }
          }
        };
        await scheduler.waitFor(
          Promise.all([person(), writer('e', editor, here), writer('c', commandLine, elsewhere)]),
        );
        await scheduler.waitIdle();
        conflicts += world.conflicts;

        const onDisk = (): string => world.disk.text ?? '';
        /** A result that was refused once, or whose file the editor would not save, may stand twice: never not. */
        const whole = (): void => {
          for (const token of [...typed, ...written]) {
            const times = count(onDisk(), token);
            const wanted = [...typed, ...written].filter((each) => each === token).length;
            const again = written.includes(token) && (world.refusedSaves > 0 || offeredAgain.has(token));
            const right = again ? times >= wanted && times <= 2 * (wanted + kept.length) : times === wanted;
            assert.ok(right, `${token} is there ${times} times, not ${wanted}: ${onDisk()}`);
          }
        };
        for (const token of written) {
          const wanted = written.filter((each) => each === token).length;
          assert.ok(count(onDisk(), token) >= wanted, `${token}: ${onDisk()}`);
        }

        // In the end the person saves; where the editor refuses, they put both together as it asks them to.
        world.full = false;
        const saving = world.save();
        await scheduler.waitIdle();
        if (world.document !== undefined && !(await saving)) {
          assert.equal(withoutTokens(world.document.text), original);
          world.resolve(typed);
          const again = world.save();
          await scheduler.waitIdle();
          assert.ok(await again);
        }
        whole();
        // With the log open, a person is asked to choose where another program wrote, never because of our own run.
        const calm =
          opened && elsewhere === 0 && steps.every(({ kind }) => kind === 'type' || kind === 'save');
        if (calm) assert.equal(world.conflicts, 0, 'the run made a save impossible');
        assert.equal(withoutTokens(onDisk()), original, 'nothing else has changed');
        assert.equal(written.length + kept.length, here + elsewhere);
      },
    ),
    { numRuns: 1500 },
  );
  // The hard cases were met, not only the easy ones.
  assert.ok(conflicts > 20, `${conflicts} conflicts`);
  assert.ok(refusals > 20, `${refusals} refusals`);
});

test('results that come while somebody types go through the editor, which can save in the end', async () => {
  const typed = ['w0', 'w1', 'w2'];
  const left = [...typed];
  const world = new World(async (what) => {
    const word = what === 'saving' ? left.shift() : undefined;
    if (word !== undefined) world.type(`⟦${word}⟧`, 3);
  });
  world.openDocument();
  const disk = {
    read: () => world.read(),
    alone: (work: () => Promise<Outcome<string>>) => world.alone(work),
    replace: (text: string, change: LogChange) => world.replace(text, change),
  };
  const update = openLogUpdate('log.md', disk, () => world.open());
  const results = ['e0', 'e1', 'e2', 'e3', 'e4'];
  for (const token of results) assert.equal((await update(result(token))).kind, 'answer');
  assert.ok(await world.save());
  assert.equal(world.conflicts, 0);
  for (const token of [...typed, ...results]) assert.equal(count(world.disk.text ?? '', token), 1, token);
});

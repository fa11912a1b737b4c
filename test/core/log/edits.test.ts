import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { applyEdits, composeEdits } from '../../../src/core/log/edits.ts';
import type { TextEdit } from '../../../src/core/ports.ts';

/** Edits of a text of this length that do not overlap, in any order. */
const editsOf = (length: number): fc.Arbitrary<TextEdit[]> =>
  fc
    .array(fc.record({ cut: fc.nat(length), text: fc.string({ maxLength: 4 }) }), { maxLength: 8 })
    .chain((parts) => {
      const cuts = parts.map(({ cut }) => cut).toSorted((a, b) => a - b);
      const edits: TextEdit[] = [];
      for (let index = 0; index + 1 < cuts.length; index += 2) {
        const [offset = 0, end = 0] = cuts.slice(index, index + 2);
        // An empty span at the place of another edit would leave their order open.
        if (edits.some((each) => each.offset === offset)) continue;
        edits.push({ offset, length: end - offset, text: parts[index]?.text ?? '' });
      }
      return fc.shuffledSubarray(edits, { minLength: edits.length });
    });

const twoChanges = fc
  .string({ maxLength: 40 })
  .chain((text) =>
    editsOf(text.length).chain((first) =>
      editsOf(applyEdits(text, first).length).map((second) => ({ text, first, second })),
    ),
  );

/** Which units of a text some edits leave alone, as a set of their offsets. */
function untouched(length: number, edits: readonly TextEdit[]): number[] {
  return Array.from({ length }, (_, at) => at).filter((at) =>
    edits.every((edit) => at < edit.offset || at >= edit.offset + edit.length),
  );
}

test('two changes as one give the same text, in order and without overlap', () => {
  fc.assert(
    fc.property(twoChanges, ({ text, first, second }) => {
      const both = composeEdits(text, first, second);
      assert.equal(applyEdits(text, both), applyEdits(applyEdits(text, first), second));
      for (const [index, edit] of both.entries()) {
        const before = both[index - 1];
        // Apart by at least one unit that neither touched, else they would be one edit.
        if (before !== undefined) assert.ok(before.offset + before.length < edit.offset);
        assert.notEqual(text.slice(edit.offset, edit.offset + edit.length), edit.text, 'an edit of nothing');
      }
    }),
    { numRuns: 2000 },
  );
});

test('two changes as one span nothing that neither of them touched', () => {
  fc.assert(
    fc.property(twoChanges, ({ text, first, second }) => {
      const both = composeEdits(text, first, second);
      const kept = new Set(untouched(text.length, both));
      // Where each unit that the first change left alone stands in the text between them.
      const between = applyEdits(text, first).length;
      const alone = new Set(untouched(between, second));
      for (const at of untouched(text.length, first)) {
        const moved = first
          .filter((edit) => edit.offset + edit.length <= at)
          .reduce((sum, edit) => sum + edit.text.length - edit.length, at);
        if (alone.has(moved)) assert.ok(kept.has(at), `unit ${at} of ${JSON.stringify(text)}`);
      }
    }),
    { numRuns: 2000 },
  );
});

test('a later edit inside an earlier one, across its edge, and one that takes it back', () => {
  const insertBig = [{ offset: 2, length: 0, text: 'BIG ' }];
  assert.deepEqual(composeEdits('a cat', insertBig, [{ offset: 2, length: 3, text: 'fat' }]), [
    { offset: 2, length: 0, text: 'fat ' },
  ]);
  assert.deepEqual(composeEdits('a cat', insertBig, [{ offset: 4, length: 4, text: 'x' }]), [
    { offset: 2, length: 2, text: 'BIx' },
  ]);
  assert.deepEqual(composeEdits('a cat', insertBig, [{ offset: 2, length: 4, text: '' }]), []);
  assert.throws(() => composeEdits('a', [{ offset: 1, length: 1, text: '' }], []), RangeError);
});

test('what is written again as it was, with more right behind it, is not taken away', () => {
  const again = [{ offset: 2, length: 3, text: 'cat' }];
  assert.deepEqual(composeEdits('a cat', again, [{ offset: 5, length: 0, text: 's' }]), [
    { offset: 5, length: 0, text: 's' },
  ]);
});

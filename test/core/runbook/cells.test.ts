import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeRunbook, encodeRunbook } from '../../../src/core/runbook/bytes.ts';
import { type Cell, layOut, readCells, writeCells } from '../../../src/core/runbook/cells.ts';

const fragment = fc.constantFrom(
  '---\nrunbook: x\n---\n',
  '# Title\n',
  'text\n',
  '\n',
  '\r\n',
  '\r',
  '```sh check\necho ${partition}\n```\n',
  '```dig\r\nNS a at least 2\r\n```\r\n',
  '~~~~aws\n```\n~~~~\n',
  '```sh\n```\n',
  '```json\n{}\n```\n',
  '- item\n  ```sh\n  x\n  ```\n',
  '> ```sh\n> x\n',
  '<!--\n```op\nread x\n```\n-->\n',
  '```op\nnever closed',
  '\uFEFF',
  '   ```git\n   worktree clean\n   ```  \n',
  '✅ 🟡\u0000\t trailing  \n',
);
const markdown = fc.oneof(
  fc.array(fragment, { maxLength: 12 }).map((parts) => parts.join('')),
  fc.string({ unit: 'grapheme' }),
);

/** What an editor does to a cell: its line ends become one. */
const throughEditor = (cells: readonly Cell[]): Cell[] =>
  cells.map((cell) => ({ ...cell, value: cell.value.replace(/\r\n?/g, '\n') }));

test('opening and saving any text is byte-identical', () => {
  fc.assert(
    fc.property(markdown, (text) => {
      const bytes = new TextEncoder().encode(text);
      const decoded = decodeRunbook(bytes);
      assert.equal(decoded.kind, 'decoded');
      if (decoded.kind !== 'decoded') return;
      assert.deepEqual(encodeRunbook(throughEditor(decoded.cells)), bytes);
    }),
    { numRuns: 2000 },
  );
});

test('an edit changes the bytes of its cell only', () => {
  fc.assert(
    fc.property(
      markdown,
      fc.nat(),
      fc.constantFrom('NS b at least 1', 'one\ntwo', 'x'),
      (text, pick, value) => {
        const cells = readCells(text).filter(
          (cell) => cell.origin.before + cell.origin.value + cell.origin.after !== '',
        );
        const edited = cells.findIndex(
          (cell, index) => index >= pick % Math.max(1, cells.length) && cell.kind === 'code',
        );
        const cell = cells[edited];
        if (cell === undefined) return;
        const written = writeCells(
          throughEditor(cells.map((each, index) => (index === edited ? { ...each, value } : each))),
        );
        assert.ok(written.startsWith(text.slice(0, cell.start)), 'what stands before the cell is kept');
        const rest = text.slice(
          cell.start + cell.origin.before.length + cell.origin.value.length + cell.origin.after.length,
        );
        assert.ok(written.endsWith(rest), 'what stands behind the cell is kept');
        assert.equal(
          readCells(written)
            .filter((each) => each.kind === 'code')
            [cells.slice(0, edited).filter((each) => each.kind === 'code').length]?.value.replace(
              /\r\n?/g,
              '\n',
            ),
          value,
        );
      },
    ),
    { numRuns: 1000 },
  );
});

test('cells made in the editor become blocks of their own, a blank line apart', () => {
  const cells = readCells('# A\n\ntext');
  const written = writeCells([
    ...cells,
    { kind: 'code', language: 'dig', value: 'NS a at least 2' },
    { kind: 'text', value: 'after' },
  ]);
  assert.equal(written, '# A\n\ntext\n\n```dig\nNS a at least 2\n```\n\nafter\n');
});

test('a fence grows when its cell comes to hold one', () => {
  const [cell] = readCells('```sh\nx\n```\n');
  assert.ok(cell);
  assert.equal(writeCells([{ ...cell, value: 'cat <<E\n```\nE' }]), '````sh\ncat <<E\n```\nE\n````\n');
});

test('another language changes the info string and nothing else', () => {
  const [cell] = readCells('~~~ sh check\r\nx\r\n~~~\r\n');
  assert.ok(cell);
  assert.equal(writeCells([{ ...cell, language: 'ask' }]), '~~~ ask check\r\nx\r\n~~~\r\n');
});

test('bytes that are not UTF-8 are refused, not shown as empty', () => {
  const decoded = decodeRunbook(Uint8Array.of(0x23, 0xff, 0xfe));
  assert.equal(decoded.kind, 'refused');
  assert.match(decoded.kind === 'refused' ? decoded.message : '', /not UTF-8.*not changed/);
});

test('each value stands in the text where it is told to stand, whatever was edited', () => {
  fc.assert(
    fc.property(markdown, fc.string({ unit: 'grapheme' }), (text, value) => {
      const read = readCells(text);
      const edited = read.map((cell, index) => (index % 2 === 0 ? { ...cell, value } : cell));
      for (const cells of [
        read,
        throughEditor(read),
        edited,
        [...edited, { kind: 'text', value } as const],
      ]) {
        const { text: laid, values } = layOut(cells);
        assert.equal(values.length, cells.length);
        const plain = (each: string): string => each.replace(/\r\n?/g, '\n');
        for (const [index, cell] of cells.entries())
          assert.equal(plain(laid.slice(values[index]?.start, values[index]?.end)), plain(cell.value));
      }
    }),
    { numRuns: 1000 },
  );
});

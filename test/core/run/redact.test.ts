import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type OutputStream, type Piece, Redactor } from '../../../src/core/run/redact.ts';
import { Secret } from '../../../src/core/secret.ts';

const value = 'f3a81c52-b7d0-4e19/9d+5 "ü"\\canary';
const reference = 'op://Vault/Item/field';

function redactor(...values: readonly string[]): Redactor {
  const made = new Redactor();
  for (const [index, each] of values.entries()) made.add(new Secret(`${reference}${index || ''}`, each));
  return made;
}

const text = (pieces: readonly Piece[]): string => pieces.map((piece) => piece.text).join('');

const bytes = (...parts: readonly string[]): Buffer => Buffer.from(parts.join(''));
const forms: Readonly<Record<string, string>> = {
  'as it is': value,
  'JSON-escaped': JSON.stringify(value),
  'JSON-escaped twice': JSON.stringify(JSON.stringify({ token: value })),
  'in a URL': encodeURIComponent(value),
  'in a URL, digits in lower case': encodeURIComponent(value).replace(/%../g, (code) => code.toLowerCase()),
  'in a form': new URLSearchParams({ token: value }).toString(),
  base64: bytes(value).toString('base64'),
  'base64 for URLs': bytes(value).toString('base64url'),
  'base64 behind one byte': bytes('x', value, 'yz').toString('base64'),
  'base64 behind two bytes': bytes('xx', value, 'z').toString('base64'),
  'base64 in a header of HTTP': bytes('operator:', value, '\n').toString('base64'),
  'base64 in lines': bytes(value).toString('base64').replace(/.{16}/g, '$&\n'),
  hexadecimal: bytes(value).toString('hex'),
  'in two lines': `${value.slice(0, 12)}\n${value.slice(12)}`,
  'in colours': [...value].map((sign) => `\u001B[38;5;196m${sign}\u001B[0m`).join(''),
};

/** The value in any of its forms, or so much of one that it says more than chance. */
function leaks(shown: string): boolean {
  const plain = shown.replace(/\u001B\[[0-9;]*m|[\r\n]/g, '');
  const decoded = [
    plain,
    ...(plain.match(/[A-Za-z0-9+/_-]{12,}/g) ?? []).map((run) =>
      Buffer.from(run, 'base64').toString('latin1'),
    ),
  ];
  return decoded.some((each) => each.includes('b7d0-4e19'));
}

const anyForm = fc.constantFrom(...Object.values(forms));
/** How long each chunk is, and where it is printed. */
const chunks = fc.array(fc.tuple(fc.nat(60), fc.constantFrom<OutputStream>('stdout', 'stderr')), {
  maxLength: 8,
});

for (const [form, written] of Object.entries(forms)) {
  test(`a secret is kept out ${form}`, () => {
    assert.ok(leaks(written) || !/as it is|base64|lines|colours/.test(form), 'the test sees it');
    const shown = redactor(value).redact(`before ${written} after`);
    assert.ok(!leaks(shown), shown);
    assert.match(shown, /^before .*\[op:\/\/Vault\/Item\/field\].* after$/s);
  });
}

test('a secret is kept out however it is cut into chunks and spread over the two streams', () => {
  fc.assert(
    fc.property(anyForm, chunks, (written, cuts) => {
      const output = redactor(value).output();
      const whole = `before ${written} after`;
      let at = 0;
      const pieces: Piece[] = [];
      for (const [length, stream] of cuts) {
        pieces.push(...output.push(whole.slice(at, at + length), stream));
        at += length;
      }
      pieces.push(...output.push(whole.slice(at), 'stdout'), ...output.end());
      assert.ok(!leaks(text(pieces)), text(pieces));
      assert.ok(text(pieces).includes(`[${reference}]`), text(pieces));
    }),
    { numRuns: 1000 },
  );
});

test('two copies are kept out, one on each stream, however their chunks follow on each other', () => {
  fc.assert(
    fc.property(anyForm, chunks, (written, cuts) => {
      const output = redactor(value).output();
      const left = { stdout: `${written} out`, stderr: `${written} err` };
      const pieces: Piece[] = [];
      for (const [length, stream] of cuts) {
        pieces.push(...output.push(left[stream].slice(0, length), stream));
        left[stream] = left[stream].slice(length);
      }
      pieces.push(...output.push(left.stdout, 'stdout'), ...output.push(left.stderr, 'stderr'));
      pieces.push(...output.end());
      assert.ok(!leaks(text(pieces)), text(pieces));
      for (const stream of ['stdout', 'stderr'] as const) {
        const shown = text(pieces.filter((each) => each.stream === stream));
        assert.ok(!leaks(shown), shown);
        assert.ok(shown.includes(`[${reference}]`), shown);
      }
    }),
    { numRuns: 1000 },
  );
});

test('halves on one stream are found with words of the other stream between them', () => {
  const output = redactor(value).output();
  const pieces = [
    ...output.push(`out ${value.slice(0, 9)}`, 'stdout'),
    ...output.push('a warning\n', 'stderr'),
    ...output.push(`${value.slice(9)} end`, 'stdout'),
    ...output.end(),
  ];
  assert.equal(text(pieces.filter((each) => each.stream === 'stdout')), `out [${reference}] end`);
  assert.equal(text(pieces.filter((each) => each.stream === 'stderr')), 'a warning\n');
});

test('what is no secret passes as it came, colours and all, whatever its chunks', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          fc.oneof(fc.string(), fc.constantFrom('\u001B[31m', '\u001B', '[0m', value.slice(0, 7), '\n', '0')),
          fc.constantFrom<OutputStream>('stdout', 'stderr'),
        ),
        { maxLength: 20 },
      ),
      (chunks) => {
        const output = redactor(value).output();
        const pieces = chunks.flatMap(([chunk, stream]) => output.push(chunk, stream));
        pieces.push(...output.end());
        for (const stream of ['stdout', 'stderr'] as const) {
          assert.equal(
            text(pieces.filter((each) => each.stream === stream)),
            chunks.map(([chunk, on]) => (on === stream ? chunk : '')).join(''),
          );
        }
      },
    ),
  );
});

test('a long secret is kept out whole, in lines of base64 and cut anywhere', () => {
  const long = Array.from({ length: 60 }, (_, index) => `part-${index}-of-a-long-token`).join('.');
  const base64 = Buffer.from(long).toString('base64');
  for (const written of [long, base64, base64.replace(/.{76}/g, '$&\n')]) {
    assert.equal(redactor(long).redact(`a ${written} b`), `a [${reference}] b`);
    const output = redactor(long).output();
    const pieces = (written.match(/.{1,37}/gs) ?? []).flatMap((chunk) => output.push(chunk, 'stdout'));
    const shown = text([...pieces, ...output.end()]);
    assert.equal(shown.replace(/(\[op:[^\]]*\]\s*)+/g, ''), '');
  }
});

test('the lines of a key are kept out one by one; tiny values hide nothing', () => {
  const key = '-----BEGIN KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\nAQEFAASCBKcwggSjAgEAAoIB\n-----END KEY-----';
  const shown = redactor(key, 'abc').redact('line 2 is MIIEvQIBADANBgkqhkiG9w0B, abc');
  assert.equal(shown, `line 2 is [${reference}], abc`);
});

test('much output passes in time that grows with its length only', () => {
  const output = redactor(value, 'second-secret-value-0123456789').output();
  const chunk = `${'a line of output, f3a81c as it begins\n'.repeat(1700)}`;
  let length = 0;
  for (let index = 0; index < 200; index++) length += text(output.push(chunk, 'stdout')).length;
  length += text(output.end()).length;
  assert.equal(length, 200 * chunk.length);
});

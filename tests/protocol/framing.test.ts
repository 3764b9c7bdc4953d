import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Cc2ccError } from '../../protocol/errors.js';
import { encodeLine, LineDecoder } from '../../protocol/framing.js';

/** All lines of a stream that comes in chunks of these lengths, the rest in one. */
function decode(bytes: Buffer, lengths: readonly number[], maxBytes = 1 << 20): string[] {
  const decoder = new LineDecoder(maxBytes);
  const lines: string[] = [];
  let start = 0;
  for (const length of [...lengths, bytes.length]) {
    const chunk = bytes.subarray(start, start + length);
    for (const line of decoder.push(chunk)) lines.push(line.toString());
    start += length;
  }
  return lines;
}

const lengths = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 200 });

test('any chunking of any values gives the same lines', () => {
  const values = fc.array(fc.jsonValue(), { maxLength: 12 });
  fc.assert(
    fc.property(values, lengths, (sent, cuts) => {
      const lines = decode(Buffer.from(sent.map(encodeLine).join('')), cuts);
      assert.deepEqual(
        lines.map((line) => JSON.parse(line)),
        sent.map((value) => JSON.parse(JSON.stringify(value))),
      );
    }),
  );
});

test('any chunking of any bytes gives the lines between the newlines', () => {
  const pieces = fc.array(
    fc.constantFrom('\n', '\r', '\r\n', 'a', 'é', '😀', '\u2028', '\0', '{"x":1}'),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(pieces, lengths, (parts, cuts) => {
      const text = parts.join('');
      const expected = text
        .split('\n')
        .slice(0, -1) // what no newline has ended is not a line yet
        .map((line) => ({ line, bare: line.replace(/\r$/, '') }))
        .filter(({ bare }) => bare !== '')
        .map(({ bare }) => bare);
      assert.deepEqual(decode(Buffer.from(text), cuts), expected);
    }),
  );
});

test('a character that is split over two chunks stays whole', () => {
  const bytes = Buffer.from('😀\n');
  for (let cut = 1; cut < bytes.length; cut += 1) assert.deepEqual(decode(bytes, [cut]), ['😀']);
});

test('a line of the cap passes, one byte more does not, however it comes', () => {
  const line = (size: number): Buffer => Buffer.from(`${'x'.repeat(size)}\n`);
  for (const cuts of [[], [1], [64], [63, 1], [32, 32, 1], Array<number>(65).fill(1)]) {
    assert.equal(decode(line(64), cuts, 64).length, 1);
    assert.throws(
      () => decode(line(65), cuts, 64),
      (error) => error instanceof Cc2ccError && error.code === 'E_PROTOCOL',
    );
  }
});

test('an endless line is refused before it fills the memory, and the decoder is empty then', () => {
  const decoder = new LineDecoder(1000);
  let pushed = 0;
  assert.throws(() => {
    for (; pushed < 1_000_000; pushed += 100) Array.from(decoder.push(Buffer.alloc(100, 'x')));
  }, /longer than 1000 bytes/);
  assert.equal(pushed, 1000);
  assert.deepEqual([...decoder.push(Buffer.from('ok\n'))].map(String), ['ok']);
});

test('the cap can be raised between two lines of one chunk', () => {
  const decoder = new LineDecoder(4);
  const seen: string[] = [];
  for (const line of decoder.push(Buffer.from('one\nlonger than four\n'))) {
    decoder.maxBytes = 100;
    seen.push(line.toString());
  }
  assert.deepEqual(seen, ['one', 'longer than four']);
});

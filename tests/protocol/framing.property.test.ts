/** Lines of any bytes in any chunks, against a reference that has all bytes at once. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Cc2ccError } from '../../protocol/errors.js';
import { LineDecoder } from '../../protocol/framing.js';
import { tryOut } from '../support/fuzz.js';

const CAP = 40;

/** Lines about as long as they may be, empty ones, line ends of all sorts, and bytes that are no text. */
const piece = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom('\n', '\r\n', '\n\n', '\r', '\r\r\n').map((s) => Buffer.from(s)),
  },
  {
    weight: 3,
    arbitrary: fc.integer({ min: CAP - 2, max: CAP + 2 }).map((n) => Buffer.alloc(n, 'x')),
  },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 12 }).map((a) => Buffer.from(a)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('é', '😀', '{"a":1}', '\u2028').map((s) => Buffer.from(s)),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom([0xf0, 0x9f], [0x98, 0x80], [0xc3], [0xff, 0xfe], [0xed, 0xa0, 0x80])
      .map((a) => Buffer.from(a)),
  },
);
const stream = fc.array(piece, { maxLength: 20 }).map((parts) => Buffer.concat(parts));

interface Outcome {
  lines: string[];
  tooLong: boolean;
}

/** Byte by byte, with all in memory. */
function reference(bytes: Buffer): Outcome {
  const lines: string[] = [];
  let line: number[] = [];
  for (const byte of bytes) {
    if (byte !== 10) {
      line.push(byte);
      if (line.length > CAP) return { lines, tooLong: true };
      continue;
    }
    if (line.at(-1) === 13) line.pop();
    if (line.length > 0) lines.push(Buffer.from(line).toString('hex'));
    line = [];
  }
  return { lines, tooLong: false };
}

test('any bytes in any chunks are the same lines, or too long at the same place', (t) => {
  const cuts = fc.array(fc.integer({ min: 0, max: CAP + 5 }), { maxLength: 60 });
  tryOut(
    t,
    5000,
    fc.property(stream, cuts, (bytes, lengths) => {
      const decoder = new LineDecoder(CAP);
      const found: Outcome = { lines: [], tooLong: false };
      let start = 0;
      try {
        for (const length of [...lengths, bytes.length]) {
          // A chunk of its own, which is written over as soon as it has been read.
          const chunk = Buffer.from(bytes.subarray(start, start + length));
          for (const line of decoder.push(chunk)) found.lines.push(line.toString('hex'));
          start += length;
        }
      } catch (error) {
        assert.ok(error instanceof Cc2ccError && error.code === 'E_PROTOCOL');
        found.tooLong = true;
        assert.deepEqual([...decoder.push(Buffer.from('ok\n'))].map(String), ['ok'], 'empty again');
      }
      assert.deepEqual(found, reference(bytes));
    }),
  );
});

test('what is held is never more than the cap, and who stops reading in the middle loses nothing', (t) => {
  const chunks = fc.array(stream, { maxLength: 10 });
  tryOut(
    t,
    2000,
    fc.property(chunks, fc.nat(3), (all, patience) => {
      const decoder = new LineDecoder(CAP);
      const lines: string[] = [];
      let held = 0;
      try {
        for (const chunk of all) {
          // A reader that is held up takes the next line when it may, and the next chunk only then.
          const reading = decoder.push(chunk);
          for (let taken = 0; ; taken += 1) {
            const { value, done } = reading.next();
            if (done === true) break;
            lines.push(value.toString('hex'));
            if (taken === patience) for (const line of reading) lines.push(line.toString('hex'));
          }
          const last = chunk.lastIndexOf(10);
          held = last === -1 ? held + chunk.length : chunk.length - last - 1;
          assert.ok(held <= CAP, `${held} bytes without a newline were taken in`);
        }
      } catch (error) {
        assert.ok(error instanceof Cc2ccError, String(error));
      }
      assert.deepEqual(lines, reference(Buffer.concat(all)).lines);
    }),
  );
});

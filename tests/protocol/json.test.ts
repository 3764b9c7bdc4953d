import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jsonDepth, parseJson } from '../../protocol/json.js';

const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

test('the depth of a text is that of its value', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), fc.constantFrom(undefined, 2), (value, indent) => {
      assert.equal(jsonDepth(JSON.stringify(value, null, indent)), depthOf(value));
    }),
  );
  assert.equal(jsonDepth('"[[[\\"[["'), 0);
  assert.equal(jsonDepth('["\\\\", [1]]'), 2);
});

test('what JSON.stringify writes is read back', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      const text = JSON.stringify(value);
      assert.deepEqual(parseJson(Buffer.from(text)), JSON.parse(text));
    }),
  );
});

test('deep nesting is refused before it is parsed', () => {
  assert.deepEqual(jsonDepth(nested(32)), 32);
  parseJson(Buffer.from(nested(32)));
  assert.throws(() => parseJson(Buffer.from(nested(33))), RangeError);
  assert.throws(() => parseJson(Buffer.from('['.repeat(1_000_000))), RangeError);
  assert.throws(() => parseJson(Buffer.from('{"a":'.repeat(500_000))), RangeError);
  assert.throws(() => parseJson(Buffer.from(nested(3)), 2), RangeError);
});

test('hostile bytes raise the documented errors and no others', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
    fc
      .array(
        fc.constantFrom('[', ']', '{', '}', '"', '\\', ':', ',', '1', 'null', '\u0000', '\ud800'),
      )
      .map((parts) => Buffer.from(parts.join(''))),
    fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value).slice(0, -1))),
  );
  fc.assert(
    fc.property(bytes, (given) => {
      try {
        parseJson(given);
      } catch (error) {
        assert.ok(
          error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError,
          String(error),
        );
      }
    }),
    { numRuns: 2000 },
  );
});

test('bytes that are not UTF-8 are refused and leave no trace for the next text', () => {
  const broken = [
    [0xff],
    [0x22, 0xc3, 0x22],
    [0x22, 0xed, 0xa0, 0x80, 0x22], // a surrogate, encoded
    [0x22, 0xc0, 0xaf, 0x22], // an overlong slash
    [0x22, 0xf0, 0x9f, 0x98], // half an emoji
  ];
  for (const bytes of broken) {
    assert.throws(() => parseJson(Uint8Array.from(bytes)), TypeError);
    assert.equal(parseJson(Buffer.from('"é"')), 'é');
  }
});

test('a byte order mark is no error', () => {
  assert.deepEqual(parseJson(Buffer.from('\ufeff{"a":1}')), { a: 1 });
});

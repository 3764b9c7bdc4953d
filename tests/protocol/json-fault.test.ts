import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { jsonFault, lineAndColumn } from '../../protocol/json-fault.js';

const CASES: [text: string, at: number, expected: RegExp][] = [
  ['', 0, /a value/],
  ['  ', 2, /a value/],
  ['{"a":1,}', 7, /a name in quotes/],
  ['{"a" 1}', 5, /":"/],
  ['{"a":1 "b"}', 7, /"," or "}"/],
  ['{a:1}', 1, /a name in quotes or "}"/],
  ['[1 2]', 3, /"," or "]"/],
  ['[1,]', 3, /a value/],
  ['[1', 2, /"," or "]"/],
  ['"a\nb"', 2, /control character/],
  ['"abc', 4, /end of a string/],
  ['"\\x"', 1, /escape/],
  ['01', 1, /the end/],
  ['{} {}', 3, /the end/],
  ['nul', 0, /a value/],
  ['-', 0, /a value/],
];
for (const [text, at, expected] of CASES) {
  test(`the fault of ${JSON.stringify(text)}`, () => {
    const fault = jsonFault(text);
    assert.equal(fault?.at, at);
    assert.match(fault.expected, expected);
  });
}

test('a fault is found where the parser refuses, and only there', () => {
  const parses = (text: string): boolean => {
    try {
      JSON.parse(text);
      return true;
    } catch {
      return false;
    }
  };
  const torn = fc
    .tuple(fc.json(), fc.nat(), fc.nat(3), fc.string({ maxLength: 2 }))
    .map(([text, at, gone, put]) => {
      const start = at % (text.length + 1);
      return text.slice(0, start) + put + text.slice(start + gone);
    });
  const brackets = fc.string({ unit: fc.constantFrom(...'[]{},:"1a\\ ntrue-.eE0') });
  fc.assert(
    fc.property(fc.oneof(fc.json(), torn, brackets), (text) => {
      assert.equal(jsonFault(text) === undefined, parses(text));
    }),
    { numRuns: 5000 },
  );
});

test('nesting without end does not overflow', () => {
  assert.equal(jsonFault('['.repeat(1_000_000))?.at, 1_000_000);
  assert.equal(jsonFault('{"a":'.repeat(500_000) + '1')?.at, 2_500_001);
});

test('lines and columns are counted from one', () => {
  assert.deepEqual(lineAndColumn('abc', 0), { line: 1, column: 1 });
  assert.deepEqual(lineAndColumn('a\nbc\n', 3), { line: 2, column: 2 });
  assert.deepEqual(lineAndColumn('a\nbc\n', 5), { line: 3, column: 1 });
});

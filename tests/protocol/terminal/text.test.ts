import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cut, oneLine, pad, widthOf, wrap } from '../../../protocol/terminal/text.js';

test('columns, not characters, are counted', () => {
  const cases: [string, number][] = [
    ['', 0],
    ['plain', 5],
    ['日本', 4],
    ['e\u0301', 1],
    ['👩‍👩‍👧', 2],
    ['\u200b', 0],
  ];
  for (const [text, width] of cases) assert.equal(widthOf(text), width, JSON.stringify(text));
  assert.equal(pad('日本', 6), '日本  ');
  assert.equal(pad('7', 3, 'start'), '  7');
});

test('a text is cut between characters, at the end or at the start', () => {
  assert.equal(cut('short', 5), 'short');
  assert.equal(cut('longer', 5), 'long…');
  assert.equal(cut('~/src/deep/web', 8, 'start'), '…eep/web');
  assert.equal(cut('日本語', 5), '日本…');
  assert.equal(cut('日本語', 4), '日…');
  assert.equal(cut('👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧', 3), '👩‍👩‍👧…');
});

test('lines are broken between words, and long words anywhere', () => {
  assert.deepEqual(wrap('one two three', 8), ['one two', 'three']);
  assert.deepEqual(wrap('  indented text\n\nnext', 12), ['  indented', 'text', '', 'next']);
  assert.deepEqual(wrap('abcdefghij', 4), ['abcd', 'efgh', 'ij']);
  assert.deepEqual(wrap('日本語', 4), ['日本', '語']);
  assert.deepEqual(wrap('as it is, whatever its length', undefined), [
    'as it is, whatever its length',
  ]);
});

test('wrapping loses nothing but blanks and keeps to the width', () => {
  const segmenter = new Intl.Segmenter();
  const clusters = (of: string): number => [...segmenter.segment(of)].length;
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 30 }), (text, width) => {
      const lines = wrap(text, width);
      for (const line of lines) {
        // A few characters are wider than the narrowest screens, and cannot be broken.
        assert.ok(widthOf(line) <= width || clusters(line) === 1, JSON.stringify(line));
      }
      const bare = (of: string): string => of.replaceAll(/\s/g, '');
      assert.equal(bare(lines.join('')), bare(text));
    }),
    { numRuns: 1000 },
  );
});

test('what others wrote stays on one line and moves no cursor', () => {
  assert.equal(oneLine(' a\u001b[31m\r\n\tb\u202e c\u0007 '), 'a b c');
});

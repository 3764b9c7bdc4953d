import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sanitizeText, sanitizeValue } from '../../protocol/sanitize.js';
import { TAG_NAMES } from '../fuzz/support/scan.js';

// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/;
const HIDING =
  /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e0fff}]/u;
const LIVE = new RegExp(
  `[<\\uff1c\\ufe64\\u2039\\u3008\\u27e8][\\s/]*(?:${TAG_NAMES.join('|')})`,
  'iu',
);

/** What is left for the eye: nothing that is shown as nothing. */
const seen = (text: string): string => text.replaceAll(/\p{DI}/gu, '');

const halves = TAG_NAMES.flatMap((word) => [word.slice(0, 3), word.slice(3)]);
const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('<', '</', '&lt;', '\uff1c', '\u2039', '>', '<<') },
  {
    weight: 4,
    arbitrary: fc.constantFrom(...TAG_NAMES, ...TAG_NAMES.map((word) => word.toUpperCase())),
  },
  { weight: 2, arbitrary: fc.constantFrom(...halves) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(' ', '\n', '\r', '\t', '/', '\u00a0', '\u2028', '\u0085'),
  },
  {
    weight: 5,
    arbitrary: fc.constantFrom(
      ...'\u200b\u200c\u200d\u200e\u202e\u2060\u2066\ufeff\u00ad\ufe0f\u034f\u3164\u0000\u0007\u0008',
      '\u{e0041}',
      '\u20e3',
      '1',
      'é',
      '👩',
    ),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      '\u001b',
      '\u001b[',
      '\u001b[0m',
      '\u009b',
      '\u001b]',
      '\u001b\\',
      '0;1',
      'm',
      '[',
      ']',
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
);
const hostile = fc.array(piece, { maxLength: 25 }).map((pieces) => pieces.join(''));

test('no control, no bidi or hidden character and no live tag comes through', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const clean = sanitizeText(text);
      assert.doesNotMatch(clean, CONTROL);
      assert.doesNotMatch(clean, HIDING);
      assert.doesNotMatch(seen(clean), LIVE);
      assert.ok(clean.isWellFormed());
    }),
    { numRuns: 5000 },
  );
});

test('what is clean stays as it is', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const clean = sanitizeText(text);
      assert.equal(sanitizeText(clean), clean);
    }),
    { numRuns: 5000 },
  );
});

test('two clean texts, one after the other, make no tag', () => {
  // The daemon puts its own words around what others wrote.
  fc.assert(
    fc.property(hostile, (text) => {
      const clean = sanitizeText(text);
      assert.doesNotMatch(seen(`> ${clean}\n> ${clean}`), LIVE);
    }),
  );
});

test('text of letters, digits and signs of any script is not touched', () => {
  const letter = fc.constantFrom(
    ...'abcxyzABC0189 .,;:!?()[]{}=+-*/|~^@#$%&\'"\\_`\n\téñüßøЖдλ中文かな한글ابجशिখთ😀👍🏽€→≤',
  );
  const plain = fc.array(letter, { maxLength: 80 }).map((letters) => letters.join(''));
  fc.assert(
    fc.property(plain, (text) => {
      fc.pre(text.isWellFormed());
      assert.equal(sanitizeText(text), text);
    }),
  );
});

test('a value has no way out of its attribute', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const value = sanitizeValue(text);
      assert.doesNotMatch(value, /[<>"'&\n\t]/);
      assert.doesNotMatch(value, CONTROL);
      assert.ok(value.length <= 200);
    }),
  );
});

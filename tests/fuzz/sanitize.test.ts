/** Whatever a text holds, what is shown of it has no live tag and no control character. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sanitizeText, sanitizeValue } from '../../protocol/sanitize.js';
import { tryOut } from '../support/fuzz.js';
import { hostileText } from './support/hostile-text.js';
import { faultIn, faultInLine } from './support/scan.js';

test('the scanner itself finds what it looks for', () => {
  for (const bad of [
    '<system>',
    '< / CHANNEL x',
    '＜ｓｙｓｔｅｍ',
    '<ѕуstem'.replace('у', 'y'),
    '\u001b',
    '\u202e',
    '\ud800',
    '<s\u0301ystem',
    '\u2028',
    '❮tool',
  ]) {
    assert.ok(faultIn(bad), JSON.stringify(bad));
  }
  for (const good of [
    'a < b',
    '<div>',
    'x\n\ty',
    '&lt;system',
    '👩‍👧',
    'vec<int>',
    '5 ‹ 6',
    'émoji ❤️',
  ]) {
    assert.equal(faultIn(good), undefined, good);
  }
});

test('a sanitised text has no live tag and nothing that controls or hides', (t) => {
  tryOut(
    t,
    10_000,
    fc.property(hostileText, (text) => {
      const clean = sanitizeText(text);
      assert.equal(faultIn(clean), undefined);
      assert.equal(sanitizeText(clean), clean, 'twice is once');
      assert.ok(clean.length <= 4 * text.length, 'one bracket becomes four characters');
    }),
  );
});

test('a sanitised value has one line and no end of an attribute', (t) => {
  tryOut(
    t,
    10_000,
    fc.property(hostileText, fc.nat(40), (text, length) => {
      const value = sanitizeValue(text, length);
      assert.equal(faultInLine(value), undefined);
      assert.ok(value.length <= length);
      assert.doesNotMatch(value, /[<>"'&]/);
    }),
  );
});

test('what stands around a sanitised text makes no tag with it', (t) => {
  tryOut(
    t,
    5_000,
    fc.property(hostileText, hostileText, (a, b) => {
      const [one, two] = [sanitizeText(a), sanitizeText(b)];
      for (const text of [
        `> ${one}\n> ${two}`,
        `${one}\n\n${two}`,
        `${one}\n${two}`,
        `${one} ${two}`,
      ]) {
        // A bracket at an end was seen to be one of the text's own, not of a tag.
        if (
          !/[<\uff1c\ufe64\u2039\u3008\u27e8\u2329\u276c\u276e\u2770\u1438\u02c2][\s/\p{M}\p{DI}]*$/u.test(
            one,
          )
        ) {
          assert.equal(faultIn(text), undefined);
        }
      }
    }),
  );
});

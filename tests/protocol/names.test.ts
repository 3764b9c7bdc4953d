import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isName, NAME_PATTERN, nearNames, randomName, variantOf } from '../../protocol/names.js';

const name = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,30}$/);

test('the name rule', () => {
  for (const good of ['a', '7', 'brave-fox', 'a-', 'x'.repeat(31)]) assert.ok(isName(good), good);
  const bad = [
    '',
    '-a',
    'A',
    'a_b',
    'a b',
    'a/b',
    '..',
    '../x',
    'a.b',
    'é',
    'a\n',
    '\na',
    'x'.repeat(32),
    'а', // Cyrillic
    null,
    3,
    ['a'],
  ];
  for (const value of bad) assert.equal(isName(value), false, JSON.stringify(value));
});

test('random names are names', () => {
  for (let i = 0; i < 2000; i += 1) assert.match(randomName(), NAME_PATTERN);
});

test('variants of a name are names and differ', () => {
  fc.assert(
    fc.property(name, fc.integer({ min: 1, max: 2000 }), (base, n) => {
      const variant = variantOf(base, n);
      assert.match(variant, NAME_PATTERN);
      if (n === 1) assert.equal(variant, base);
      else assert.ok(variant.endsWith(`-${n}`) && variant.startsWith(base.slice(0, 25)));
    }),
  );
  assert.deepEqual(
    [1, 2, 3].map((n) => variantOf('backend', n)),
    ['backend', 'backend-2', 'backend-3'],
  );
});

test('near names: a slip of the fingers, a part, another case; never a stranger', () => {
  const known = ['brave-fox', 'calm-owl', 'backend', 'backend-2', 'calm-owls'];
  assert.deepEqual(nearNames('brave-fix', known), ['brave-fox']);
  assert.deepEqual(nearNames('brvae-fox', known), ['brave-fox']);
  assert.deepEqual(nearNames('Calm-Owl', known), ['calm-owl', 'calm-owls']);
  assert.deepEqual(nearNames('back', known), ['backend', 'backend-2']);
  assert.deepEqual(nearNames('nobody', ['b', 'no', 'bod']), ['bod'], 'a letter in it is no slip');
  assert.deepEqual(nearNames('zebra-zoo-zero', known), []);
  assert.deepEqual(nearNames('calm', []), []);
});

test('near names are some of the known ones, at most so many, and the name itself is the first', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(name, { maxLength: 20 }),
      fc.string(),
      fc.nat(5),
      (known, wish, max) => {
        const near = nearNames(wish, known, max);
        assert.ok(near.length <= max);
        assert.equal(new Set(near).size, near.length);
        for (const found of near) assert.ok(known.includes(found));
      },
    ),
  );
  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 20 }), (known) => {
      const [wish] = known;
      assert.ok(nearNames(wish!, known, known.length).includes(wish!));
    }),
  );
});

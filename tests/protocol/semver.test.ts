import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareVersions, isNewer } from '../../protocol/semver.js';

/** From the specification, and around it; oldest first. */
const IN_ORDER = [
  '0.0.0-0',
  '0.0.0',
  '0.0.1',
  '0.1.0-alpha',
  '0.1.0',
  '0.2.0',
  '0.10.0',
  '1.0.0-9',
  '1.0.0-10',
  '1.0.0--',
  '1.0.0-0a',
  '1.0.0-alpha',
  '1.0.0-alpha.1',
  '1.0.0-alpha.1.0',
  '1.0.0-alpha.beta',
  '1.0.0-beta',
  '1.0.0-beta.2',
  '1.0.0-beta.11',
  '1.0.0-rc.1',
  '1.0.0',
  '1.0.9',
  '1.0.10',
  '1.9.0',
  '2.0.0',
  '10.0.0',
  '99999999999999999999999.0.0',
  '100000000000000000000000.0.0',
];

const NONE = [
  ...['', '1', '1.0', '1.0.0.0', 'v1.0.0', ' 1.0.0', '1.0.0 ', '1.0.0\n', '01.0.0', '1.00.0'],
  ...['1.0.0-', '1.0.0-01', '1.0.0-a..b', '1.0.0-ä', '1.0.0+', '1.0.0+a+b', '-1.0.0', '1.0.x'],
  ...['latest', '１.0.0', `1.0.0-${'a'.repeat(100)}`],
];

test('versions in their order', () => {
  for (const [index, version] of IN_ORDER.entries()) {
    for (const [other, than] of IN_ORDER.entries()) {
      assert.equal(Math.sign(compareVersions(version, than)!), Math.sign(index - other));
      assert.equal(isNewer(version, than), index > other, `${version} and ${than}`);
    }
  }
});

test('builds of one version are equal', () => {
  assert.equal(compareVersions('1.0.0+a', '1.0.0+b'), 0);
  assert.equal(compareVersions('1.0.0-x.1+001', '1.0.0-x.1'), 0);
});

test('what is no version is neither newer nor older', () => {
  for (const text of NONE) {
    assert.equal(compareVersions(text, '1.0.0'), undefined, text);
    assert.equal(isNewer(text, '0.0.0-0'), false, text);
    assert.equal(isNewer('9.9.9', text), false, text);
  }
});

const number = fc.bigInt({ min: 0n, max: 10n ** 12n }).map(String);
const word = fc.stringMatching(/^[0-9]{0,2}[A-Za-z-][0-9A-Za-z-]{0,5}$/);
const pre = fc.array(fc.oneof(number, word), { maxLength: 4 }).map((parts) => parts.join('.'));
const version = fc
  .tuple(number, number, number, pre)
  .map(([major, minor, patch, tail]) => `${major}.${minor}.${patch}${tail && `-${tail}`}`);

test('it is an order: one side only, and from one to the next', () => {
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      const ab = Math.sign(compareVersions(a, b)!);
      assert.equal(ab, -Math.sign(compareVersions(b, a)!) + 0);
      assert.equal(ab === 0, a === b);
      if (ab <= 0 && compareVersions(b, c)! <= 0) assert.ok(compareVersions(a, c)! <= 0);
    }),
  );
});

test('a pre-release is older than its release, and both than the next', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.nat(), pre, (major, minor, patch, tail) => {
      fc.pre(tail !== '');
      const release = `${major}.${minor}.${patch}`;
      assert.ok(isNewer(release, `${release}-${tail}`));
      for (const next of [
        `${major}.${minor}.${patch + 1}-0`,
        `${major}.${minor + 1}.0-0`,
        `${major + 1}.0.0-0`,
      ]) {
        assert.ok(isNewer(next, release));
      }
    }),
  );
});

test('any text at all is read in short time and gives an answer', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), version, (text, other) => {
      const found = compareVersions(text, other);
      assert.ok(found === undefined || Number.isFinite(found));
    }),
  );
});

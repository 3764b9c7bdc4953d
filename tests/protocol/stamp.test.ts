import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MAX_RUNNING, parseStamp, stampClock, type Stamp } from '../../protocol/stamp.js';

const isAfter = ([a, x]: Stamp, [b, y]: Stamp): boolean => a > b || (a === b && x > y);

test('stamps only grow, whatever the clock does', () => {
  const reading = fc.oneof(
    fc.integer({ min: 0, max: 50 }),
    fc.double({ min: -1e12, max: 2e12 }), // also NaN
  );
  fc.assert(
    fc.property(fc.array(reading, { minLength: 2, maxLength: 100 }), (readings) => {
      const left = [...readings];
      const next = stampClock(() => left.shift() ?? 0);
      let last = next();
      for (let i = 1; i < readings.length; i += 1) {
        const stamp = next();
        assert.ok(isAfter(stamp, last), `${String(stamp)} after ${String(last)}`);
        assert.deepEqual(parseStamp([...stamp]), stamp);
        last = stamp;
      }
    }),
  );
});

test('more requests within a millisecond than fit go on in the next one', () => {
  const next = stampClock(() => 7);
  const stamps = Array.from({ length: 2 * (MAX_RUNNING + 1) + 1 }, next);
  assert.deepEqual(stamps[0], [7, 0]);
  assert.deepEqual(stamps[MAX_RUNNING], [7, MAX_RUNNING]);
  assert.deepEqual(stamps[MAX_RUNNING + 1], [8, 0]);
  assert.deepEqual(stamps.at(-1), [9, 0]);
});

test('only a stamp is taken for one', () => {
  assert.deepEqual(parseStamp([1, 2]), [1, 2]);
  const nonsense = [
    undefined,
    null,
    5,
    '1,2',
    [],
    [1],
    [1, 2, 3],
    [-1, 0],
    [1.5, 0],
    [1, MAX_RUNNING + 1],
    [2 ** 48, 0],
    ['1', '2'],
    { 0: 1, 1: 2, length: 2 },
  ];
  for (const value of nonsense) assert.equal(parseStamp(value), undefined, JSON.stringify(value));
  fc.assert(fc.property(fc.anything(), (value) => void parseStamp(value)));
});

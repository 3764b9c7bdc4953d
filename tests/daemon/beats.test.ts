import assert from 'node:assert/strict';
import fc from 'fast-check';
import { test } from 'node:test';
import { beatIntervalMs } from '../../daemon/beats.js';

test('whatever the rounds are, heartbeats are at most 10 s apart', () => {
  fc.assert(
    fc.property(fc.integer({ min: 20, max: 10_000 }), (roundMs) => {
      // Due with the first round after the interval. It was 15.8 s for rounds of 7.9 s.
      const apart = Math.ceil(beatIntervalMs(roundMs) / roundMs) * roundMs;
      assert.ok(apart <= 10_000, `${apart} ms`);
    }),
  );
});

test('with the usual rounds of 4 s they are written in each second one', () => {
  assert.equal(Math.ceil(beatIntervalMs(4_000) / 4_000), 2);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PairRate } from '../../daemon/rate.js';
import { RATE_BURST } from '../../protocol/limits.js';

test('a burst is free, then one waits as long as the answer says', () => {
  const rate = new PairRate(60);
  for (let i = 0; i < RATE_BURST; i += 1) assert.equal(rate.take('a', 'b', 1000), undefined);
  assert.equal(rate.take('a', 'b', 1000), 1);
  assert.equal(rate.take('a', 'b', 1500), 1);
  assert.equal(rate.take('a', 'b', 2000), undefined);
  assert.equal(rate.take('a', 'b', 2000), 1);
  const slow = new PairRate(1);
  for (let i = 0; i < RATE_BURST; i += 1) slow.take('a', 'b', 0);
  assert.equal(slow.take('a', 'b', 0), 60);
});

test('each pair and each direction has its own', () => {
  const rate = new PairRate(60);
  for (let i = 0; i < RATE_BURST; i += 1) rate.take('a', 'b', 0);
  assert.notEqual(rate.take('a', 'b', 0), undefined);
  assert.equal(rate.take('b', 'a', 0), undefined);
  assert.equal(rate.take('a', 'c', 0), undefined);
});

test('off is off', () => {
  const rate = new PairRate('off');
  for (let i = 0; i < 1000; i += 1) assert.equal(rate.take('a', 'b', 0), undefined);
});

test('a clock that is set back takes nothing away', () => {
  const rate = new PairRate(60);
  rate.take('a', 'b', 1_000_000);
  for (let i = 1; i < RATE_BURST; i += 1) assert.equal(rate.take('a', 'b', 0), undefined);
});

test('in any time, no more pass than the burst and the rate allow, and a wait is never in vain', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 300 });
  fc.assert(
    fc.property(steps, fc.constantFrom(1, 30, 60, 600), (pauses, perMinute) => {
      const rate = new PairRate(perMinute);
      let now = 0;
      let passed = 0;
      for (const pause of pauses) {
        now += pause;
        const wait = rate.take('a', 'b', now);
        if (wait === undefined) passed += 1;
        else {
          assert.ok(Number.isInteger(wait) && wait >= 1);
          now += wait * 1000;
          assert.equal(rate.take('a', 'b', now), undefined);
          passed += 1;
        }
        assert.ok(passed <= RATE_BURST + (now * perMinute) / 60_000 + 1e-6);
      }
    }),
  );
});

test('ten thousand pairs more do not make it forget one that used its burst', () => {
  const rate = new PairRate(60);
  for (let i = 0; i <= RATE_BURST; i += 1) rate.take('a', 'b', 0);
  for (let i = 0; i < 11_000; i += 1) rate.take(`x${i}`, 'b', 0);
  assert.notEqual(rate.take('a', 'b', 0), undefined);
});

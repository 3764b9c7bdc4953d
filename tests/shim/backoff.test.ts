import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { Backoff } from '../../shim/backoff.js';

/** Rests `times` times, on a clock of the test's own; the pauses in milliseconds, to 100. */
async function pauses(
  t: TestContext,
  times: number,
  backoff: Backoff,
  during?: () => void,
): Promise<number[]> {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const found: number[] = [];
  for (let nth = 0; nth < times; nth += 1) {
    let rested = false;
    const rest = backoff.rest().then(() => (rested = true));
    during?.();
    let ms = 0;
    for (; !rested && ms < 60_000; ms += 100) {
      t.mock.timers.tick(100);
      for (let turns = 0; turns < 4; turns += 1) await Promise.resolve();
    }
    await rest;
    found.push(ms);
  }
  t.mock.timers.reset();
  return found;
}

test('pauses grow while nobody waits, and begin anew after a success', async (t) => {
  const backoff = new Backoff(() => false);
  const long = await pauses(t, 14, backoff);
  assert.ok(long.at(-1)! >= 8_000 && long.at(-1)! <= 12_100, String(long));
  backoff.reset();
  assert.deepEqual(await pauses(t, 1, backoff), [100]);
});

test('somebody who waits does not wait for long, however often it went wrong', async (t) => {
  const long = await pauses(t, 14, new Backoff(() => true));
  assert.ok(
    long.every((ms) => ms <= 1_300),
    String(long),
  );
});

test('who comes during a long pause cuts it short', async (t) => {
  const backoff = new Backoff(() => false);
  await pauses(t, 12, backoff);
  const [cut] = await pauses(t, 1, backoff, () => {
    backoff.hurry();
  });
  assert.ok(cut! <= 200, String(cut));
});

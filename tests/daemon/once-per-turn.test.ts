import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { oncePerTurn } from '../../daemon/once-per-turn.js';

test('within a turn each name is asked for once, and in the next one anew', async () => {
  const asked: string[] = [];
  const tell = oncePerTurn((name) => {
    asked.push(name);
    return name === 'nobody' ? undefined : asked.length;
  });
  assert.deepEqual(
    [tell('ann'), tell('nobody'), tell('ann'), tell('nobody')],
    [1, undefined, 1, undefined],
  );
  await Promise.resolve();
  assert.equal(tell('ann'), 1);
  assert.deepEqual(asked, ['ann', 'nobody']);
  await turn();
  assert.equal(tell('ann'), 3);
});

test('what cannot be told is asked for again', () => {
  let fails = true;
  const tell = oncePerTurn((name) => {
    if (fails) throw new Error('no');
    return name;
  });
  assert.throws(() => tell('ann'));
  fails = false;
  assert.equal(tell('ann'), 'ann');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stampClock } from '../../protocol/stamp.js';
import { Forwarder } from '../../shim/forwarder.js';
import { Patience, PATIENCE_MS } from '../../shim/patience.js';
import { line } from './support/forwarder-harness.js';

test('a request that waits for a daemon too long is given up, the next one in its own time', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let now = 0;
  const clock = (): number => now;
  const pass = (ms: number): void => {
    now += ms;
    t.mock.timers.tick(ms);
  };
  const forwarder = new Forwarder(stampClock(), clock);
  const told: unknown[] = [];
  const patience = new Patience(
    forwarder,
    () => {
      for (const answer of forwarder.giveUp(new Error('none'), PATIENCE_MS)) {
        told.push(JSON.parse(answer.toString()).id);
      }
    },
    clock,
  );
  const ask = (id: number): void => {
    forwarder.fromClient(line({ id, method: 'ping' }));
    patience.watch();
  };
  ask(1);
  pass(PATIENCE_MS - 1);
  ask(2);
  assert.deepEqual(told, []);
  pass(1);
  assert.deepEqual(told, [1]);
  pass(PATIENCE_MS - 1);
  assert.deepEqual(told, [1, 2]);
  ask(3);
  forwarder.attach('t');
  pass(PATIENCE_MS * 10);
  assert.deepEqual(told, [1, 2], 'a daemon has it: it may take its time');
  forwarder.detach();
  patience.watch();
  pass(PATIENCE_MS);
  assert.deepEqual(told, [1, 2, 3]);
});

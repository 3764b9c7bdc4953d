import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attachAgent, awake } from '../../support/agents.js';
import { until } from '../../support/events.js';
import {
  dropMessage,
  listDone,
  listInbox,
  listRejected,
  stageMessage,
} from '../../support/files.js';
import { attachSilently, receiveAll, sandboxFor } from './support/inbox.js';

const MANY = 2000;

test('2,000 files that are moved in at once are each seen exactly once', async (t) => {
  const sandbox = sandboxFor(t);
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await awake(ben);
  const staged = Array.from({ length: MANY }, (_, i) =>
    stageMessage(sandbox, 'ben', { text: `number ${i}` }),
  );
  for (const { drop } of staged) drop();
  const got = await receiveAll(ben, MANY, 60_000);
  const ids = staged.map(({ id }) => id).sort();
  assert.deepEqual([...got].sort(), ids);
  assert.deepEqual(listRejected(sandbox), []);
  await until(() => listDone(sandbox, 'ben').length === MANY, 'all in done/', 20_000);
  assert.deepEqual(listInbox(sandbox, 'ben'), []);
});

test('what is dropped while a session attaches, between its scan and its watch, is not missed', async (t) => {
  // No round comes to help: each message has to be found by the scan or by the doorbell.
  const sandbox = sandboxFor(t, { CC2CC_ROUND_MS: '10000' });
  await attachAgent(sandbox, { name: 'first' }); // starts the daemon
  for (let turn = 0; turn < 6; turn += 1) {
    const name = `ben-${turn}`;
    const ids: string[] = [];
    let attaching = true;
    const agent = attachSilently(sandbox, { name }).finally(() => (attaching = false));
    while (attaching) {
      ids.push(dropMessage(sandbox, name, { text: `number ${ids.length}` }));
      await new Promise((resolve) => setImmediate(resolve));
      if (ids.length >= 400) break; // a slow machine; the inbox need not become a burst
    }
    const ben = await agent;
    ids.push(dropMessage(sandbox, name, { text: 'the last one' }));
    const got = await receiveAll(ben, ids.length);
    assert.deepEqual([...got].sort(), ids.sort(), `turn ${turn}`);
  }
});

test('messages of one burst come in order', async (t) => {
  const sandbox = sandboxFor(t);
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await awake(ben);
  const staged = Array.from({ length: 100 }, (_, i) =>
    stageMessage(sandbox, 'ben', { text: `number ${i}` }),
  );
  for (const { drop } of staged) drop();
  const got = await receiveAll(ben, staged.length);
  assert.deepEqual(
    got,
    staged.map(({ id }) => id),
  );
});

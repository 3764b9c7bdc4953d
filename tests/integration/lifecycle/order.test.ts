/** One sender's messages come in the order in which they were sent, whichever way they take. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attachAgent, awake, type Agent } from '../../support/agents.js';
import { until } from '../../support/events.js';
import { makeSandbox, type Sandbox } from '../../support/sandbox.js';
import { acceptedId, drainInbox, freshIds } from './support.js';

const SENDS = 200;

/** Fires all sends without awaiting one before the other; returns their ids in that order. */
async function burst(from: Agent, to: string): Promise<string[]> {
  const calls = Array.from({ length: SENDS }, (_, i) =>
    from.call('send', { to, text: `no. ${i}` }),
  );
  return (await Promise.all(calls)).map(acceptedId);
}

async function assertInOrder(to: Agent, ids: string[]): Promise<void> {
  const arrived = async (): Promise<boolean> => {
    await drainInbox(to);
    return freshIds(to).length >= ids.length;
  };
  await until(arrived, 'all messages');
  const place = new Map(ids.map((id, i) => [id, i]));
  const places = freshIds(to).map((id) => place.get(id));
  assert.deepEqual(places, [...place.values()]);
}

test('to a session of the same daemon', async (t) => {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await awake(ben);
  await assertInOrder(ben, await burst(ann, 'ben'));
});

test('to a session that attaches amid the burst', async (t) => {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const { sessionId } = await attachAgent(sandbox, { name: 'ben' }).then(async (ben) => {
    await ben.close();
    return ben;
  });
  const again = attachAgent(sandbox, { name: 'ben', sessionId });
  const sent = await burst(ann, 'ben');
  await assertInOrder(await again, sent);
});

test("to a session of another host's daemon", async (t) => {
  const here = makeSandbox({ CC2CC_HOST: 'host-a' });
  const there: Sandbox = makeSandbox({ CC2CC_HOST: 'host-b', CC2CC_BRIDGE_DIR: here.root });
  t.after(async () => {
    await there.cleanup(); // first: its daemon writes into the other's folder
    await here.cleanup();
  });
  const ann = await attachAgent(here, { name: 'ann' });
  const ben = await attachAgent(there, { name: 'ben' });
  await awake(ben);
  await assertInOrder(ben, await burst(ann, 'ben'));
});

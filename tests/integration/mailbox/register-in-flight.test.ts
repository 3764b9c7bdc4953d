/** `register` while messages are being made durable: that takes a moment, in which others act. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { attachAgent, awake, nameOf, type Agent } from '../../support/agents.js';
import { until } from '../../support/events.js';
import { listInbox } from '../../support/files.js';
import type { Sandbox } from '../../support/sandbox.js';
import { startSlowDaemon } from '../../support/slow-disk.js';
import { sandboxFor } from './support/inbox.js';

interface Scene {
  sandbox: Sandbox;
  ann: Agent;
  ben: Agent;
  /** A message from ann that ben has and the disk does not. */
  onItsWay: Promise<unknown>;
}

async function scene(t: TestContext): Promise<Scene> {
  const sandbox = sandboxFor(t);
  await startSlowDaemon(sandbox, 500);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await awake(ben);
  const onItsWay = ann.call('send', { to: 'ben', text: 'on its way' });
  await ben.waitForMessage('on its way');
  return { sandbox, ann, ben, onItsWay };
}

test('a name that is being taken cannot be taken by another', async (t) => {
  const { sandbox, ben, onItsWay } = await scene(t);
  const first = ben.call('register', { name: 'lead' });
  await ben.request('ping'); // the daemon has the call
  const cat = await attachAgent(sandbox, { name: 'lead' });
  const renamed = await first;
  await onItsWay;
  const names = [await nameOf(ben), await nameOf(cat)];
  assert.equal(new Set(names).size, 2, `${names.join(' and ')}; ben was told: ${renamed.text}`);
});

test('of two calls the second one starts where the first ended', async (t) => {
  const { sandbox, ben, onItsWay } = await scene(t);
  const answers = await Promise.all(['x', 'y'].map((name) => ben.call('register', { name })));
  await onItsWay;
  assert.match(answers[1]!.text, /^You were "x" and are "y" now/);
  assert.equal(listInbox(sandbox, 'y').length, 1);
  assert.deepEqual(listInbox(sandbox, 'x'), []);
});

test('a session that ends meanwhile leaves no agent behind', async (t) => {
  const { ann, ben, onItsWay } = await scene(t);
  void ben.call('register', { name: 'lead' }).catch(() => undefined);
  await ben.request('ping');
  await ben.close();
  await onItsWay;
  await ann.call('register', { name: 'late' }); // takes its turn after that of ben
  assert.doesNotMatch((await ann.call('list_agents')).text, /lead: online/);
});

test('senders that never pause do not keep an agent from its new name', async (t) => {
  const sandbox = sandboxFor(t);
  await startSlowDaemon(sandbox, 20);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await awake(ben);
  let sending = true;
  let sent = 0;
  const pump = async (): Promise<void> => {
    while (sending)
      assert.ok(!(await ann.call('send', { to: 'ben', text: `no. ${sent++}` })).isError);
  };
  const pumps = [pump(), pump(), pump(), pump(), pump()];
  await ben.waitForMessage('no. 9');
  try {
    const { text } = await ben.call('register', { name: 'lead' }, { timeoutMs: 5_000 });
    assert.match(text, /are "lead" now/);
  } finally {
    sending = false;
    await Promise.all(pumps);
  }
  await until(() => listInbox(sandbox, 'lead').length === sent, 'all messages at the new place');
  assert.deepEqual(listInbox(sandbox, 'ben'), []);
});

/** A message that the disk has not got yet is not overtaken by the sender's next one. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { McpClient } from '../../../scripts/mcp-client.js';
import { attachAgent, awake, type Agent } from '../../support/agents.js';
import { until } from '../../support/events.js';
import { startSlowDaemon } from '../../support/slow-disk.js';
import { attachSilently } from '../mailbox/support/inbox.js';
import { makeSandbox, type Sandbox } from '../../support/sandbox.js';

const DISK_MS = 1_500;

async function scene(t: TestContext): Promise<{ sandbox: Sandbox; ann: Agent; ben: Agent }> {
  const sandbox = makeSandbox();
  t.after(() => sandbox.cleanup());
  await startSlowDaemon(sandbox, DISK_MS);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben' });
  return { sandbox, ann, ben };
}

/** @param result of a tool call, on which messages may have come before the first push */
async function assertInOrder(
  ann: Agent,
  ben: McpClient,
  one: Promise<unknown>,
  result = '',
): Promise<void> {
  await Promise.all([one, ann.call('send', { to: 'ben', text: 'number two' })]);
  await ben.waitForMessage('number two');
  const texts = [result, ...ben.channel.map(({ content }) => content)];
  const numbers = texts.flatMap((text) => /number \w+/.exec(text)?.[0] ?? []);
  assert.deepEqual(numbers, ['number one', 'number two']);
}

test('when the recipient attaches in between', async (t) => {
  const { sandbox, ann, ben } = await scene(t);
  await ben.close();
  await until(async () => /ben: away/.test((await ann.call('list_agents')).text), 'ben away');
  const one = ann.call('send', { to: 'ben', text: 'number one' });
  const again = await attachSilently(sandbox, { name: 'ben' });
  await assertInOrder(ann, again, one);
});

test('when another agent takes the name in between', async (t) => {
  const { sandbox, ann, ben } = await scene(t);
  await ben.close();
  const cat = await attachAgent(sandbox, { name: 'cat' });
  await awake(cat);
  await until(async () => /ben: away/.test((await ann.call('list_agents')).text), 'ben away');
  const one = ann.call('send', { to: 'ben', text: 'number one' });
  await ann.request('ping'); // the daemon has the call
  const { text } = await cat.call('register', { name: 'ben' });
  await assertInOrder(ann, cat, one, text);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idsOf } from '../../../scripts/mcp-client.js';
import { attachAgent, awake, type Agent } from '../../support/agents.js';
import { until } from '../../support/events.js';
import { listInbox, readMessages } from '../../support/files.js';
import type { Sandbox } from '../../support/sandbox.js';
import { idsIn, sandboxFor } from './support/inbox.js';

/** `ben` and `cat` were here and are away. */
async function scene(sandbox: Sandbox): Promise<Agent> {
  const ann = await attachAgent(sandbox, { name: 'ann' });
  await awake(ann);
  for (const name of ['ben', 'cat']) {
    await (await attachAgent(sandbox, { name })).close();
    await until(
      async () => (await ann.call('list_agents')).text.includes(`- ${name}: away`),
      `${name} away`,
    );
  }
  return ann;
}

test('agents that are away are left out, and the sender is told how to reach them', async (t) => {
  const sandbox = sandboxFor(t);
  const ann = await scene(sandbox);
  const hint = / left out\. To reach them as well, call broadcast with include_away: true\.$/;
  const nobody = await ann.call('broadcast', { text: 'anyone?' });
  assert.match(nobody.text, /^Nobody else is online: nothing was sent\. 2 agents that are away/);
  assert.match(nobody.text, hint);
  const dan = await attachAgent(sandbox, { name: 'dan' });
  await awake(dan);
  const sent = await ann.call('broadcast', { text: 'lunch' });
  assert.match(sent.text, /^Accepted for 1 of 1 agents:\n- msg-.* dan.*\n2 agents that are away /);
  assert.match(sent.text, hint);
  await dan.waitForMessage('lunch');
  for (const name of ['ben', 'cat']) assert.deepEqual(listInbox(sandbox, name), []);
});

test('include_away reaches all that were ever here, under their names of now', async (t) => {
  const sandbox = sandboxFor(t);
  const ann = await scene(sandbox);
  const dan = await attachAgent(sandbox, { name: 'dan' });
  await awake(dan);
  await dan.call('register', { name: 'deploy' });
  const sent = await ann.call('broadcast', { text: 'new branch', include_away: true });
  assert.match(sent.text, /^Accepted for 3 of 3 agents:\n(- msg-.*(\n|$)){3}$/);
  assert.doesNotMatch(sent.text, /left out/);
  await dan.waitForMessage('new branch');
  for (const name of ['ben', 'cat']) {
    const messages = readMessages(sandbox, name, 'inbox');
    assert.deepEqual(
      messages.map(({ content, broadcast }) => [content.text, broadcast]),
      [['new branch', true]],
    );
  }
  assert.deepEqual(listInbox(sandbox, 'dan'), []);
  assert.deepEqual(listInbox(sandbox, 'ann'), []);
});

test('pushed or read, a broadcast says that no reply is expected; one can be given', async (t) => {
  const sandbox = sandboxFor(t);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben' });
  const cat = await attachAgent(sandbox, { name: 'cat', lanes: 'tool' });
  await Promise.all([awake(ann), awake(ben)]);
  await ann.call('broadcast', { text: 'who broke the build?' });
  const push = await ben.waitForMessage('who broke');
  assert.equal(push.meta['broadcast'], 'true');
  assert.match(push.content, /\n\nThis went to everybody: no reply is expected\.$/);
  const read = await cat.call('check_inbox');
  assert.match(
    read.text,
    /^\[msg-[^\]]+\] from ann, message, broadcast: no reply expected, sent /m,
  );

  for (const [agent, id] of [
    [ben, idsOf(push)[0]],
    [cat, idsIn(read)[0]],
  ] as const) {
    const reply = await agent.call('reply', { msg_id: id, text: `not me, ${agent.name}` });
    assert.match(reply.text, /^Reply accepted/);
    const answer = await ann.waitForMessage(`not me, ${agent.name}`);
    assert.equal(answer.meta['reply_to'], id);
    assert.equal(answer.meta['broadcast'], undefined, 'the answer is for one');
    assert.match(answer.content, /To answer, call the cc2cc tool "reply"/);
  }
  const plain = await ann.call('send', { to: 'ben', text: 'only for you' });
  assert.ok(!plain.isError);
  assert.equal((await ben.waitForMessage('only for you')).meta['broadcast'], undefined);
});

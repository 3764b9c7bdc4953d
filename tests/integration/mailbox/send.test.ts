import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { idsOf, RpcError } from '../../../scripts/mcp-client.js';
import { attachAgent, awake } from '../../support/agents.js';
import { until } from '../../support/events.js';
import { listInbox, mailboxOf, readMessages } from '../../support/files.js';
import { idsIn, pushedIds, sandboxFor } from './support/inbox.js';

test('send to a session that is there: handed over, with the facts in the attributes', async (t) => {
  const sandbox = sandboxFor(t);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await awake(ben);
  const sent = await ann.call('send', { to: 'ben', text: 'hello', priority: 'high' });
  assert.ok(!sent.isError);
  assert.match(sent.text, /^Accepted (msg-[0-9a-f-]{36}): handed to ben's session\.$/);
  const push = await ben.waitForMessage('hello');
  const [id] = idsOf(push);
  assert.ok(sent.text.includes(id!));
  assert.deepEqual(push.meta, {
    from: 'ann',
    msg_id: id,
    type: 'message',
    priority: 'high',
    verified: 'true',
  });
  assert.match(push.content, new RegExp(`^hello\n\nTo answer, .*"reply" with msg_id "${id}"`));
  const [message] = readMessages(sandbox, 'ben', 'inbox');
  assert.deepEqual(
    [message!.id, message!.from, message!.to, message!.content.text],
    [id, 'ann', 'ben', 'hello'],
  );
});

test('two sessions write to each other at once, and each has all of it in order', async (t) => {
  const sandbox = sandboxFor(t);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await Promise.all([awake(ann), awake(ben)]);
  const count = 40;
  const turns = Array.from({ length: count }, (_, i) => i);
  await Promise.all(
    turns.flatMap((i) => [
      ann.call('send', { to: 'ben', text: `a${i}.` }),
      ben.call('send', { to: 'ann', text: `b${i}.` }),
    ]),
  );
  for (const agent of [ann, ben]) {
    await until(() => pushedIds(agent).length === count, 'all of them');
    assert.deepEqual(pushedIds(agent), [...new Set(pushedIds(agent))].sort());
  }
  const letters = ben.channel.flatMap(({ content }) => content.match(/\ba\d+\./g) ?? []);
  assert.deepEqual(
    letters,
    turns.map((i) => `a${i}.`),
  );
});

test('mail for an agent that is away is accepted and waits', async (t) => {
  const sandbox = sandboxFor(t);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await awake(ben);
  await ben.close();
  await until(async () => /- ben: away/.test((await ann.call('list_agents')).text), 'ben away');
  const sent = await ann.call('send', { to: 'ben', text: 'for later' });
  assert.ok(!sent.isError);
  assert.match(sent.text, /^Accepted msg-.*: waiting: ben is away since \d{4}-.* UTC\.$/);
  assert.equal(listInbox(sandbox, 'ben').length, 1);
  assert.match(
    (await ann.call('list_agents')).text,
    /- ben: away, last seen \d{4}-.* UTC, in .*, 1 waiting/,
  );
  const again = await attachAgent(sandbox, { name: 'ben' });
  assert.equal(again.name, 'ben');
  await until(
    () => again.lines.some((line) => line.includes('for later')),
    'the message at the new session',
  );
});

test('an unknown name is an error that lists near ones, and leaves no trace', async (t) => {
  const sandbox = sandboxFor(t);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  await attachAgent(sandbox, { name: 'calm-owl' });
  const near = await ann.call('send', { to: 'calm-owi', text: 'x' });
  assert.ok(near.isError);
  assert.match(near.text, /Nobody here is or was called "calm-owi"\. Did you mean calm-owl\?/);
  for (const to of ['Calm-Owl', ' calm-owl ']) {
    const { text, isError } = await ann.call('send', { to, text: 'hello' });
    assert.equal(isError, true);
    assert.match(text, /is not an agent name .* Did you mean calm-owl\?$/);
  }
  const far = await ann.call('send', { to: 'zzzzzzzzzz', text: 'x' });
  assert.ok(far.isError);
  assert.match(far.text, /Known: calm-owl/);
  assert.ok(!existsSync(mailboxOf(sandbox, 'zzzzzzzzzz').dir));
  for (const to of ['../../etc', 'Calm-Owl', '', 'a'.repeat(40), 'calm-owl\n']) {
    const result = await ann.call('send', { to, text: 'x' });
    assert.ok(result.isError, to);
    assert.match(result.text, /is not an agent name/);
  }
  assert.match((await ann.call('send', { to: 'ann', text: 'x' })).text, /message to yourself/);
});

test('wrong arguments are results that a model can read, not protocol errors', async (t) => {
  const sandbox = sandboxFor(t);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const wrong: [tool: string, args: Record<string, unknown>, named: RegExp][] = [
    ['send', {}, /"to" must be a string.*"text" must be/],
    ['send', { to: 'ben' }, /"text"/],
    ['send', { to: 7, text: 'x' }, /"to"/],
    ['send', { to: 'ben', text: ' \n\t' }, /"text": is empty/],
    ['send', { to: 'ben', text: '' }, /^Wrong arguments: "text": is empty\.$/],
    ['send', { to: 'ben', text: 'x', type: 'shout' }, /"type"/],
    ['send', { to: 'ben', text: 'x', surprise: 1 }, /no argument "surprise"/],
    ['reply', { msg_id: 'msg-1' }, /"text"/],
    ['reply', { msg_id: 'msg-1', text: 'x' }, /no message "msg-1"/],
    ['reply', { msg_id: '../../x', text: 'x' }, /no message/],
    ['register', {}, /"name"/],
    ['broadcast', { text: 5 }, /"text"/],
    ['check_inbox', { all: true }, /all/],
    ['wait_for_message', { timeout_s: 9, from: 'Ben!' }, /"Ben!" is not an agent name/],
    ['wait_for_message', { timeout_s: 9, reply_to: '7' }, /"reply_to": is not a message id/],
    ['no_such_tool', {}, /no tool "no_such_tool"/],
  ];
  for (const [tool, args, named] of wrong) {
    const result = await ann.call(tool, args);
    assert.ok(result.isError, tool);
    assert.match(result.text, named, tool);
  }
  await assert.rejects(ann.request('no/such/method'), RpcError);
  assert.deepEqual(ann.stray, []);
});

test('a broadcast reaches everybody who is online, and nobody else', async (t) => {
  const sandbox = sandboxFor(t);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const nobody = await ann.call('broadcast', { text: 'anyone?' });
  assert.match(nobody.text, /Nobody else is online/);
  const ben = await attachAgent(sandbox, { name: 'ben' });
  const cat = await attachAgent(sandbox, { name: 'cat', lanes: 'tool' });
  const gone = await attachAgent(sandbox, { name: 'gone' });
  await gone.close();
  await awake(ben);
  await ann.waitForMessage(({ content }) => /cat/.test(content) && /joined/.test(content));
  await until(async () => !/gone: online/.test((await ann.call('list_agents')).text), 'gone away');
  const sent = await ann.call('broadcast', { text: 'all hands', priority: 'critical' });
  assert.match(sent.text, /^Accepted for 2 of 2 agents:\n- msg-.* ben.*\n- msg-.* cat/);
  const push = await ben.waitForMessage('all hands');
  assert.equal(push.meta['priority'], 'critical');
  const read = await cat.call('check_inbox');
  assert.match(read.text, /critical priority[^]*> all hands/);
  assert.notDeepEqual(idsIn(read), idsOf(push));
  assert.deepEqual(listInbox(sandbox, 'gone'), []);
  assert.deepEqual(listInbox(sandbox, 'ann'), []);
});

test('what every session loads has at most 4,000 characters on the wire', async (t) => {
  const sandbox = sandboxFor(t);
  const { server, tools } = await (await attachAgent(sandbox)).initialize();
  const loaded = tools.filter((tool) => tool['_meta'] !== undefined);
  assert.equal(loaded.length, 4);
  assert.equal(typeof server['instructions'], 'string');
  const characters = String(server['instructions']).length + JSON.stringify(loaded).length;
  assert.ok(characters <= 4000, `${characters}`);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_HOPS } from '../../../protocol/limits.js';
import { idsOf } from '../../../scripts/mcp-client.js';
import { attachAgent, awake, type Agent } from '../../support/agents.js';
import { until } from '../../support/events.js';
import {
  dropMessage,
  listDone,
  listInbox,
  listMailbox,
  readMessages,
} from '../../support/files.js';
import type { Sandbox } from '../../support/sandbox.js';
import { attachSilently, pushedIds, sandboxFor } from './support/inbox.js';

async function pair(sandbox: Sandbox): Promise<[Agent, Agent]> {
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await Promise.all([awake(ann), awake(ben)]);
  return [ann, ben];
}

test('a reply bears what it answers, its thread and its hops; a task gets a response', async (t) => {
  const sandbox = sandboxFor(t);
  const [ann, ben] = await pair(sandbox);
  await ann.call('send', { to: 'ben', text: 'do it', type: 'task', priority: 'high' });
  const task = await ben.waitForMessage('do it');
  const [first] = idsOf(task);
  const result = await ben.call('reply', { msg_id: first, text: 'done' });
  assert.match(result.text, /^Result accepted as msg-.*: handed to ann's session\.$/);
  const response = await ann.waitForMessage('done');
  assert.deepEqual(response.meta, {
    from: 'ben',
    msg_id: idsOf(response)[0],
    type: 'response',
    priority: 'high',
    verified: 'true',
    reply_to: first,
    thread: first,
    task_id: task.meta['task_id'],
    task_state: 'completed',
    task_title: 'do it',
  });
  const thanks = await ann.call('reply', { msg_id: idsOf(response)[0], text: 'thanks' });
  assert.match(thanks.text, /^Reply accepted as msg-/);
  const last = await ben.waitForMessage('thanks');
  assert.equal(last.meta['thread'], first);
  assert.equal(last.meta['type'], 'message');
  const [stored] = readMessages(sandbox, 'ben', 'inbox').filter(
    ({ content }) => content.text === 'thanks',
  );
  // Where the lane is proven it may be in done/ already.
  const message = stored ?? readMessages(sandbox, 'ben', 'done').at(-1)!;
  assert.equal(message.hops, 2);
});

test('a reply proves the lane: what was pushed moves to done/ with receipts', async (t) => {
  const sandbox = sandboxFor(t);
  const [ann, ben] = await pair(sandbox);
  for (let i = 0; i < 4; i += 1) await ann.call('send', { to: 'ben', text: `number ${i}` });
  await until(() => pushedIds(ben).length === 4, 'four pushes');
  const ids = pushedIds(ben);
  assert.deepEqual(listDone(sandbox, 'ben'), []);
  assert.equal(listInbox(sandbox, 'ben').length, 4);
  assert.match((await ben.call('whoami')).text, /not confirmed yet/);
  await ben.call('reply', { msg_id: ids[1], text: 'I see them' });
  const files = ids.map((id) => `${id}.json`).sort();
  await until(() => listDone(sandbox, 'ben').length === 4, 'four in done/');
  assert.deepEqual(listDone(sandbox, 'ben'), files);
  await until(() => listMailbox(sandbox, 'ben', 'receipts').length === 4, 'four receipts');
  assert.deepEqual(listInbox(sandbox, 'ben'), []);
  assert.match((await ben.call('whoami')).text, /\(confirmed, last evidence .* by reply\)/);
  // From now on a push is evidence enough.
  await ann.call('send', { to: 'ben', text: 'one more' });
  await until(() => listDone(sandbox, 'ben').length === 5, 'five in done/');
  assert.match((await ben.call('check_inbox')).text, /No messages wait/);
});

test('a message that was seen can still be answered, also by the next session of that name', async (t) => {
  const sandbox = sandboxFor(t);
  const [ann, ben] = await pair(sandbox);
  await ann.call('send', { to: 'ben', text: 'question' });
  const [id] = idsOf(await ben.waitForMessage('question'));
  await ben.call('check_inbox');
  await until(() => listDone(sandbox, 'ben').length === 1, 'seen');
  assert.ok(!(await ben.call('reply', { msg_id: id, text: 'answer one' })).isError);
  await ben.close();
  const again = await attachAgent(sandbox, { name: 'ben' });
  assert.equal(again.name, 'ben');
  assert.ok(!(await again.call('reply', { msg_id: id, text: 'answer two' })).isError);
  await ann.waitForMessage('answer two');
  const others = await ann.call('reply', { msg_id: id, text: 'not my message' });
  assert.ok(others.isError);
});

test('a script without a mailbox can be answered', async (t) => {
  const sandbox = sandboxFor(t);
  const id = dropMessage(sandbox, 'ben', { from: 'build-script', text: 'it failed' });
  const ben = await attachSilently(sandbox, { name: 'ben' });
  await ben.waitForMessage('it failed');
  const result = await ben.call('reply', { msg_id: id, text: 'on it' });
  assert.match(result.text, /^Reply accepted/);
  assert.equal(readMessages(sandbox, 'build-script', 'inbox')[0]!.replyTo, id);
});

test('an exchange without end is stopped, and may begin anew', async (t) => {
  const sandbox = sandboxFor(t);
  const [ann, ben] = await pair(sandbox);
  await ann.call('send', { to: 'ben', text: 'hop 0.' });
  let [from, to] = [ann, ben];
  for (let hop = 1; hop <= MAX_HOPS + 1; hop += 1) {
    [from, to] = [to, from];
    const [id] = idsOf(await from.waitForMessage(`hop ${hop - 1}.`));
    const result = await from.call('reply', { msg_id: id, text: `hop ${hop}.` });
    assert.equal(result.isError, hop > MAX_HOPS, result.text);
    if (!result.isError) continue;
    // Whom it concerns, why, and both ways to go on.
    assert.match(result.text, new RegExp(`You and ${to.name} have answered each other 16 times`));
    assert.match(
      result.text,
      /may be a loop, so this reply was not sent\. If all is said, leave it/,
    );
    assert.match(result.text, /begin anew with send\.$/);
  }
  assert.ok(!(await from.call('send', { to: to.name, text: 'anew' })).isError);
});

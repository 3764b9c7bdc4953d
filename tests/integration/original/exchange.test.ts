/** Messages between agents of the original cc2cc and ours, in one root and in both directions. */
import assert from 'node:assert/strict';
import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { attachAgent, awake, type Agent } from '../../support/agents.js';
import { startDaemon } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import {
  listDone,
  listInbox,
  listMailbox,
  listRejected,
  mailboxOf,
  readMessages,
} from '../../support/files.js';
import { OriginalAgent } from '../../support/original-agent.js';
import { makeSandbox, type Extras, type Sandbox } from '../../support/sandbox.js';
import { idOf } from '../mailbox/support/inbox.js';

const FAST = { CC2CC_ROUND_MS: '100', CC2CC_SWEEP_MS: '100' };

interface Scene {
  sandbox: Sandbox;
  /** Of the original, there first: it has made the root as it does. */
  bob: OriginalAgent;
  /** Ours. */
  ann: Agent;
}

async function scene(t: TestContext, extras: Extras = {}): Promise<Scene> {
  const sandbox = makeSandbox({ ...FAST, ...extras });
  t.after(() => sandbox.cleanup());
  const bob = await OriginalAgent.start(sandbox, 'bob');
  await startDaemon(sandbox);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  await awake(ann);
  return { sandbox, bob, ann };
}

const statusOf = async (agent: Agent, id: string): Promise<string> =>
  (await agent.call('message_status', { msg_id: id })).text;

test('what we send lies in its inbox, is consumed, and its sender is told what is true', async (t) => {
  const { sandbox, bob, ann } = await scene(t, { ORIGINAL_POLL_MS: '100000' });
  const sent = await ann.call('send', { to: 'bob', text: 'hello bob' });
  const id = idOf(sent);
  assert.match(sent.text, /: waiting for bob, who is attached elsewhere\.$/);
  assert.deepEqual(listInbox(sandbox, 'bob'), [`${id}.json`]);
  assert.match(await statusOf(ann, id), /waits in bob's inbox/);
  await bob.online(); // any call of its tools consumes
  const got = await bob.waitForText('hello bob');
  assert.deepEqual([got.id, got.from, got.to, got.type], [id, 'ann', 'bob', 'message']);
  assert.deepEqual(listDone(sandbox, 'bob'), [`${id}.json`]);
  // No line in a journal, and a receipt without evidence.
  assert.deepEqual(listMailbox(sandbox, 'bob', 'journal'), []);
  assert.match(await statusOf(ann, id), /was seen by bob at .* \(evidence: receipt\)\.$/);
});

test('broadcast, reply and ask reach it as send does', async (t) => {
  const { bob, ann } = await scene(t);
  const all = await ann.call('broadcast', { text: 'to everybody' });
  assert.match(all.text, /Accepted for 1 of 1 agents:\n- msg-\S+ waiting for bob, who is attached/);
  await bob.waitForText('to everybody');

  const asked = ann.call('ask', { to: 'bob', text: 'which port?', timeout_s: 20 });
  const question = await bob.waitForText('which port?');
  await bob.reply(question.id, 'port 8080');
  const { text } = await asked;
  assert.match(text, /> port 8080/);
  assert.match(text, new RegExp(`from bob, message, in reply to ${question.id}, .*, unsigned`));

  const id = await bob.send('ann', 'thanks for asking');
  await ann.waitForMessage('thanks for asking');
  const reply = await ann.call('reply', { msg_id: id, text: 'any time' });
  assert.match(reply.text, /waiting for bob, who is attached elsewhere/);
  const answer = await bob.waitForText('any time');
  assert.deepEqual([answer.replyTo, answer.type], [id, 'message']);
});

test('what it sends rings at once, unsigned and readable for all as it is', async (t) => {
  const { sandbox, bob, ann } = await scene(t, { CC2CC_ROUND_MS: '10000' });
  assert.equal(lstatSync(sandbox.root).mode & 0o777, 0o700, 'the root is closed');
  const id = await bob.send('ann', 'by file alone');
  const push = await ann.waitForMessage('by file alone');
  assert.deepEqual(
    [push.meta['from'], push.meta['msg_id'], push.meta['verified']],
    ['bob', id, 'false'],
  );
  const { mode } = lstatSync(join(mailboxOf(sandbox, 'ann').inbox, `${id}.json`));
  assert.equal(mode & 0o777, 0o644);
  assert.match((await ann.call('check_inbox')).text, /from bob, message, .*unsigned/);
  await until(() => listDone(sandbox, 'ann').includes(`${id}.json`), 'the message in done/');
  const receipt = join(mailboxOf(sandbox, 'ann').receipts, `${id}.receipt.json`);
  const told = await until(
    () => JSON.parse(readFileSync(receipt, 'utf8')) as Record<string, unknown>,
    'a receipt',
  );
  assert.deepEqual([told['msg_id'], told['delivered_to']], [id, 'ann']);
});

test('its task is answered with a response, and ours by it', async (t) => {
  const { bob, ann } = await scene(t);
  const theirs = await bob.send('ann', 'count the files', { type: 'task', title: 'counting' });
  await ann.waitForMessage('count the files');
  const result = await ann.call('reply', { msg_id: theirs, text: 'there are 12' });
  assert.match(result.text, /^Result accepted as msg-/);
  const response = await bob.waitForText('there are 12');
  assert.deepEqual([response.type, response.replyTo], ['response', theirs]);

  const ours = idOf(await ann.call('send', { to: 'bob', text: 'count them again', type: 'task' }));
  assert.equal((await bob.waitForText('count them again')).type, 'task');
  await bob.reply(ours, 'still 12');
  const push = await ann.waitForMessage('still 12');
  assert.deepEqual([push.meta['type'], push.meta['reply_to']], ['response', ours]);
});

test('a file that it is still writing is not read, however long it takes', async (t) => {
  const { sandbox, bob, ann } = await scene(t);
  const half = await bob.begin('ann', 'half a message');
  const whole = await bob.send('ann', 'a whole one');
  await ann.waitForMessage('a whole one');
  const { text } = await ann.call('check_inbox');
  assert.match(text, new RegExp(whole));
  assert.doesNotMatch(text, /half a message/);
  await until(
    () => /^\.tmp-[\w-]+\.json$/.test(listInbox(sandbox, 'ann').join()),
    'nothing but the hidden file',
  );
  await bob.finish(half);
  const push = await ann.waitForMessage('half a message');
  assert.equal(push.meta['msg_id'], half);
  assert.deepEqual(listRejected(sandbox), []);
});

test('it finds our message expired: its notice arrives, and ours is not sent as well', async (t) => {
  const { sandbox, bob, ann } = await scene(t, { CC2CC_TTL: '1', ORIGINAL_POLL_MS: '100000' });
  const id = idOf(await ann.call('send', { to: 'bob', text: 'too late' }));
  const { inbox } = mailboxOf(sandbox, 'bob');
  const due = Date.parse(readMessages(sandbox, 'bob', 'inbox')[0]!.timestamp) + 1000;
  await until(() => Date.now() > due + 500, 'expiry, and some sweeps of ours');
  assert.deepEqual(listInbox(sandbox, 'bob'), [`${id}.json`], `left in ${inbox}`);
  await bob.online();
  const push = await ann.waitForMessage(`Message ${id} expired (TTL 1s)`);
  assert.deepEqual([push.meta['type'], push.meta['reply_to']], ['status', id]);
  assert.match(await statusOf(ann, id), /expired at .* without a sign that bob saw it/);
  assert.equal(ann.channel.filter(({ meta }) => meta['reply_to'] === id).length, 1);
});

test('with CC2CC_ENCRYPT=1 on both sides the texts lie encrypted and are read', async (t) => {
  const { sandbox, bob, ann } = await scene(t, {
    CC2CC_ENCRYPT: '1',
    ORIGINAL_POLL_MS: '100000',
  });
  await ann.call('send', { to: 'bob', text: 'the code is swordfish' });
  const [lying] = readMessages(sandbox, 'bob', 'inbox');
  assert.match(lying!.content.text, /^ENC:[0-9a-f]{24}:[0-9a-f]{32}:[0-9a-f]+$/);
  assert.match(
    lying!.signature ?? '',
    /^hmac-sha256:/,
    'signed as well, which it does not look at',
  );
  await bob.online();
  const got = await bob.waitForText('the code is swordfish');
  await bob.reply(got.id, 'Ünderstood 🐟');
  await ann.waitForMessage('Ünderstood 🐟');
  const raw = readFileSync(
    join(mailboxOf(sandbox, 'ann').inbox, listInbox(sandbox, 'ann')[0]!),
    'utf8',
  );
  assert.match(raw, /"ENC:/);
});

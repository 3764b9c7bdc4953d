/** An original server starts under the name of a session of ours. It knows no leases. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test, type TestContext } from 'node:test';
import { heartbeatPath, readHeartbeat } from '../../../protocol/heartbeat.js';
import { attachAgent, awake, nameOf, type Agent } from '../../support/agents.js';
import { startDaemon } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { dropMessage, dropSigned, listDone, listInbox, mailboxOf } from '../../support/files.js';
import { OriginalAgent } from '../../support/original-agent.js';
import { makeSandbox, type Sandbox } from '../../support/sandbox.js';
import { daemonCommand, statusOf } from '../lifecycle/support.js';
import { idOf } from '../mailbox/support/inbox.js';

const FAST = { CC2CC_ROUND_MS: '100', CC2CC_SWEEP_MS: '100' };

interface Scene {
  sandbox: Sandbox;
  /** Ours. */
  ann: Agent;
  /** The original's, which has been noticed. */
  rival: OriginalAgent;
}

async function scene(t: TestContext, pollMs = '100'): Promise<Scene> {
  const sandbox = makeSandbox({ ...FAST, ORIGINAL_POLL_MS: pollMs });
  t.after(() => sandbox.cleanup());
  await startDaemon(sandbox);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  await awake(ann);
  const rival = await OriginalAgent.start(sandbox, 'ann');
  await until(async () => !(await statusOf(sandbox)).health.ok, 'a status that says so', 20_000);
  return { sandbox, ann, rival };
}

test('health, log, whoami and a notice say so, until it has gone', async (t) => {
  const { sandbox, ann, rival } = await scene(t);
  const status = await daemonCommand(sandbox, ['status']);
  assert.equal(status.code, 1);
  assert.match(status.stdout, /Health: an original cc2cc server uses the name "ann" too/);
  assert.match(readFileSync(sandbox.hostPaths().log, 'utf8'), /uses the name of a session of ours/);
  const push = await ann.waitForMessage('An original cc2cc server uses the name "ann" too');
  assert.equal(push.meta['event'], 'name_shared');
  const who = await ann.call('whoami');
  assert.match(who.text, /You are "ann"[^]*reads the same inbox[^]*call register/);
  await rival.leave();
  await until(async () => (await statusOf(sandbox)).health.ok, 'health again', 20_000);
  assert.doesNotMatch((await ann.call('whoami')).text, /original/);
  // It had said that ann is offline; she is not.
  await until(() => readHeartbeat(sandbox.root, 'ann')?.host !== undefined, 'our heartbeat');
  assert.equal(readHeartbeat(sandbox.root, 'ann')?.status, 'active');
  assert.equal(ann.channel.filter(({ meta }) => meta['event'] === 'name_shared').length, 1);
});

test('mail reaches the session at once although the other one takes the file', async (t) => {
  const { sandbox, ann, rival } = await scene(t);
  const cat = await attachAgent(sandbox, { name: 'cat', lanes: 'tool' });
  const id = idOf(await cat.call('send', { to: 'ann', text: 'for whom?' }));
  await ann.waitForMessage('for whom?');
  await rival.waitForText('for whom?');
  await until(() => listDone(sandbox, 'ann').includes(`${id}.json`), 'done');
  const { text } = await cat.call('message_status', { msg_id: id });
  assert.match(text, /was seen by ann .* \(evidence: receipt\)/);
  assert.equal((await ann.call('reply', { msg_id: id, text: 'for both' })).isError, false);
});

test('what has expired there is told by one of them', async (t) => {
  const { sandbox, rival } = await scene(t, '100000');
  const cat = await attachAgent(sandbox, { name: 'cat' });
  await awake(cat);
  const id = dropSigned(sandbox, 'ann', { from: 'cat', ttl: 0.001 });
  const other = dropMessage(sandbox, 'dan', { from: 'cat', ttl: 0.001 });
  await until(() => listDone(sandbox, 'dan').includes(`${other}.json`), 'a look for the expired');
  assert.deepEqual(listInbox(sandbox, 'ann'), [`${id}.json`]);
  await rival.online();
  await cat.waitForMessage(`Message ${id} expired`);
  assert.equal(cat.channel.filter(({ meta }) => meta['reply_to'] === id).length, 1);
});

test('with register the session gets an inbox of its own, and the name is the other one’s', async (t) => {
  const { sandbox, ann, rival } = await scene(t, '100000');
  const waiting = dropMessage(sandbox, 'ann', { text: 'came before' });
  await ann.waitForMessage('came before');
  assert.equal((await ann.call('register', { name: 'anna' })).isError, false);
  assert.equal(await nameOf(ann), 'anna');
  const mine = [...listInbox(sandbox, 'anna'), ...listDone(sandbox, 'anna')];
  assert.ok(mine.includes(`${waiting}.json`), 'what waited came along');
  assert.notEqual(readHeartbeat(sandbox.root, 'ann')?.status, 'offline', heartbeatPath('', 'ann'));
  const cat = await attachAgent(sandbox, { name: 'cat', lanes: 'tool' });
  const sent = await cat.call('send', { to: 'ann', text: 'for the original' });
  assert.doesNotMatch(sent.text, /is called anna now/);
  await rival.online();
  await rival.waitForText('for the original');
  assert.ok(!ann.lines.some((line) => line.includes('for the original')));
  await until(async () => (await statusOf(sandbox)).health.ok, 'health again', 20_000);
  // Mail for an original that is away waits for it, and does not follow a session that had its name.
  await rival.leave();
  const later = idOf(await cat.call('send', { to: 'ann', text: 'for later' }));
  assert.deepEqual(listInbox(sandbox, 'ann'), [`${later}.json`], mailboxOf(sandbox, 'ann').dir);
});

test('the end of the session does not make the other one look absent', async (t) => {
  const { sandbox, ann, rival } = await scene(t);
  await until(() => readHeartbeat(sandbox.root, 'ann')?.host === undefined, 'its heartbeat');
  await ann.close();
  const cat = await attachAgent(sandbox, { name: 'cat', lanes: 'tool' });
  await until(async () => (await cat.call('list_agents')).text.includes('- ann: online'), 'online');
  await cat.call('send', { to: 'ann', text: 'still there?' });
  await rival.waitForText('still there?');
});

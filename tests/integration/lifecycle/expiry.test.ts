/** A message whose time is up goes to `done/`, and its sender is told once. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { reportMessage } from '../../../mail/message-report.js';
import { mailboxPaths } from '../../../protocol/paths.js';
import type { ChannelPush } from '../../../scripts/mcp-client.js';
import { attachAgent, awake, nameOf, type Agent } from '../../support/agents.js';
import { until } from '../../support/events.js';
import { dropMessage, listDone, listInbox, readMessages } from '../../support/files.js';
import { FakeClaude } from '../../support/fake-claude.js';
import { startSlowDaemon } from '../../support/slow-disk.js';
import { makeSandbox, type Sandbox } from '../../support/sandbox.js';
import { acceptedId, drainInbox, killDaemon, successor } from './support.js';

const FAST = { CC2CC_SWEEP_MS: '100', CC2CC_ROUND_MS: '100' };

/** `ann` is attached, `ben` was here and is away. */
async function scene(sandbox: Sandbox): Promise<Agent> {
  const ann = await attachAgent(sandbox, { name: 'ann' });
  await awake(ann);
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await ben.close();
  return ann;
}

const isNotice =
  (id: string) =>
  ({ content, meta }: ChannelPush): boolean =>
    meta['type'] === 'status' && meta['reply_to'] === id && content.includes('expired');

/** Everything that ann was ever told of the message, on the disk and on her lane. */
async function assertToldOnce(sandbox: Sandbox, ann: Agent, id: string): Promise<void> {
  await until(() => listDone(sandbox, 'ben').includes(`${id}.json`), 'message in done/');
  assert.deepEqual(listInbox(sandbox, 'ben'), []);
  await ann.waitForMessage(isNotice(id));
  await drainInbox(ann);
  assert.equal(ann.channel.filter(isNotice(id)).length, 1, 'one push');
  await until(() => listInbox(sandbox, 'ann').length === 0, 'empty inbox');
  const notices = readMessages(sandbox, 'ann', 'done').filter(({ replyTo }) => replyTo === id);
  assert.deepEqual(
    notices.map(({ from, type, identity }) => [from, type, identity?.['mode']]),
    [['ben', 'status', 'daemon']],
  );
}

test('a message with a ttl of a second to an agent that is away', async (t) => {
  const sandbox = makeSandbox(FAST);
  t.after(() => sandbox.cleanup());
  const ann = await scene(sandbox);
  const lasting = acceptedId(await ann.call('send', { to: 'ben', text: 'this one stays' }));
  const id = dropMessage(sandbox, 'ben', { from: 'ann', text: 'quick', ttl: 1 });
  await until(() => listDone(sandbox, 'ben').includes(`${id}.json`), 'message in done/');
  assert.deepEqual(listInbox(sandbox, 'ben'), [`${lasting}.json`], 'only what has expired');
  await ann.waitForMessage(isNotice(id));
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await drainInbox(ben);
  assert.ok(ben.lines.some((line) => line.includes('this one stays')));
  assert.ok(!ben.lines.some((line) => line.includes('quick')), 'what has expired is not shown');
});

test('CC2CC_TTL is the time that a message sent by a session waits', async (t) => {
  const sandbox = makeSandbox({ ...FAST, CC2CC_TTL: '1' });
  t.after(() => sandbox.cleanup());
  const ann = await scene(sandbox);
  const id = acceptedId(await ann.call('send', { to: 'ben', text: 'quick' }));
  assert.deepEqual(
    readMessages(sandbox, 'ben', 'inbox').map(({ ttl }) => ttl),
    [1],
  );
  await assertToldOnce(sandbox, ann, id);
});

test('the daemon is killed before the time is up: the next one tells the sender, once', async (t) => {
  const sandbox = makeSandbox(FAST);
  t.after(() => sandbox.cleanup());
  const ann = await scene(sandbox);
  const id = dropMessage(sandbox, 'ben', { from: 'ann', text: 'quick', ttl: 1 });
  await successor(sandbox, killDaemon(sandbox));
  await assertToldOnce(sandbox, ann, id);
});

test('the daemon is killed in the moment in which it tells the sender: told once', async (t) => {
  const sandbox = makeSandbox(FAST);
  t.after(() => sandbox.cleanup());
  const ann = await scene(sandbox);
  let killed: number | undefined;
  ann.onLine((line) => {
    // The notice is out; that the message has gone to done/ is not yet certain.
    if (killed === undefined && line.includes(' expired ')) killed = killDaemon(sandbox);
  });
  const id = dropMessage(sandbox, 'ben', { from: 'ann', text: 'quick', ttl: 1 });
  const pid = await until(() => killed, 'notice');
  await successor(sandbox, pid);
  assert.equal(await nameOf(ann), 'ann');
  await assertToldOnce(sandbox, ann, id);
});

test('what its sender is being told has expired is not shown any more', async (t) => {
  const sandbox = makeSandbox({ ...FAST, CC2CC_IDLE_MS: '60000' });
  t.after(() => sandbox.cleanup());
  await startSlowDaemon(sandbox, 1_000);
  await awake(await attachAgent(sandbox, { name: 'ann' }));
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await awake(ben);
  const id = dropMessage(sandbox, 'ben', { from: 'ann', text: 'quick', ttl: 1 });
  await ben.waitForMessage('quick'); // pushed, which is no sign that it was seen
  const staged = (): boolean => readdirSync(mailboxPaths(sandbox.root, 'ann').tmp).length > 1;
  await until(staged, 'notice on its way to the disk');
  assert.equal((await ben.call('check_inbox')).text, 'No messages wait for you.');
  await until(() => listDone(sandbox, 'ben').includes(`${id}.json`), 'message in done/');
  assert.equal(reportMessage(sandbox.root, id).state, 'expired');
});

test('what the transcript shows to be seen does not expire', async (t) => {
  const sandbox = makeSandbox({ CC2CC_SWEEP_MS: '20', CC2CC_ROUND_MS: '20' });
  t.after(() => sandbox.cleanup());
  await attachAgent(sandbox, { name: 'ann', lanes: 'tool' });
  const claude = await FakeClaude.start(sandbox);
  await claude.attach({ name: 'ben' });
  claude.state('busy');
  claude.writes({ type: 'system' });
  const sent = Date.now();
  const id = dropMessage(sandbox, 'ben', { from: 'ann', text: 'quick', ttl: 1 });
  const text = await claude.socket.content('quick');
  await new Promise((resolve) => setTimeout(resolve, sent + 900 - Date.now()));
  claude.prompts(text);
  if (Date.now() >= sent + 1_000) return t.skip('too slow a machine');
  await until(() => reportMessage(sandbox.root, id).evidence === 'transcript', 'seen');
});

/** A message whose time is up goes to `done/`, and its sender is told once. */
import assert from 'node:assert/strict';
import { copyFileSync, lstatSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { appendJournal } from '../../../mail/delivery.js';
import { reportMessage } from '../../../mail/message-report.js';
import { heartbeatPath, readHeartbeat } from '../../../protocol/heartbeat.js';
import { mailboxPaths } from '../../../protocol/paths.js';
import type { ChannelPush } from '../../../scripts/mcp-client.js';
import { attachAgent, awake, nameOf, type Agent } from '../../support/agents.js';
import { signal, startDaemon } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import {
  dropSigned,
  listDone,
  listInbox,
  listRejected,
  readMessages,
  rejectionReasons,
  stageMessage,
} from '../../support/files.js';
import { FakeClaude } from '../../support/fake-claude.js';
import { linesIn } from '../../support/lines.js';
import { startSlowDaemon } from '../../support/slow-disk.js';
import { makeSandbox, type Sandbox } from '../../support/sandbox.js';
import { acceptedId, drainInbox, killDaemon, processGone, successor } from './support.js';

const FAST = { CC2CC_SWEEP_MS: '100', CC2CC_ROUND_MS: '100' };

/** `ann` is attached, `ben` was here and is away. */
async function scene(sandbox: Sandbox): Promise<Agent> {
  const ann = await attachAgent(sandbox, { name: 'ann' });
  await awake(ann);
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await ben.close();
  // What becomes of a daemon before it has noted that leaves ben as one who is about to attach again.
  await until(() => readHeartbeat(sandbox.root, 'ben')?.status === 'offline', 'ben offline');
  return ann;
}

/** What the journal of a mailbox says of a message, makes it sense or not. */
function eventsOf(sandbox: Sandbox, name: string, id: string): string[] {
  const lines = linesIn(mailboxPaths(sandbox.root, name).journal);
  const events = lines.map((line) => JSON.parse(line) as { id: string; event: string });
  return events.filter((one) => one.id === id).map(({ event }) => event);
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
  const id = dropSigned(sandbox, 'ben', { from: 'ann', text: 'quick', ttl: 1 });
  await until(() => listDone(sandbox, 'ben').includes(`${id}.json`), 'message in done/');
  assert.deepEqual(listInbox(sandbox, 'ben'), [`${lasting}.json`], 'only what has expired');
  await ann.waitForMessage(isNotice(id));
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await drainInbox(ben);
  assert.ok(ben.lines.some((line) => line.includes('this one stays')));
  assert.ok(!ben.lines.some((line) => line.includes('quick')), 'what has expired is not shown');
});

test('a replay of what was seen is rejected when its time is up: what became of the first stands', async (t) => {
  const sandbox = makeSandbox(FAST);
  t.after(() => sandbox.cleanup());
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const { tmp, inbox, done, journal } = mailboxPaths(sandbox.root, 'ben');
  // Its time was up before the first look at it: nothing here is a race.
  const { id } = stageMessage(sandbox, 'ben', { from: 'ann', at: Date.now() - 60_000, ttl: 1 });
  const staged = join(tmp, `${id}.json`);
  appendJournal(journal, [
    { id, at: new Date().toISOString(), event: 'seen', evidence: 'tool result' },
  ]);
  copyFileSync(staged, join(done, `${id}.json`));
  const { ino } = lstatSync(join(done, `${id}.json`));
  renameSync(staged, join(inbox, `${id}.json`));
  await until(() => listRejected(sandbox).length > 0, 'replay in rejected/');
  assert.match(rejectionReasons(sandbox).join(), /^replay: /);
  assert.equal(lstatSync(join(done, `${id}.json`)).ino, ino);
  assert.equal(reportMessage(sandbox.root, id).state, 'seen');
  await drainInbox(ann);
  assert.ok(!ann.channel.some(isNotice(id)), 'nobody is told of it');
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
  const id = dropSigned(sandbox, 'ben', { from: 'ann', text: 'quick', ttl: 1 });
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
  const id = dropSigned(sandbox, 'ben', { from: 'ann', text: 'quick', ttl: 1 });
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
  const id = dropSigned(sandbox, 'ben', { from: 'ann', text: 'quick', ttl: 1 });
  await ben.waitForMessage('quick'); // pushed, which is no sign that it was seen
  const staged = (): boolean => readdirSync(mailboxPaths(sandbox.root, 'ann').tmp).length > 1;
  await until(staged, 'notice on its way to the disk');
  assert.equal((await ben.call('check_inbox')).text, 'No messages wait for you.');
  await until(() => listDone(sandbox, 'ben').includes(`${id}.json`), 'message in done/');
  assert.equal(reportMessage(sandbox.root, id).state, 'expired');
});

/** Seconds: in that time a daemon has pushed and is killed, on a loaded machine too. */
const TTL = 3;

/** `ben` has been pushed a message that is about to expire, his shim is held, and his daemon is dead. */
async function heldScene(t: TestContext): Promise<{ sandbox: Sandbox; ben: Agent; id: string }> {
  const sandbox = makeSandbox({ ...FAST, CC2CC_IDLE_MS: '60000', CC2CC_NO_LAUNCH: '1' });
  t.after(() => sandbox.cleanup());
  await startDaemon(sandbox);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await Promise.all([awake(ann), awake(ben)]);
  const id = dropSigned(sandbox, 'ben', { from: 'ann', text: 'quick', ttl: TTL });
  await ben.waitForMessage('quick');
  await until(() => eventsOf(sandbox, 'ben', id).includes('pushed'), 'line in the journal');
  signal(ben.pid!, 'SIGSTOP');
  await processGone(sandbox, killDaemon(sandbox));
  return { sandbox, ben, id };
}

test('who attaches while its sender is told that it has expired is not shown it', async (t) => {
  if (process.platform !== 'linux') return t.skip('needs /proc');
  const { sandbox, ben, id } = await heldScene(t);
  rmSync(heartbeatPath(sandbox.root, 'ben')); // he has been away for long
  await startSlowDaemon(sandbox, 3_000, {}, '/to-ann/');
  const { tmp } = mailboxPaths(sandbox.root, 'ann');
  const isNoticeIn = (file: string): boolean =>
    readFileSync(join(tmp, file), 'utf8').includes(' expired ');
  await until(() => readdirSync(tmp).some(isNoticeIn), 'notice on its way to the disk', 20_000);
  signal(ben.pid!, 'SIGCONT');
  assert.equal((await ben.call('check_inbox')).text, 'No messages wait for you.');
  await until(() => listDone(sandbox, 'ben').includes(`${id}.json`), 'message in done/', 20_000);
  assert.deepEqual(eventsOf(sandbox, 'ben', id), ['pushed', 'expired']);
});

test('what was handed to a session that is about to attach again does not expire before', async (t) => {
  const { sandbox, ben, id } = await heldScene(t);
  const other = dropSigned(sandbox, 'cat', { from: 'ann', text: 'quick', ttl: TTL });
  await startDaemon(sandbox);
  await until(
    () => listDone(sandbox, 'cat').includes(`${other}.json`),
    'the other in done/',
    20_000,
  );
  assert.deepEqual(listInbox(sandbox, 'ben'), [`${id}.json`]);
  signal(ben.pid!, 'SIGCONT');
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
  const id = dropSigned(sandbox, 'ben', { from: 'ann', text: 'quick', ttl: 1 });
  const text = await claude.socket.content('quick');
  await new Promise((resolve) => setTimeout(resolve, sent + 900 - Date.now()));
  claude.prompts(text);
  if (Date.now() >= sent + 1_000) return t.skip('too slow a machine');
  await until(() => reportMessage(sandbox.root, id).evidence === 'transcript', 'seen');
});

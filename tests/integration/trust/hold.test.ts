/** Messages of new senders wait for a person's word: on no lane, whoever asks, until it comes. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { callDaemon } from '../../../protocol/control.js';
import { rootPaths } from '../../../protocol/paths.js';
import { attachAgent } from '../../support/agents.js';
import { cli } from '../../support/cli.js';
import { endDaemons } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { dropMessage, listDone, listInbox, rejectionReasons } from '../../support/files.js';
import { OriginalAgent } from '../../support/original-agent.js';
import { killDaemon, statusOf, successor } from '../lifecycle/support.js';
import { idOf, idsIn, pushedIds } from '../mailbox/support/inbox.js';
import { HOLD, scene } from './support.js';

const SECRET = 'swordfish';
const HELD = /held until a person approves messages from ann to ben \(cc2cc inbox\)/;

test('what is held comes by no lane and with no tool, and its sender is told', async (t) => {
  const { sandbox, ann, ben, person } = await scene(t, HOLD);
  await person('trust', 'ben', '--for', 'ann');
  const sent = await ann.call('send', { to: 'ben', text: SECRET, type: 'task' });
  assert.match(sent.text, HELD);
  const id = idOf(sent);
  assert.match((await ann.call('message_status', { msg_id: id })).text, HELD);
  const asked = await person('status', '--message', id, '--json');
  assert.equal((JSON.parse(asked.stdout) as { held: boolean }).held, true);
  assert.match((await person('status', '--message', id)).stdout.replaceAll('\n', ' '), HELD);

  const task = /task-[\w-]+/.exec(sent.text)?.[0];
  const calls: [string, Record<string, unknown>][] = [
    ['check_inbox', {}],
    ['whoami', {}],
    ['list_agents', { detail: true }],
    ['list_tasks', {}],
    ['list_tasks', { task_id: task }],
    ['update_task', { task_id: task, state: 'accepted' }],
    ['wait_for_message', { timeout_s: 0 }],
    ['wait_for_message', { timeout_s: 0, from: 'ann' }],
    ['reply', { msg_id: id, text: 'yes' }],
    ['ask', { to: 'ann', text: 'anything?', timeout_s: 0 }],
  ];
  for (const [tool, args] of calls) {
    const result = await ben.call(tool, args);
    assert.ok(!result.text.includes(SECRET), `${tool}: ${result.text}`);
    assert.deepEqual(idsIn(result), [], tool);
  }
  for (const event of ['session-start', 'user-prompt-submit', 'post-tool-use', 'stop'] as const) {
    const hook = { event, sessionId: ben.sessionId };
    assert.equal((await callDaemon(sandbox.hostPaths(), 'hook', hook)).text, null);
  }
  assert.deepEqual(pushedIds(ben), []);
  assert.deepEqual([listInbox(sandbox, 'ben'), listDone(sandbox, 'ben')], [[`${id}.json`], []]);
  // The model knows that something waits, and has no way to let it through.
  const who = (await ben.call('whoami')).text;
  assert.match(who, /^1 message of senders that your user has not approved waits \(cc2cc inbox/m);
  assert.match((await ben.call('check_inbox')).text, /No messages wait[^]*1 message of senders/);
  const { tools } = (await ben.request('tools/list')) as { tools: { name: string }[] };
  for (const { name } of tools) assert.doesNotMatch(name, /trust|approve|block|reject/);
  assert.equal((await statusOf(sandbox)).trust?.held, 1);
  assert.match((await person('status')).stdout, /held +1 message waits for your approval/);
  assert.match(readFileSync(sandbox.hostPaths().log, 'utf8'), /held until a person approves it/);
});

test('a sender that is approved: all that waits comes, in order, and what it sends next', async (t) => {
  const { ann, ben, person } = await scene(t, HOLD);
  const ids: string[] = [];
  for (const n of [1, 2, 3])
    ids.push(idOf(await ann.call('send', { to: 'ben', text: `no. ${n}` })));
  const list = await person('inbox');
  for (const id of ids) assert.ok(list.stdout.includes(id));
  assert.match(list.stdout, /no\. 1[^]*no\. 2[^]*no\. 3/);
  assert.equal((await person('inbox', 'approve', 'ann')).code, 0);
  await ben.waitForMessage('no. 3');
  assert.deepEqual(pushedIds(ben), ids);
  const next = await ann.call('send', { to: 'ben', text: 'no. 4' });
  assert.match(next.text, /handed to ben's session/);
  assert.match((await person('inbox')).stderr, /No message waits for your approval/);
});

test('one message by its id, which lasts: another daemon lets it through, and no other', async (t) => {
  const { sandbox, ann, ben, person } = await scene(t, HOLD);
  const first = idOf(await ann.call('send', { to: 'ben', text: 'first' }));
  const second = idOf(await ann.call('send', { to: 'ben', text: 'second' }));
  const before = killDaemon(sandbox);
  assert.equal((await person('inbox', 'approve', second)).code, 0);
  await successor(sandbox, before);
  await ben.waitForMessage('second');
  assert.deepEqual(pushedIds(ben), [second]);
  assert.ok(listInbox(sandbox, 'ben').includes(`${first}.json`));
  // And again: it is the file that says so.
  const third = killDaemon(sandbox);
  await successor(sandbox, third);
  assert.ok(!idsIn(await ben.call('check_inbox')).includes(first));
  assert.match((await person('inbox', 'approve', second)).stderr, /does not wait for approval/);
});

test('what is rejected is kept with its reason, and its sender is told once', async (t) => {
  const { sandbox, ann, ben, person } = await scene(t, HOLD);
  const id = idOf(await ann.call('send', { to: 'ben', text: 'buy now' }));
  const other = idOf(await ann.call('send', { to: 'ben', text: 'buy later' }));
  assert.equal((await person('inbox', 'reject', id)).code, 0);
  const read = await until(async () => {
    const result = await ann.call('check_inbox');
    return result.text.includes(id) ? result : undefined;
  }, 'a notice');
  assert.match(read.text, new RegExp(`> Your message ${id} to ben was not let through: a person`));
  assert.match(read.text, /from ben, status, .*notice: no reply expected/);
  const { stdout } = await person('status', '--message', id);
  assert.match(stdout.replaceAll('\n', ' '), /was rejected .* a person did not approve it/);
  assert.equal((await person('inbox', 'reject', id)).code, 1);
  assert.deepEqual(listInbox(sandbox, 'ben'), [`${other}.json`]);
  assert.equal((await person('inbox', 'reject', 'ann')).code, 0);
  assert.equal(rejectionReasons(sandbox).length, 2);
  assert.deepEqual(pushedIds(ben), []);
});

test('an answer to one’s own message is no new sender’s, unless that went to everybody', async (t) => {
  const { sandbox, ann, ben, person } = await scene(t, HOLD);
  await person('trust', 'ben', '--for', 'ann');
  const asked = idOf(await ben.call('send', { to: 'ann', text: 'which port?' }));
  const all = idOf(await ben.call('broadcast', { text: 'hello, all' }));
  assert.deepEqual(idsIn(await ann.call('check_inbox')), [asked, all]);
  assert.match((await ann.call('reply', { msg_id: all, text: 'hello' })).text, HELD);
  assert.match((await ann.call('reply', { msg_id: asked, text: '8080' })).text, /handed to ben/);
  await ben.waitForMessage('8080');
  // Nobody becomes known by an answer to what ben has not signed.
  const forged = dropMessage(sandbox, 'ann', { from: 'cy', to: 'ann', text: 'forged' });
  const cat = await attachAgent(sandbox, { name: 'cat', lanes: 'tool' });
  dropMessage(sandbox, 'ben', { from: 'dee', to: 'ben', text: 'x', replyTo: forged });
  dropMessage(sandbox, 'ben', { from: 'dee', to: 'ben', text: 'x', replyTo: asked });
  assert.match((await cat.call('send', { to: 'ben', text: 'x' })).text, /held until/);
  await until(async () => (await statusOf(sandbox)).trust?.held === 5, 'all of them held');
});

test('notices of the daemon come, and nobody can pretend to be it', async (t) => {
  const { sandbox, ben, person } = await scene(t, {
    ...HOLD,
    CC2CC_SWEEP_MS: '100',
    CC2CC_ROUND_MS: '50',
  });
  const sent = await cli(sandbox, ['send', 'zoe', 'x', '--from', 'ben', '--ttl', '1s', '--json'], {
    env: { CLAUDE_CODE_SESSION_ID: ben.sessionId },
  });
  assert.equal(sent.code, 1, 'nobody is called zoe');
  await person('agents');
  const id = dropMessage(sandbox, 'zoe', { from: 'ben', ttl: 0.001, text: 'too late' });
  await ben.waitForMessage(`${id} to zoe expired`);
  dropMessage(sandbox, 'ben', { from: 'zed', to: 'ben', text: SECRET, mode: 'daemon' });
  await until(async () => (await statusOf(sandbox)).trust?.held === 1, 'it is held');
  assert.ok(!ben.channel.some(({ content }) => content.includes(SECRET)));
});

test('mail that a person reads is held too, with and without a daemon', async (t) => {
  const { sandbox, ann, person } = await scene(t, HOLD);
  await person('send', 'ann', 'hello', '--from', 'hans'); // has a mailbox now
  const id = idOf(await ann.call('send', { to: 'hans', text: SECRET }));
  for (const args of [
    ['receive', 'hans'],
    ['receive', 'hans', '--peek'],
  ]) {
    const read = await person(...args);
    assert.ok(!read.stdout.includes(SECRET));
    assert.match(read.stderr, /1 held, of senders that you have not approved: cc2cc inbox/);
  }
  await ann.close();
  await endDaemons(sandbox);
  assert.ok(!(await person('receive', 'hans')).stdout.includes(SECRET));
  assert.match((await person('inbox', '--for', 'hans')).stdout, new RegExp(id));
  const sent = await person('send', 'ann', 'x', '--from', 'new-one');
  assert.match(sent.stdout, /held until a person approves messages from new-one to ann/);
  assert.equal((await person('inbox', 'reject', 'new-one')).code, 0);
  assert.equal(listInbox(sandbox, 'new-one').length, 1, 'its notice');
  assert.equal((await person('inbox', 'approve', 'ann')).code, 0);
  assert.ok((await person('receive', 'hans')).stdout.includes(SECRET));
});

test('what is held by the daemon’s settings is held for commands that have others', async (t) => {
  const { sandbox, ann, person } = await scene(t, HOLD);
  await person('send', 'ann', 'hello', '--from', 'hans');
  await ann.call('send', { to: 'hans', text: SECRET });
  const accept = { env: { CC2CC_NEW_SENDERS: 'accept' } };
  const read = await cli(sandbox, ['receive', 'hans'], accept);
  assert.ok(!read.stdout.includes(SECRET));
  assert.match((await cli(sandbox, ['inbox'], accept)).stdout, new RegExp(SECRET));
});

test('an original agent is a new sender like any other, and takes what it finds', async (t) => {
  const { sandbox, ann, ben, person } = await scene(t, HOLD);
  const bob = await OriginalAgent.start(sandbox, 'bob');
  await bob.send('ben', 'from the original');
  await until(async () => (await statusOf(sandbox)).trust?.held === 1, 'it is held');
  const sent = await ann.call('send', { to: 'bob', text: 'to the original' });
  assert.doesNotMatch(sent.text, /held/);
  await bob.waitForText('to the original');
  assert.equal((await person('inbox', 'approve', 'bob', '--for', 'ben')).code, 0);
  await ben.waitForMessage('from the original');
});

test('the name changes of sender and recipient change nothing', async (t) => {
  const { ann, ben, person } = await scene(t, HOLD);
  await person('trust', 'ann', '--for', 'ben');
  await ben.call('register', { name: 'bea' });
  assert.match((await ann.call('send', { to: 'bea', text: 'one' })).text, /handed to bea/);
  await ann.call('register', { name: 'amy' });
  assert.match((await ann.call('send', { to: 'bea', text: 'two' })).text, /handed to bea/);
});

test('it expires as any other, and the inbox is as full with it', async (t) => {
  const { sandbox, ann, person } = await scene(t, {
    ...HOLD,
    CC2CC_TTL: '1',
    CC2CC_SWEEP_MS: '100',
    CC2CC_ROUND_MS: '50',
    CC2CC_MAX_INBOX: '1',
  });
  const id = idOf(await ann.call('send', { to: 'ben', text: 'x' }));
  assert.match((await ann.call('send', { to: 'ben', text: 'y' })).text, /inbox is full/);
  await until(() => listDone(sandbox, 'ben').includes(`${id}.json`), 'its end');
  assert.match((await person('inbox')).stderr, /No message waits/);
});

test('within a Claude Code session nobody decides', async (t) => {
  const { sandbox, ann } = await scene(t, HOLD);
  const id = idOf(await ann.call('send', { to: 'ben', text: 'x' }));
  for (const args of [
    ['trust', 'ann'],
    ['block', 'ann'],
    ['block', 'ann', '--remove'],
    ['inbox'],
    ['inbox', 'approve', 'ann'],
    ['inbox', 'approve', id, '--for', 'ben'],
    ['inbox', 'reject', id],
  ]) {
    const { code, stderr, stdout } = await cli(sandbox, args, { env: { CLAUDECODE: '1' } });
    assert.equal(code, 1, args.join(' '));
    assert.match(stderr, /is for a person: not within a Claude Code session/);
    assert.equal(stdout, '');
  }
  assert.ok(!existsSync(rootPaths(sandbox.root).trust));
  assert.deepEqual(listInbox(sandbox, 'ben'), [`${id}.json`]);
  const lists = await cli(sandbox, ['trust', '--json'], { env: { CLAUDECODE: '1' } });
  assert.equal(lists.code, 0);
});

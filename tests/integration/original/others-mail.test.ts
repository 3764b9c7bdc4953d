/** Mail for a name that an original server uses is left for it, whatever lies there. */
import assert from 'node:assert/strict';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { callDaemon } from '../../../protocol/control.js';
import { attachAgent, nameOf } from '../../support/agents.js';
import { cli } from '../../support/cli.js';
import { startDaemon } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import {
  dropMessage,
  dropSigned,
  listDone,
  listInbox,
  listRejected,
  mailboxOf,
} from '../../support/files.js';
import { OriginalAgent } from '../../support/original-agent.js';
import { makeSandbox, type Sandbox } from '../../support/sandbox.js';
import { idOf } from '../mailbox/support/inbox.js';

/** It writes heartbeats, and reads its mail only when it is told to. */
const SLOW = { CC2CC_ROUND_MS: '50', CC2CC_SWEEP_MS: '50', ORIGINAL_POLL_MS: '100000' };

async function sandboxFor(t: TestContext): Promise<Sandbox> {
  const sandbox = makeSandbox(SLOW);
  t.after(() => sandbox.cleanup());
  await startDaemon(sandbox);
  return sandbox;
}

/** Two looks for what has expired, and whatever else is done in rounds, have passed. */
async function someRounds(sandbox: Sandbox, witness: string): Promise<void> {
  for (let i = 0; i < 2; i += 1) {
    const id = dropMessage(sandbox, witness, { ttl: 0.001 });
    await until(() => listDone(sandbox, witness).includes(`${id}.json`), 'a look for the expired');
  }
}

test('nothing in its mailbox is expired, moved or rejected while it lives', async (t) => {
  const sandbox = await sandboxFor(t);
  const bob = await OriginalAgent.start(sandbox, 'bob');
  const ann = await attachAgent(sandbox, { name: 'ann', lanes: 'tool' });
  await ann.call('send', { to: 'bob', text: 'good' });
  dropSigned(sandbox, 'bob', { from: 'ann', text: 'expired', ttl: 0.001 });
  const { inbox, dir } = mailboxOf(sandbox, 'bob');
  const yesterday = new Date(Date.now() - 2 * 24 * 60 * 60 * 1000);
  for (const [name, text] of [
    ['broken.json', '{"id":'],
    ['empty.json', ''],
    ['note.txt', 'hello'],
    ['.tmp-1.json', '{}'],
  ] as const) {
    writeFileSync(join(inbox, name), text);
    utimesSync(join(inbox, name), yesterday, yesterday);
  }
  symlinkSync('/etc/passwd', join(inbox, 'link.json'));
  mkdirSync(join(inbox, 'folder.json'));
  const before = readdirSync(dir, { recursive: true }).sort();

  const away = await attachAgent(sandbox, { name: 'away' });
  await away.close();
  await someRounds(sandbox, 'away');
  const { watcher } = await callDaemon(sandbox.hostPaths(), 'status', {});
  assert.equal(watcher.folders, 1, 'only the inbox of ann is watched');
  assert.deepEqual(readdirSync(dir, { recursive: true }).sort(), before);
  assert.deepEqual(listRejected(sandbox), []);
  assert.equal(listInbox(sandbox, 'ann').length, 0, 'nobody was told that anything expired');

  await bob.die();
  await until(() => listDone(sandbox, 'bob').length === 1, 'expired once nobody reads it');
  await until(() => listInbox(sandbox, 'ann').length === 1, 'of which ann is told');
});

for (const how of ['with a daemon', 'without a daemon']) {
  test(`commands send to it, and only look at its mail, ${how}`, async (t) => {
    const sandbox = makeSandbox(SLOW);
    t.after(() => sandbox.cleanup());
    if (how === 'with a daemon') await startDaemon(sandbox);
    const bob = await OriginalAgent.start(sandbox, 'bob');
    const args = ['send', 'bob', 'from a person', '--from', 'dan'];
    const sent = await cli(sandbox, args);
    assert.match(sent.stdout + sent.stderr, /waiting for bob, who is attached elsewhere/);
    const { inbox } = mailboxOf(sandbox, 'bob');
    writeFileSync(join(inbox, 'broken.json'), '{');
    utimesSync(join(inbox, 'broken.json'), 1, 1);
    const before = listInbox(sandbox, 'bob');
    const peeked = await cli(sandbox, ['receive', 'bob', '--peek']);
    assert.match(peeked.stdout, /from a person/);
    const taken = await cli(sandbox, ['receive', 'bob']);
    assert.equal(taken.code, 1);
    assert.match(taken.stderr, /bob is attached: an original cc2cc server gets its mail/);
    assert.deepEqual(listInbox(sandbox, 'bob'), before);
    assert.deepEqual(listRejected(sandbox), []);
    await bob.online();
    await bob.waitForText('from a person');
  });
}

test('who wishes its name gets a variant, and who registers it is refused', async (t) => {
  const sandbox = await sandboxFor(t);
  const bob = await OriginalAgent.start(sandbox, 'bob');
  dropMessage(sandbox, 'bob', { text: 'for the original' });
  const ours = await attachAgent(sandbox, { name: 'bob' });
  assert.equal(ours.name, 'bob-2');
  const refused = await ours.call('register', { name: 'bob' });
  assert.equal(refused.isError, true);
  assert.match(refused.text, /The name "bob" is taken by an agent that is online/);
  await bob.online();
  await bob.waitForText('for the original');
  assert.ok(!ours.lines.some((line) => line.includes('for the original')));
  // Once it has gone, the name and what waits under it are free.
  dropMessage(sandbox, 'bob', { text: 'for the next' });
  await bob.die();
  assert.equal((await ours.call('register', { name: 'bob' })).isError, false);
  assert.equal(await nameOf(ours), 'bob');
  await until(() => ours.lines.some((line) => line.includes('for the next')), 'its mail');
});

test('a former name of ours that it has taken is its own: mail for it is not redirected', async (t) => {
  const sandbox = await sandboxFor(t);
  const ann = await attachAgent(sandbox, { name: 'ann', lanes: 'tool' });
  const cat = await attachAgent(sandbox, { name: 'cat', lanes: 'tool' });
  await ann.call('register', { name: 'anna' });
  const other = await OriginalAgent.start(sandbox, 'ann');
  const sent = await cat.call('send', { to: 'ann', text: 'to the new ann' });
  assert.match(sent.text, /: waiting for ann, who is attached elsewhere/);
  const dropped = dropMessage(sandbox, 'ann', { text: 'by file' });
  const away = await attachAgent(sandbox, { name: 'away' });
  await away.close();
  await someRounds(sandbox, 'away');
  assert.deepEqual(listInbox(sandbox, 'ann'), [`${idOf(sent)}.json`, `${dropped}.json`].sort());
  assert.match((await cat.call('list_agents')).text, /^- ann: online/m);
  await other.online();
  await other.waitForText('to the new ann');
  // When it has gone, whoever means ann means the one that is called anna now.
  await other.leave();
  const again = await cat.call('send', { to: 'ann', text: 'to the old ann' });
  assert.match(again.text, /ann is called anna now/);
  const card = readFileSync(join(sandbox.root, 'agents', 'ann.json'), 'utf8');
  assert.match(card, /"renamed_to": "anna"/);
});

/** Who is there: its agents for ours, ours for its. */
import assert from 'node:assert/strict';
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { heartbeatPath } from '../../../protocol/heartbeat.js';
import { attachAgent, awake, nameOf } from '../../support/agents.js';
import { startDaemon } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { dropMessage, listInbox, mailboxOf } from '../../support/files.js';
import { OriginalAgent } from '../../support/original-agent.js';
import { makeSandbox, type Extras, type Sandbox } from '../../support/sandbox.js';
import { drainInbox } from '../lifecycle/support.js';

const FAST = { CC2CC_ROUND_MS: '100', CC2CC_SWEEP_MS: '100' };

async function sandboxFor(t: TestContext, extras: Extras = {}): Promise<Sandbox> {
  const sandbox = makeSandbox({ ...FAST, ...extras });
  t.after(() => sandbox.cleanup());
  await startDaemon(sandbox);
  return sandbox;
}

for (const how of ['quit', 'crash', 'SIGKILL'] as const) {
  test(`its agent is online for ours, and away after its end by ${how}`, async (t) => {
    const sandbox = await sandboxFor(t);
    const bob = await OriginalAgent.start(sandbox, 'bob');
    const ann = await attachAgent(sandbox, { name: 'ann' });
    assert.match((await ann.call('list_agents')).text, /^- bob: online/m);
    assert.match((await ann.call('whoami')).text, /Online: bob\./);
    if (how === 'SIGKILL') await bob.die();
    else await bob.leave(how);
    assert.match((await ann.call('list_agents')).text, /^- bob: away, last seen 20/m);
    assert.match((await ann.call('whoami')).text, /Online: nobody else\./);
    const sent = await ann.call('send', { to: 'bob', text: 'for later' });
    assert.match(sent.text, /waiting: bob is away since 20/);
    const back = await OriginalAgent.start(sandbox, 'bob');
    await back.waitForText('for later');
  });
}

test('ours are online for it while they are attached, also by a new name, and not after', async (t) => {
  const sandbox = await sandboxFor(t);
  const bob = await OriginalAgent.start(sandbox, 'bob');
  const ann = await attachAgent(sandbox, { name: 'ann' });
  assert.deepEqual(await bob.online(), ['ann', 'bob']);
  await ann.call('register', { name: 'anna' });
  assert.deepEqual(await bob.online(), ['anna', 'bob']);
  await bob.send('anna', 'by your new name');
  await ann.waitForMessage('by your new name');
  await ann.close();
  await until(async () => !(await bob.online()).includes('anna'), 'anna offline');
  await assert.rejects(bob.send('anna', 'too late'), /anna is not online/);
});

test('under load ours never look away', async (t) => {
  const sandbox = await sandboxFor(t);
  const bob = await OriginalAgent.start(sandbox, 'bob');
  const ann = await attachAgent(sandbox, { name: 'ann', lanes: 'tool' });
  let busy = true;
  const load = (async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn += 1) {
      for (let i = 0; i < 200; i += 1) dropMessage(sandbox, 'ann', { text: 'x'.repeat(5_000) });
      await Promise.all(
        Array.from({ length: 40 }, (_, i) => ann.call('send', { to: 'bob', text: `${turn} ${i}` })),
      );
      await drainInbox(ann);
    }
    busy = false;
  })();
  let asked = 0;
  while (busy) {
    assert.deepEqual(await bob.online(), ['ann', 'bob']);
    asked += 1;
  }
  await load;
  assert.ok(asked > 0);
  await until(() => bob.messages.length === 200, 'all that was sent to it');
});

test('the cleaning up at its start takes nothing from agents that are attached', async (t) => {
  const sandbox = await sandboxFor(t);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  await awake(ann);
  const bob = await OriginalAgent.start(sandbox, 'bob');
  assert.deepEqual(await bob.online(), ['ann', 'bob']);
  assert.ok(existsSync(mailboxOf(sandbox, 'ann').inbox));
  await bob.send('ann', 'nothing is missing');
  await ann.waitForMessage('nothing is missing');
});

test('a heartbeat that it removes, since its client is the same, is written again', async (t) => {
  const sandbox = await sandboxFor(t);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  await awake(ann);
  const bob = await OriginalAgent.start(sandbox, 'bob', { ORIGINAL_PPID: String(process.pid) });
  await until(async () => (await bob.online()).includes('ann'), 'ann online again');
  assert.equal(await nameOf(ann), 'ann');
});

test('a mailbox of ours that is removed under it is made again', async (t) => {
  const sandbox = await sandboxFor(t);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  await awake(ann);
  const bob = await OriginalAgent.start(sandbox, 'bob');
  // One rename takes all of it: nobody can make a part of it again meanwhile.
  renameSync(mailboxOf(sandbox, 'ann').dir, join(sandbox.dir, 'moved-away'));
  await until(() => existsSync(mailboxOf(sandbox, 'ann').inbox), 'an inbox made again');
  await bob.send('ann', 'into the new one');
  await ann.waitForMessage('into the new one');
});

test('an agent of ours that is away is known although its files were cleared away', async (t) => {
  const sandbox = await sandboxFor(t);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  for (const name of ['cat', 'dan']) {
    const agent = await attachAgent(sandbox, { name });
    await agent.close();
  }
  await until(async () => {
    const { text } = await ann.call('list_agents');
    return text.includes('cat: away') && text.includes('dan: away');
  }, 'both away');
  await ann.call('send', { to: 'dan', text: 'this keeps your mailbox' });
  await OriginalAgent.start(sandbox, 'bob');
  assert.ok(!existsSync(mailboxOf(sandbox, 'cat').dir), 'an empty mailbox goes');
  assert.equal(listInbox(sandbox, 'dan').length, 1, 'mail stays');
  for (const name of ['cat', 'dan']) {
    assert.ok(!existsSync(heartbeatPath(sandbox.root, name)), 'heartbeats go');
    assert.match((await ann.call('list_agents')).text, new RegExp(`^- ${name}: away`, 'm'));
    const sent = await ann.call('send', { to: name, text: 'are you back?' });
    assert.match(sent.text, new RegExp(`waiting: ${name} is away`));
    const back = await attachAgent(sandbox, { name });
    await drainInbox(back);
    assert.match(back.lines.join('\n'), /are you back\?/);
  }
});

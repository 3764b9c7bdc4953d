import assert from 'node:assert/strict';
import { existsSync, mkdirSync, renameSync, rmSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { callDaemon } from '../../../protocol/control.js';
import { attachAgent, awake, type Agent } from '../../support/agents.js';
import { until } from '../../support/events.js';
import { dropMessage, listInbox, mailboxOf } from '../../support/files.js';
import type { Sandbox } from '../../support/sandbox.js';
import { pushedIds, sandboxFor } from './support/inbox.js';

/** No round comes to help within the test. */
const NO_ROUNDS = { CC2CC_ROUND_MS: '10000' };

async function attachBen(sandbox: Sandbox): Promise<Agent> {
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await awake(ben);
  return ben;
}

async function dropAndWait(sandbox: Sandbox, ben: Agent): Promise<void> {
  const id = dropMessage(sandbox, 'ben');
  await ben.waitForMessage(({ meta }) => meta['msg_id'] === id);
}

test('the doorbell alone finds what is dropped, one by one and in bursts', async (t) => {
  const sandbox = sandboxFor(t, NO_ROUNDS);
  const ben = await attachBen(sandbox);
  for (let i = 0; i < 20; i += 1) await dropAndWait(sandbox, ben);
  const burst = Array.from({ length: 30 }, () => dropMessage(sandbox, 'ben'));
  await until(() => burst.every((id) => pushedIds(ben).includes(id)), 'the burst');
  assert.equal(new Set(pushedIds(ben)).size, 50);
  assert.equal(pushedIds(ben).length, 50);
});

test('an inbox that is removed is made again, and the doorbell rings for the new one', async (t) => {
  const sandbox = sandboxFor(t, NO_ROUNDS);
  const ben = await attachBen(sandbox);
  const { inbox } = mailboxOf(sandbox, 'ben');
  for (let i = 0; i < 5; i += 1) {
    rmdirSync(inbox);
    await until(() => existsSync(inbox), 'an inbox made again');
    await dropAndWait(sandbox, ben);
    await dropAndWait(sandbox, ben);
    await ben.call('check_inbox'); // moves them to done/
    await until(() => listInbox(sandbox, 'ben').length === 0, 'an empty inbox');
  }
  const { watcher } = await callDaemon(sandbox.hostPaths(), 'status', {});
  assert.equal(watcher.missed, 0);
  assert.ok(watcher.ok);
});

test('an inbox that is removed and made anew at once loses nothing', async (t) => {
  const sandbox = sandboxFor(t, { CC2CC_ROUND_MS: '100' });
  const ben = await attachBen(sandbox);
  const { inbox } = mailboxOf(sandbox, 'ben');
  for (let i = 0; i < 10; i += 1) {
    rmSync(inbox, { recursive: true });
    mkdirSync(inbox, { recursive: true });
    const ids = [dropMessage(sandbox, 'ben'), dropMessage(sandbox, 'ben')];
    await until(() => ids.every((id) => pushedIds(ben).includes(id)), `both of turn ${i}`);
  }
  assert.equal(pushedIds(ben).length, 20);
});

test('an inbox that is moved away, or a whole mailbox that is removed, is found anew', async (t) => {
  const sandbox = sandboxFor(t, { CC2CC_ROUND_MS: '100' });
  const ben = await attachBen(sandbox);
  const { dir, inbox } = mailboxOf(sandbox, 'ben');
  renameSync(inbox, join(sandbox.dir, 'moved-away'));
  await dropAndWait(sandbox, ben);
  // One rename takes all of it: nobody can make a part of it again meanwhile.
  renameSync(dir, join(sandbox.dir, 'all-moved-away'));
  await dropAndWait(sandbox, ben);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  await ann.call('send', { to: 'ben', text: 'by the daemon' });
  await ben.waitForMessage('by the daemon');
  assert.equal(new Set(pushedIds(ben)).size, pushedIds(ben).length);
});

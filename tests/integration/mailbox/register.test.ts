import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { currentName, registryOf } from '../../../mail/directory.js';
import { callDaemon } from '../../../protocol/control.js';
import { attachAgent, awake, nameOf, startShim } from '../../support/agents.js';
import { startDaemon } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { dropMessage, listDone, listInbox, mailboxOf } from '../../support/files.js';
import { drainInbox, idsIn, pushedIds, sandboxFor } from './support/inbox.js';

test('waiting mail moves along, and mail for the old name follows', async (t) => {
  const sandbox = sandboxFor(t, { CC2CC_ROUND_MS: '50' });
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await awake(ben);
  await ann.call('send', { to: 'ben', text: 'before' });
  await ben.waitForMessage('before');
  const renamed = await ben.call('register', { name: 'backend' });
  assert.match(renamed.text, /^You were "ben" and are "backend" now/);
  assert.equal(await nameOf(ben), 'backend');
  await ann.waitForMessage('ben is now called backend');
  assert.equal(listInbox(sandbox, 'backend').length, 1);
  assert.deepEqual(listInbox(sandbox, 'ben'), []);

  const old = await ann.call('send', { to: 'ben', text: 'by the old name' });
  assert.match(old.text, /\(ben is called backend now\): handed to backend's session/);
  await ben.waitForMessage('by the old name');
  const id = dropMessage(sandbox, 'backend', { text: 'dropped for the new one' });
  await ben.waitForMessage('dropped for the new one');
  assert.match((await ann.call('list_agents')).text, /- backend: online/);
  assert.doesNotMatch((await ann.call('list_agents')).text, /- ben:/);
  // Who knows only the folders writes to the old one.
  dropMessage(sandbox, 'ben', { text: 'dropped for the old one' });
  await ben.waitForMessage('dropped for the old one');

  // Four were pushed; none of them comes a second time.
  assert.equal(pushedIds(ben).length, 4);
  await ben.call('reply', { msg_id: id, text: 'seen' });
  await until(() => listDone(sandbox, 'backend').length === 4, 'four in done/');
  assert.deepEqual(await drainInbox(ben), []);
});

test('a chain of names and the way back', async (t) => {
  const sandbox = sandboxFor(t);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'one' });
  await awake(ben);
  for (const name of ['two', 'three']) await ben.call('register', { name });
  await ann.call('send', { to: 'one', text: 'for the first name' });
  await ben.waitForMessage('for the first name');
  assert.match((await ben.call('register', { name: 'one' })).text, /are "one" now/);
  assert.match((await ben.call('register', { name: 'one' })).text, /You are "one" already/);
  for (const to of ['one', 'two', 'three']) {
    await ann.call('send', { to, text: `back again, ${to}` });
    await ben.waitForMessage(`back again, ${to}`);
  }
  assert.equal(new Set(pushedIds(ben)).size, 4);
});

test('a name that somebody bears, or that is none, is refused; nothing changes', async (t) => {
  const sandbox = sandboxFor(t);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await Promise.all([awake(ann), awake(ben)]);
  const taken = await ben.call('register', { name: 'ann' });
  assert.ok(taken.isError);
  assert.match(taken.text, /"ann" is taken .*You are still ben/);
  for (const name of ['Ben', '../x', '-x', '', 'x'.repeat(32)]) {
    const refused = await ben.call('register', { name });
    assert.ok(refused.isError, name);
    assert.match(refused.text, /not a possible name/);
  }
  assert.equal(await nameOf(ben), 'ben');
  await ann.call('send', { to: 'ben', text: 'still ben' });
  await ben.waitForMessage('still ben');
  await ben.call('send', { to: 'ann', text: 'still ann' });
  await ann.waitForMessage('still ann');
});

test('a name with waiting mail is taken over with it', async (t) => {
  const sandbox = sandboxFor(t);
  const ids = ['one', 'two'].map((text) => dropMessage(sandbox, 'deploy-bot', { text }));
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await awake(ben);
  const own = dropMessage(sandbox, 'ben', { text: 'own' });
  await ben.waitForMessage('own');
  await ben.call('register', { name: 'deploy-bot' });
  await ben.waitForMessage('two');
  assert.deepEqual(pushedIds(ben), [own, ...ids]);
  assert.equal(listInbox(sandbox, 'deploy-bot').length, 3);
});

test('on the tool lane, waiting mail of both names rides on results, once', async (t) => {
  const sandbox = sandboxFor(t);
  const ben = await attachAgent(sandbox, { name: 'ben', lanes: 'tool' });
  const waiting = [
    dropMessage(sandbox, 'ben', { text: 'own' }),
    dropMessage(sandbox, 'bot', { text: 'of the other name' }),
  ];
  const got = idsIn(await ben.call('register', { name: 'bot' }));
  got.push(...(await drainInbox(ben)));
  assert.deepEqual(got.sort(), waiting.sort());
});

test('a file in the inbox whose name is no text does not keep an agent from its new name', async (t) => {
  if (process.platform !== 'linux') {
    t.skip('only Linux lets a file name be any bytes');
    return;
  }
  const sandbox = sandboxFor(t);
  const ben = await attachAgent(sandbox, { name: 'ben', lanes: 'tool' });
  const { inbox } = mailboxOf(sandbox, 'ben');
  const odd = Buffer.concat([
    Buffer.from(`${inbox}/`),
    Buffer.of(0xff, 0xfe),
    Buffer.from('.json'),
  ]);
  writeFileSync(odd, 'x');
  const waiting = dropMessage(sandbox, 'ben', { text: 'beside it' });
  const result = await ben.call('register', { name: 'bot' });
  assert.match(result.text, /are "bot" now/);
  const got = [...idsIn(result), ...(await drainInbox(ben))];
  assert.deepEqual(got, [waiting]);
  assert.ok(existsSync(odd));
});

test('the wish for a name that is taken is granted with a number', async (t) => {
  const sandbox = sandboxFor(t);
  const names: string[] = [];
  for (let i = 0; i < 3; i += 1) names.push((await attachAgent(sandbox, { name: 'api' })).name);
  assert.deepEqual(names, ['api', 'api-2', 'api-3']);
});

test('a former name that is borne again is nobody else’s, also if the daemon dies at once', async (t) => {
  const sandbox = sandboxFor(t);
  await startDaemon(sandbox);
  const ben = await attachAgent(sandbox, { name: 'ben' });
  await ben.call('register', { name: 'bob' });
  // It has said nothing yet, so nothing has been written that can wait.
  startShim(sandbox, { name: 'ben', env: { CC2CC_NO_LAUNCH: '1' } });
  await until(async () => {
    const { agents } = await callDaemon(sandbox.hostPaths(), 'status', {});
    return agents.some(({ name, where }) => name === 'ben' && where === 'here');
  }, 'the new ben');
  // Whoever asks the files, as the next daemon does before he is back.
  assert.equal(currentName(registryOf(sandbox.root), 'ben'), 'ben');
});

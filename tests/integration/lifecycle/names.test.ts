/** Who gets which name, and who keeps it. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { TOOLS } from '../../../daemon/mcp/tools/index.js';
import { heartbeatNames } from '../../../protocol/heartbeat.js';
import { attachAgent, awake, nameOf, startShim } from '../../support/agents.js';
import { signal } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { dropMessage, listInbox } from '../../support/files.js';
import { type Sandbox, makeSandbox, sandboxFor } from '../../support/sandbox.js';
import { acceptedId, freshIds, statusOf } from './support.js';

async function gone(sandbox: Sandbox, name: string): Promise<void> {
  await until(async () => {
    const { agents } = await statusOf(sandbox);
    return !agents.some((agent) => agent.name === name && agent.status === 'online');
  }, `${name} away`);
}

test('a wished name is granted; the next who wishes it gets a variant', async (t) => {
  const sandbox = sandboxFor(t);
  const names: string[] = [];
  for (const env of [
    { CC2CC_NAME: 'backend' },
    { SELF: 'backend' },
    { CC2CC_NAME: 'backend', SELF: 'ignored' },
    { SELF: 'frontend' },
    { CC2CC_NAME: '', SELF: 'reviewer' },
  ]) {
    names.push((await attachAgent(sandbox, { env })).name);
  }
  assert.deepEqual(names, ['backend', 'backend-2', 'backend-3', 'frontend', 'reviewer']);
});

test('without a wish, or with one that breaks the rule, it is an adjective and an animal', async (t) => {
  const sandbox = sandboxFor(t);
  for (const wish of [undefined, '../../etc', 'Upper', '-dash', 'x'.repeat(100), 'ä']) {
    const { name } = await attachAgent(sandbox, wish === undefined ? {} : { name: wish });
    assert.match(name, /^[a-z]+-[a-z]+$/, wish);
  }
  const odd = readdirSync(sandbox.root).filter(
    (file) => !/^(?:to-[a-z]+-[a-z]+|[a-z]+|secret\.key|format\.json)$/.test(file),
  );
  assert.deepEqual(odd, []);
});

test('a resumed session has its name and its waiting mail', async (t) => {
  const sandbox = sandboxFor(t);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const first = await attachAgent(sandbox);
  await awake(first);
  const { name, sessionId } = first;
  await first.close();
  await gone(sandbox, name);
  const sent = await ann.call('send', { to: name, text: 'while you were away' });
  const ids = [acceptedId(sent), dropMessage(sandbox, name, { text: 'and this' })];
  assert.match(sent.text, new RegExp(`${name} is away`));
  // Somebody else in between does not get the name, whatever the dice say.
  assert.notEqual((await attachAgent(sandbox)).name, name);
  const second = await attachAgent(sandbox, { sessionId, name: 'another-wish' });
  assert.equal(second.name, name);
  // Pushed, or on the result of the first call, where that comes before pushes can.
  await until(() => freshIds(second).length >= ids.length, 'the waiting mail');
  assert.deepEqual(freshIds(second), ids);
});

test('`/mcp reconnect` while the old shim hangs: the new one takes the name over', async (t) => {
  if (process.platform === 'win32') return t.skip('Windows cannot stop a process');
  const sandbox = sandboxFor(t);
  const ann = await attachAgent(sandbox, { name: 'ann' });
  const hung = await attachAgent(sandbox, { name: 'ben' });
  await awake(hung);
  signal(hung.pid!, 'SIGSTOP');
  const fresh = await attachAgent(sandbox, { name: 'ben', sessionId: hung.sessionId });
  assert.equal(fresh.name, 'ben');
  await ann.call('send', { to: 'ben', text: 'are you there?' });
  await fresh.waitForMessage('are you there?');
  const { agents } = await statusOf(sandbox);
  assert.deepEqual(agents.map(({ name }) => name).sort(), ['ann', 'ben']);
  await hung.kill('SIGKILL');
  assert.equal(await nameOf(fresh), 'ben');
});

test('another session with the same wish does not take a name over', async (t) => {
  const sandbox = sandboxFor(t);
  const first = await attachAgent(sandbox, { name: 'ben' });
  const second = await attachAgent(sandbox, { name: 'ben', sessionId: randomUUID() });
  assert.deepEqual([first.name, second.name], ['ben', 'ben-2']);
  assert.equal(await nameOf(first), 'ben');
});

test('a health check gets its answers and is nobody; who calls a tool is somebody', async (t) => {
  const sandbox = sandboxFor(t);
  const witness = await attachAgent(sandbox, { name: 'witness' });
  await awake(witness);
  const env = { CLAUDE_CODE_ENTRYPOINT: 'sdk-cli' };
  const check = startShim(sandbox, { name: 'checker', env });
  const { server, tools } = await check.initialize();
  assert.equal((server['serverInfo'] as { name: string }).name, 'cc2cc');
  assert.equal(tools.length, TOOLS.length);
  const { agents } = await statusOf(sandbox);
  assert.deepEqual(
    agents.map(({ name }) => name),
    ['witness'],
  );
  assert.deepEqual(heartbeatNames(sandbox.root), ['witness']);
  const mailboxes = (): string[] =>
    readdirSync(sandbox.root).filter((name) => name.startsWith('to-'));
  assert.deepEqual(mailboxes(), ['to-witness']);
  const { text } = await witness.call('list_agents');
  assert.match(text, /No other agent/);

  acceptedId(await check.call('send', { to: 'witness', text: 'I am here' }));
  const push = await witness.waitForMessage('I am here');
  assert.equal(push.meta['from'], 'checker');
  assert.deepEqual(mailboxes(), ['to-checker', 'to-witness']);
  assert.deepEqual(heartbeatNames(sandbox.root).sort(), ['checker', 'witness']);
});

test('a live session whose client has an inbox of its own is somebody, also from the SDK', async (t) => {
  const sandbox = sandboxFor(t);
  const env = { CLAUDE_CODE_ENTRYPOINT: 'sdk-cli', CLAUDE_CODE_MESSAGING_SOCKET: '/nowhere.sock' };
  const shim = startShim(sandbox, { name: 'live', env });
  await shim.initialize();
  await awake(shim);
  assert.deepEqual(
    (await statusOf(sandbox)).agents.map(({ name }) => name),
    ['live'],
  );
});

test('daemons of two hosts on one root: names are unique among all, and mail goes across', async (t) => {
  const here = makeSandbox({ CC2CC_HOST: 'host-a', CC2CC_ROUND_MS: '100' });
  const there = makeSandbox({
    CC2CC_HOST: 'host-b',
    CC2CC_ROUND_MS: '100',
    CC2CC_BRIDGE_DIR: here.root,
  });
  t.after(async () => {
    await there.cleanup(); // first: its daemon writes into the other's folder
    await here.cleanup();
  });
  const started = [
    await attachAgent(here, { name: 'ann' }),
    await attachAgent(there, { name: 'ben' }),
  ];
  const [ann, ben] = [started[0]!, started[1]!];
  await Promise.all(started.map((agent) => awake(agent)));
  const pids = [(await statusOf(here)).pid, (await statusOf(there)).pid];
  assert.notEqual(pids[0], pids[1], 'two daemons');

  const both = [here, there, here, there, here, there];
  const rivals = await Promise.all(both.map((host) => attachAgent(host, { name: 'worker' })));
  const names = rivals.map(({ name }) => name);
  assert.equal(new Set(names).size, rivals.length, names.join());
  assert.ok(
    names.every((name) => /^worker(?:-\d)?$/.test(name)),
    names.join(),
  );

  assert.match((await ann.call('list_agents')).text, /- ben: online/);
  const sent = await ann.call('send', { to: 'ben', text: 'from afar' });
  assert.match(sent.text, /attached elsewhere/);
  const push = await ben.waitForMessage('from afar');
  assert.deepEqual([push.meta['from'], push.meta['msg_id']], ['ann', acceptedId(sent)]);
  const reply = await ben.call('reply', { msg_id: acceptedId(sent), text: 'and back' });
  assert.equal(reply.isError, false, reply.text);
  await ann.waitForMessage('and back');
  await until(() => listInbox(here, 'ben').length === 0, 'the answered message in done/');
});

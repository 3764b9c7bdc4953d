/**
 * A client that starts us twice, as a registered server and as the plugin's: one of the two is the agent.
 * The tests' own process is the client of both.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attachAgent, awake, nameOf, startShim } from '../../support/agents.js';
import { cli } from '../../support/cli.js';
import { daemonPid, signal } from '../../support/daemon.js';
import { until } from '../../support/events.js';
import { sandboxFor, type Sandbox } from '../../support/sandbox.js';
import type { McpClient } from '../../../scripts/mcp-client.js';
import { statusOf } from './support.js';

const PLUGIN = ['--of-plugin'];
const CHANGED = 'notifications/tools/list_changed';
/** Longer than one that stands by waits for the other, on a machine that is busy. */
const TAKE_OVER_MS = 20_000;

async function agentsOf(sandbox: Sandbox): Promise<string[]> {
  const { agents } = await statusOf(sandbox);
  return agents.filter(({ status }) => status !== 'offline').map(({ name }) => name);
}

async function toolsOf(client: McpClient): Promise<number> {
  const { tools } = await client.request('tools/list');
  return (tools as unknown[]).length;
}

function toolsChanged(client: McpClient): Promise<unknown> {
  return client.waitFor(({ method }) => method === CHANGED, CHANGED, TAKE_OVER_MS);
}

/** Whether it answers a call as the agent, or says why not. */
async function standsBy(client: McpClient): Promise<boolean> {
  const { text, isError } = await client.call('whoami');
  if (isError) assert.match(text, /has cc2cc twice, and this one stands by/);
  return isError;
}

test('the plugin alone is an agent like any other', async (t) => {
  const sandbox = sandboxFor(t);
  const plugin = await attachAgent(sandbox, { name: 'ann', args: PLUGIN });
  assert.equal(plugin.name, 'ann');
  assert.ok((await toolsOf(plugin)) > 10);
});

test('beside a registered server the plugin stands by: no tools, no name', async (t) => {
  const sandbox = sandboxFor(t);
  const sessionId = 'one';
  const registered = await attachAgent(sandbox, { name: 'ann', sessionId });
  const plugin = startShim(sandbox, { name: 'ann', sessionId, args: PLUGIN });
  const { server, tools } = await plugin.initialize();
  assert.equal(tools.length, 0);
  assert.equal(server['instructions'], undefined);
  assert.ok(await standsBy(plugin));
  assert.deepEqual(await agentsOf(sandbox), ['ann']);
  assert.equal(await nameOf(registered), 'ann');
});

test('the registered one is the agent also when it comes last, under the name given', async (t) => {
  const sandbox = sandboxFor(t);
  const sessionId = 'one';
  const plugin = await attachAgent(sandbox, { sessionId, args: PLUGIN });
  const changed = toolsChanged(plugin);
  const registered = await attachAgent(sandbox, { sessionId });
  assert.equal(registered.name, plugin.name);
  await changed;
  assert.equal(await toolsOf(plugin), 0);
  assert.ok(await standsBy(plugin));
  assert.deepEqual(await agentsOf(sandbox), [plugin.name]);
});

test('messages come once, and by the one that is the agent', async (t) => {
  const sandbox = sandboxFor(t);
  const plugin = await attachAgent(sandbox, { name: 'ann', sessionId: 'one', args: PLUGIN });
  const registered = await attachAgent(sandbox, { name: 'ann', sessionId: 'one' });
  await awake(registered);
  await cli(sandbox, ['send', 'ann', 'to one of two', '--from', 'ben']);
  await registered.waitForMessage('to one of two');
  await cli(sandbox, ['send', 'ann', 'and again', '--from', 'ben']);
  await registered.waitForMessage('and again');
  assert.ok(!plugin.channel.some(({ content }) => /to one of two|and again/.test(content)));
});

test('when the agent goes, the one that stands by takes its place', async (t) => {
  const sandbox = sandboxFor(t);
  const registered = await attachAgent(sandbox, { sessionId: 'one' });
  const plugin = startShim(sandbox, { sessionId: 'one', args: PLUGIN });
  await plugin.initialize();
  const changed = toolsChanged(plugin);
  await registered.close();
  await cli(sandbox, ['send', registered.name, 'nobody there', '--from', 'ben']);
  await changed;
  assert.ok((await toolsOf(plugin)) > 10);
  await plugin.waitForMessage('nobody there');
  assert.equal(await nameOf(plugin), registered.name);
});

test('a call to the one that stands by takes over at once where the other is gone', async (t) => {
  const sandbox = sandboxFor(t);
  const registered = await attachAgent(sandbox, { sessionId: 'one' });
  const plugin = startShim(sandbox, { sessionId: 'one', args: PLUGIN });
  await plugin.initialize();
  await registered.close();
  await until(async () => (await agentsOf(sandbox)).length === 0, 'end of the agent');
  assert.equal(await nameOf(plugin), registered.name);
});

test('a reconnect of the agent leaves the other one standing by', async (t) => {
  const sandbox = sandboxFor(t);
  const before = await attachAgent(sandbox, { sessionId: 'one' });
  const plugin = startShim(sandbox, { sessionId: 'one', args: PLUGIN });
  await plugin.initialize();
  const [after] = await Promise.all([attachAgent(sandbox, { sessionId: 'one' }), before.close()]);
  assert.equal(after.name, before.name);
  assert.ok(await standsBy(plugin));
  await after.close(); // and now one after the other
  const again = await attachAgent(sandbox, { sessionId: 'one' });
  assert.equal(again.name, before.name);
  assert.ok(await standsBy(plugin));
  assert.deepEqual(await agentsOf(sandbox), [before.name]);
});

test('after a crash of the daemon the roles are the same, whoever comes back first', async (t) => {
  const sandbox = sandboxFor(t);
  const registered = await attachAgent(sandbox, { sessionId: 'one' });
  const plugin = startShim(sandbox, { sessionId: 'one', args: PLUGIN });
  await plugin.initialize();
  for (const late of [registered, plugin]) {
    const pid = daemonPid(sandbox)!;
    process.kill(late.pid!, 'SIGSTOP'); // ours: our child lives
    signal(pid, 'SIGKILL');
    await until(() => ![undefined, pid].includes(daemonPid(sandbox)), 'the next daemon', 20_000);
    process.kill(late.pid!, 'SIGCONT');
    assert.equal(await nameOf(registered), registered.name);
    assert.ok(await standsBy(plugin));
    assert.deepEqual(await agentsOf(sandbox), [registered.name]);
  }
});

import assert from 'node:assert/strict';
import { heartbeatNames } from '../../protocol/heartbeat.js';
import { daemonPid, daemonPids, signal } from '../support/daemon.js';
import { until } from '../support/events.js';
import { dropMessage } from '../support/files.js';
import { claudeTest, type World } from './support/world.js';

claudeTest('a daemon that was killed is back with the next call', async ({ start, sandbox }) => {
  const ann = await start('ann');
  const killed = daemonPid(sandbox)!;
  signal(killed, 'SIGKILL');
  await until(() => !daemonPids(sandbox).includes(killed), 'end of the daemon');
  const { text, isError } = await ann.call('list_agents');
  assert.deepEqual([isError, text], [false, 'You are "ann". No other agent has been here yet.']);
  assert.notEqual(daemonPid(sandbox), killed);
});

claudeTest('claude mcp list sees a server and makes no agent', async ({ start, run, sandbox }) => {
  await start('ann');
  const { code, stdout } = await run('ben', ['mcp', 'list']);
  assert.match(stdout, /^cc2cc: .*Connected$/m);
  assert.equal(code, 0);
  assert.deepEqual(heartbeatNames(sandbox.root), ['ann']); // nor was there one for a moment
});

/** Nobody is online and no shim is left. */
async function isEmpty({ online, shims }: World): Promise<boolean> {
  return shims().length === 0 && (await online()).length === 0;
}

claudeTest('/exit leaves nobody online and no process', async (world) => {
  const ann = await world.start('ann');
  assert.deepEqual(await world.online(), ['ann']);
  await ann.exit();
  await until(() => isEmpty(world), 'empty world');
});

claudeTest('a client that is killed leaves nobody online and no process', async (world) => {
  const ann = await world.start('ann');
  assert.equal(world.shims().length, 1);
  await ann.kill('SIGKILL');
  await until(() => isEmpty(world), 'empty world');
});

claudeTest('a session that is continued has its name and its mail', async ({ start, sandbox }) => {
  const unnamed = { env: { CC2CC_NAME: undefined } };
  const before = await start('ann', unnamed);
  await before.call('list_agents'); // a conversation that can be continued
  await before.exit();
  dropMessage(sandbox, before.agent, { text: 'while you were away' });
  const after = await start('ann', { ...unnamed, args: ['--continue'] });
  assert.equal(after.agent, before.agent);
  await after.model.given(/^> while you were away$/m);
});

claudeTest('/mcp reconnect keeps the name and the mail', async (world) => {
  const ann = await world.start('ann', { env: { CC2CC_NAME: undefined } });
  const name = ann.agent;
  const [shim] = world.shims();
  await ann.type('/mcp reconnect cc2cc');
  dropMessage(world.sandbox, name, { text: 'during the reconnect' });
  await ann.shows(/Reconnected to cc2cc/);
  await ann.ready();
  await ann.model.given(/^> during the reconnect$/m);
  assert.deepEqual([ann.agent, await world.online()], [name, [name]]);
  assert.notDeepEqual(world.shims(), [shim]);
});

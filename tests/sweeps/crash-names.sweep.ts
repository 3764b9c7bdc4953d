/** Killed while a name is claimed, changed, or shown to be alive. */
import assert from 'node:assert/strict';
import { readHeartbeat } from '../../protocol/heartbeat.js';
import type { RecordedAgent } from '../history/record-agent.js';
import { nameOf } from '../support/agents.js';
import { until } from '../support/events.js';
import { crashSweep } from './support/sweep.js';
import type { World } from './support/world.js';

crashSweep<{ ann?: RecordedAgent }>({
  name: 'claim of a name, the daemon is killed',
  victim: 'daemon',
  prepare: async (world) => {
    await world.daemon();
    return {};
  },
  act: async (world, given) => {
    given.ann = await world.session('ann');
  },
  recover: async (world, { ann }) => {
    assert.ok(ann);
    assert.equal(ann.name, 'ann');
    assert.equal(await nameOf(ann.client), 'ann');
    await ann.close();
    const again = await world.session('ann');
    assert.equal(again.name, 'ann', 'the name can be claimed again');
  },
});

crashSweep({
  name: 'claim of a name, the shim is killed',
  victim: 'shim',
  every: 2, // the start for a session, in crash-daemon
  from: 1,
  prepare: async (world) => {
    await world.daemon();
  },
  act: async (world) => {
    await world.session('ann', { victim: true }).catch(() => undefined); // that of the victim
  },
  recover: async (world) => {
    const ann = await world.session('ann', { env: { CC2CC_NAME: 'ann' } });
    assert.equal(ann.name, world.struck ? 'ann' : 'ann-2');
  },
});

interface Renamed {
  ann: RecordedAgent;
  ben: RecordedAgent;
}

/** Ann has seen one message, and another one waits for her. */
async function known(world: World, victim?: 'ann'): Promise<Renamed> {
  await world.daemon();
  const ben = await world.session('ben', { lanes: 'tool' });
  const ann = await world.session('ann', { lanes: 'tool', victim: victim === 'ann' });
  await ben.send('ann', 'one');
  await ann.call('check_inbox');
  await ben.send('ann', 'two');
  return { ann, ben };
}

async function stillHers(world: World, ann: RecordedAgent, ben: RecordedAgent): Promise<void> {
  // Whoever knew the old name, and whoever knows the new one.
  for (const name of ['ann', await nameOf(ann.client)]) {
    const sent = await ben.send(name, `to ${name}`);
    assert.equal(sent.outcome, 'accepted', sent.text);
  }
  await world.drain(ann);
}

crashSweep<Renamed>({
  name: 'rename, the daemon is killed',
  victim: 'daemon',
  every: 2, // that in which the shim dies too
  prepare: known,
  act: async (_, { ann }) => {
    await ann.register('zoe');
  },
  recover: async (world, { ann, ben }) => {
    assert.equal(await nameOf(ann.client), 'zoe');
    await stillHers(world, ann, ben);
  },
});

crashSweep<Renamed>({
  name: 'rename, the shim is killed',
  victim: 'shim',
  prepare: (world) => known(world, 'ann'),
  act: async (_, { ann }) => {
    await ann.register('zoe').catch(() => undefined); // that of the victim
  },
  recover: async (world, { ann, ben }) => {
    if (!world.struck) return stillHers(world, ann, ben);
    // The same session of the client, with a new shim.
    const { sessionId } = ann.client;
    const again = await world.session('ann', { lanes: 'tool', sessionId });
    return stillHers(world, again, ben);
  },
});

crashSweep<Renamed>({
  name: 'rename, and daemon and shim are killed',
  victim: 'daemon',
  every: 2, // that in which the shim lives
  from: 1,
  prepare: known,
  act: async (world, { ann }) => {
    const call = ann.register('zoe');
    await until(
      async () => world.struck || (await Promise.race([call.then(() => true), pause()])),
      'end of the rename',
      20_000,
    );
    if (world.struck) await ann.kill();
    await call.catch(() => undefined);
  },
  recover: async (world, { ann, ben }) => {
    if (!world.struck) return stillHers(world, ann, ben);
    const { sessionId } = ann.client;
    const again = await world.session('ann', { lanes: 'tool', sessionId });
    return stillHers(world, again, ben);
  },
});

function pause(): Promise<false> {
  return new Promise((resolve) => setImmediate(() => resolve(false)));
}

crashSweep<RecordedAgent>({
  name: 'heartbeat',
  victim: 'daemon',
  settings: { CC2CC_ROUND_MS: '50' },
  calls: 8,
  prepare: async (world) => {
    await world.daemon();
    return world.session('ann');
  },
  act: async (world) => {
    await until(() => world.struck || world.calls().length > 16, 'some heartbeats', 20_000);
  },
  recover: async (world, ann) => {
    assert.ok(readHeartbeat(world.root, 'ann'), 'the heartbeat can be read');
    assert.equal(await nameOf(ann.client), 'ann');
  },
});

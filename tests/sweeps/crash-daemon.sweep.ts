/** Killed while a daemon starts, leaves, or is replaced. */
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { RpcError } from '../../scripts/mcp-client.js';
import type { RecordedAgent } from '../history/record-agent.js';
import { dropRecorded } from '../history/record-file.js';
import { makeBuild } from '../support/build.js';
import { makeSandbox } from '../support/sandbox.js';
import { crashSweep } from './support/sweep.js';
import type { World } from './support/world.js';

/** Somebody who is attached once a daemon runs, and whose message then arrives. */
async function works(world: World, ann: RecordedAgent | undefined): Promise<void> {
  assert.ok(ann);
  const ben = await world.session('ben', { lanes: 'tool' });
  const sent = await ann.send('ben', 'hello');
  assert.equal(sent.outcome, 'accepted', sent.text);
  await world.drain(ben);
  await world.drain(ann);
  assert.equal(world.daemons().length, 1, 'one daemon');
}

/** A client that is told that no daemon could be had, since it died, is asked to connect again. */
async function connected(world: World, name = 'ann'): Promise<RecordedAgent> {
  const options = { lanes: 'tool', victim: true };
  try {
    return await world.session(name, options);
  } catch (error) {
    if (!world.struck || !(error instanceof RpcError)) throw error;
    assert.match(error.message, /could not be started: it ended before it was ready/);
    return world.session(name, options);
  }
}

crashSweep<{ ann?: RecordedAgent }>({
  name: 'start of a daemon for a session, on a fresh root',
  victim: 'daemon',
  every: 2, // where one was killed, and the new one of a restart
  prepare: async () => ({}),
  act: async (world, given) => {
    given.ann = await connected(world); // a daemon that it starts is the victim
  },
  recover: (world, { ann }) => works(world, ann),
});

crashSweep<{ ann?: RecordedAgent }>({
  name: 'start of a daemon for a session, its shim is killed',
  victim: 'shim',
  every: 2, // the claim of a name, in crash-names
  prepare: async () => ({}),
  act: async (world, given) => {
    await world
      .session('ann', { victim: true })
      .then((ann) => (given.ann = ann))
      .catch(() => undefined); // that of the victim
  },
  recover: async (world, { ann }) => {
    await works(world, world.struck ? await world.session('ann') : ann);
  },
});

crashSweep<{ ann?: RecordedAgent }>({
  name: 'start of a daemon where one was killed',
  victim: 'daemon',
  every: 4, // that on a fresh root
  from: 1,
  prepare: async (world) => {
    const first = await world.daemon({ victim: false });
    const ann = await world.session('ann', { lanes: 'tool', env: { CC2CC_NO_LAUNCH: '1' } });
    const ben = await world.session('ben', { lanes: 'tool', env: { CC2CC_NO_LAUNCH: '1' } });
    await ben.send('ann', 'one');
    await ann.call('check_inbox');
    await ben.send('ann', 'two');
    await ann.close();
    await ben.close();
    await first.kill('SIGKILL');
    dropRecorded(world.history, world.sandbox, 'script', 'ann', { text: 'by hand' });
    return {};
  },
  act: async (world, given) => {
    given.ann = await connected(world);
  },
  recover: (world, { ann }) => works(world, ann),
});

/** A daemon with a session. */
async function running(world: World, program?: string): Promise<RecordedAgent> {
  await world.daemon({ ...(program !== undefined && { program }) });
  const ann = await world.session('ann', { lanes: 'tool' });
  dropRecorded(world.history, world.sandbox, 'script', 'ann', { text: 'by hand' });
  return ann;
}

crashSweep<RecordedAgent>({
  name: 'restart, the old daemon is killed',
  victim: 'daemon',
  prepare: running,
  act: async (world) => {
    await world.daemonCommand(['restart']);
  },
  recover: works,
});

crashSweep<RecordedAgent>({
  name: 'restart, the new daemon is killed',
  victim: 'daemon',
  every: 4, // the start on a fresh root
  from: 3,
  prepare: async (world) => {
    await world.daemon({ victim: false });
    return world.session('ann', { lanes: 'tool' });
  },
  act: async (world) => {
    await world.daemonCommand(['restart'], true);
  },
  recover: works,
});

crashSweep<RecordedAgent>({
  name: 'restart, the command is killed',
  victim: 'daemon-command',
  every: 2, // between its calls it waits for a daemon
  prepare: running,
  act: async (world) => {
    await world.daemonCommand(['restart'], true);
  },
  recover: works,
});

const elsewhere = makeSandbox();
after(() => elsewhere.cleanup());
const old = makeBuild(elsewhere, '0.0.1');

for (const [name, victim, ofOld] of [
  ['the old daemon', 'daemon', true],
  ['the new daemon', 'daemon', false],
  ['the newer shim', 'shim', false],
] as const) {
  crashSweep<{ ann: RecordedAgent; cat?: RecordedAgent }>({
    name: `replace by a newer one, ${name} is killed`,
    victim,
    every: 8, // the starts above, which cost half as much
    prepare: async (world) => {
      await world.daemon({ victim: ofOld, program: old.daemon });
      return { ann: await world.session('ann', { lanes: 'tool', shim: old.shim }) };
    },
    act: async (world, given) => {
      if (ofOld) given.cat = await world.session('cat', { lanes: 'tool' });
      else if (victim === 'daemon') given.cat = await connected(world, 'cat');
      // That of the victim may fail.
      else await world.session('cat', { victim: true }).catch(() => undefined);
    },
    recover: async (world, { ann }) => {
      await works(world, ann);
    },
  });
}

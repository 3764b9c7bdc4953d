/** Killed while a message is delivered. */
import assert from 'node:assert/strict';
import { ensureMailbox } from '../../mail/deliver.js';
import { dropRecorded } from '../history/record-file.js';
import { mailboxOf } from '../support/files.js';
import type { RecordedAgent } from '../history/record-agent.js';
import { crashSweep } from './support/sweep.js';
import type { World } from './support/world.js';

/** Somebody whose mail no session reads at this moment. */
async function ben(world: World): Promise<void> {
  ensureMailbox(mailboxOf(world.sandbox, 'ben'));
}

/** The next message goes through, and its recipient gets all that was accepted. */
async function goesOn(world: World): Promise<void> {
  const { code, stderr } = await world.command('ann', ['send', 'ben', 'and another']);
  assert.equal(code, 0, stderr);
  await world.drain(await world.session('ben'));
}

crashSweep({
  name: 'deliver by command, on a fresh root',
  victim: 'command',
  prepare: ben,
  act: async (world) => {
    await world.command('ann', ['send', 'ben', 'hello'], true);
  },
  recover: goesOn,
});

crashSweep({
  name: 'deliver by command, through a daemon',
  victim: 'command',
  prepare: async (world) => {
    await world.daemon();
    await ben(world);
  },
  act: async (world) => {
    await world.command('ann', ['send', 'ben', 'hello'], true);
  },
  recover: goesOn,
});

crashSweep({
  name: 'deliver by command, the daemon is killed',
  victim: 'daemon',
  prepare: async (world) => {
    await world.daemon();
    await ben(world);
  },
  act: async (world) => {
    await world.command('ann', ['send', 'ben', 'hello']);
  },
  recover: goesOn,
});

interface Pair {
  ann: RecordedAgent;
  ben: RecordedAgent;
}

async function pair(world: World, victim?: 'ann' | 'ben'): Promise<Pair> {
  await world.daemon();
  const [ann, other] = [
    await world.session('ann', { victim: victim === 'ann' }),
    await world.session('ben', { victim: victim === 'ben' }),
  ];
  return { ann, ben: other };
}

crashSweep<Pair>({
  name: 'deliver by a session, the daemon is killed',
  victim: 'daemon',
  prepare: pair,
  act: async (_, { ann }) => {
    await ann.send('ben', 'hello');
  },
  recover: async (world, { ann, ben: other }) => {
    const sent = await ann.send('ben', 'and another');
    assert.equal(sent.outcome, 'accepted', sent.text);
    await world.drain(other);
  },
});

crashSweep<Pair>({
  name: 'deliver by a session, its shim is killed',
  victim: 'shim',
  prepare: (world) => pair(world, 'ann'),
  act: async (_, { ann }) => {
    await ann.send('ben', 'hello');
  },
  recover: async (world, { ben: other }) => {
    const ann = await world.session('ann');
    const sent = await ann.send('ben', 'and another');
    assert.equal(sent.outcome, 'accepted', sent.text);
    await world.drain(other);
  },
});

crashSweep<Pair>({
  name: 'deliver to a session, its shim is killed',
  victim: 'shim',
  prepare: (world) => pair(world, 'ben'),
  act: async (world, { ann, ben: other }) => {
    await ann.send('ben', 'hello');
    await world.drain(other).catch(() => undefined); // that of the victim
  },
  recover: async (world, { ann }) => {
    const sent = await ann.send('ben', 'and another');
    assert.equal(sent.outcome, 'accepted', sent.text);
    await world.drain(await world.session('ben'));
  },
});

crashSweep<Pair>({
  name: 'take in a file, the daemon is killed',
  victim: 'daemon',
  prepare: pair,
  act: async (world, { ben: other }) => {
    const id = dropRecorded(world.history, world.sandbox, 'script', 'ben', { text: 'by hand' });
    await other.client.waitForMessage('by hand', 20_000);
    void id;
  },
  recover: async (world, { ben: other }) => {
    await world.drain(other);
  },
});

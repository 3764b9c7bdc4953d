/** Killed while messages are shown, end, and get their receipts. */
import assert from 'node:assert/strict';
import { ensureMailbox } from '../../mail/deliver.js';
import type { RecordedAgent } from '../history/record-agent.js';
import { dropRecorded } from '../history/record-file.js';
import { until } from '../support/events.js';
import { listDone, listInbox, mailboxOf } from '../support/files.js';
import { crashSweep } from './support/sweep.js';
import type { World } from './support/world.js';

interface Pair {
  ann: RecordedAgent;
  ben: RecordedAgent;
}

/** Two messages wait for ben, whom no lane wakes. */
async function waiting(world: World, victim?: 'ben'): Promise<Pair> {
  await world.daemon();
  const ann = await world.session('ann', { lanes: 'tool' });
  const ben = await world.session('ben', { lanes: 'tool', victim: victim === 'ben' });
  for (const text of ['one', 'two']) await ann.send('ben', text);
  return { ann, ben };
}

crashSweep<Pair>({
  name: 'seen by check_inbox, the daemon is killed',
  victim: 'daemon',
  prepare: waiting,
  act: async (_, { ben }) => {
    await ben.call('check_inbox');
  },
  recover: async (world, { ben }) => {
    await world.drain(ben);
  },
});

crashSweep<Pair>({
  name: 'seen by check_inbox, the shim is killed',
  victim: 'shim',
  prepare: (world) => waiting(world, 'ben'),
  act: async (_, { ben }) => {
    await ben.call('check_inbox').catch(() => undefined); // that of the victim
  },
  recover: async (world) => {
    await world.drain(await world.session('ben', { lanes: 'tool' }));
  },
});

crashSweep<Pair & { id: string }>({
  name: 'seen by a reply, the daemon is killed',
  victim: 'daemon',
  prepare: async (world) => {
    await world.daemon();
    const ann = await world.session('ann', { lanes: 'tool' });
    const ben = await world.session('ben');
    const sent = await ann.send('ben', 'one');
    assert.equal(sent.outcome, 'accepted', sent.text);
    await ben.client.waitForMessage('one');
    return { ann, ben, id: sent.ids[0] ?? '' };
  },
  act: async (_, { ben, id }) => {
    await ben.reply(id, 'yes');
  },
  recover: async (world, { ann, ben }) => {
    await world.drain(ben);
    await world.drain(ann);
  },
});

function two(world: World): void {
  for (const text of ['one', 'two']) {
    dropRecorded(world.history, world.sandbox, 'script', 'ben', { text });
  }
}

async function readAgain(world: World): Promise<void> {
  for (const _ of ['what waits', 'and nothing more']) {
    const { code, stderr } = await world.command('ben', ['receive', 'ben']);
    assert.equal(code, 0, stderr);
  }
}

crashSweep({
  name: 'seen by a command, without a daemon',
  victim: 'command',
  prepare: async (world) => two(world),
  act: async (world) => {
    await world.command('ben', ['receive', 'ben'], true);
  },
  recover: readAgain,
});

for (const victim of ['command', 'daemon'] as const) {
  crashSweep({
    name: `seen by a command, through a daemon, the ${victim} is killed`,
    victim,
    ...(victim === 'command' && { every: 2 }), // the one without a daemon
    prepare: async (world) => {
      await world.daemon();
      two(world);
    },
    act: async (world) => {
      await world.command('ben', ['receive', 'ben'], victim === 'command');
    },
    recover: readAgain,
  });
}

/** Soon looked for, and no sessions whose heartbeats would come in between. */
const SOON = { CC2CC_ROUND_MS: '200', CC2CC_SWEEP_MS: '200' };
const late = { ttl: 1, at: Date.now() - 60_000 };

/** All of it has ended, and its sender is told. */
async function expired(world: World, name: string): Promise<void> {
  await until(() => listInbox(world.sandbox, name).length === 0, 'empty inbox', 15_000);
  const notices = (): number =>
    listInbox(world.sandbox, 'ann').length + listDone(world.sandbox, 'ann').length;
  await until(() => notices() === 1, 'notice of the expiry', 15_000);
}

crashSweep({
  name: 'expire where no session reads',
  victim: 'daemon',
  settings: SOON,
  prepare: async (world) => {
    for (const name of ['ann', 'col']) ensureMailbox(mailboxOf(world.sandbox, name));
    await world.daemon();
  },
  act: async (world) => {
    dropRecorded(world.history, world.sandbox, 'ann', 'col', { text: 'too late', ...late });
    await until(
      () => world.struck || listDone(world.sandbox, 'col').length > 0,
      'end of the message',
      10_000,
    );
  },
  recover: async (world) => {
    const ann = await world.session('ann', { lanes: 'tool' });
    await expired(world, 'col');
    await world.drain(ann);
  },
});

crashSweep<RecordedAgent>({
  name: 'expire in the mailbox of a session',
  victim: 'daemon',
  settings: SOON,
  prepare: async (world) => {
    ensureMailbox(mailboxOf(world.sandbox, 'ann'));
    await world.daemon();
    return world.session('ben', { lanes: 'tool' });
  },
  act: async (world) => {
    dropRecorded(world.history, world.sandbox, 'ann', 'ben', { text: 'too late', ...late });
    await until(
      () => world.struck || listDone(world.sandbox, 'ben').length > 0,
      'end of the message',
      10_000,
    );
  },
  recover: async (world, ben) => {
    await world.drain(ben);
    await expired(world, 'ben');
  },
});

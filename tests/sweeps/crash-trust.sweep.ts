/** Killed while a person says who may write to whom, and decides on what is held. */
import assert from 'node:assert/strict';
import { ensureMailbox } from '../../mail/deliver.js';
import { reportMessage } from '../../mail/message-report.js';
import { readTrust, type TrustDocument } from '../../mail/trust.js';
import { rootPaths } from '../../protocol/paths.js';
import type { RecordedAgent } from '../history/record-agent.js';
import { dropRecorded } from '../history/record-file.js';
import { listInbox, listRejected, mailboxOf } from '../support/files.js';
import { crashSweep } from './support/sweep.js';
import type { World } from './support/world.js';

const HOLD = { CC2CC_NEW_SENDERS: 'hold' };

/** The file as everybody reads it. */
function lists({ root }: World): TrustDocument['agents'] {
  const file = readTrust(rootPaths(root).trust);
  if (file.kind === 'missing') return {};
  assert.equal(file.kind, 'read', 'trust.json is whole');
  return file.kind === 'read' ? file.value.agents : {};
}

async function does(world: World, ...args: string[]): Promise<void> {
  const { code, stderr } = await world.plain(args);
  assert.equal(code, 0, stderr);
}

crashSweep({
  name: 'trust, blocking who was allowed',
  victim: 'command',
  prepare: async (world) => {
    ensureMailbox(mailboxOf(world.sandbox, 'ben'));
    await does(world, 'trust', 'amy');
    await does(world, 'trust', 'eve', '--for', 'ben');
  },
  act: async (world) => {
    await world.plain(['block', 'eve', '--for', 'ben'], true);
  },
  recover: async (world) => {
    const amy = { allow: ['amy'], block: [], messages: [] };
    const before = { allow: ['eve'], block: [], messages: [] };
    const after = { allow: [], block: ['eve'], messages: [] };
    const { '*': all, ben } = lists(world);
    assert.deepEqual(all, amy);
    assert.deepEqual(ben, ben?.allow.length === 0 ? after : before, 'the old or the new');
    await does(world, 'block', 'eve', '--for', 'ben');
    assert.deepEqual(lists(world), { '*': amy, ben: after });
  },
});

interface Held {
  first: string;
  second: string;
  /** Where a session of his reads. */
  ben?: RecordedAgent;
}

/** Two messages of ann, whom nobody has approved, wait for ben, who is no session at this moment. */
async function held(world: World, withDaemon: boolean): Promise<Held> {
  for (const name of ['ann', 'ben']) ensureMailbox(mailboxOf(world.sandbox, name));
  if (withDaemon) await world.daemon();
  const dropped = (text: string): string =>
    dropRecorded(world.history, world.sandbox, 'ann', 'ben', { text });
  return { first: dropped('one'), second: dropped('two') };
}

/** Again, unless all of it was done. */
async function decideAgain(world: World, ...args: string[]): Promise<void> {
  const { code, stderr } = await world.plain(['inbox', ...args]);
  if (code !== 0) assert.match(stderr, /waits? for approval/, stderr);
}

/** What `receive` shows, once. */
async function read(world: World, name: string): Promise<string[]> {
  const { code, stdout, stderr } = await world.command(name, ['receive', name]);
  assert.equal(code, 0, stderr);
  const lines = stdout.split('\n').slice(0, -1);
  return lines.map((line) => (JSON.parse(line) as { content: { text: string } }).content.text);
}

for (const withDaemon of [false, true]) {
  crashSweep<Held>({
    name: `approval of a sender, ${withDaemon ? 'with' : 'without'} a daemon`,
    victim: 'command',
    settings: HOLD,
    ...(withDaemon && { every: 4 }), // the one without a daemon
    prepare: (world) => held(world, withDaemon),
    act: async (world) => {
      await world.plain(['inbox', 'approve', 'ann'], true);
    },
    recover: async (world) => {
      await decideAgain(world, 'approve', 'ann');
      assert.deepEqual(await read(world, 'ben'), ['one', 'two']);
      assert.deepEqual(await read(world, 'ben'), []);
    },
  });
}

crashSweep<Held>({
  name: 'approval of one message',
  victim: 'command',
  settings: HOLD,
  every: 3, // that of a sender
  prepare: (world) => held(world, false),
  act: async (world, { second }) => {
    await world.plain(['inbox', 'approve', second], true);
  },
  recover: async (world, { first, second }) => {
    await decideAgain(world, 'approve', second);
    assert.deepEqual(await read(world, 'ben'), ['two']);
    assert.deepEqual(listInbox(world.sandbox, 'ben'), [`${first}.json`], 'it waits on');
  },
});

/** Each is in `rejected/` and nowhere else, and its sender knows it, by one notice. */
async function rejectedOnce(world: World, { first, second, ben }: Held): Promise<void> {
  await decideAgain(world, 'reject', 'ann');
  assert.deepEqual(listInbox(world.sandbox, 'ben'), []);
  const files = listRejected(world.sandbox).filter((name) => name.endsWith('.rejected'));
  assert.equal(files.length, 2);
  for (const id of [first, second]) {
    assert.equal(reportMessage(world.root, id).state, 'rejected');
  }
  const notices = (await read(world, 'ann')).sort();
  assert.equal(notices.length, 2, notices.join('\n'));
  for (const [n, id] of [first, second].entries()) {
    assert.match(notices[n] ?? '', new RegExp(`Your message ${id} to ben was not let through`));
  }
  if (ben === undefined) assert.deepEqual(await read(world, 'ben'), []);
  else await world.drain(ben); // the history tells what it was shown
}

for (const [who, victim, withDaemon] of [
  ['without a daemon', 'command', false],
  ['the command is killed', 'command', true],
  ['the daemon is killed', 'daemon', true],
] as const) {
  crashSweep<Held>({
    name: `rejection, ${who}`,
    victim,
    settings: HOLD,
    ...(victim === 'daemon' && { every: 2 }), // without a daemon, where the command does the same
    prepare: (world) => held(world, withDaemon),
    act: async (world) => {
      await world.plain(['inbox', 'reject', 'ann'], victim === 'command');
    },
    recover: rejectedOnce,
  });
}

crashSweep<Held>({
  name: 'rejection in the mailbox of a session, the daemon is killed',
  victim: 'daemon',
  settings: HOLD,
  every: 4, // that in which no session reads
  from: 1,
  prepare: async (world) => {
    const waiting = await held(world, true);
    return { ...waiting, ben: await world.session('ben', { lanes: 'tool' }) };
  },
  act: async (world) => {
    await world.plain(['inbox', 'reject', 'ann']);
  },
  recover: rejectedOnce,
});

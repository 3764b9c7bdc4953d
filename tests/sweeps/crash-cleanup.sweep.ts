/** Killed while what has ended is removed. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensureMailbox } from '../../mail/deliver.js';
import { newMessageId } from '../../protocol/ids.js';
import { dropRecorded } from '../history/record-file.js';
import { listDone, listInbox, mailboxOf } from '../support/files.js';
import { crashSweep } from './support/sweep.js';
import type { World } from './support/world.js';

/** A part of a day that has passed when a command has started. */
const CLEANUP = ['cleanup', '--json', '--days', '0.0000001'];
const LONG_AGO = new Date(Date.now() - 3 * 86_400_000).toISOString();

interface Old {
  /** Files that go, from the root on. */
  files: string[];
  waits: string;
  due: string;
}

/** Something of every sort that may go, something that is due, and something that waits. */
async function full(world: World): Promise<Old> {
  const { sandbox, root } = world;
  for (const name of ['ann', 'ben', 'gone']) ensureMailbox(mailboxOf(sandbox, name));
  const id = newMessageId();
  const message = { id, timestamp: LONG_AGO, ttl: 1 };
  const files = [
    [`to-ben/done/${id}.json`, JSON.stringify(message)],
    [`to-ben/receipts/${id}.receipt.json`, JSON.stringify({ msg_id: id })],
    ['rejected/old.json', 'no message'],
    ['rejected/old.json.reason.json', JSON.stringify({ reason: 'why', at: LONG_AGO })],
    ['agents/gone.json', JSON.stringify({ name: 'gone' })],
    ['status/gone-heartbeat.json', JSON.stringify({ agent: 'gone', timestamp: LONG_AGO })],
  ] as const;
  for (const [name, text] of files) {
    mkdirSync(dirname(join(root, name)), { recursive: true, mode: 0o700 });
    writeFileSync(join(root, name), text, { mode: 0o600 });
  }
  const due = { text: 'too late', ttl: 1, at: Date.now() - 5_000 };
  return {
    files: files.slice(0, 2).map(([name]) => name),
    waits: dropRecorded(world.history, sandbox, 'ann', 'ben', { text: 'waits' }),
    due: dropRecorded(world.history, sandbox, 'ann', 'ben', due),
  };
}

async function clean(world: World, { files, waits, due }: Old): Promise<void> {
  const { code, stderr } = await world.plain(CLEANUP);
  assert.equal(code, 0, stderr);
  for (const file of files) assert.ok(!existsSync(join(world.root, file)), `${file} is gone`);
  assert.deepEqual(listInbox(world.sandbox, 'ben'), [`${waits}.json`]);
  assert.deepEqual(listDone(world.sandbox, 'ben'), [`${due}.json`]);
  for (const name of ['ann', 'ben']) {
    const read = await world.command(name, ['receive', name]);
    assert.equal(read.code, 0, read.stderr);
  }
}

crashSweep<Old>({
  name: 'cleanup by command, without a daemon',
  victim: 'command',
  prepare: full,
  act: async (world) => {
    await world.plain(CLEANUP, true);
  },
  recover: clean,
});

crashSweep<Old>({
  name: 'cleanup through a daemon, which is killed',
  victim: 'daemon',
  every: 4, // that by command
  prepare: async (world) => {
    await world.daemon();
    return full(world);
  },
  act: async (world) => {
    await world.plain(CLEANUP);
  },
  recover: clean,
});

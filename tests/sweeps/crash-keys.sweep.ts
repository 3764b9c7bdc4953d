/** Killed while the key of a root is replaced. */
import assert from 'node:assert/strict';
import { ensureMailbox } from '../../mail/deliver.js';
import { listRejected, mailboxOf } from '../support/files.js';
import { crashSweep } from './support/sweep.js';
import type { World } from './support/world.js';

/** What was signed before waits. */
async function signed(world: World): Promise<void> {
  ensureMailbox(mailboxOf(world.sandbox, 'ben'));
  await world.command('ann', ['send', 'ben', 'before']);
}

async function rotates(world: World): Promise<void> {
  const { code, stderr } = await world.plain(['init', '--rotate-key', '--json']);
  assert.equal(code, 0, stderr);
  const sent = await world.command('ann', ['send', 'ben', 'after']);
  assert.equal(sent.code, 0, sent.stderr);
  const read = await world.command('ben', ['receive', 'ben']);
  assert.equal(read.code, 0, read.stderr);
  assert.equal(read.stdout.split('\n').length - 1, 2, 'both can be read');
  assert.deepEqual(listRejected(world.sandbox), [], 'what was signed before is good');
}

for (const withDaemon of [false, true]) {
  crashSweep({
    name: `key rotation, ${withDaemon ? 'with' : 'without'} a daemon`,
    victim: 'command',
    ...(withDaemon && { every: 4 }), // the one without a daemon
    prepare: async (world) => {
      if (withDaemon) await world.daemon();
      await signed(world);
    },
    act: async (world) => {
      await world.plain(['init', '--rotate-key', '--json'], true);
    },
    recover: rotates,
  });
}

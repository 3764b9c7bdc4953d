/** The shim while its files, its connection, or what it writes to its client fail. */
import assert from 'node:assert/strict';
import { startShim } from '../support/agents.js';
import { daemonPids, signal } from '../support/daemon.js';
import { until } from '../support/events.js';
import { pair, visit, type Pair } from './support/fault-pair.js';
import { accepted } from './support/fault-sends.js';
import { faultSweep } from './support/fault-sweep.js';
import type { FaultStage } from './support/fault-stage.js';
import { FILE_CALLS, SOCKET_CALLS, SOCKET_TURNS } from './support/fault-turns.js';

/** It never leaves its client, since that does not start it again. */
async function goesOn(stage: FaultStage, { ann, ben }: Pair, label: string): Promise<void> {
  assert.equal(ann.client.ended, undefined);
  await accepted(ann, 'ben', `fine: ${label}`);
  await stage.drain(ben);
}

/** It loses its daemon, so it reads all that it needs to find or start another one. */
async function loseDaemon(stage: FaultStage, { ann }: Pair, label: string): Promise<void> {
  for (const pid of daemonPids(stage.sandbox)) signal(pid, 'SIGKILL');
  const { outcome, text } = await ann.send('ben', `faulty: ${label}`);
  if (outcome === 'accepted') return;
  assert.doesNotMatch(text, /^No answer/);
  assert.match(
    text,
    /E[A-Z]{2,}.* at \/|daemon/,
    'it says what is wrong, or that no daemon is there',
  );
}

faultSweep<Pair>({
  name: 'a shim that attaches again',
  victim: 'shim',
  keepsDaemon: false,
  calls: 40, // what follows is waiting for a daemon that starts, again and again
  maxPoints: 20,
  prepare: pair,
  act: loseDaemon,
  after: goesOn,
});

faultSweep<Pair>({
  name: 'the connection of a shim',
  victim: 'shim',
  counts: { calls: SOCKET_CALLS, skip: '^stdout$' },
  turns: SOCKET_TURNS,
  keepsDaemon: false,
  maxPoints: 64,
  prepare: pair,
  act: loseDaemon,
  after: goesOn,
});

faultSweep<void>({
  name: 'what a shim writes to its client',
  victim: 'shim',
  counts: { calls: ['send', 'write', 'writev'], match: '^stdout$' },
  turns: (['ENOSPC', 'EIO', 'EPIPE', 'short'] as const).map((errno) => ({ do: errno, times: 1 })),
  maxPoints: 24,
  prepare: async (stage) => {
    await stage.startDaemon();
  },
  act: async (stage) => {
    const client = startShim(stage.sandbox, { name: 'ann', env: stage.env });
    const asked = client.initialize().then(() => client.call('whoami'));
    const ended = until(() => client.ended, 'end of the shim', 20_000);
    const heard = await Promise.race([asked.then(() => true), ended.then(() => false)]).catch(
      () => false,
    );
    if (heard) return client.close();
    // It cannot answer, and its client must not wait for ever.
    assert.match(await ended, /code (?:0|1)\b/);
    if (/code 1\b/.test(await ended)) assert.match(client.stderr, /^cc2cc: Cannot write to the /m);
  },
  after: (stage, _, label) => visit(stage, `after: ${label}`, true),
});

faultSweep<Pair>({
  name: 'the start of a shim',
  victim: 'shim',
  counts: { calls: FILE_CALLS },
  prepare: async (stage) => {
    await stage.startDaemon();
    return { ann: await stage.session('ann', { lanes: 'tool' }), ben: await stage.session('ben') };
  },
  act: async (stage) => {
    const client = startShim(stage.sandbox, { name: 'cat', env: stage.env });
    // It serves its client, or tells it what is wrong.
    await client.initialize().catch((error: unknown) => {
      assert.match(String(error), /RpcError.*(?:E[A-Z]{2,}|daemon)/, client.stderr);
    });
    assert.equal(client.ended, undefined, client.stderr);
    await client.close();
  },
  after: (_, { ann }, label) => accepted(ann, 'ben', `fine: ${label}`),
});

/** Connections that break, or cannot be made, at one call after another. */
import assert from 'node:assert/strict';
import { recordCommand } from '../history/record-command.js';
import { pair, type Pair } from './support/fault-pair.js';
import { accepted, sends } from './support/fault-sends.js';
import { faultSweep } from './support/fault-sweep.js';
import { SOCKET_CALLS, SOCKET_TURNS } from './support/fault-turns.js';

const SOCKETS = { counts: { calls: SOCKET_CALLS, skip: '^stdout$' }, turns: SOCKET_TURNS };

faultSweep<Pair>({
  name: 'what the daemon writes to sessions',
  victim: 'daemon',
  ...SOCKETS,
  prepare: pair,
  act: async (_, { ann, ben }, label) => {
    await sends(ann, 'ben', `faulty: ${label}`);
    await ben.call('check_inbox');
    await sends(ben, 'ann', `back: ${label}`);
    await ann.call('check_inbox');
  },
  after: async (stage, { ann, ben }, label) => {
    await accepted(ann, 'ben', `fine: ${label}`);
    await stage.drain(ben);
    await stage.drain(ann);
  },
  excused: {
    once: 'what was written to a connection that broke is shown again, see docs/delivery.md',
  },
  maxPoints: 64,
});

faultSweep<Pair>({
  name: 'the connection of a command',
  victim: 'command',
  ...SOCKETS,
  prepare: pair,
  act: async (stage, _, label) => {
    const args = ['send', 'ben', `faulty: ${label}`];
    const { code, stderr } = await recordCommand(stage.history, stage.sandbox, 'eve', args, {
      env: stage.env,
    });
    if (code !== 0) assert.match(stderr, /^cc2cc: /m);
    assert.doesNotMatch(stderr, /^\s+at .*\.(?:js|cjs):\d+/m);
  },
  after: async (stage, { ann, ben }, label) => {
    await accepted(ann, 'ben', `fine: ${label}`);
    await stage.drain(ben);
  },
  maxPoints: 64,
});

/** A disk or network drive that answers a call after seconds: nothing fails, hangs or comes twice for it. */
import assert from 'node:assert/strict';
import { recordCommand } from '../history/record-command.js';
import { drainBoth, pair, type Pair } from './support/fault-pair.js';
import { accepted } from './support/fault-sends.js';
import { faultSweep } from './support/fault-sweep.js';
import { SLOW_TURNS } from './support/fault-turns.js';

/** Each takes seconds of waiting and next to no work: so few in a root that many wait at once. */
const SAMPLED = { turns: SLOW_TURNS, maxPoints: 8, pointsPerStage: 4 };

faultSweep<Pair>({
  name: 'a slow disk, deliver',
  victim: 'daemon',
  ...SAMPLED,
  prepare: pair,
  act: (_, { ann }, label) => accepted(ann, 'ben', `slow: ${label}`),
  after: drainBoth,
});

faultSweep<Pair>({
  name: 'a slow disk, done',
  victim: 'daemon',
  ...SAMPLED,
  prepare: pair,
  before: (_, { ann }, label) => accepted(ann, 'ben', `to be read: ${label}`),
  act: async (_, { ben }) => {
    const { text, isError } = await ben.call('check_inbox');
    assert.ok(!isError, text);
  },
  after: drainBoth,
});

faultSweep<Pair>({
  name: 'a slow disk, send by command',
  victim: 'command',
  ...SAMPLED,
  prepare: pair,
  act: async (stage, _, label) => {
    const args = ['send', 'ben', `slow: ${label}`];
    const { code, stderr } = await recordCommand(stage.history, stage.sandbox, 'eve', args, {
      env: stage.env,
    });
    assert.equal(code, 0, stderr);
  },
  after: drainBoth,
});

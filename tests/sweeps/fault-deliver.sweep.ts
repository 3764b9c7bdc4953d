/** Mail on its way through the daemon while one call after another to the file system fails. */
import { dropRecorded } from '../history/record-file.js';
import { awake } from '../support/agents.js';
import { drainBoth, pair, type Pair } from './support/fault-pair.js';
import { accepted, assertClear, sends } from './support/fault-sends.js';
import { faultSweep } from './support/fault-sweep.js';

faultSweep<Pair>({
  name: 'deliver',
  victim: 'daemon',
  prepare: pair,
  act: (_, { ann }, label) => sends(ann, 'ben', `faulty: ${label}`),
  after: async (stage, { ann, ben }, label) => {
    await accepted(ann, 'ben', `fine: ${label}`);
    await stage.drain(ben);
  },
});

faultSweep<Pair>({
  name: 'done',
  victim: 'daemon',
  prepare: pair,
  before: (_, { ann }, label) => accepted(ann, 'ben', `to be read: ${label}`),
  act: async (_, { ben }) => {
    const { text, isError } = await ben.call('check_inbox');
    if (isError) assertClear(text);
  },
  after: (stage, { ben }) => stage.drain(ben),
  finish: drainBoth,
});

faultSweep<Pair>({
  name: 'take in a file',
  victim: 'daemon',
  prepare: pair,
  act: async (stage, { ben }, label) => {
    dropRecorded(stage.history, stage.sandbox, 'script', 'ben', { text: `by hand: ${label}` });
    await ben.call('check_inbox');
  },
  after: (stage, { ben }) => stage.drain(ben),
  finish: drainBoth,
});

faultSweep<Pair>({
  name: 'push over the channel',
  victim: 'daemon',
  prepare: async (stage) => {
    await stage.startDaemon();
    const ann = await stage.session('ann', { lanes: 'tool' });
    const ben = await stage.session('ben');
    await awake(ben.client);
    return { ann, ben };
  },
  act: (_, { ann }, label) => sends(ann, 'ben', `faulty: ${label}`),
  after: (_, { ann }, label) => accepted(ann, 'ben', `fine: ${label}`),
});

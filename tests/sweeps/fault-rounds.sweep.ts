/** The regular duties of the daemon while one call after another fails. */
import { isFresh, readHeartbeat } from '../../protocol/heartbeat.js';
import { dropRecorded } from '../history/record-file.js';
import { until } from '../support/events.js';
import { listInbox } from '../support/files.js';
import { drainBoth, pair, type Pair } from './support/fault-pair.js';
import { accepted } from './support/fault-sends.js';
import { faultSweep } from './support/fault-sweep.js';

faultSweep<Pair>({
  name: 'rounds and heartbeats',
  victim: 'daemon',
  settings: { CC2CC_ROUND_MS: '20' },
  prepare: pair,
  act: (stage) => stage.untilStruck(),
  after: async (stage, { ann, ben }, label) => {
    await accepted(ann, 'ben', `fine: ${label}`);
    await stage.drain(ben);
    await until(() => {
      const beat = readHeartbeat(stage.root, 'ben');
      return beat?.status === 'active' && isFresh(beat);
    }, 'a heartbeat');
  },
  calls: 100,
});

faultSweep<Pair>({
  name: 'expire',
  victim: 'daemon',
  settings: { CC2CC_ROUND_MS: '20', CC2CC_SWEEP_MS: '20' },
  prepare: pair,
  act: async (stage, _, label) => {
    const at = Date.now() - 5_000;
    dropRecorded(stage.history, stage.sandbox, 'ann', 'col', {
      text: `late: ${label}`,
      ttl: 1,
      at,
    });
    await stage.untilStruck();
  },
  after: (stage) => until(() => listInbox(stage, 'col').length === 0, 'the end of the message'),
  finish: drainBoth,
  excused: { genuine: 'notices are made by the daemon' },
  calls: 100,
});

/** Names that are claimed and changed while one call after another fails. */
import assert from 'node:assert/strict';
import { until } from '../support/events.js';
import { pair, type Pair } from './support/fault-pair.js';
import { accepted, assertClear, sends } from './support/fault-sends.js';
import { faultSweep } from './support/fault-sweep.js';

faultSweep<Pair>({
  name: 'rename',
  victim: 'daemon',
  excused: {
    receipts: 'what cannot be moved back while the disk fails follows with the next change of name',
  },
  prepare: pair,
  before: (_, { ann, ben }, label) => accepted(ann, ben.name, `along: ${label}`),
  act: async (_, { ben }) => {
    const { text, isError } = await ben.register(ben.name === 'ben' ? 'bot' : 'ben');
    if (isError) assertClear(text);
  },
  after: async (stage, { ann, ben }, label) => {
    await accepted(ann, ben.name, `after: ${label}`);
    await stage.drain(ben);
  },
  finish: async (stage, { ben }) => {
    const { isError, text } = await ben.register('bob');
    assert.ok(!isError, text);
    await stage.drain(ben);
  },
});

faultSweep<Pair>({
  name: 'attach and claim a name',
  victim: 'daemon',
  prepare: pair,
  act: async (stage, _, label) => {
    const dan = await stage
      .session(`dan-${label.replaceAll(' ', '-').toLowerCase()}`)
      .catch(noSession);
    await dan?.close();
  },
  after: async (stage, { ann, ben }, label) => {
    await accepted(ann, 'ben', `fine: ${label}`);
    await stage.drain(ben);
    await (await stage.session('eve', { lanes: 'tool' })).close();
  },
});

faultSweep<Pair>({
  name: 'end of a session',
  victim: 'daemon',
  maxPoints: 40,
  prepare: pair,
  act: async (stage, { ann }, label) => {
    await sends(ann, 'ben', `last: ${label}`);
    await ann.close();
    // The daemon signs it off when its client has long been told of the end.
    await stage.untilStruck();
  },
  after: async (stage, cast, label) => {
    const away = async (): Promise<boolean> =>
      /- ann: away/.test((await cast.ben.call('list_agents')).text);
    await until(away, 'ann away');
    cast.ann = await stage.session('ann', { lanes: 'tool' });
    assert.equal(cast.ann.name, 'ann');
    await accepted(cast.ann, 'ben', `after: ${label}`);
    await stage.drain(cast.ben);
  },
});

/** A session whose name cannot be claimed is told why, and may ask again. */
function noSession(error: unknown): undefined {
  const text = error instanceof Error ? error.message : String(error);
  if (/within \d+ ms/.test(text)) throw error; // no answer at all
  return undefined;
}

/** Tasks between sessions while one call after another fails. */
import { drainBoth, pair, type Pair } from './support/fault-pair.js';
import { assertClear } from './support/fault-sends.js';
import { faultSweep } from './support/fault-sweep.js';

faultSweep<Pair>({
  name: 'tasks',
  victim: 'daemon',
  prepare: pair,
  act: async (_, { ann, ben }, label) => {
    const given = await ann.call('delegate_task', {
      to: 'ben',
      title: 'a task',
      text: `a task: ${label}`,
    });
    if (given.isError) assertClear(given.text);
    const id = /Submitted as ([\w-]+)/.exec(given.text)?.[1];
    if (id === undefined) return;
    for (const [who, tool, args] of [
      [ben, 'update_task', { task_id: id, state: 'working' }],
      [ben, 'update_task', { task_id: id, state: 'completed', text: 'done' }],
    ] as const) {
      const { text, isError } = await who.call(tool, args);
      if (isError) assertClear(text);
    }
  },
  after: drainBoth,
  excused: { genuine: 'the texts of tasks are not recorded' },
});

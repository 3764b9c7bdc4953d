import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { startDaemon } from '../../tests/support/daemon.js';
import { durableWriter } from '../floors/durable-writer.js';
import type { Figure } from '../figure.js';
import { interleave } from '../interleave.js';
import { attachMany, LightSession } from '../light-session.js';
import { sandboxed } from '../sandboxed.js';
import { median, overRounds } from '../stats.js';

/** One says something to all others: until the first and until the last of them is given it. */
export const broadcast: Figure = {
  name: 'broadcast',
  measure: ({ quick }) =>
    sandboxed(async (sandbox) => {
      const count = quick ? 50 : 200;
      await startDaemon(sandbox);
      const paths = sandbox.hostPaths();
      const sessions = await attachMany(paths, count);
      const sender = await LightSession.attach(paths, 'sender', 'tool');
      for (const one of [sender, ...sessions]) sandbox.defer(() => one.close());
      const firsts: number[] = [];
      const ours = async (): Promise<number> => {
        const mark = randomUUID();
        const pushes = sessions.map((session) => session.pushWith(mark));
        const start = performance.now();
        const answered = sender.call('broadcast', { text: `News for all: ${mark}` });
        const arrivals = await Promise.all(pushes);
        await answered;
        firsts.push(Math.min(...arrivals) - start);
        return Math.max(...arrivals) - start;
      };
      const write = durableWriter(join(sandbox.dir, 'floor'));
      const floor = (): Promise<number> => {
        const start = performance.now();
        for (let nth = 0; nth < count; nth += 1) write();
        return Promise.resolve(performance.now() - start);
      };
      const plan = { rounds: 1, samples: quick ? 5 : 15, warmup: 2, pauseMs: 50 };
      const sampled = await interleave(plan, ours, floor);
      const label = `broadcast to ${count}`;
      const atLeast = overRounds(sampled.floor, median);
      return [
        {
          label: `${label}, first pushed`,
          unit: 'ms',
          ours: median(firsts.slice(plan.warmup)),
          floor: atLeast,
          goal: { of: 'ratio', max: 1.5 },
        },
        {
          label: `${label}, last pushed`,
          unit: 'ms',
          ours: overRounds(sampled.ours, median),
          floor: atLeast,
          goal: { of: 'ratio', max: 1.5 },
        },
      ];
    }),
};

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mailboxPaths } from '../../protocol/paths.js';
import { startDaemon } from '../../tests/support/daemon.js';
import type { Figure } from '../figure.js';
import { interleave } from '../interleave.js';
import { LightSession } from '../light-session.js';
import { sandboxed } from '../sandboxed.js';
import { median, overRounds } from '../stats.js';
import { fillMailbox } from '../waiting.js';

const NAME = 'recipient';
/** So many are shown in full where many wait. */
const SHOWN = 5;

/** A session attaches where very much waits: until it is told of that. */
export const digest: Figure = {
  name: 'digest',
  measure: ({ quick }) =>
    sandboxed(async (sandbox) => {
      const count = quick ? 10_000 : 100_000;
      await startDaemon(sandbox);
      fillMailbox(sandbox, NAME, count);
      const paths = sandbox.hostPaths();
      const ours = async (): Promise<number> => {
        const start = performance.now();
        const session = await LightSession.attach(paths, NAME);
        const told = await session.pushWith('wait');
        await session.close();
        return told - start;
      };
      const { inbox } = mailboxPaths(sandbox.root, NAME);
      const floor = (): Promise<number> => {
        const start = performance.now();
        const files = readdirSync(inbox).sort();
        for (const file of files.slice(-SHOWN)) JSON.parse(readFileSync(join(inbox, file), 'utf8'));
        return Promise.resolve(performance.now() - start);
      };
      const plan = { rounds: 1, samples: quick ? 3 : 5, warmup: 1, pauseMs: 500 };
      const sampled = await interleave(plan, ours, floor);
      return [
        {
          label: `attach with ${count} waiting, to the digest`,
          unit: 'ms',
          ours: overRounds(sampled.ours, median),
          floor: overRounds(sampled.floor, median),
          goal: { of: 'ratio', max: 2 },
        },
      ];
    }),
};

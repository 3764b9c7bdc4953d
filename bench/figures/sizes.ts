import { setTimeout as sleep } from 'node:timers/promises';
import { startDaemon } from '../../tests/support/daemon.js';
import type { Figure, Line } from '../figure.js';
import { attachMany } from '../light-session.js';
import { hasProc, privateMemory } from '../proc.js';
import { sandboxed } from '../sandboxed.js';

/** Until what follows an attach is done. */
const SETTLE_MS = 2_000;
const KIB = 1024;

/** What the daemon may take, and on top for each session. */
const BASE_MB = 60;
const EACH_KB = 100;

/** The daemon's memory as more and more sessions are attached. */
export const sizes: Figure = {
  name: 'sizes',
  measure: ({ quick }) =>
    sandboxed(async (sandbox) => {
      const counts = quick ? [10, 200] : [10, 200, 1000];
      const taken: number[] = [];
      if (hasProc()) {
        const daemon = await startDaemon(sandbox);
        const paths = sandbox.hostPaths();
        let here = 0;
        for (const count of counts) {
          const more = await attachMany(paths, count - here, { prefix: `of-${count}` });
          for (const session of more) sandbox.defer(() => session.close());
          here = count;
          await sleep(SETTLE_MS);
          taken.push(privateMemory(daemon.pid!));
        }
      }
      const [first = null, last = null] = [taken[0], taken.at(-1)];
      const between = (counts.at(-1) ?? 0) - (counts[0] ?? 0);
      return [
        ...counts.map((count, nth): Line => ({
          label: `daemon with ${count} sessions, private memory`,
          unit: 'MB',
          ours: taken[nth] ?? null,
          floor: null,
          goal: { of: 'value', max: BASE_MB + Math.round((count * EACH_KB) / KIB) },
        })),
        {
          label: `each further session, to ${counts.at(-1) ?? 0}`,
          unit: 'KB',
          ours: first === null || last === null ? null : ((last - first) * KIB) / between,
          floor: null,
          goal: { of: 'value', max: EACH_KB },
        },
      ];
    }),
};

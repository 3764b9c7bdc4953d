import { setTimeout as sleep } from 'node:timers/promises';
import { startDaemon } from '../../tests/support/daemon.js';
import type { Figure, Line } from '../figure.js';
import { attachMany } from '../light-session.js';
import { cpuSeconds, hasProc, wakeUps } from '../proc.js';
import { sandboxed } from '../sandboxed.js';

const AGENTS = 200;
/** Until what follows an attach is done. */
const SETTLE_MS = 5_000;

/** What the daemon takes while many sessions are attached and nobody says anything. */
export const idle: Figure = {
  name: 'idle',
  measure: async ({ quick }) => {
    if (!hasProc()) return linesOf(null, null);
    return sandboxed(async (sandbox) => {
      const daemon = await startDaemon(sandbox);
      for (const session of await attachMany(sandbox.hostPaths(), AGENTS)) {
        sandbox.defer(() => session.close());
      }
      await sleep(SETTLE_MS);
      const pid = daemon.pid!;
      const seconds = quick ? 10 : 60;
      const before = { cpu: cpuSeconds(pid), woken: wakeUps(pid) };
      await sleep(seconds * 1000);
      const percent = ((cpuSeconds(pid) - before.cpu) * 100) / seconds;
      return linesOf(percent, (wakeUps(pid) - before.woken) / seconds);
    });
  },
};

function linesOf(cpu: number | null, woken: number | null): Line[] {
  const label = `daemon with ${AGENTS} sessions, idle`;
  return [
    {
      label: `${label}, of a core`,
      unit: '%',
      ours: cpu,
      floor: null,
      goal: { of: 'value', max: 0.5 },
    },
    { label: `${label}, wake-ups`, unit: '/s', ours: woken, floor: null, goal: null },
  ];
}

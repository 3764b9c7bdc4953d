import { setTimeout as sleep } from 'node:timers/promises';
import { attachAgent, awake } from '../../tests/support/agents.js';
import { startDaemon } from '../../tests/support/daemon.js';
import type { Figure, Line } from '../figure.js';
import { cpuSeconds, hasProc, privateMemory, residentMemory } from '../proc.js';
import { sandboxed } from '../sandboxed.js';

const AGENTS = 10;
/** Until what follows an attach is done. */
const SETTLE_MS = 2_000;

/** What the daemon takes while ten sessions are attached and nobody says anything. */
export const idle: Figure = {
  name: 'idle',
  measure: async ({ quick }) => {
    if (!hasProc()) return linesOf(null, null, null);
    return sandboxed(async (sandbox) => {
      const daemon = await startDaemon(sandbox);
      for (let i = 0; i < AGENTS; i += 1) await awake(await attachAgent(sandbox));
      await sleep(SETTLE_MS);
      const pid = daemon.pid!;
      const seconds = quick ? 5 : 30;
      const before = cpuSeconds(pid);
      await sleep(seconds * 1000);
      const percent = ((cpuSeconds(pid) - before) * 100) / seconds;
      return linesOf(residentMemory(pid), privateMemory(pid), percent);
    });
  },
};

function linesOf(resident: number | null, own: number | null, cpu: number | null): Line[] {
  const label = `daemon with ${AGENTS} agents`;
  return [
    { label: `${label}, resident`, unit: 'MB', ours: resident, floor: null, goal: null },
    { label: `${label}, private`, unit: 'MB', ours: own, floor: null, goal: null },
    {
      label: `${label}, idle, of a core`,
      unit: '%',
      ours: cpu,
      floor: null,
      goal: { of: 'value', max: 0.3 },
    },
  ];
}

import { setTimeout as sleep } from 'node:timers/promises';
import { LineChild } from '../../scripts/line-child.js';
import { attachAgent } from '../../tests/support/agents.js';
import { startDaemon } from '../../tests/support/daemon.js';
import type { Figure, Line } from '../figure.js';
import { hasProc, privateMemory } from '../proc.js';
import { sandboxed } from '../sandboxed.js';
import { median } from '../stats.js';

const PROCESSES = 5;
/** Until a process that has just started lies still. */
const SETTLE_MS = 1_500;
const IDLE = `process.stdin.on('end', () => process.exit()).resume(); console.log('here')`;
const LINE: Line = {
  label: 'private memory per shim',
  unit: 'MB',
  ours: null,
  floor: null,
  goal: { of: 'excess', max: 4 },
};

/** What each further session costs, beside an idle Node process. */
export const memory: Figure = {
  name: 'memory',
  measure: async () => {
    if (!hasProc()) return [LINE];
    return sandboxed(async (sandbox) => {
      await startDaemon(sandbox);
      const env = sandbox.envWith({});
      const shims: LineChild[] = [];
      const bare: LineChild[] = [];
      for (let i = 0; i < PROCESSES; i += 1) {
        shims.push(await attachAgent(sandbox));
        const node = new LineChild({ command: process.execPath, args: ['-e', IDLE], env });
        sandbox.defer(() => node.close());
        await node.waitForLine('here', 10_000);
        bare.push(node);
      }
      await sleep(SETTLE_MS);
      const typical = (children: LineChild[]): number =>
        median(children.map(({ pid }) => privateMemory(pid!)));
      return [{ ...LINE, ours: typical(shims), floor: typical(bare) }];
    });
  },
};

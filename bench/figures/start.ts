import { LineChild } from '../../scripts/line-child.js';
import { startShim } from '../../tests/support/agents.js';
import { startDaemon } from '../../tests/support/daemon.js';
import { BARE_ECHO } from '../floors/bare-echo.js';
import type { Figure } from '../figure.js';
import { interleave } from '../interleave.js';
import { sandboxed } from '../sandboxed.js';
import { overRounds, median } from '../stats.js';

/** From spawning a shim to its answer to `initialize`; the daemon runs already. */
export const start: Figure = {
  name: 'start',
  measure: ({ quick }) =>
    sandboxed(async (sandbox) => {
      await startDaemon(sandbox);
      const ours = async (): Promise<number> => {
        const began = performance.now();
        const shim = startShim(sandbox);
        await shim.request('initialize', {
          protocolVersion: '2025-11-25',
          capabilities: {},
          clientInfo: { name: 'claude-code', version: '2.1.329' },
        });
        const took = performance.now() - began;
        await shim.close();
        return took;
      };
      const env = sandbox.envWith({});
      const floor = async (): Promise<number> => {
        const began = performance.now();
        const node = new LineChild({ command: process.execPath, args: ['-e', BARE_ECHO], env });
        node.sendLine('{"question":1}');
        await node.waitForLine('answer', 10_000);
        const took = performance.now() - began;
        await node.close();
        return took;
      };
      // One round: a start is too slow for many, and its median is steady.
      const plan = { rounds: 1, samples: quick ? 10 : 30, warmup: 2, pauseMs: 20 };
      const sampled = await interleave(plan, ours, floor);
      return [
        {
          label: 'shim start to initialize answered',
          unit: 'ms',
          ours: overRounds(sampled.ours, median),
          floor: overRounds(sampled.floor, median),
          goal: { of: 'ratio', max: 1.25 },
        },
      ];
    }),
};

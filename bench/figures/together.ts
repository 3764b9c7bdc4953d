import { LineChild } from '../../scripts/line-child.js';
import { nameOf, startShim } from '../../tests/support/agents.js';
import { startDaemon } from '../../tests/support/daemon.js';
import { BARE_ECHO } from '../floors/bare-echo.js';
import type { Figure } from '../figure.js';
import { sandboxed } from '../sandboxed.js';
import { median } from '../stats.js';

/** A whole desk of sessions comes back at once: until each knows its name. */
export const together: Figure = {
  name: 'together',
  measure: ({ quick }) =>
    sandboxed(async (sandbox) => {
      const [count, rounds] = quick ? [40, 1] : [200, 3];
      await startDaemon(sandbox);
      const all = Array.from({ length: count });
      const ours = async (): Promise<number> => {
        const start = performance.now();
        const shims = all.map(() => startShim(sandbox, { lanes: 'tool' }));
        await Promise.all(
          shims.map(async (shim) => {
            await shim.initialize({ timeoutMs: 120_000 });
            await nameOf(shim);
          }),
        );
        const took = performance.now() - start;
        await Promise.all(shims.map((shim) => shim.close(60_000)));
        return took;
      };
      const env = sandbox.envWith({});
      const floor = async (): Promise<number> => {
        const start = performance.now();
        const nodes = all.map(() => {
          const node = new LineChild({ command: process.execPath, args: ['-e', BARE_ECHO], env });
          node.sendLine('{"question":1}');
          return node;
        });
        await Promise.all(nodes.map((node) => node.waitForLine('answer', 120_000)));
        const took = performance.now() - start;
        await Promise.all(nodes.map((node) => node.close(60_000)));
        return took;
      };
      const [a, b]: [number[], number[]] = [[], []];
      for (let round = 0; round < rounds; round += 1) {
        b.push(await floor());
        a.push(await ours());
      }
      return [
        {
          label: `${count} shims started at once, all attached`,
          unit: 'ms',
          ours: median(a),
          floor: median(b),
          goal: { of: 'ratio', max: 1.3 },
        },
      ];
    }),
};

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Figure } from '../figure.js';
import { interleave } from '../interleave.js';
import { sandboxed } from '../sandboxed.js';
import { overRounds, median } from '../stats.js';

const CC2CC = fileURLToPath(new URL('../../bin/cc2cc.cjs', import.meta.url));

/** A command that takes this long hangs. */
const TIMEOUT_MS = 10_000;

/** What a person, or a script in its loop, waits for: a command from its start to its end. */
export const command: Figure = {
  name: 'command',
  measure: ({ quick }) =>
    sandboxed(async (sandbox) => {
      const options = { env: sandbox.envWith({}), timeout: TIMEOUT_MS };
      const run = (args: readonly string[]): Promise<string> =>
        new Promise((resolve, reject) => {
          execFile(process.execPath, args, options, (error, stdout) => {
            if (error === null) resolve(stdout);
            else reject(new Error('The process broke.', { cause: error }));
          });
        });
      const timed = (args: readonly string[]) => async (): Promise<number> => {
        const began = performance.now();
        await run(args);
        return performance.now() - began;
      };
      const args = [CC2CC, 'agents', '--json'];
      // In an empty root and without a daemon: what is measured is the start.
      const said = await run(args);
      if (!said.includes('"agents": []')) throw new Error(`The command has listed: ${said}`);

      const plan = { rounds: 1, samples: quick ? 10 : 30, warmup: 2, pauseMs: 20 };
      const sampled = await interleave(plan, timed(args), timed(['-e', '0']));
      return [
        {
          label: 'cc2cc agents --json, empty root',
          unit: 'ms',
          ours: overRounds(sampled.ours, median),
          floor: overRounds(sampled.floor, median),
          goal: { of: 'ratio', max: 2.5 },
        },
      ];
    }),
};

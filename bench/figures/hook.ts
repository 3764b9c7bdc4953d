import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { attachAgent } from '../../tests/support/agents.js';
import { startDaemon } from '../../tests/support/daemon.js';
import type { Figure } from '../figure.js';
import { interleave } from '../interleave.js';
import { sandboxed } from '../sandboxed.js';
import { overRounds, median } from '../stats.js';

const CC2CC = fileURLToPath(new URL('../../bin/cc2cc.cjs', import.meta.url));

/** A hook that takes this long hangs. */
const TIMEOUT_MS = 10_000;

/** What every tool call of a session costs: the hook from its start to its end; nothing waits. */
export const hook: Figure = {
  name: 'hook',
  measure: ({ quick }) =>
    sandboxed(async (sandbox) => {
      await startDaemon(sandbox);
      const { sessionId } = await attachAgent(sandbox);
      const stdin = JSON.stringify({
        session_id: sessionId,
        transcript_path: `${sandbox.home}/.claude/projects/bench/${sessionId}.jsonl`,
        cwd: sandbox.work,
        hook_event_name: 'PostToolUse',
        tool_name: 'Bash',
        tool_response: { stdout: 'A line of output.\n'.repeat(100) },
      });
      // The agent's shim is a child of this process, as a session's shim is of its client.
      const env = sandbox.envWith({ CLAUDE_PID: String(process.pid) });
      const run = (args: readonly string[], more = {}): Promise<string> =>
        new Promise((resolve, reject) => {
          const options = { env: { ...env, ...more }, timeout: TIMEOUT_MS };
          const child = execFile(process.execPath, args, options, (error, _stdout, stderr) => {
            if (error === null) resolve(stderr);
            else reject(new Error('The process broke.', { cause: error }));
          });
          child.stdin?.on('error', () => undefined); // the bare process may end first
          child.stdin?.end(stdin);
        });
      const timed = (args: readonly string[]) => async (): Promise<number> => {
        const began = performance.now();
        await run(args);
        return performance.now() - began;
      };
      const hookArgs = [CC2CC, 'hook', 'post-tool-use'];
      // A hook that fails does so in silence, and sooner.
      const said = await run(hookArgs, { CC2CC_DEBUG: '1' });
      if (!said.includes('reported')) throw new Error(`The hook has reported nothing: ${said}`);

      const plan = { rounds: 1, samples: quick ? 10 : 30, warmup: 2, pauseMs: 20 };
      const sampled = await interleave(plan, timed(hookArgs), timed(['-e', '0']));
      return [
        {
          label: 'hook after a tool call, nothing waits',
          unit: 'ms',
          ours: overRounds(sampled.ours, median),
          floor: overRounds(sampled.floor, median),
          goal: { of: 'ratio', max: 1.3 },
        },
      ];
    }),
};

import { Cc2ccError, ExitCode } from '../../protocol/errors.js';
import { daemonCommand } from './daemon-process.js';
import { attempt, type Step } from './step.js';

/** Ends the daemon of this root; sessions that are attached wait for one and start none. */
export function stopDaemon(isRunning: boolean, attached: number, dryRun: boolean): Promise<Step> {
  return attempt('daemon', async () => {
    if (!isRunning) return { done: 'absent' };
    const note =
      attached === 0
        ? undefined
        : `${attached} attached ${attached === 1 ? 'session is' : 'sessions are'} without it now`;
    if (dryRun) return { done: 'stopped', note };
    const { code, said } = await daemonCommand(['stop']);
    if (code === ExitCode.notRunning) return { done: 'absent' };
    if (code !== ExitCode.ok) throw new Cc2ccError('E_START', said.split('\n').join(' '));
    return { done: 'stopped', note };
  });
}

import { callDaemon } from '../../protocol/control.js';
import { Cc2ccError, ExitCode } from '../../protocol/errors.js';
import { hostPaths } from '../../protocol/host-paths.js';
import { bridgeRoot } from '../../protocol/paths.js';
import { isRunning } from '../../protocol/process-identity.js';

/** Longer than a shutdown may take: it is time-boxed to a little over two seconds. */
const GONE_MS = 10_000;

/** `cc2cc-daemon stop`: ends it and waits until it is gone. */
export async function stop(mode: 'stop' | 'restart' = 'stop'): Promise<number> {
  const paths = hostPaths(bridgeRoot());
  let pid;
  try {
    ({ pid } = await callDaemon(paths, 'stop', { mode }));
  } catch (error) {
    if (!(error instanceof Cc2ccError) || error.code !== 'E_NO_DAEMON') throw error;
    console.error('No cc2cc daemon is running.');
    return ExitCode.notRunning;
  }
  const deadline = Date.now() + GONE_MS;
  while (isRunning({ pid })) {
    if (Date.now() > deadline) {
      throw new Cc2ccError('E_START', `The daemon (pid ${pid}) did not end.`, {
        hint: `kill ${pid}`,
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  if (mode === 'stop') console.log(`cc2cc-daemon (pid ${pid}) stopped.`);
  return ExitCode.ok;
}

/** `cc2cc-daemon restart`: a new one takes over; attached sessions move to it by themselves. */
export async function restart(): Promise<number> {
  const { start } = await import('./start.js');
  await stop('restart');
  return start();
}

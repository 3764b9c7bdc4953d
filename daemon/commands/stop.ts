import { loadConfig } from '../../protocol/config.js';
import { callDaemon } from '../../protocol/control.js';
import { Cc2ccError, ExitCode } from '../../protocol/errors.js';
import { hostPaths, type HostPaths } from '../../protocol/host-paths.js';
import { bridgeRoot } from '../../protocol/paths.js';
import { reserveLaunch } from '../../protocol/launch.js';
import type { Lease } from '../../protocol/lease.js';
import { isRunning, type ProcessIdentity } from '../../protocol/process-identity.js';
import { start } from './start.js';

/** Longer than a shutdown may take: it is time-boxed to a little over two seconds. */
const GONE_MS = 10_000;

/** As long as a start may take. */
const LAUNCH_MS = 20_000;

/** `cc2cc-daemon stop`: ends it and waits until it is gone. */
export async function stop(): Promise<number> {
  const pid = await endDaemon('stop');
  if (pid === undefined) {
    console.error('No cc2cc daemon is running.');
    return ExitCode.notRunning;
  }
  console.log(`cc2cc-daemon (pid ${pid}) stopped.`);
  return ExitCode.ok;
}

/** `cc2cc-daemon restart`: a new one takes over; attached sessions move to it by themselves. */
export async function restart(): Promise<number> {
  // A mistake in the configuration must not cost the daemon that runs.
  const paths = hostPaths(bridgeRoot());
  loadConfig(paths.config);
  // Sessions may start the next one by themselves. It must be ours, which has the flags and variables
  // of this command: while we hold the lease, they wait.
  const lease = await holdLaunches(paths);
  try {
    const before = await endDaemon('restart');
    return await start(before === undefined ? 'started' : 'restarted');
  } finally {
    lease.release();
  }
}

async function holdLaunches(paths: HostPaths): Promise<Lease<ProcessIdentity>> {
  const deadline = Date.now() + LAUNCH_MS;
  for (;;) {
    const acquired = reserveLaunch(paths);
    if (acquired.ok) return acquired.lease;
    if (Date.now() > deadline) {
      throw new Cc2ccError('E_START', 'Another process is starting a daemon and does not end.', {
        hint: `See: ps -p ${acquired.holder.pid}`,
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** @returns the pid of the daemon that has ended; undefined when none ran */
async function endDaemon(mode: 'stop' | 'restart'): Promise<number | undefined> {
  const paths = hostPaths(bridgeRoot());
  let pid;
  try {
    ({ pid } = await callDaemon(paths, 'stop', { mode }));
  } catch (error) {
    if (error instanceof Cc2ccError && error.code === 'E_NO_DAEMON') return undefined;
    throw error;
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
  return pid;
}

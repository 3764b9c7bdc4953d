import { loadConfig } from '../../protocol/config.js';
import { ExitCode } from '../../protocol/errors.js';
import { hostPaths } from '../../protocol/host-paths.js';
import { bridgeRoot } from '../../protocol/paths.js';
import { endDaemon, holdLaunches } from '../../protocol/retire.js';
import { installedService } from '../../service/installed-service.js';
import { start } from './start.js';

/** `cc2cc-daemon stop`: ends it and waits until it is gone. */
export async function stop(): Promise<number> {
  const root = bridgeRoot();
  const paths = hostPaths(root);
  const pid = await endDaemon(paths, 'stop');
  if (pid === undefined) {
    console.error('No cc2cc daemon is running.');
    return ExitCode.notRunning;
  }
  console.log(`cc2cc-daemon (pid ${pid}) stopped.`);
  const service = await installedService();
  if (service?.state.enabled === true) {
    console.error(
      `Its service ${service.state.name} starts it at your next login. To keep it from that: ` +
        'cc2cc-daemon disable',
    );
  }
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
    const before = await endDaemon(paths, 'restart');
    return await start(before === undefined ? 'started' : 'restarted');
  } finally {
    lease.release();
  }
}

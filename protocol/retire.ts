import { ControlConnection } from './control-connection.js';
import { Cc2ccError } from './errors.js';
import type { HostPaths } from './host-paths.js';
import { reserveLaunch } from './launch.js';
import type { Acquired, Lease } from './lease.js';
import { identityOf, isRunning, type ProcessIdentity } from './process-identity.js';
import { within } from './within.js';

/** As long as a start may take. */
const LAUNCH_MS = 20_000;

/** A daemon that does not answer that long hangs. */
const ANSWER_MS = 10_000;

/** Longer than a shutdown may take: it is time-boxed to a little over two seconds. */
const GONE_MS = 10_000;

const POLL_MS = 20;

/**
 * Keeps everybody else from starting a daemon, and waits for it where another process is at it.
 *
 * @param reserve what takes the lease, unless another has it
 * @throws Cc2ccError E_START when the other process does not end; as `reserve`
 */
export async function holdLaunches(
  paths: HostPaths,
  reserve: typeof reserveLaunch = reserveLaunch,
): Promise<Lease<ProcessIdentity>> {
  let lease;
  while (lease === undefined) lease = await holdWhile(() => reserve(paths), LAUNCH_MS);
  return lease;
}

/**
 * The same for who may see meanwhile that it is not needed any more.
 *
 * @returns undefined then
 */
export async function holdWhile(
  reserve: () => Acquired<ProcessIdentity>,
  waitMs: number,
  isNeeded: () => boolean = () => true,
): Promise<Lease<ProcessIdentity> | undefined> {
  const deadline = performance.now() + waitMs;
  while (isNeeded()) {
    const acquired = reserve();
    if (acquired.ok) return acquired.lease;
    if (performance.now() > deadline) {
      throw new Cc2ccError('E_START', 'Another process is starting a daemon and does not end.', {
        hint: `See: ps -p ${acquired.holder.pid}`,
      });
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return undefined;
}

/**
 * Asks the daemon to end and waits until its process is gone.
 *
 * @param mode `restart`: sessions may start the next one, as soon as nobody holds the launches
 * @returns its pid; undefined when none ran
 * @throws Cc2ccError E_START for one that does not end; as {@link ControlConnection.open}
 */
export async function endDaemon(
  paths: HostPaths,
  mode: 'stop' | 'restart',
): Promise<number | undefined> {
  let daemon;
  try {
    daemon = await ControlConnection.open(paths);
    return await retire(daemon, mode);
  } catch (error) {
    if (error instanceof Cc2ccError && error.code === 'E_NO_DAEMON') return undefined;
    throw error;
  } finally {
    daemon?.close();
  }
}

/** The same for a daemon that one talks to: no other is ended, whoever may have come meanwhile. */
export async function retire(daemon: ControlConnection, mode: 'stop' | 'restart'): Promise<number> {
  const { pid } = daemon.welcome;
  const identity = identityOf(pid);
  await within(ANSWER_MS, 'stop', daemon.call('stop', { mode }));
  const deadline = performance.now() + GONE_MS;
  while (isRunning(identity)) {
    if (performance.now() > deadline) {
      throw new Cc2ccError('E_START', `The daemon (pid ${pid}) did not end.`, {
        hint: `kill ${pid}`,
      });
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return pid;
}

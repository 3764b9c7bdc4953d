import { dirname, join } from 'node:path';
import { probeDaemon } from './dial.js';
import { Cc2ccError } from './errors.js';
import type { HostPaths } from './host-paths.js';
import { acquireLease, type Acquired } from './lease.js';
import { ensurePrivateFolder } from './private-folder.js';
import { startService } from './service-start.js';
import { isRunning, thisProcess, type ProcessIdentity } from './process-identity.js';
import { resolveLocal } from './settings/local-value.js';
import { LOCAL_SETTINGS } from './settings/local.js';
import { spawnDaemon } from './spawn-daemon.js';

/**
 * Starts a daemon for `root` and waits until it is ready or has said why it cannot be: by its service
 * where one is installed, else in the background, which says what is wrong where that brought none.
 *
 * Of many callers at once only one starts a process, the others return `busy` and should dial again.
 *
 * @param flagged variables that are for the daemon even where they are otherwise a session's own
 * @throws Cc2ccError E_NO_DAEMON where starting is forbidden (`noLaunch`), E_START or what the
 *   daemon itself reports: E_STORE, E_UNSAFE, E_PATH, …
 */
export async function launchDaemon(
  root: string,
  paths: HostPaths,
  flagged: ReadonlySet<string> = new Set(),
): Promise<'ready' | 'busy'> {
  const acquired = reserveLaunch(paths);
  if (!acquired.ok) return 'busy';
  try {
    await bringDaemon(root, paths, flagged);
    return 'ready';
  } finally {
    acquired.lease.release();
  }
}

/**
 * The same for who holds the launch lease, and goes on holding it.
 *
 * @param byService whether a service is asked first; it has settings of its own, so what flags want is
 *   had in the background only
 * @returns whether the service brought it
 */
export async function bringDaemon(
  root: string,
  paths: HostPaths,
  flagged: ReadonlySet<string>,
  byService = !forDaemon(flagged),
): Promise<boolean> {
  // The caller found nobody before it held the lease; meanwhile its last holder may have started one.
  const isThere = (): Promise<boolean> => answers(paths);
  if (await isThere()) return false;
  if (byService && (await startService(root, paths, isThere))) return true;
  await spawnDaemon(root, paths, flagged);
  return false;
}

/**
 * Reserves the right to start a daemon: until it is released, everybody else waits. The process that
 * holds it may launch.
 *
 * @throws Cc2ccError E_NO_DAEMON where starting is forbidden (`noLaunch`), E_STORE, E_UNSAFE
 */
export function reserveLaunch(paths: HostPaths): Acquired<ProcessIdentity> {
  const { value: forbidden, source, name = '' } = resolveLocal('noLaunch');
  if (forbidden === true) {
    throw new Cc2ccError(
      'E_NO_DAEMON',
      `No daemon may be started: ${source === 'file' ? `noLaunch in ${name}` : name} forbids it.`,
      { hint: 'Unset it, or run one in the foreground: cc2cc-daemon run' },
    );
  }
  return launchLease(paths);
}

/** The same for who starts nothing in the background: a service that takes over is no such start. */
export function launchLease(paths: HostPaths): Acquired<ProcessIdentity> {
  ensurePrivateFolder(paths.state);
  ensurePrivateFolder(dirname(paths.log));
  return acquireLease<ProcessIdentity>(
    join(paths.locks, 'launch'),
    thisProcess(),
    (other) => !isRunning(other) || other.pid === process.pid,
  );
}

/** Whether flags want something of the daemon, and not only say which one is meant. */
export function forDaemon(flagged: ReadonlySet<string>): boolean {
  const local: string[] = Object.values(LOCAL_SETTINGS).map(({ variables }) => variables[0]);
  return [...flagged].some((variable) => !local.includes(variable));
}

async function answers(paths: HostPaths): Promise<boolean> {
  try {
    await probeDaemon(paths);
    return true;
  } catch {
    return false; // whatever it is: a start finds out and says it
  }
}

import { Cc2ccError } from '../protocol/errors.js';
import type { HostPaths } from '../protocol/host-paths.js';

/**
 * May this shim start a daemon?
 * - `first`: it was never attached; a new session means that somebody wants one.
 * - `again`: it was; not while the user keeps the daemon stopped.
 * - `never`: its daemon was told to stop; not before somebody else has started one.
 */
export type LaunchRule = 'first' | 'again' | 'never';

/**
 * Loaded only when there is no daemon: most sessions find one, and starting takes more code than
 * all the rest of the shim.
 */
const launcher = async () => import('../protocol/launch.js');

/** @throws Cc2ccError E_STOPPED while the user wants no daemon */
export async function assertMayStart(paths: HostPaths, rule: LaunchRule): Promise<void> {
  if (rule === 'first') return;
  if (rule === 'again' && !(await launcher()).isStopped(paths)) return;
  throw new Cc2ccError('E_STOPPED', 'The cc2cc daemon was stopped on purpose.', {
    hint: 'Start it again: cc2cc-daemon start',
  });
}

export async function startDaemon(root: string, paths: HostPaths): Promise<'ready' | 'busy'> {
  return (await launcher()).launchDaemon(root, paths);
}

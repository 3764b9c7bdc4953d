import { existsSync } from 'node:fs';
import { Cc2ccError } from '../protocol/errors.js';
import type { HostPaths } from '../protocol/host-paths.js';
import { installedVersion } from '../protocol/installed.js';
import type { Rendezvous } from '../protocol/rendezvous.js';
import type { Kept } from '../protocol/replace.js';
import { version } from '../protocol/version.js';
import type * as Launcher from './launcher.js';
import { startByCommand } from './start-by-command.js';

/**
 * May this shim start a daemon?
 * - `first`: it was never attached; a new session means that somebody wants one.
 * - `again`: it was; not while the user keeps the daemon stopped.
 * - `never`: its daemon was told to stop; not before somebody else has started one.
 */
export type LaunchRule = 'first' | 'again' | 'never';

/** @throws Cc2ccError E_STOPPED while the user wants no daemon */
export function assertMayStart(paths: HostPaths, rule: LaunchRule): void {
  if (rule === 'first') return;
  if (rule === 'again' && !existsSync(paths.stopped)) return;
  throw new Cc2ccError('E_STOPPED', 'The cc2cc daemon was stopped on purpose.', {
    hint: 'Start it again: cc2cc-daemon start',
  });
}

/** @throws Cc2ccError as `launchDaemon`, and E_START where the program's files are gone */
export async function startDaemon(root: string, paths: HostPaths): Promise<'ready' | 'busy'> {
  const own = await ownLauncher();
  return own === undefined ? startByCommand(root) : own.launchDaemon(root, paths);
}

/**
 * Replaces a daemon that is older than this shim, see `replaceOlder`. A shim whose own files have gone
 * meanwhile leaves it to others.
 */
export async function replaceDaemon(
  root: string,
  paths: HostPaths,
  { instance }: Rendezvous,
): Promise<Kept | undefined> {
  const own = await ownLauncher();
  if (own !== undefined) return own.replaceOlder(root, paths);
  return { instance, why: 'The files of this shim are gone.', isNews: false };
}

/**
 * The code that starts a daemon is loaded only when that is needed: most sessions find one, and it is
 * more than all the rest of the shim. After an update in place it would be that of another version,
 * which does not fit what is loaded already.
 *
 * @returns undefined where it is not there any more
 */
async function ownLauncher(): Promise<typeof Launcher | undefined> {
  if (installedVersion() !== version()) return undefined;
  try {
    return await import('./launcher.js');
  } catch {
    return undefined; // removed, or replaced by another build of the same version
  }
}

import type { HostPaths } from './host-paths.js';
import { readRendezvous, type Rendezvous } from './rendezvous.js';
import { isNewer } from './semver.js';
import { version } from './version.js';

/**
 * The daemon that runs, if it is older than this program, by the rendezvous file: a reason to look,
 * and no more than that.
 *
 * @throws Cc2ccError E_STORE for a file that cannot be read
 */
export function olderDaemon(paths: HostPaths): Rendezvous | undefined {
  const found = readRendezvous(paths.rendezvous);
  return found !== undefined && isNewer(version(), found.version) ? found : undefined;
}

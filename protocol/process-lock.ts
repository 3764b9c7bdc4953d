import { acquireLease, type Acquired } from './lease.js';
import { isRunning, thisProcess, type ProcessIdentity } from './process-identity.js';

/**
 * Takes a lock that ends with its process, however that ends. For processes of one host.
 *
 * @param folder of the lease
 * @throws Cc2ccError E_STORE when the folder cannot be written
 */
export function takeProcessLock(folder: string): Acquired<ProcessIdentity> {
  return acquireLease(folder, thisProcess(), (other) => !isRunning(other));
}

import { join } from 'node:path';
import { Cc2ccError } from '../../protocol/errors.js';
import { hostPaths } from '../../protocol/host-paths.js';
import { ensurePrivateFolder } from '../../protocol/private-folder.js';
import { takeProcessLock } from '../../protocol/process-lock.js';

/**
 * Sees to it that of two commands only one shows an agent's mail at a time.
 *
 * @returns what gives it back
 * @throws Cc2ccError E_NAME while another one reads
 */
export function reserveReading(root: string, name: string): () => void {
  const { state, locks } = hostPaths(root);
  ensurePrivateFolder(state);
  const acquired = takeProcessLock(join(locks, `receive-${name}`));
  if (acquired.ok) return acquired.lease.release;
  throw new Cc2ccError(
    'E_NAME',
    `Process ${acquired.holder.pid} reads the mail of ${name} at this moment.`,
    { hint: 'To look without taking it: --peek' },
  );
}

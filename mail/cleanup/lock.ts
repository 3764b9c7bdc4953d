import { join } from 'node:path';
import { Cc2ccError } from '../../protocol/errors.js';
import { takeProcessLock } from '../../protocol/process-lock.js';

/**
 * Runs a cleanup while no other process of this host does one. Two of them would do no harm, but each
 * would report a half.
 *
 * @param locks the folder `locks/` of the state folder
 * @throws Cc2ccError E_LIMIT when one is under way; E_STORE
 */
export async function underCleanupLock<T>(locks: string, work: () => Promise<T>): Promise<T> {
  const acquired = takeProcessLock(join(locks, 'cleanup'));
  if (!acquired.ok) {
    throw new Cc2ccError('E_LIMIT', `A cleanup is under way (process ${acquired.holder.pid}).`, {
      hint: 'Try again when it has ended.',
    });
  }
  try {
    return await work();
  } finally {
    acquired.lease.release();
  }
}

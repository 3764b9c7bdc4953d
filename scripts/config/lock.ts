import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import envPaths from 'env-paths';
import { Cc2ccError } from '../../protocol/errors.js';
import { takeProcessLock } from '../../protocol/process-lock.js';

/** A change takes some milliseconds. */
const DEADLINE_MS = 5_000;
const RETRY_MS = 10;

/**
 * Changes the configuration while nobody else does: of two changes of the same file, the one that was
 * read first and written last would undo the other.
 *
 * @throws Cc2ccError E_LIMIT when others do not come to an end; E_STORE
 */
export async function underConfigLock<T>(change: () => T): Promise<T> {
  const paths = envPaths('cc2cc', { suffix: '' });
  // As hostPaths(), but there is one file for all hosts and roots, and it may be what is to be mended.
  const base = process.platform === 'linux' ? paths.log : paths.data;
  const folder = join(base, 'locks', 'config');
  const deadline = performance.now() + DEADLINE_MS;
  for (;;) {
    const acquired = takeProcessLock(folder);
    if (acquired.ok) {
      try {
        return change();
      } finally {
        acquired.lease.release();
      }
    }
    if (performance.now() > deadline) {
      const { pid } = acquired.holder;
      throw new Cc2ccError('E_LIMIT', `Process ${pid} is changing the configuration.`, {
        hint: 'Try again when it has ended.',
      });
    }
    await setTimeout(RETRY_MS);
  }
}

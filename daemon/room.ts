import { statfsSync } from 'node:fs';
import { storeError } from '../protocol/errors.js';

/** With less room than this the next message may not fit. */
const LEAST_BYTES = 64 * 1024;

/**
 * Finds out that the disk of a folder is full before somebody's message does. A quota does not show here.
 *
 * @throws Cc2ccError E_STORE when it is; Error of the file system
 */
export function assertRoom(folder: string): void {
  const { blocks, bavail, bsize, files, ffree } = statfsSync(folder);
  // Who counts nothing has nothing to say, as some network and user space file systems.
  const isFull = (blocks > 0 && bavail * bsize < LEAST_BYTES) || (files > 0 && ffree === 0);
  if (!isFull) return;
  const cause = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  throw storeError('store messages', folder, cause);
}

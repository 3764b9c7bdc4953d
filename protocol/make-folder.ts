import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf } from './errors.js';

/**
 * Makes a folder, 0700, and those above it that are missing. One that is there is left as it is.
 *
 * Node's own `recursive` says ENOENT for a read-only file system, which sends people the wrong way.
 *
 * @throws the system's error: EROFS, EACCES, ENOSPC, ENOTDIR, …
 */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'EEXIST') return;
    const parent = dirname(path);
    if (errno !== 'ENOENT' || parent === path) throw error;
    makeFolder(parent);
    makeFolder(path);
  }
}

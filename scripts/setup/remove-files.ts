import { lstatSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { errnoOf, storeError } from '../../protocol/errors.js';
import { isOwn } from '../../protocol/own-file.js';

/**
 * Removes what is at these paths, folders with all that is in them. Links are removed and not followed;
 * what belongs to another user stays.
 *
 * @returns those that were there, also when nothing is changed by a dry run
 * @throws Cc2ccError E_STORE
 */
export function removeAll(paths: readonly string[], dryRun: boolean): string[] {
  return paths.filter((path) => {
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined || !isOwn(stats)) return false;
    try {
      if (!dryRun) rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    } catch (error) {
      throw storeError('remove', path, error);
    }
    return true;
  });
}

/** Removes a folder if it is empty, and then those above it, up to and with `last`. */
export function pruneUp(folder: string, last: string): void {
  try {
    rmdirSync(folder);
  } catch (error) {
    const errno = errnoOf(error) ?? '';
    if (errno === 'ENOTEMPTY' || errno === 'EEXIST' || errno === 'ENOTDIR') return;
    if (errno !== 'ENOENT') throw storeError('remove the folder', folder, error);
  }
  if (folder !== last && folder !== dirname(folder)) pruneUp(dirname(folder), last);
}

/** As `readdir` with types; nothing where there is no such folder, or only a link to one. */
export function entriesOf(folder: string): string[] {
  const stats = lstatSync(folder, { throwIfNoEntry: false });
  return stats?.isDirectory() === true ? readdirSync(folder).sort() : [];
}

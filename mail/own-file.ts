import { lstatSync, type Stats } from 'node:fs';
import { parseJson } from '../protocol/json.js';
import { MAX_MESSAGE_FILE_BYTES } from '../protocol/limits.js';
import { isOwn, readOwnFile } from '../protocol/own-file.js';

/** What lies at a path, not followed, if it is the user's own; undefined for anything else. */
export function ownEntry(path: string): Stats | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats !== undefined && isOwn(stats) ? stats : undefined;
}

/** As {@link ownEntry}, of a regular file. */
export function ownFile(path: string): Stats | undefined {
  const stats = ownEntry(path);
  return stats?.isFile() === true ? stats : undefined;
}

/** As {@link ownEntry}, of a folder. */
export function ownFolder(path: string): Stats | undefined {
  const stats = ownEntry(path);
  return stats?.isDirectory() === true ? stats : undefined;
}

/**
 * The JSON in a regular file of the user's own.
 *
 * @returns undefined for whatever is none, also for one that is too large for a message
 */
export function readOwnJson(path: string): unknown {
  try {
    const file = readOwnFile(path, MAX_MESSAGE_FILE_BYTES);
    return file.kind === 'bytes' ? parseJson(file.bytes) : undefined;
  } catch {
    return undefined; // nothing that can be judged: who asks leaves it alone
  }
}

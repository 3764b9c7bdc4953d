import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  type Stats,
} from 'node:fs';
import { parseJson } from '../protocol/json.js';
import { MAX_MESSAGE_FILE_BYTES } from '../protocol/limits.js';

/** Neither follows a link nor waits for the other end of a FIFO. Windows has neither flag. */
const FLAGS =
  constants.O_RDONLY |
  ((constants.O_NOFOLLOW as number | undefined) ?? 0) |
  ((constants.O_NONBLOCK as number | undefined) ?? 0);

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
  if (ownFile(path) === undefined) return undefined;
  try {
    const fd = openSync(path, FLAGS);
    try {
      const stats = fstatSync(fd);
      if (!stats.isFile() || !isOwn(stats) || stats.size > MAX_MESSAGE_FILE_BYTES) return undefined;
      return parseJson(readAll(fd, stats.size));
    } finally {
      closeSync(fd);
    }
  } catch {
    return undefined; // gone, or nothing that can be judged: who asks leaves it alone
  }
}

function isOwn({ uid }: Stats): boolean {
  const own = process.getuid?.();
  return own === undefined || uid === own;
}

function readAll(fd: number, size: number): Buffer {
  const buffer = Buffer.allocUnsafe(size);
  let filled = 0;
  while (filled < size) {
    const count = readSync(fd, buffer, filled, size - filled, null);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}

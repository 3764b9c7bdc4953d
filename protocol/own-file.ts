import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { errnoOf } from './errors.js';

/** What became of reading a file that only its owner should have written. */
export type OwnFile =
  | { kind: 'bytes'; bytes: Buffer }
  | { kind: 'missing' }
  /** In words that fit after the path: "is a symbolic link". */
  | { kind: 'refused'; reason: string };

/** Neither follows a link nor waits for the other end of a FIFO. Windows has neither flag. */
const FLAGS =
  constants.O_RDONLY |
  ((constants.O_NOFOLLOW as number | undefined) ?? 0) |
  ((constants.O_NONBLOCK as number | undefined) ?? 0);

/**
 * Reads a small file of the user's own where anything may lie. All is checked on the open file, so
 * nothing can be exchanged between check and use.
 *
 * @param maxBytes a longer file is refused unread
 */
export function readOwnFile(path: string, maxBytes: number): OwnFile {
  let fd;
  try {
    // Windows has no flag for it, and making a link there takes a privilege.
    if (process.platform === 'win32' && lstatSync(path).isSymbolicLink()) return refusal('ELOOP');
    fd = openSync(path, FLAGS);
  } catch (error) {
    return refusal(errnoOf(error));
  }
  try {
    const stats = fstatSync(fd);
    const uid = process.getuid?.();
    if (!stats.isFile()) return refused('is not a regular file');
    if (uid !== undefined && stats.uid !== uid) return refused(`belongs to user ${stats.uid}`);
    if (stats.size > maxBytes) return refused(`has ${stats.size} bytes, more than ${maxBytes}`);
    const bytes = readUpTo(fd, maxBytes + 1);
    if (bytes.length > maxBytes) return refused(`has more than ${maxBytes} bytes`);
    return { kind: 'bytes', bytes };
  } catch (error) {
    return refusal(errnoOf(error));
  } finally {
    closeSync(fd);
  }
}

function refusal(errno: string | undefined): OwnFile {
  switch (errno) {
    case 'ENOENT':
      return { kind: 'missing' };
    case 'ELOOP':
    case 'EMLINK': // FreeBSD's word for O_NOFOLLOW on a link
      return refused('is a symbolic link');
    default:
      return refused(`cannot be read (${errno ?? 'unknown error'})`);
  }
}

function refused(reason: string): OwnFile {
  return { kind: 'refused', reason };
}

/** The size alone is no bound: the file may grow while it is read. */
function readUpTo(fd: number, max: number): Buffer {
  const parts: Buffer[] = [];
  for (let left = max; left > 0;) {
    const part = Buffer.allocUnsafe(Math.min(left, 16 * 1024));
    const count = readSync(fd, part, 0, part.length, null);
    if (count === 0) break;
    parts.push(part.subarray(0, count));
    left -= count;
  }
  return Buffer.concat(parts);
}

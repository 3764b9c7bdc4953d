import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  type Stats,
} from 'node:fs';
import { errnoOf } from '../protocol/errors.js';
import { MAX_MESSAGE_FILE_BYTES } from '../protocol/limits.js';

/** Why the content of a file is not looked at. */
export type Unread =
  | { kind: 'reject'; reason: string }
  /** Not to be had at this moment. */
  | { kind: 'later' }
  | { kind: 'gone' };

/** Neither follows a link nor waits for the other end of a FIFO. Windows has neither flag. */
const FLAGS =
  constants.O_RDONLY |
  ((constants.O_NOFOLLOW as number | undefined) ?? 0) |
  ((constants.O_NONBLOCK as number | undefined) ?? 0);

/**
 * Opens a file that anybody may have put there, if it can be a message: a regular file of our own of
 * bounded size. Everything is checked on the open file, so nothing can be exchanged between check and
 * use.
 *
 * @param use is given the open file, which is closed afterwards
 */
export function withPlainFile<T>(path: string, use: (fd: number, stats: Stats) => T): T | Unread {
  let fd;
  try {
    // Windows has no flag for it, and making a link there takes a privilege.
    if (process.platform === 'win32' && lstatSync(path).isSymbolicLink()) return unopened('ELOOP');
    fd = openSync(path, FLAGS);
  } catch (error) {
    return unopened(errnoOf(error));
  }
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) return { kind: 'reject', reason: 'not a regular file' };
    const uid = process.getuid?.();
    if (uid !== undefined && stats.uid !== uid) {
      return { kind: 'reject', reason: `belongs to user ${stats.uid}` };
    }
    if (stats.size > MAX_MESSAGE_FILE_BYTES) {
      return { kind: 'reject', reason: `${stats.size} bytes, more than ${MAX_MESSAGE_FILE_BYTES}` };
    }
    return use(fd, stats);
  } finally {
    closeSync(fd);
  }
}

function unopened(errno: string | undefined): Unread {
  switch (errno) {
    case 'ENOENT':
      return { kind: 'gone' };
    case 'ELOOP':
    case 'EMLINK': // FreeBSD's word for O_NOFOLLOW on a link
      return { kind: 'reject', reason: 'a symbolic link' };
    case 'EMFILE':
    case 'ENFILE':
      return { kind: 'later' }; // our trouble, not the file's
    default:
      return { kind: 'reject', reason: `cannot be opened: ${errno ?? 'unknown error'}` };
  }
}

/** At most `size` bytes: a file that grows while it is read is looked at again. */
export function readAll(fd: number, size: number): Buffer {
  const buffer = Buffer.allocUnsafe(size);
  let filled = 0;
  while (filled < size) {
    const count = readSync(fd, buffer, filled, size - filled, null);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}

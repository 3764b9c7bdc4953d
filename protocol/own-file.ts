import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  type Stats,
} from 'node:fs';
import { errnoOf } from './errors.js';

/** What became of reading a file that only its owner should have written. */
export type OwnFile =
  /** `stats` of the open file, before it was read. */
  | { kind: 'bytes'; bytes: Buffer; stats: Stats }
  | { kind: 'missing' }
  /** In words that fit after the path and a colon: "a symbolic link". */
  | { kind: 'refused'; reason: string }
  /** The same words for what the system says. */
  | { kind: 'unopened'; reason: string; error: unknown };

/** Neither follows a link nor waits for the other end of a FIFO. Windows has neither flag. */
const FLAGS =
  constants.O_RDONLY |
  ((constants.O_NOFOLLOW as number | undefined) ?? 0) |
  ((constants.O_NONBLOCK as number | undefined) ?? 0);

/**
 * Reads a small file of the user's own where anybody may have put anything. All is checked on the open
 * file, so nothing can be exchanged between check and use.
 *
 * @param maxBytes a longer file is refused unread
 * @param options.makePrivate takes from others what they may do with the file, before it is read
 * @throws Error of the file system for a file that can be opened and not read
 */
export function readOwnFile(
  path: string,
  maxBytes: number,
  { makePrivate = false }: { makePrivate?: boolean } = {},
): OwnFile {
  let fd;
  try {
    // Windows has no flag for it, and making a link there takes a privilege.
    if (process.platform === 'win32' && lstatSync(path).isSymbolicLink()) return A_LINK;
    fd = openSync(path, FLAGS);
  } catch (error) {
    return unopened(error);
  }
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) return refused('not a regular file');
    if (!isOwn(stats)) return refused(`belongs to user ${stats.uid}`);
    if (stats.size > maxBytes) return refused(`${stats.size} bytes, more than ${maxBytes}`);
    if (makePrivate && process.platform !== 'win32' && (stats.mode & 0o077) !== 0) {
      fchmodSync(fd, 0o600);
    }
    const bytes = readUpTo(fd, stats.size, maxBytes);
    return bytes === undefined
      ? refused(`more than ${maxBytes} bytes`)
      : { kind: 'bytes', bytes, stats };
  } finally {
    closeSync(fd);
  }
}

/**
 * The beginning of a regular file, as carefully opened.
 *
 * @returns undefined where there is none that can be read
 */
export function readHead(path: string, bytes: number): { head: Buffer; stats: Stats } | undefined {
  let fd;
  try {
    if (process.platform === 'win32' && lstatSync(path).isSymbolicLink()) return undefined;
    fd = openSync(path, FLAGS);
    const stats = fstatSync(fd);
    if (!stats.isFile()) return undefined;
    const head = Buffer.alloc(Math.min(bytes, stats.size));
    return { head: head.subarray(0, readSync(fd, head)), stats };
  } catch {
    return undefined; // whoever reads all of it finds out what is wrong with it
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Whether it belongs to the user; on Windows nobody can tell. */
export function isOwn({ uid }: Stats): boolean {
  const own = process.getuid?.();
  return own === undefined || uid === own;
}

/** Whether a file could not be opened because too many are open: our trouble, not the file's. */
export function isCrowded(error: unknown): boolean {
  const errno = errnoOf(error);
  return errno === 'EMFILE' || errno === 'ENFILE';
}

const A_LINK: OwnFile = { kind: 'refused', reason: 'a symbolic link' };

function refused(reason: string): OwnFile {
  return { kind: 'refused', reason };
}

function unopened(error: unknown): OwnFile {
  const errno = errnoOf(error);
  switch (errno) {
    case 'ENOENT':
    case 'ENOTDIR': // a file bears the name of the folder above
      return { kind: 'missing' };
    case 'ELOOP':
    case 'EMLINK': // FreeBSD's word for O_NOFOLLOW on a link
      return A_LINK;
    default:
      return {
        kind: 'unopened',
        reason: `cannot be opened: ${errno ?? 'unknown error'}`,
        error,
      };
  }
}

/**
 * The size that a file tells is no bound: it may grow while it is read.
 *
 * @returns undefined for more than `max` bytes
 */
function readUpTo(fd: number, size: number, max: number): Buffer | undefined {
  let buffer = Buffer.allocUnsafe(size + 1);
  for (let filled = 0; ;) {
    const count = readSync(fd, buffer, filled, buffer.length - filled, null);
    if (count === 0) return buffer.subarray(0, filled);
    filled += count;
    if (filled > max) return undefined;
    if (filled < buffer.length) continue;
    buffer = Buffer.concat([buffer], Math.min(2 * filled + 4096, max + 1));
  }
}

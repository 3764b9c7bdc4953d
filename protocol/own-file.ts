import {
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  type Stats,
} from 'node:fs';
import { closeQuietly } from './close-quietly.js';
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

/** Flags that neither follow a link nor wait for the other end of a FIFO. Windows has neither flag. */
export const TO_READ =
  constants.O_RDONLY |
  ((constants.O_NOFOLLOW as number | undefined) ?? 0) |
  ((constants.O_NONBLOCK as number | undefined) ?? 0);

/**
 * Reads a small file of the user's own where anybody may have put anything. All is checked on the open
 * file, so nothing can be exchanged between check and use.
 *
 * @param maxBytes a longer file is refused unread
 * @param options.privacy a file that the world may write to is refused, but for `any`, which is for files
 *   of other programs. `keep`: what else others may do with it stays. `tighten`: where the group may
 *   write, it is made 0600. `private`: it is made 0600 in any case. All before it is read
 * @throws Error of the file system for a file that can be opened and not read
 */
export function readOwnFile(
  path: string,
  maxBytes: number,
  { privacy = 'keep' }: { privacy?: Privacy } = {},
): OwnFile {
  let fd;
  try {
    // Windows has no flag for it, and making a link there takes a privilege.
    if (process.platform === 'win32' && lstatSync(path).isSymbolicLink()) return A_LINK;
    fd = openSync(path, TO_READ);
  } catch (error) {
    return unopened(error);
  }
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) return refused('not a regular file');
    if (!isOwn(stats)) return refused(`belongs to user ${stats.uid}`);
    if (stats.size > maxBytes) return refused(`${stats.size} bytes, more than ${maxBytes}`);
    if (process.platform !== 'win32') {
      if ((stats.mode & 0o002) !== 0 && privacy !== 'any') {
        return refused(`others may write to it (mode ${(stats.mode & 0o7777).toString(8)})`);
      }
      if ((stats.mode & LOOSE[privacy]) !== 0) makePrivate(fd);
    }
    const bytes = readUpTo(fd, stats.size, maxBytes);
    return bytes === undefined
      ? refused(`more than ${maxBytes} bytes`)
      : { kind: 'bytes', bytes, stats };
  } catch (error) {
    // What the system says of a descriptor names no file, and people need to know which.
    throw error instanceof Error && !('path' in error) ? Object.assign(error, { path }) : error;
  } finally {
    closeQuietly(fd);
  }
}

type Privacy = 'any' | 'keep' | 'tighten' | 'private';

/** Bits for which a file is made private. A umask of 002 leaves files that the group may write to. */
const LOOSE = { any: 0, keep: 0, tighten: 0o020, private: 0o077 };

function makePrivate(fd: number): void {
  try {
    fchmodSync(fd, 0o600);
  } catch (error) {
    if (errnoOf(error) !== 'EROFS') throw error; // then nobody can write to it either
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
    fd = openSync(path, TO_READ);
    const stats = fstatSync(fd);
    if (!stats.isFile()) return undefined;
    const head = Buffer.alloc(Math.min(bytes, stats.size));
    return { head: head.subarray(0, readSync(fd, head)), stats };
  } catch {
    return undefined; // whoever reads all of it finds out what is wrong with it
  } finally {
    if (fd !== undefined) closeQuietly(fd);
  }
}

/** Undefined on Windows. Asked for once: it takes longer than looking at a file. */
const OWN_UID = process.getuid?.();

/** Whether it belongs to the user; on Windows nobody can tell. */
export function isOwn({ uid }: Stats): boolean {
  return OWN_UID === undefined || uid === OWN_UID;
}

/** What the disk or the system says in passing: our trouble, not the file's. */
const PASSING: readonly (string | undefined)[] = [
  ...['EMFILE', 'ENFILE', 'ENOMEM', 'EIO', 'ESTALE', 'ETIMEDOUT', 'EINTR', 'EAGAIN', 'EBUSY'],
  ...['ENOSPC', 'EDQUOT', 'EROFS'],
];

/**
 * Whether a file could not be opened for a reason that is not its own and may pass: a disk that fails, or
 * rights that somebody has taken from the folder.
 */
export function isPassing(path: string, error: unknown): boolean {
  const errno = errnoOf(error);
  if (PASSING.includes(errno)) return true;
  if (errno !== 'EACCES') return false;
  try {
    const stats = lstatSync(path);
    return isOwn(stats) && (stats.mode & 0o400) !== 0;
  } catch {
    return true; // not even to be looked at
  }
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

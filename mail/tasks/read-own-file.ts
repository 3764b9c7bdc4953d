import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { errnoOf } from '../../protocol/errors.js';

/** Neither follows a link nor waits for the other end of a FIFO. Windows has neither flag. */
const FLAGS =
  constants.O_RDONLY |
  ((constants.O_NOFOLLOW as number | undefined) ?? 0) |
  ((constants.O_NONBLOCK as number | undefined) ?? 0);

/** A file that others may have put there, too. */
export type OwnFile =
  | { kind: 'bytes'; bytes: Buffer; mtimeMs: number }
  /** Not a regular file of ours, too large, or unreadable. */
  | { kind: 'refused' }
  | { kind: 'missing' };

/** Reads a file of ours; everything is checked on the open file. */
export function readOwnFile(path: string, maxBytes: number): OwnFile {
  let fd;
  try {
    if (process.platform === 'win32' && lstatSync(path).isSymbolicLink()) {
      return { kind: 'refused' };
    }
    fd = openSync(path, FLAGS);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ENOENT' || errno === 'ENOTDIR') return { kind: 'missing' };
    // Our trouble, not the file's: who took it for void would overlook what it says.
    if (errno === 'EMFILE' || errno === 'ENFILE') throw error;
    return { kind: 'refused' };
  }
  try {
    const stats = fstatSync(fd);
    const { size, mtimeMs, uid } = stats;
    if (!stats.isFile() || size > maxBytes) return { kind: 'refused' };
    if (uid !== (process.getuid?.() ?? uid)) return { kind: 'refused' };
    const buffer = Buffer.alloc(size);
    let filled = 0;
    while (filled < size) {
      const count = readSync(fd, buffer, filled, size - filled, null);
      if (count === 0) break;
      filled += count;
    }
    return { kind: 'bytes', bytes: buffer.subarray(0, filled), mtimeMs };
  } finally {
    closeSync(fd);
  }
}

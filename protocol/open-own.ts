import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
} from 'node:fs';
import { Cc2ccError, errnoOf } from './errors.js';
import { isOwn } from './own-file.js';

/** Neither through a link nor waiting for the other end of a FIFO. Windows has neither flag. */
const FLAGS =
  constants.O_CREAT |
  ((constants.O_NOFOLLOW as number | undefined) ?? 0) |
  ((constants.O_NONBLOCK as number | undefined) ?? 0);

/**
 * Opens a file of ours to be written, made 0600 where it is missing. One that is open to others is made
 * private. All is checked on the open file and before anything in it is changed.
 *
 * @param how `append`: whatever is written goes to its end, and all may be read; `replace`: it is emptied
 * @returns the descriptor, for the caller to close
 * @throws Cc2ccError E_UNSAFE for a link, another user's file, or no regular file; Error of the file
 *   system
 */
export function openOwn(path: string, how: 'append' | 'replace'): number {
  if (process.platform === 'win32') assertNoLink(path); // no flag for it, and a link takes a privilege
  let fd;
  try {
    const access = how === 'append' ? constants.O_RDWR | constants.O_APPEND : constants.O_WRONLY;
    fd = openSync(path, FLAGS | access, 0o600);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'ELOOP' || errno === 'EMLINK') throw refusal(path, 'a symbolic link');
    if (errno === 'ENXIO') throw refusal(path, 'not a regular file'); // a FIFO that nobody reads
    throw error;
  }
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw refusal(path, 'not a regular file');
    if (!isOwn(stats)) throw refusal(path, `a file of user ${stats.uid}`);
    if (process.platform !== 'win32' && (stats.mode & 0o077) !== 0) fchmodSync(fd, 0o600);
    if (how === 'replace') ftruncateSync(fd);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

function assertNoLink(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
    throw refusal(path, 'a symbolic link');
  }
}

function refusal(path: string, what: string): Cc2ccError {
  return new Cc2ccError('E_UNSAFE', `${path} is ${what}: nothing is written to it.`, {
    hint: `Look at it (ls -l '${path}'), then remove it: rm '${path}'`,
  });
}
